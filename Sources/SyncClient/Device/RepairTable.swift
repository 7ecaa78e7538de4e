// What of this device's copy was not what the ledger holds, and the bytes that were taken out.
// Neighbors: TreeRepair writes, `doctor` and `status` read; ClientSchema makes the tables.
// Invariant: bytes that were taken out are kept, up to a bound.

internal import Foundation
internal import GRDB
internal import Shared
internal import Store

struct RepairNote: Equatable {
    let at: Instant
    let scope: ScopeID
    let cause: RepairCause
    /// Fetched or put aside.
    let entries: UInt64
}

extension LedgerTables {
    /// Bounds what a failing disk can make a device keep.
    static let damagedEventsMax = 10_000

    func note(_ repair: RepairNote) throws {
        try db.execute(
            sql: "INSERT INTO repair (at, scope, cause, entries) VALUES (?, ?, ?, ?)",
            arguments: [
                repair.at.milliseconds, Data(repair.scope.bytes), Int64(repair.cause.rawValue),
                Int64(repair.entries),
            ])
    }

    func keepDamaged(_ rows: [RemovedRow], at now: Instant) throws {
        for row in rows {
            try db.execute(
                sql: "INSERT INTO damaged_event (position, bytes, seen_at) VALUES (?, ?, ?)",
                arguments: [Int64(row.position.value), Data(row.bytes), now.milliseconds])
        }
        try db.execute(
            sql: """
                DELETE FROM damaged_event
                WHERE number <= (SELECT max(number) FROM damaged_event) - ?
                """, arguments: [Self.damagedEventsMax])
    }

    /// The newest first.
    func repairs() throws -> [RepairNote] {
        try Row.fetchAll(
            db, sql: "SELECT at, scope, cause, entries FROM repair ORDER BY number DESC"
        )
        .compactMap { row in
            guard let scope = ScopeID(stored: row[1]),
                let cause = RepairCause(rawValue: UInt32(row[2] as Int64))
            else { return nil }
            return RepairNote(
                at: Instant(milliseconds: row[0]), scope: scope, cause: cause,
                entries: UInt64(row[3] as Int64))
        }
    }
}
