// Opening the database of a data folder: WAL, synchronous=FULL, foreign keys, frozen migrations.
// Neighbors: Schema's migrations, and each program's own.

public import Foundation
public import GRDB

public enum StoreFile {
    public static let databaseName = "hourbook.db"
    /// Long enough for another process's append; then an error, never a hang.
    private static let busyTimeoutSeconds: TimeInterval = 30

    public enum Failure: Error, CustomStringConvertible {
        case newer(String)
        public var description: String {
            switch self {
            case .newer(let path):
                "\(path) is of a newer Hourbook, or of the other of its programs; nothing "
                    + "was touched. Check --data, or install that version"
            }
        }
    }

    /// Opens or creates the database and brings it up to date, whole or not at all.
    /// `register` adds the program's own migrations. A file with nothing in it is taken for a new
    /// one only if `mayBeEmpty` says so.
    public static func open(
        folder: URL, mayBeEmpty: Bool = false, register: (inout DatabaseMigrator) -> Void
    ) throws -> DatabasePool {
        let path = folder.appendingPathComponent(databaseName).path
        if !mayBeEmpty { try refuseIfEmpty(path) }
        let pool = try openDurably(path: path, configuration: configuration)
        var migrator = DatabaseMigrator()
        StoreSchema.register(in: &migrator)
        register(&migrator)
        let lock = try FolderLock(folder: folder, name: "migration.lock")
        defer { withExtendedLifetime(lock) {} }
        guard try !pool.read(migrator.hasBeenSuperseded) else { throw Failure.newer(path) }
        if try !pool.read(migrator.hasCompletedMigrations) { try migrator.migrate(pool) }
        chmod(path, 0o600)
        return pool
    }

    private static func refuseIfEmpty(_ path: String) throws {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        if (attributes?[.size] as? NSNumber)?.int64Value == 0 {
            throw StoreDamage.empty(path: path)
        }
    }

    /// A pool whose every commit reaches the disk. GRDB sets synchronous = NORMAL when it turns WAL
    /// on, after the configuration's own preparation; its one writing connection is set back here.
    static func openDurably(path: String, configuration: Configuration) throws -> DatabasePool {
        let pool = try DatabasePool(path: path, configuration: configuration)
        try pool.writeWithoutTransaction { db in
            try db.execute(sql: "PRAGMA synchronous = FULL")
        }
        return pool
    }

    /// A database in memory for tests: the same schema, no file.
    public static func inMemory(
        register: (inout DatabaseMigrator) -> Void
    ) throws -> DatabaseQueue {
        let queue = try DatabaseQueue(configuration: configuration)
        var migrator = DatabaseMigrator()
        StoreSchema.register(in: &migrator)
        register(&migrator)
        try migrator.migrate(queue)
        return queue
    }

    static var configuration: Configuration {
        var configuration = Configuration()
        configuration.foreignKeysEnabled = true
        configuration.busyMode = .timeout(busyTimeoutSeconds)
        configuration.maximumReaderCount = 8
        configuration.prepareDatabase { db in
            try db.execute(sql: "PRAGMA cache_size = -32000")
        }
        return configuration
    }
}
