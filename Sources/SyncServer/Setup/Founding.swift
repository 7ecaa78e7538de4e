// A new community: keys, recovery phrase, and position 1 of its ledger.
// Neighbors: `init` calls it; ServerKeys and RecoveryPhrase make the keys.
// Invariants: keys are on disk before position 1, and the recovery phrase has been shown before it;
// a folder that has a position 1 is never refounded, one whose founding broke off before is founded
// anew, with another phrase.

internal import Foundation
internal import GRDB
internal import Shared
internal import Store

enum Founding {
    /// Founds a community; a name that cannot be one leaves no trace. `show` must have brought the
    /// recovery phrase before somebody's eyes when it returns: it is kept nowhere, and position 1
    /// is written after it.
    static func found(
        name: String, folder: URL, environment: Shared.Environment,
        show: (RecoveryPhrase) throws -> Void
    ) throws -> ServerStore {
        let phrase = RecoveryPhrase(environment: environment)
        return try found(
            name: name, folder: folder, environment: environment, recovery: { try phrase.keys() },
            beforePositionOne: { try show(phrase) })
    }

    /// The same with recovery keys from elsewhere; made after the folder is known to be free, for
    /// making them takes long on purpose.
    static func found(
        name: String, folder: URL, environment: Shared.Environment,
        recovery: () throws -> ReplicaKeys, beforePositionOne: () throws -> Void = {}
    ) throws -> ServerStore {
        try Kind.communityFounded.descriptor.field(FoundedField.name)?.check(.text(name))
        try FileManager.default.createDirectory(
            at: folder, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        // Of two at once, the keys of one would lie beside the ledger of the other.
        let lock = try FolderLock(folder: folder, name: "init.lock")
        defer { withExtendedLifetime(lock) {} }
        try refuseIfFounded(folder)
        let recovery = try recovery()
        let keys = try ServerKeys(environment: environment)
        try keys.save(folder: folder)
        let store = try ServerStore(folder: folder, environment: environment)
        // What breaks off up to here leaves a folder that is founded anew.
        try beforePositionOne()
        try store.append { session in
            guard session.position == .start else { throw founded(folder) }
            try session.author(
                AppendSession.Draft(
                    kind: .communityFounded,
                    payload: payload(name: name, keys: keys, recovery: recovery)))
        }
        return store
    }

    private static func payload(
        name: String, keys: ServerKeys, recovery: ReplicaKeys
    ) -> Payload {
        [
            FoundedField.name: .text(name),
            FoundedField.ledgerKey: .data(keys.ledger.signingPublicKey),
            FoundedField.recoverySigningKey: .data(recovery.signingPublicKey),
            FoundedField.recoveryReceivingKey: .data(recovery.receivingPublicKey),
            FoundedField.serverSigningKey: .data(keys.replica.signingPublicKey),
            FoundedField.serverReceivingKey: .data(keys.replica.receivingPublicKey),
        ]
    }

    /// Checked before the keys are written: keys of a ledger that exists are never replaced.
    private static func refuseIfFounded(_ folder: URL) throws {
        let database = folder.appendingPathComponent(StoreFile.databaseName)
        guard FileManager.default.fileExists(atPath: database.path) else { return }
        let pool = try StoreFile.open(
            folder: folder, mayBeEmpty: mayHaveBrokenOff(folder), register: ServerSchema.register)
        let size = try pool.read { try LedgerTables($0).ledgerRoot().size }
        if size > 0 { throw founded(folder) }
    }

    /// Nothing that comes after position 1 is there: a database with nothing in it is then one that
    /// was being made, and no ledger that was emptied.
    static func mayHaveBrokenOff(_ folder: URL) -> Bool {
        !(HighWater.fileNames + [TLSIdentity.fileName]).contains { name in
            FileManager.default.fileExists(atPath: folder.appendingPathComponent(name).path)
        }
    }

    private static func founded(_ folder: URL) -> Refusal {
        Refusal(
            exit: 73,
            sentence: "\(folder.path) holds a ledger already; nothing was changed. Its recovery "
                + "phrase is the one that `init` showed last")
    }
}
