// What ends a process in a test, and hears what was logged. Neighbors: Town runs both programs in
// this process, Invariants reads the log.

import Foundation
import GRDB
import Logging
import Shared
import Store
import Synchronization

@testable import SyncClient
@testable import SyncServer

extension Device {
    /// As when a process ends: SQLite's locks are the process's, so a device that was killed must
    /// be gone before its folder is opened again.
    func close() {
        try? database.close()
        try? keyring.close()
    }
}

extension ServerStore {
    func close() {
        try? pool.close()
        try? keyring.close()
    }
}

extension PairingLink {
    /// The same where the server listens now.
    func at(port: UInt16) -> PairingLink {
        PairingLink(host: host, port: port, mode: mode, id: id, secret: secret, ledger: ledger)
    }
}

enum HarnessError: Error {
    case notServing, notPaired, nothingToSend, proxyEnded
}

/// What programs in this process logged.
enum LogLines {
    private static let lines = Mutex<[String]>([])
    private static let isStarted: Bool = {
        LoggingSystem.bootstrap { _ in Handler() }
        return true
    }()

    static func start() { precondition(isStarted) }

    /// Since the last time somebody asked.
    static func taken() -> [String] {
        lines.withLock { lines in
            defer { lines = [] }
            return lines
        }
    }

    private struct Handler: LogHandler {
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.debug
        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let line = "\(event.message) \(event.metadata ?? [:])"
            LogLines.lines.withLock { $0.append(line) }
        }
    }
}

/// How far a ledger has come, and over what.
struct LedgerHead: Equatable {
    let size: UInt64
    let root: Hash
}

extension Town {
    func ledger() throws -> LedgerHead {
        let store = try openStore()
        defer { store.close() }
        return try store.read { views in
            let (size, root) = try views.tables.ledgerRoot()
            return LedgerHead(size: size, root: root)
        }
    }

    /// As a command of the office does, beside the server.
    func withStore<Result>(_ body: (ServerStore) throws -> Result) throws -> Result {
        let store = try openStore()
        defer { store.close() }
        return try body(store)
    }

    var serverKeys: ServerKeys {
        get throws { try ServerKeys(folder: officeFolder) }
    }
}

extension Patience {
    /// A machine that runs hundreds of tests may leave a peer without a processor for long; only a
    /// peer that never answers is found by it.
    static let ofTests = Patience(connectMilliseconds: 600_000, stallSeconds: 600)
}
