// The file of data keys as a file: opened, or moved aside when it is damaged, so that work goes on
// as after a loss. Neighbors: Keyring reads and writes what is in it; the ledger asks for what it
// lacks (LedgerTables+Keyring).
// Invariant: nothing of a damaged file is deleted: somebody may still get keys out of it.

internal import Foundation
internal import GRDB

/// Which file it is, whatever its name; one that is open keeps its own.
public struct FileIdentity: Codable, Equatable, Sendable {
    let device: UInt64
    let number: UInt64
}

struct KeyringFile {
    let folder: URL
    /// SQLite's own, beside the file itself.
    private static let suffixes = ["", "-wal", "-shm"]
    /// As many are kept; whoever has so many has another trouble.
    private static let damagedMax = 1_000

    private var path: String { path(Keyring.fileName) }
    private func path(_ name: String) -> String { folder.appendingPathComponent(name).path }
    private func exists(_ name: String) -> Bool {
        FileManager.default.fileExists(atPath: path(name))
    }

    /// Of what is there now; nil when there is none.
    var identity: FileIdentity? {
        var found = stat()
        guard stat(path, &found) == 0 else { return nil }
        return FileIdentity(device: UInt64(found.st_dev), number: UInt64(found.st_ino))
    }

    /// Opened and brought up to date; the name that a damaged one was moved to.
    func open() throws -> (pool: DatabasePool, damaged: String?) {
        let lock = try FolderLock(folder: folder, name: "migration.lock")
        defer { withExtendedLifetime(lock) {} }
        // What a removed file left beside it would be taken for part of a new one.
        let isRemoved = !exists(Keyring.fileName)
        let hasRest = Self.suffixes.dropFirst().contains { exists(Keyring.fileName + $0) }
        var damaged = isRemoved && hasRest ? try moveAside() : nil
        let pool: DatabasePool
        do {
            pool = try openWhole()
        } catch let error as DatabaseError where error.isOfDamagedFile {
            damaged = try moveAside()
            pool = try openWhole()
        }
        chmod(path, 0o600)
        return (pool, damaged)
    }

    /// Throws for a file that is none of SQLite's, or was cut off.
    private func openWhole() throws -> DatabasePool {
        var configuration = StoreFile.configuration
        configuration.maximumReaderCount = 4
        let pool = try StoreFile.openDurably(path: path, configuration: configuration)
        guard try !KeyringSchema.isNewer(pool) else { throw StoreFile.Failure.newer(path) }
        try KeyringSchema.bringUpToDate(pool)
        return pool
    }

    /// Under names by which SQLite still finds what belongs together.
    private func moveAside() throws -> String {
        let names = (1...Self.damagedMax).lazy.map { "\(Keyring.fileName).damaged-\($0)" }
        let free = names.first { name in !Self.suffixes.contains { exists(name + $0) } }
        guard let free else { throw Keyring.Failure.tooManyDamaged }
        for suffix in Self.suffixes where exists(Keyring.fileName + suffix) {
            try FileManager.default.moveItem(
                atPath: path(Keyring.fileName + suffix), toPath: path(free + suffix))
        }
        return free
    }
}

extension DatabaseError {
    /// The bytes are no database, or not a whole one.
    var isOfDamagedFile: Bool {
        [.SQLITE_NOTADB, .SQLITE_CORRUPT].contains(resultCode)
    }
}
