// A backup of a ledger while it is served: a copy of its database, and its keys sealed to the
// recovery key, so that making one needs no phrase and a thief of both files learns no name.
// Source: docs/protocol.md section 3.7. Neighbors: BackupFile writes, Restoring reads.
// Invariants: the database is copied before the keyring, so every key that an entry names is in the
// backup; the TLS identity is read before the database, which announced it.

internal import Foundation
internal import GRDB
internal import Shared
internal import Store

/// The content of the keys file before it is sealed: files by name.
typealias KeyFiles = [String: Data]

extension ServerStore {
    struct BackedUp: Encodable {
        let dataFile: String
        let keysFile: String
        let community: String
        let epoch: UInt32
        let position: UInt64
        let madeAt: String
        let dataBytes: UInt64
    }

    private static let scratchName = "backup-scratch"

    /// Makes both files in a folder.
    func backUp(into target: URL) throws -> BackedUp {
        // Its checkpoint would contradict one that was signed before.
        if let sentence = standing.sentence { throw Refusal(exit: 65, sentence: sentence) }
        try FileManager.default.createDirectory(
            at: target, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        let sole = try FolderLock(folder: folder, name: "backup.lock")
        defer { withExtendedLifetime(sole) {} }
        let scratch = folder.appendingPathComponent(Self.scratchName, isDirectory: true)
        try? FileManager.default.removeItem(at: scratch)
        try FileManager.default.createDirectory(
            at: scratch, withIntermediateDirectories: false,
            attributes: [.posixPermissions: 0o700])
        defer { try? FileManager.default.removeItem(at: scratch) }
        let tls = try tlsFile()
        let database = scratch.appendingPathComponent(StoreFile.databaseName)
        // Whoever reads the file could pair a device by a link that nobody has used yet, or guess
        // at passphrases for as long as they like: after a restore people are invited anew.
        try DatabaseCopy.make(of: pool, at: database) { db in
            for table in [
                "pairing_link", "console_session", "console_invitation", "console_account",
            ] {
                try db.execute(sql: "DELETE FROM \(table)")
            }
        }
        let header = try header(of: database)
        let files = try keyFiles(tls: tls, scratch: scratch)
        return try write(header, database: database, files: files, into: target)
    }

    private func write(
        _ header: BackupHeader, database: URL, files: KeyFiles, into target: URL
    ) throws -> BackedUp {
        let stem = Self.stem(header)
        let (data, keys) = (
            target.appendingPathComponent(BackupFile.name(stem, .data)),
            target.appendingPathComponent(BackupFile.name(stem, .keys))
        )
        for url in [data, keys] where FileManager.default.fileExists(atPath: url.path) {
            throw Refusal(exit: 73, sentence: "\(url.path) is there already; nothing was changed")
        }
        let bytes = try BackupFile.encoded(header)
        let recovery = Shared.bytes(hex: header.recoveryKey) ?? []
        let plain = [UInt8](try JSONEncoder().encode(files))
        let sealed = try SealedBackup.seal(
            plain, header: bytes, to: recovery, community: community)
        // The keys first: a data file alone opens nothing, and tells nobody that it is complete.
        try BackupFile.write(to: keys, part: .keys, header: bytes) { try $0(sealed) }
        try BackupFile.write(to: data, part: .data, header: bytes) { sink in
            try Self.pack(database, into: sink)
        }
        let size = try FileManager.default.attributesOfItem(atPath: data.path)[.size] as? NSNumber
        return BackedUp(
            dataFile: data.path, keysFile: keys.path, community: header.community,
            epoch: header.epoch, position: header.position,
            madeAt: Instant(milliseconds: header.madeAtMilliseconds).text,
            dataBytes: size?.uint64Value ?? 0)
    }

    /// Sorts by epoch, then position, then time.
    private static func stem(_ header: BackupHeader) -> String {
        let digits = Instant(milliseconds: header.madeAtMilliseconds).text.filter(\.isNumber)
        return "hourbook-\(header.community.prefix(8))-e\(header.epoch)-p\(header.position)"
            + "-\(digits)"
    }

    private static func pack(_ url: URL, into sink: ([UInt8]) throws -> Void) throws {
        let handle = try FileHandle(forReadingFrom: url)
        defer { try? handle.close() }
        let packer = try Packer()
        while let piece = try handle.read(upToCount: BackupFile.pieceBytes), !piece.isEmpty {
            try packer.pack([UInt8](piece), isLast: false, into: sink)
        }
        try packer.pack([], isLast: true, into: sink)
    }

    /// Of the copy, not of what the ledger has come to since.
    private func header(of database: URL) throws -> BackupHeader {
        let copy = try DatabaseQueue(path: database.path)
        defer { try? copy.close() }
        let size = try FileManager.default.attributesOfItem(atPath: database.path)[.size]
        return try copy.read { db in
            let tables = LedgerTables(db)
            guard try tables.epoch() == epoch else {
                throw Refusal(
                    exit: 75, sentence: "the ledger was reopened meanwhile; make the backup again")
            }
            guard let founded = try tables.event(at: LedgerPosition(1))?.event,
                let recovery = founded.payload.data(FoundedField.recoveryReceivingKey)
            else { throw Refusal.noInput("the ledger has no position 1: nothing to back up") }
            let checkpoint = try tables.checkpoint(of: community)
            return BackupHeader(
                community: community.description, epoch: epoch.value, position: checkpoint.size,
                madeAtMilliseconds: environment.now().milliseconds, recoveryKey: hex(recovery),
                checkpoint: try SignedCheckpoint(checkpoint, signedBy: keys.ledger).note,
                contentBytes: (size as? NSNumber)?.uint64Value ?? 0)
        }
    }

    // MARK: Keys

    /// Under the lock of whoever exchanges it; nil where none was made yet.
    private func tlsFile() throws -> Data? {
        let lock = try FolderLock(folder: folder)
        defer { withExtendedLifetime(lock) {} }
        return try? Data(contentsOf: folder.appendingPathComponent(TLSIdentity.fileName))
    }

    private func keyFiles(tls: Data?, scratch: URL) throws -> KeyFiles {
        try keyring.checkFile()
        let copy = scratch.appendingPathComponent(Keyring.fileName)
        try keyring.copy(to: copy)
        var files: KeyFiles = [
            ServerKeys.fileName: try keys.encoded(),
            Keyring.fileName: try Data(contentsOf: copy),
        ]
        files[TLSIdentity.fileName] = tls
        return files
    }
}
