// Ids that a lost branch had given to one thing and this ledger has given to another: an office
// that was set back went on unnoticed, under the same name. What was written on the lost branch and
// names one of them is bound to nothing here.
// Source: docs/protocol.md section 3.6.1. Neighbors: TakingBack notes and asks, Admission asks.
// Invariant: no entry comes to be about somebody or something else than its author meant.

internal import Foundation
internal import GRDB
internal import Shared
internal import Store

struct ReusedIDTable {
    let db: Database
    init(_ db: Database) { self.db = db }

    /// None in nearly every community.
    func all() throws -> Set<EntityID> {
        Set(
            try Data.fetchAll(db.cachedStatement(sql: "SELECT entity FROM reused_id"))
                .compactMap { EntityID(stored: $0) })
    }

    /// Of a proven event in whose place there is another.
    func note(_ lost: Event, at now: Instant) throws {
        guard lost.knownKind?.descriptor.creates != nil else { return }
        try db.execute(
            sql: "INSERT OR IGNORE INTO reused_id VALUES (?, ?)",
            arguments: [Data(lost.entity.bytes), now.milliseconds])
    }

    func since() throws -> Instant? {
        try Int64.fetchOne(db, sql: "SELECT min(noted_at) FROM reused_id")
            .map { Instant(milliseconds: $0) }
    }
}

extension Views {
    func reusedIDRecords() throws -> [WaitingRecord] {
        let table = ReusedIDTable(tables.db)
        guard let since = try table.since() else { return [] }
        let count = try table.all().count
        return [
            WaitingRecord(
                what: "reused", device: "",
                text:
                    "\(count) workers, neighborhoods or devices that this ledger had lost have ids "
                    + "that were given to others before `recover`: enter or pair them anew. What "
                    + "was recorded with them then is kept apart",
                count: count, since: since.text)
        ]
    }
}
