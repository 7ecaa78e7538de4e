// A ledger from its backup: checked whole, unpacked beside its place, verified there, and moved to
// its place in one step. Source: docs/protocol.md section 3.7.
// Neighbors: BackupFile reads, Reopening begins the epoch, `drill` does all but the last step.
// Invariants: nothing is written before both files and the recovery keys are known to fit; the
// folder holds nothing until it holds all.

internal import Foundation
internal import GRDB
internal import Shared
internal import Store

struct Backup {
    let data: BackupFile
    private let files: KeyFiles
    let community: CommunityID
    /// What to say though it can be restored; nil when there is nothing.
    let note: String?

    private static let keyNames: Set = [
        ServerKeys.fileName, Keyring.fileName, TLSIdentity.fileName,
    ]

    /// Whole and of one community, before the phrase is asked for.
    static func pair(data: URL, keys: URL) throws -> (data: BackupFile, keys: BackupFile) {
        let pair = (data: try BackupFile(data, .data), keys: try BackupFile(keys, .keys))
        guard pair.data.community != nil, pair.data.header.community == pair.keys.header.community
        else {
            throw Refusal(
                exit: 65,
                sentence: "\(keys.path) is of another community than \(data.path); use the keys "
                    + "file that was made with it")
        }
        guard pair.data.header.epoch == pair.keys.header.epoch else {
            throw Refusal(
                exit: 65,
                sentence: "\(keys.path) is of epoch \(pair.keys.header.epoch), \(data.path) of "
                    + "\(pair.data.header.epoch); use the keys file that was made with it")
        }
        return pair
    }

    init(_ pair: (data: BackupFile, keys: BackupFile), recovery: ReplicaKeys) throws {
        guard let community = pair.keys.community,
            pair.keys.header.recoveryKey == hex(recovery.receivingPublicKey)
        else {
            throw Refusal(
                exit: 65,
                sentence: "this is not the recovery phrase of that community; nothing was written. "
                    + "It is the one that `init` showed last")
        }
        var sealed: [UInt8] = []
        try pair.keys.read { sealed += $0 }
        guard
            let plain = try? SealedBackup.open(
                sealed, header: pair.keys.headerBytes, with: recovery, community: community),
            let files = try? JSONDecoder().decode(KeyFiles.self, from: Data(plain)),
            Self.keyNames.isSuperset(of: files.keys), files[ServerKeys.fileName] != nil
        else {
            throw Refusal(
                exit: 65,
                sentence: "\(pair.keys.url.path) cannot be opened: it was altered. Nothing was "
                    + "written; use another copy of it")
        }
        (data, self.files, self.community) = (pair.data, files, community)
        note =
            pair.keys.header.position < pair.data.header.position
            ? "the keys file is older than the data file: data keys made between them are asked "
                + "for from devices" : nil
    }

    /// Unpacks it into an empty folder, and verifies it there as `verify` does.
    func unpack(
        into folder: URL, environment: Shared.Environment
    ) throws -> (store: ServerStore, parts: [VerifiedPart]) {
        try unpackDatabase(to: folder.appendingPathComponent(StoreFile.databaseName))
        for (name, content) in files.sorted(by: { $0.key < $1.key }) {
            try PrivateFile.write(content, name: name, folder: folder)
        }
        // Signed when the copy was made: it vouches for all that is here.
        try PrivateFile.write(
            Data(data.header.checkpoint.utf8), name: HighWater.fileNames[0], folder: folder)
        let store = try ServerStore(folder: folder, environment: environment)
        let parts = try store.verified()
        guard store.community == community, parts.differing.isEmpty else {
            let broken = parts.differing.map { "\($0.part): \($0.finding)" }
            throw Refusal(
                exit: 65,
                sentence: "what is in \(data.url.path) is not what was signed (\(community)). "
                    + broken.joined(separator: "; "))
        }
        return (store, parts)
    }

    private func unpackDatabase(to url: URL) throws {
        guard
            FileManager.default.createFile(
                atPath: url.path, contents: nil, attributes: [.posixPermissions: 0o600])
        else { throw CocoaError(.fileWriteNoPermission) }
        let handle = try FileHandle(forWritingTo: url)
        defer { try? handle.close() }
        let unpacker = try Unpacker()
        var written: UInt64 = 0
        do {
            try data.read { piece in
                try unpacker.unpack(piece) { plain in
                    written += UInt64(plain.count)
                    guard written <= data.header.contentBytes else { throw unfit }
                    try handle.write(contentsOf: Data(plain))
                }
            }
        } catch is CompressionError { throw unfit }
        guard unpacker.isAtEnd, written == data.header.contentBytes else { throw unfit }
        try handle.synchronize()
    }

    private var unfit: Refusal {
        Refusal(
            exit: 65,
            sentence: "\(data.url.path) does not unpack to the database that it names; use another "
                + "copy of it")
    }
}

extension Backup {
    /// Restores into `folder`, which must hold nothing, and begins the next epoch there.
    func restore(
        into folder: URL, as admin: String, reason: String?, environment: Shared.Environment
    ) throws -> ServerStore.Reopened {
        try Self.refuseUnlessEmpty(folder)
        let place = URL(fileURLWithPath: folder.standardizedFileURL.path, isDirectory: false)
        try FileManager.default.createDirectory(
            at: place.deletingLastPathComponent(), withIntermediateDirectories: true)
        let scratch = place.deletingLastPathComponent().appendingPathComponent(
            ".\(place.lastPathComponent).restoring-\(hex(environment.randomBytes(8)))",
            isDirectory: true)
        return try Self.inScratch(scratch) {
            let (store, _) = try unpack(into: scratch, environment: environment)
            let done = try store.beginEpoch(as: admin, reason: reason, isRestored: true)
            try store.pool.close()
            try store.keyring.close()
            // Takes the place of an empty folder, and of nothing else.
            guard rename(scratch.path, place.path) == 0 else { throw Self.occupied(folder) }
            try PrivateFile.syncEntries(of: place.deletingLastPathComponent())
            return done
        }
    }

    /// A folder of its own for the time of `body`; what is still there then is removed.
    static func inScratch<Result>(_ scratch: URL, _ body: () throws -> Result) throws -> Result {
        try FileManager.default.createDirectory(
            at: scratch, withIntermediateDirectories: false,
            attributes: [.posixPermissions: 0o700])
        defer { try? FileManager.default.removeItem(at: scratch) }
        return try body()
    }

    static func refuseUnlessEmpty(_ folder: URL) throws {
        guard FileManager.default.fileExists(atPath: folder.path) else { return }
        guard try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty else {
            throw occupied(folder)
        }
    }

    private static func occupied(_ folder: URL) -> Refusal {
        Refusal(
            exit: 73,
            sentence: "\(folder.path) is not empty; nothing was changed. Restore into another "
                + "folder with --data, or move what is there aside first")
    }
}
