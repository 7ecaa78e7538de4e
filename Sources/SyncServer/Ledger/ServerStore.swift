// The server's data folder, opened: database, private keys, keyring. Every write of every process
// goes through `append`, which holds the folder's lock, so that commands and `serve` take turns.
// Neighbors: AppendSession is what a transaction sees; Pull/ and Commands read on others.
// Invariant: nothing is answered as done before the transaction has been committed and synced.

internal import Foundation
internal import GRDB
internal import Shared
internal import Store
internal import Synchronization
internal import Texts

final class ServerStore: Sendable {
    let folder: URL
    let pool: DatabasePool
    let keys: ServerKeys
    let keyring: Keyring
    /// Says why nothing can be written, if so.
    let writes = WriteGuard()
    let environment: Shared.Environment
    /// As the high-water record had it when this process opened the folder, or as a device has
    /// proved since.
    var standing: LedgerStanding { currentStanding.withLock { $0 } }
    private let currentStanding: Mutex<LedgerStanding>
    /// As it was then: a process that opens a new one does nothing else with the folder.
    let epoch: Epoch
    /// It had a position 1 then; without one, its founding broke off.
    let isFounded: Bool
    /// There were entries then, and no record that vouched for them. Not read-only: a folder from
    /// before there were records, or whose files were left out of a backup, must go on; it is said,
    /// and the next commit writes a record.
    let hasNoRecord: Bool
    private let highWater: HighWater

    /// Opens a folder that `init` has made.
    init(folder: URL, environment: Shared.Environment) throws {
        let keys = try ServerKeys(folder: folder)
        pool = try StoreFile.open(
            folder: folder, mayBeEmpty: Founding.mayHaveBrokenOff(folder),
            register: ServerSchema.register)
        let newest = try pool.read { try LedgerTables($0).reopenings().last }
        self.keys = try keys.present(folder: folder, replica: newest?.serverSigningKey)
        let epoch = newest?.epoch ?? .first
        self.epoch = epoch
        keyring = try Keyring(folder: folder, writes: writes)
        highWater = HighWater(folder: folder, epoch: epoch)
        self.folder = folder
        self.environment = environment
        // Read before the ledger, which another process may be appending to.
        let record = highWater.newest(
            community: keys.community, ledgerKey: keys.ledger.signingPublicKey)
        let shown = highWater.shown(
            community: keys.community, ledgerKey: keys.ledger.signingPublicKey)
        let (size, standing) = try pool.read { db in
            let tables = LedgerTables(db)
            let size = try tables.ledgerRoot().size
            let proven = try LedgerStanding(
                shown, epoch: epoch, size: size, rootAt: tables.ledgerRoot(at:))
            guard proven == .whole else { return (size, proven) }
            return (
                size,
                try LedgerStanding(
                    record, epoch: epoch, size: size, rootAt: tables.ledgerRoot(at:))
            )
        }
        currentStanding = Mutex(standing)
        isFounded = size > 0 || record != nil
        hasNoRecord = record == nil && size > 0
        try bindKeyring()
    }

    /// Nothing is noted in a ledger that has to be repaired first.
    private func bindKeyring() throws {
        guard standing == .whole,
            try !pool.read({ try LedgerTables($0).isBound(to: keyring) })
        else { return }
        let lock = try FolderLock(folder: folder)
        defer { withExtendedLifetime(lock) {} }
        try pool.write { db in
            try LedgerTables(db).bind(
                to: keyring, keptApart: try QuarantineTable(db).keptApart())
        }
    }

    var community: CommunityID { keys.community }

    /// The size that the high-water record vouches for now; nil when none can be read.
    var recordedSize: UInt64? {
        highWater.newest(community: community, ledgerKey: keys.ledger.signingPublicKey)?.size
    }

    /// Looks at the ledger checkpoint that a device keeps. One that this ledger's key signed, in
    /// this epoch or a later one, and that the ledger contradicts makes it read-only at once, and
    /// durably so: true.
    func isContradicted(by note: String) async throws -> Bool {
        guard
            let signed = try? SignedCheckpoint(
                verifyingAnyEpoch: note, community: community,
                ledgerKey: keys.ledger.signingPublicKey, scopes: []),
            signed.checkpoint.epoch.value >= epoch.value
        else { return false }
        let found = try await pool.read { [epoch] db in
            let tables = LedgerTables(db)
            return try LedgerStanding(
                signed.checkpoint, epoch: epoch, size: tables.ledgerRoot().size,
                rootAt: tables.ledgerRoot(at:))
        }
        guard found != .whole else { return false }
        try highWater.keepShown(signed, ledgerKey: keys.ledger.signingPublicKey)
        currentStanding.withLock { $0 = found }
        return true
    }

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

