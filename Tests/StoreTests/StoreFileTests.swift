// The database file: durable by its settings, and left alone when it is of a newer program.

import Foundation
import GRDB
import Store
import Testing

@Suite struct StoreFileTests {
    /// A folder that is deleted at the end.
    private func withFolder(_ body: (URL) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("store-\(ProcessInfo.processInfo.globallyUniqueString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try body(folder)
    }

    @Test func everyCommitReachesTheDiskAndForeignKeysHold() throws {
        try withFolder { folder in
            let pool = try StoreFile.open(folder: folder) { _ in }
            let settings = try pool.write { db in
                try ["journal_mode", "synchronous", "foreign_keys"].map {
                    try String.fetchOne(db, sql: "PRAGMA \($0)")
                }
            }
            // 2 is FULL: the log is synced at every commit.
            #expect(settings == ["wal", "2", "1"])
        }
    }

    @Test func aDatabaseOfANewerProgramIsRefusedUntouched() throws {
        try withFolder { folder in
            let pool = try StoreFile.open(folder: folder) { _ in }
            try pool.write { db in
                try db.execute(sql: "INSERT INTO grdb_migrations VALUES ('store 999')")
            }
            try pool.close()
            #expect(throws: StoreFile.Failure.self) {
                _ = try StoreFile.open(folder: folder) { migrator in
                    migrator.registerMigration("later") { _ in
                        Issue.record("a newer database was migrated")
                    }
                }
            }
            let path = folder.appendingPathComponent(StoreFile.databaseName).path
            let left = try DatabaseQueue(path: path).read { db in
                try String.fetchAll(db, sql: "SELECT identifier FROM grdb_migrations")
            }
            #expect(left.contains("store 999") && !left.contains("later"))
        }
    }

    /// I6: nothing in the file is not nothing recorded.
    @Test func aFileCutOffToNothingIsDamageUnlessItMayBeNew() throws {
        try withFolder { folder in
            let file = folder.appendingPathComponent(StoreFile.databaseName)
            try Data().write(to: file)
            let damage = #expect(throws: StoreDamage.self) {
                _ = try StoreFile.open(folder: folder) { _ in }
            }
            #expect(
                "\(try #require(damage))".contains("is damaged: nothing is left in it (0 bytes)"))
            #expect(try Data(contentsOf: file).isEmpty, "nothing was touched")
            try StoreFile.open(folder: folder, mayBeEmpty: true) { _ in }.close()
        }
    }

    @Test func aSecondHolderOfALockIsTold() throws {
        try withFolder { folder in
            let first = try FolderLock(folder: folder, name: "test.lock")
            #expect(throws: FolderLock.Failure.self) {
                _ = try FolderLock(folder: folder, name: "test.lock", wait: false)
            }
            withExtendedLifetime(first) {}
        }
    }
}
