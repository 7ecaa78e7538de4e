// Saved import maps of this device, by name. They never leave it.
// Neighbors: ClientSchema has the table, `import csv` saves and uses them, `import maps` lists.

internal import Foundation
internal import GRDB
internal import Store

struct SavedMap: Codable, Equatable {
    let name: String
    let map: ImportMap
}

extension LedgerTables {
    /// Replaces a map of that name.
    func save(_ map: ImportMap, as name: String) throws {
        try db.execute(
            sql: "INSERT OR REPLACE INTO import_map (name, map) VALUES (?, ?)",
            arguments: [name, try jsonLine(map)])
    }

    func savedMap(_ name: String) throws -> ImportMap? {
        try String.fetchOne(
            db, sql: "SELECT map FROM import_map WHERE name = ?", arguments: [name]
        ).map { try Self.decoded($0, name) }
    }

    /// By name.
    func savedMaps() throws -> [SavedMap] {
        try Row.fetchAll(db, sql: "SELECT name, map FROM import_map ORDER BY name").map {
            SavedMap(name: $0[0], map: try Self.decoded($0[1], $0[0]))
        }
    }

    /// Whether there was one.
    func forgetMap(_ name: String) throws -> Bool {
        try db.execute(sql: "DELETE FROM import_map WHERE name = ?", arguments: [name])
        return db.changesCount > 0
    }

    /// A newer version may have saved what this one does not know.
    private static func decoded(_ text: String, _ name: String) throws -> ImportMap {
        do {
            return try JSONDecoder().decode(ImportMap.self, from: Data(text.utf8))
        } catch {
            throw UserError(
                .dataError,
                "the saved map \"\(name)\" cannot be read by this version; run `hourbook import "
                    + "forget \"\(name)\"` and save it anew")
        }
    }
}
