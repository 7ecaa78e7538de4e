// The server's data folder, opened: database, private keys, keyring. Every write of every process
// goes through `append`, which holds the folder's lock, so that commands and `serve` take turns.
// Neighbors: AppendSession is what a transaction sees; Pull/ and Commands read on others.
// Invariant: nothing is answered as done before the transaction has been committed and synced.

internal import Foundation
internal import GRDB
internal import Shared
internal import Store

final class ServerStore: Sendable {
    let folder: URL
    let pool: DatabasePool
    let keys: ServerKeys
    let keyring: Keyring
    let environment: Shared.Environment

    /// Opens a folder that `init` has made.
    init(folder: URL, environment: Shared.Environment) throws {
        keys = try ServerKeys(folder: folder)
        pool = try StoreFile.open(folder: folder, register: ServerSchema.register)
        keyring = try Keyring(folder: folder)
        self.folder = folder
        self.environment = environment
    }

    var community: CommunityID { keys.community }

    // MARK: Writing

    /// Runs one append transaction, whole or not at all.
    func append<Result>(_ body: (AppendSession) throws -> Result) throws -> Result {
        try pool.writeWithoutTransaction { try appending($0, body) }
    }

    /// The same without holding up the caller's thread.
    func appendAsync<Result: Sendable>(
        _ body: @escaping @Sendable (AppendSession) throws -> Result
    ) async throws -> Result {
        try await pool.writeWithoutTransaction { try self.appending($0, body) }
    }

    private func appending<Result>(
        _ db: Database, _ body: (AppendSession) throws -> Result
    ) throws -> Result {
        let lock = try FolderLock(folder: folder)
        defer { withExtendedLifetime(lock) {} }
        var result: Result?
        try db.inTransaction(.immediate) {
            let session = try AppendSession(db, store: self)
            result = try body(session)
            try session.finish()
            return .commit
        }
        guard let result else { preconditionFailure("a committed transaction has a result") }
        return result
    }

    // MARK: Reading

    /// Reads one snapshot; uploads never wait for it, nor it for them.
    func read<Result>(_ body: (Views) throws -> Result) throws -> Result {
        try pool.read { try body(try self.views($0)) }
    }

    func readAsync<Result: Sendable>(
        _ body: @escaping @Sendable (Views) throws -> Result
    ) async throws -> Result {
        try await pool.read { try body(try self.views($0)) }
    }

    private func views(_ db: Database) throws -> Views {
        let tables = LedgerTables(db)
        return Views(
            tables: tables, reader: SealedReader(keyring: keyring, community: community),
            position: LedgerPosition(try tables.ledgerRoot().size))
    }
}
