// What was imported before, here or on another device.
// Neighbors: the projector keeps import keys, the device's import asks before it records.

internal import Foundation
internal import GRDB
public import Shared

extension Views {
    /// The entity that stands for an imported row: of several the lowest leaf. Nil: not here.
    public func imported(_ key: ImportKey) throws -> EntityID? {
        try Int64.fetchOne(
            db.cachedStatement(
                sql: "SELECT entity FROM import_key WHERE key = ? ORDER BY leaf LIMIT 1"),
            arguments: [Data(key.value.bytes)]
        ).map { try tables.entity(LocalKey(stored: $0)) }
    }
}
