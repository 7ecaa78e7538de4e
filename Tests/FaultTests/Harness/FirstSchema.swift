// Folders as the first programs left them: the database of a town, with the tables of the first
// migrations alone. Neighbors: UpgradeTests has today's programs open them.
// Invariant: all that the first tables can hold is taken over; what came later is not there.

import Foundation
import GRDB
import Store

@testable import SyncClient
@testable import SyncServer

enum FirstSchema {
    /// Of which program a folder is.
    enum Program {
        case device, server

        fileprivate var lastMigration: String {
            switch self {
            case .device: "client 1: pairing and sync"
            case .server: "server 1: devices, links, quarantine, signatures"
            }
        }

        fileprivate func register(in migrator: inout DatabaseMigrator) {
            StoreSchema.register(in: &migrator)
            switch self {
            case .device: ClientSchema.register(in: &migrator)
            case .server: ServerSchema.register(in: &migrator)
            }
        }
    }

    private static let kept = ["store 1: events and trees", "store 2: projections"]

    /// Nobody has the folder open.
    static func put(in folder: URL, of program: Program) throws {
        let new = folder.appendingPathComponent(StoreFile.databaseName)
        let old = folder.appendingPathComponent("first.db")
        try make(old, of: program, from: new)
        let files = FileManager.default
        for suffix in ["", "-wal", "-shm"] {
            try? files.removeItem(atPath: new.path + suffix)
        }
        try files.moveItem(at: old, to: new)
        try putKeyring(in: folder)
    }

    private static func make(_ old: URL, of program: Program, from new: URL) throws {
        var configuration = Configuration()
        configuration.foreignKeysEnabled = false
        let queue = try DatabaseQueue(path: old.path, configuration: configuration)
        var migrator = DatabaseMigrator()
        program.register(in: &migrator)
        try migrate(queue, migrator, to: program.lastMigration)
        try queue.writeWithoutTransaction { db in
            try db.execute(sql: "ATTACH ? AS today", arguments: [new.path])
            try db.inTransaction {
                try copyRows(db)
                return .commit
            }
            try db.execute(sql: "DETACH today")
        }
        try queue.close()
    }

    /// By the first migrations alone: those that came between them are said to be done meanwhile.
    private static func migrate(
        _ queue: DatabaseQueue, _ migrator: DatabaseMigrator, to last: String
    ) throws {
        let later = migrator.migrations.prefix { $0 != last }.filter { !kept.contains($0) }
        try queue.write { db in
            try db.execute(
                sql: "CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY)")
            for name in later {
                try db.execute(
                    sql: "INSERT INTO grdb_migrations VALUES (?)", arguments: [name])
            }
        }
        try migrator.migrate(queue, upTo: last)
        try queue.write { db in
            for name in later {
                try db.execute(
                    sql: "DELETE FROM grdb_migrations WHERE identifier = ?", arguments: [name])
            }
        }
    }

    private static func copyRows(_ db: Database) throws {
        let tables = try String.fetchAll(
            db,
            sql: """
                SELECT name FROM main.sqlite_schema
                WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name <> 'grdb_migrations'
                """)
        for table in tables where table != "number_block" {
            let columns = try db.columns(in: table).map(\.name).joined(separator: ", ")
            try db.execute(
                sql: "INSERT INTO main.\(table) (\(columns)) SELECT \(columns) FROM today.\(table)")
        }
        // Its rows were taken over into another table.
        if tables.contains("number_block") {
            try db.execute(
                sql: """
                    INSERT INTO main.number_block
                    SELECT neighborhood, max(last) FROM today.device_block GROUP BY neighborhood
                    """)
        }
    }

    private static func putKeyring(in folder: URL) throws {
        let queue = try DatabaseQueue(
            path: folder.appendingPathComponent(Keyring.fileName).path)
        try queue.write { db in
            try db.execute(
                sql: """
                    DROP TABLE keyring;
                    DELETE FROM grdb_migrations WHERE identifier <> 'keyring 1'
                    """)
        }
        try queue.close()
    }
}
