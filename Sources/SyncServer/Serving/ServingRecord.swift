// How the server was last reached, so that `pairing-link` need not be told, and with which keyring
// it runs. Neighbors: `serve` writes it, LinkAddress and `waiting` read it.

internal import Foundation
internal import Shared
internal import Store

struct ServingRecord: Codable, Equatable, Sendable {
    enum Mode: String, Codable, Sendable {
        case pinned, `public`, loopback
    }

    static let fileName = "serving.json"
    /// Held by a process that serves the folder.
    static let lockName = "serving"

    let mode: Mode
    /// Nil where devices cannot use the address it listens on: all addresses, or behind a proxy.
    let host: String?
    let port: UInt16
    /// The file of data keys that the server has open; nil in records of older servers.
    let keyring: FileIdentity?

    init(mode: Mode, host: String?, port: UInt16, keyring: FileIdentity? = nil) {
        self.keyring = keyring
        self.mode = mode
        self.host = host
        self.port = port
    }

    init(_ serving: Serving, host: String, port: UInt16, keyring: FileIdentity? = nil) {
        let isEverywhere = ["0.0.0.0", "::"].contains(host)
        self.init(
            mode: serving.linkMode,
            host: isEverywhere || serving == .behindProxy ? nil : host, port: port,
            keyring: keyring)
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
