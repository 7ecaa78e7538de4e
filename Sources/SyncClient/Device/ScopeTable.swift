// What this device holds of the neighborhoods that the ledger grants it: in full, still being
// fetched, or on its way out. Neighbors: ScopeTaking moves them, LocalBook asks; ClientSchema makes
// the tables.
// Invariant: a neighborhood is `held` only while every entry that reaches it, up to the cursor, is
// here.

internal import Foundation
internal import GRDB
internal import Shared
internal import Store

enum ScopeHolding: Equatable {
    /// All of it up to the cursor.
    case held
    /// Its past is fetched, and kept aside until all of it is here.
    case filling(upto: LedgerPosition)
    /// Granted no more; what was recorded there is not safe yet.
    case leaving
    /// Its entries have been taken out.
    case gone
}

extension LedgerTables {
    private static let held: Int64 = 0
    private static let filling: Int64 = 1
    private static let leaving: Int64 = 2
    private static let gone: Int64 = 3

    /// Empty before the first page that says what this device is.
    func scopeHoldings() throws -> [EntityID: ScopeHolding] {
        let rows = try Row.fetchAll(
            db.cachedStatement(sql: "SELECT scope, state, upto FROM held_scope"))
        return try rows.reduce(into: [:]) { holdings, row in
            guard let place = EntityID(stored: row[0]) else {
                throw StoreDamage.missing("a neighborhood that it holds")
            }
            holdings[place] = try Self.holding(row[1], upto: row[2])
        }
    }

    private static func holding(_ state: Int64, upto: Int64) throws -> ScopeHolding {
        switch state {
        case held: return .held
        case filling: return .filling(upto: LedgerPosition(UInt64(upto)))
        case leaving: return .leaving
        case gone: return .gone
        default: throw StoreDamage.missing("how far it holds a neighborhood")
        }
    }

    func save(_ holding: ScopeHolding, of place: EntityID) throws {
        let (state, upto): (Int64, LedgerPosition) =
            switch holding {
            case .held: (Self.held, .start)
            case .filling(let upto): (Self.filling, upto)
            case .leaving: (Self.leaving, .start)
            case .gone: (Self.gone, .start)
            }
        try db.execute(
            sql: "INSERT OR REPLACE INTO held_scope VALUES (?, ?, ?)",
            arguments: [Data(place.bytes), state, Int64(upto.value)])
    }

    // MARK: Entries of a neighborhood that is being fetched

    func stage(_ entry: LedgerEntry, bytes: [UInt8], of place: EntityID) throws {
        try db.cachedStatement(
            sql: "INSERT OR REPLACE INTO fill_entry VALUES (?, ?, ?, ?, ?, ?)"
        ).execute(arguments: [
            Data(place.bytes), Int64(entry.position.value), try reachNumber(entry.reach),
            entry.receivedAt.milliseconds, entry.contextUnknown, Data(bytes),
        ])
    }

    /// In the order of the ledger.
    func forEachStaged(of place: EntityID, _ body: (PlacedEvent) throws -> Void) throws {
        let rows = try Row.fetchCursor(
            db,
            sql: """
                SELECT position, reach, received_at, context_unknown, bytes FROM fill_entry
                WHERE scope = ? ORDER BY position
                """, arguments: [Data(place.bytes)])
        while let row = try rows.next() {
            guard let new = try? NewEvent(bytes: [UInt8](row[4] as Data)) else {
                throw StoreDamage.missing("a readable entry of what it fetches")
            }
            try body(
                PlacedEvent(
                    new: new,
                    admitted: Admitted(
                        position: LedgerPosition(UInt64(row[0] as Int64)),
                        reach: try reach(row[1]), receivedAt: Instant(milliseconds: row[2]),
                        contextUnknown: row[3])))
        }
    }

    func stagedCount(of place: EntityID) throws -> Int {
        try Int.fetchOne(
            db, sql: "SELECT count(*) FROM fill_entry WHERE scope = ?",
            arguments: [Data(place.bytes)]) ?? 0
    }

    func dropStaged(of place: EntityID) throws {
        try db.execute(
            sql: "DELETE FROM fill_entry WHERE scope = ?", arguments: [Data(place.bytes)])
    }

    // MARK: What left with its neighborhood

    /// Where an entity that was here is at home, and since when it is not here.
    func left(_ entity: EntityID) throws -> (home: ScopeID, at: Instant?)? {
        let row = try Row.fetchOne(
            db, sql: "SELECT home, left_at FROM left_entity WHERE entity = ?",
            arguments: [Data(entity.bytes)])
        guard let row, let home = ScopeID(stored: row[0]) else { return nil }
        return (home, Instant(milliseconds: row[1]))
    }
}