    /// The same in a ledger that is read-only: what begins its next epoch, and nothing else.
    func reopen<Result>(_ body: (AppendSession) throws -> Result) throws -> Result {
        try pool.writeWithoutTransaction { try appending($0, isReopening: true, body) }
    }

    private func appending<Result>(
        _ db: Database, isReopening: Bool = false, _ body: (AppendSession) throws -> Result
    ) throws -> Result {
        if !isReopening, let sentence = standing.sentence {
            throw Refusal(exit: 65, sentence: sentence, page: standing.phrase)
        }
        let lock = try FolderLock(folder: folder)
        defer { withExtendedLifetime(lock) {} }
        let (result, reached) = try writes.run { try commit(db, body) }
        if let reached, reached.epoch == epoch { try record(reached) }
        return result
    }

    /// The checkpoint is nil if the ledger did not grow.
    private func commit<Result>(
        _ db: Database, _ body: (AppendSession) throws -> Result
    ) throws -> (Result, Checkpoint?) {
        var result: Result?
        var reached: Checkpoint?
        try db.inTransaction(.immediate) {
            let session = try AppendSession(db, store: self)
            guard try session.tables.epoch() == epoch else { throw Self.reopenedMeanwhile }
            let before = session.position
            result = try body(session)
            try session.tables.remember(keyring)
            try session.finish()
            if session.position > before { reached = try session.tables.checkpoint(of: community) }
            return .commit
        }
        guard let result else { preconditionFailure("a committed transaction has a result") }
        return (result, reached)
    }

    /// Writes what stands beside the ledger, whole or not at all, also while that is read-only: the
    /// console's accounts, which no device hears of.
    func note<Result>(_ body: (Database) throws -> Result) throws -> Result {
        try pool.writeWithoutTransaction { try noting($0, body) }
    }

    /// The same without holding up the caller's thread.
    func noteAsync<Result: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Result
    ) async throws -> Result {
        try await pool.writeWithoutTransaction { try self.noting($0, body) }
    }

    private func noting<Result>(
        _ db: Database, _ body: (Database) throws -> Result
    ) throws -> Result {
        let lock = try FolderLock(folder: folder)
        defer { withExtendedLifetime(lock) {} }
        return try writes.run {
            var result: Result?
            try db.inTransaction(.immediate) {
                result = try body(db)
                return .commit
            }
            guard let result else { preconditionFailure("a committed transaction has a result") }
            return result
        }
    }

    private static let reopenedMeanwhile = Refusal(
        exit: 75,
        Phrase("ledger_reopened_meanwhile")
    )

    /// Vouches for the ledger as it is now.
    func vouch() throws {
        try record(try pool.read { try LedgerTables($0).checkpoint(of: community) })
    }

    /// A record that cannot be written fails nothing: the commit stands, and the record lags.
    private func record(_ checkpoint: Checkpoint) throws {
        let signed = try SignedCheckpoint(checkpoint, signedBy: keys.ledger)
        try? highWater.write(signed, ledgerKey: keys.ledger.signingPublicKey)
    }

    // MARK: Reading

    /// Reads one snapshot; uploads never wait for it, nor it for them.
    func read<Result>(_ body: (Views) throws -> Result) throws -> Result {
        try pool.read { try body(try self.views($0)) }
    }

    /// `voice` says what the views say in words.
    func readAsync<Result: Sendable>(
        in voice: Voice = .terminal, _ body: @escaping @Sendable (Views) throws -> Result
    ) async throws -> Result {
        try await pool.read { try body(try self.views($0, voice)) }
    }

    private func views(_ db: Database, _ voice: Voice = .terminal) throws -> Views {
        let tables = LedgerTables(db)
        return Views(
            tables: tables, reader: SealedReader(keyring: keyring, community: community),
            position: LedgerPosition(try tables.ledgerRoot().size),
            aside: .quarantine(QuarantineTable(db)), voice: voice)
    }
}
