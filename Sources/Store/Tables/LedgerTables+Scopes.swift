// A device that no longer holds a neighborhood: its entries are taken out of the tables.
// Source: docs/protocol.md section 7.10. Neighbor: the device's ScopeTaking, which keeps what must
// stay and projects anew.
// Invariant: what reaches a scope that is kept stays, whatever else it reaches.

internal import Foundation
internal import GRDB
public import Shared

extension LedgerTables {
    /// Whether an own event that has no place in the ledger yet reaches none of these scopes.
    public func hasUnplaced(outside kept: Set<ScopeID>) throws -> Bool {
        try Bool.fetchOne(
            db,
            sql: """
                SELECT EXISTS (SELECT 1 FROM event WHERE position >= \(StoreSchema.unsentBase)
                AND reach IN (\(try reachNumbers(outside: kept))))
                """) ?? false
    }

    /// Whether `withdraw` would take anything out.
    public func hasPlaced(outside kept: Set<ScopeID>) throws -> Bool {
        let outside = try reachNumbers(outside: kept)
        return try Bool.fetchOne(
            db, sql: "SELECT EXISTS (SELECT 1 FROM event WHERE \(Self.gone(outside)))") ?? false
    }

    /// Placed events of these reaches, but for those that came along with a member who moved.
    private static func gone(_ outside: String) -> String {
        """
        position < \(StoreSchema.unsentBase) AND reach IN (\(outside))
        AND NOT EXISTS (SELECT 1 FROM entity
            WHERE entity = coalesce(event.subject, event.dot)
                AND entity.reach NOT IN (\(outside)))
        """
    }

    /// Members among what `withdraw` takes out.
    public func membersOutside(_ kept: Set<ScopeID>) throws -> [EntityID] {
        try Int64.fetchAll(
            db,
            sql: """
                SELECT member.entity FROM member JOIN entity USING (entity)
                WHERE entity.reach IN (\(try reachNumbers(outside: kept))) ORDER BY member.entity
                """
        ).map { try entity(LocalKey(stored: $0)) }
    }

    /// Takes admitted events that reach none of these scopes out, in the order of the ledger; not
    /// those that came along with a member who moved to one of them.
    /// Projections are left as they were: `rebuild` follows.
    public func withdraw(
        outside kept: Set<ScopeID>, _ body: (StoredEntry) throws -> Void
    ) throws {
        let gone = Self.gone(try reachNumbers(outside: kept))
        let rows = try Row.fetchCursor(
            db,
            sql: """
                SELECT position, dot, reach, received_at, context_unknown, bytes FROM event
                WHERE \(gone) ORDER BY position
                """)
        while let row = try rows.next() { try body(try entry(row)) }
        for table in ["event_side", "missing_key"] {
            try db.execute(
                sql: "DELETE FROM \(table) WHERE dot IN (SELECT dot FROM event WHERE \(gone))")
        }
        try db.execute(sql: "DELETE FROM event WHERE \(gone)")
    }

    public func dropTree(of scope: ScopeID) throws {
        guard let number = try existingScopeNumber(scope) else { return }
        trees[number] = nil
        try db.execute(sql: "DELETE FROM scope_entry WHERE scope = ?", arguments: [number])
        try db.execute(sql: "DELETE FROM tree_node WHERE tree = ?", arguments: [number])
        try db.execute(sql: "DELETE FROM tree WHERE number = ?", arguments: [number])
    }

    /// Who is here needs no line any more.
    public func dropDirectoryOfThoseHere() throws {
        try db.execute(sql: "DELETE FROM directory WHERE member IN (SELECT entity FROM entity)")
    }

    private func reachNumbers(outside kept: Set<ScopeID>) throws -> String {
        try Int64.fetchAll(db, sql: "SELECT number FROM reach ORDER BY number")
            .filter { kept.isDisjoint(with: try reach($0)) }
            .map(String.init).joined(separator: ", ")
    }
}
