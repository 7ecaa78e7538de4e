// A data folder as text, to be kept with the sources: databases as SQL, other files as they are.
// Neighbor: GoldenFolderTests makes folders of it again and has today's programs open them.

import Foundation
import GRDB
import Store

@testable import SyncClient
@testable import SyncServer

struct GoldenFolder {
    /// Where it is kept.
    let kept: URL

    private static let root = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../Fixtures/golden").standardized
    private static let databases = [StoreFile.databaseName, Keyring.fileName]
    /// Of a device and of an office.
    private static let others = [
        IdentityFile.name, ServerKeys.fileName, TLSIdentity.fileName,
    ]

    init(_ version: String, _ name: String) {
        kept = Self.root.appending(path: "\(version)/\(name)")
    }

    /// Of one that nobody has open.
    func write(from folder: URL) throws {
        let files = FileManager.default
        try files.createDirectory(at: kept, withIntermediateDirectories: true)
        for name in Self.databases {
            let text = try Self.text(of: folder.appendingPathComponent(name))
            try Data(text.utf8).write(to: kept.appendingPathComponent("\(name).sql"))
        }
        for name in Self.others + HighWater.fileNames {
            guard let data = try? Data(contentsOf: folder.appendingPathComponent(name)) else {
                continue
            }
            try data.write(to: kept.appendingPathComponent(name))
        }
    }

    func put(at folder: URL) throws {
        let files = FileManager.default
        try? files.removeItem(at: folder)
        try files.createDirectory(at: folder, withIntermediateDirectories: true)
        for name in try files.contentsOfDirectory(atPath: kept.path) {
            let data = try Data(contentsOf: kept.appendingPathComponent(name))
            guard name.hasSuffix(".sql") else {
                try data.write(to: folder.appendingPathComponent(name))
                continue
            }
            var configuration = Configuration()
            configuration.foreignKeysEnabled = false
            let queue = try DatabaseQueue(
                path: folder.appendingPathComponent(String(name.dropLast(4))).path,
                configuration: configuration)
            try queue.write { try $0.execute(sql: String(decoding: data, as: UTF8.self)) }
            try queue.close()
        }
    }

    /// Tables with their rows, then indexes.
    private static func text(of file: URL) throws -> String {
        let queue = try DatabaseQueue(path: file.path)
        defer { try? queue.close() }
        return try queue.read { db in
            let made = try Row.fetchAll(
                db,
                sql: """
                    SELECT type, name, sql FROM sqlite_schema
                    WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'
                    ORDER BY type DESC, name
                    """)
            return try made.map { item in
                let (type, name, sql): (String, String, String) = (item[0], item[1], item[2])
                return "\(sql);\n" + (type == "table" ? try rows(of: name, db) : "")
            }.joined()
        }
    }

    private static func rows(of table: String, _ db: Database) throws -> String {
        let columns = try db.columns(in: table).map { "quote(\"\($0.name)\")" }
        return try String.fetchAll(
            db, sql: "SELECT \(columns.joined(separator: "||', '||")) FROM \(table)"
        ).map { "INSERT INTO \(table) VALUES (\($0));\n" }.joined()
    }
}
