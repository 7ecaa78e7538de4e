// Who said that they see to a conflict: a help for people who share a desk, and part of no state.
// Neighbors: the desk shows it; it is in no ledger, for it decides nothing.

internal import Foundation
internal import GRDB
internal import Shared
internal import Store

struct AssignmentTable {
    let db: Database
    init(_ db: Database) { self.db = db }

    func all() throws -> [ConflictID: EntityID] {
        let rows = try Row.fetchAll(db, sql: "SELECT conflict, worker FROM conflict_assignment")
        return Dictionary(
            uniqueKeysWithValues: rows.compactMap { row in
                guard let worker = EntityID(stored: row[1]) else { return nil }
                return ConflictID(hex([UInt8](row[0] as Data))).map { ($0, worker) }
            })
    }

    func find(_ id: ConflictID) throws -> EntityID? {
        try Data.fetchOne(
            db, sql: "SELECT worker FROM conflict_assignment WHERE conflict = ?",
            arguments: [Data(id.value.bigEndianBytes)]
        ).flatMap { EntityID(stored: $0) }
    }

    /// Nil: nobody does any more.
    func set(_ worker: EntityID?, for id: ConflictID, at now: Instant) throws {
        guard let worker else {
            return try db.execute(
                sql: "DELETE FROM conflict_assignment WHERE conflict = ?",
                arguments: [Data(id.value.bigEndianBytes)])
        }
        try db.execute(
            sql: """
                INSERT OR REPLACE INTO conflict_assignment (conflict, worker, at)
                VALUES (?, ?, ?)
                """,
            arguments: [
                Data(id.value.bigEndianBytes), Data(worker.bytes), now.milliseconds,
            ])
    }
}
