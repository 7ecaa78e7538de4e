// How the server was last reached, so that `pairing-link` need not be told.
// Neighbors: `serve` writes it, LinkAddress reads it.

internal import Foundation
internal import Shared

struct ServingRecord: Codable, Equatable, Sendable {
    enum Mode: String, Codable, Sendable {
        case pinned, `public`, loopback
    }

    static let fileName = "serving.json"

    let mode: Mode
    /// Nil where devices cannot use the address it listens on: all addresses, or behind a proxy.
    let host: String?
    let port: UInt16

    init(mode: Mode, host: String?, port: UInt16) {
        self.mode = mode
        self.host = host
        self.port = port
    }

    init(_ serving: Serving, host: String, port: UInt16) {
        let isEverywhere = ["0.0.0.0", "::"].contains(host)
        self.init(
            mode: serving.linkMode,
            host: isEverywhere || serving == .behindProxy ? nil : host, port: port)
    }

    /// Nil when there is none, or none that can be read: then the defaults are as good.
    init?(folder: URL) {
        guard let data = try? Data(contentsOf: folder.appendingPathComponent(Self.fileName)),
            let record = try? JSONDecoder().decode(Self.self, from: data)
        else { return nil }
        self = record
    }

    func save(folder: URL) throws {
        try PrivateFile.write(self, name: Self.fileName, folder: folder)
    }
}
