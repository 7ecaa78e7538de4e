// The ledger as it is read: entries of some scopes after a position, in order.
// Neighbors: the server's pages and `ledger` listing; a device's own copy reads the same way.

internal import Foundation
internal import GRDB
public import Shared

/// An admitted event as stored, not decoded.
public struct StoredEntry: Sendable {
    public let position: LedgerPosition
    public let dot: Dot
    public let reach: [ScopeID]
    public let receivedAt: Instant
    public let contextUnknown: Bool
    public let bytes: [UInt8]
}

extension LedgerTables {
    /// At most `limit` entries whose reach meets `scopes`, after `position`, each once, ascending.
    public func entries(
        in scopes: Set<ScopeID>, after position: LedgerPosition, limit: Int
    ) throws -> [StoredEntry] {
        let numbers = try scopes.sorted().compactMap(existingScopeNumber)
        guard !numbers.isEmpty else { return [] }
        // One ordered scan a scope, merged: each reads only what the page can hold.
        let scan = """
            SELECT * FROM (SELECT position FROM scope_entry
            WHERE scope = ? AND position > ? ORDER BY position LIMIT ?)
            """
        let union = Array(repeating: scan, count: numbers.count).joined(separator: " UNION ")
        let after = Int64(clamping: position.value)
        let arguments = numbers.flatMap { [$0, after, Int64(limit)] }
        let rows = try Row.fetchCursor(
            db.cachedStatement(
                sql: """
                    SELECT e.position, e.dot, e.reach, e.received_at, e.context_unknown, e.bytes
                    FROM (\(union) ORDER BY 1 LIMIT ?) AS p
                    JOIN event e ON e.position = p.position ORDER BY e.position
                    """), arguments: StatementArguments(arguments + [Int64(limit)]))
        var entries: [StoredEntry] = []
        while let row = try rows.next() { entries.append(try entry(row)) }
        return entries
    }

    /// At most `limit` entries of the whole ledger after `position`.
    public func entries(after position: LedgerPosition, limit: Int) throws -> [StoredEntry] {
        try Row.fetchAll(
            db.cachedStatement(
                sql: """
                    SELECT position, dot, reach, received_at, context_unknown, bytes FROM event
                    WHERE position > ? AND position < \(StoreSchema.unsentBase)
                    ORDER BY position LIMIT ?
                    """), arguments: [Int64(clamping: position.value), limit]
        ).map(entry)
    }

    func entry(_ row: Row) throws -> StoredEntry {
        let bytes: Data = row[5]
        let position: Int64 = row[0]
        return StoredEntry(
            position: LedgerPosition(UInt64(position)), dot: try dot(LocalKey(stored: row[1])),
            reach: try reach(row[2]), receivedAt: Instant(milliseconds: row[3]),
            contextUnknown: row[4], bytes: [UInt8](bytes))
    }

    /// Where an event is in the ledger; nil for one that has no place, or is not here.
    public func position(of dot: Dot) throws -> LedgerPosition? {
        guard let key = try existingKey(dot) else { return nil }
        return try db.hotInt("SELECT position FROM event WHERE dot = ?", .int(key.value))
            .flatMap(LedgerPosition.init(admitted:))
    }

    /// Where an event was delivered; nil for one not here.
    public func reach(ofEvent dot: Dot) throws -> [ScopeID]? {
        guard let key = try existingKey(dot) else { return nil }
        return try Int64.fetchOne(
            db.cachedStatement(sql: "SELECT reach FROM event WHERE dot = ?"),
            arguments: [key.value]
        ).map(reach)
    }
}
