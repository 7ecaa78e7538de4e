// Records as JSON, the same bytes from either program. Neighbors: Records, and both screens.

internal import Foundation

/// One line: sorted keys and no escaped slashes, so that equal values are equal bytes anywhere.
public func jsonLine(_ record: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(record), as: UTF8.self)
}
