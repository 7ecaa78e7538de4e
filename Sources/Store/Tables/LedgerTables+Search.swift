// The ledger from its end backwards, for people who look for something in it, and the proof of a
// place. Neighbors: the office's console asks.
// Invariant: one look reads a bounded part of the ledger, however little of it fits.

internal import GRDB
public import Shared

/// What is looked for; nil for all.
public struct LedgerSearch: Sendable {
    public var kind: Kind?
    /// Events about this account, and about hours entries of which one gives it minutes.
    public var account: EntityID?
    /// Entries from here on are not looked at.
    public var before: LedgerPosition
    /// Entries that one look reads at most.
    public static let lookedAtMax: UInt64 = 50_000

    public init(kind: Kind? = nil, account: EntityID? = nil, before: LedgerPosition) {
        (self.kind, self.account, self.before) = (kind, account, before)
    }
}

extension LedgerTables {
    /// The newest entries that fit, newest first, at most `limit`, of which the reach is one that
    /// `isFor` takes; and where to go on, nil at the beginning of the ledger.
    public func newest(
        _ search: LedgerSearch, limit: Int, isFor: ([ScopeID]) -> Bool
    ) throws -> (entries: [StoredEntry], goOnBefore: LedgerPosition?) {
        if let account = search.account {
            return try newest(of: account, search, limit: limit, isFor: isFor)
        }
        let before = min(search.before.value, UInt64(StoreSchema.unsentBase))
        let first = before > LedgerSearch.lookedAtMax ? before - LedgerSearch.lookedAtMax : 1
        let kinds = search.kind.map { "AND kind = \($0.rawValue)" } ?? ""
        let found = try Row.fetchAll(
            db,
            sql: """
                SELECT position, dot, reach, received_at, context_unknown, bytes FROM event
                WHERE position >= ? AND position < ? \(kinds)
                    AND reach IN (\(try reachNumbers(where: isFor)))
                ORDER BY position DESC LIMIT ?
                """, arguments: [Int64(first), Int64(before), limit]
        ).map(entry)
        let last = found.count == limit ? found.last?.position.value : first
        return (found, last.flatMap { $0 > 1 ? LedgerPosition($0) : nil })
    }

    /// However long their history is, the events of one page of it are read alone.
    private func newest(
        of account: EntityID, _ search: LedgerSearch, limit: Int, isFor: ([ScopeID]) -> Bool
    ) throws -> (entries: [StoredEntry], goOnBefore: LedgerPosition?) {
        guard let key = try existingKey(account.dot) else { return ([], nil) }
        let before = min(search.before.value, UInt64(StoreSchema.unsentBase))
        let fits = """
            position < ?2 AND reach IN (\(try reachNumbers(where: isFor)))
            \(search.kind.map { "AND kind = \($0.rawValue)" } ?? "")
            """
        let found = try Row.fetchAll(
            db,
            sql: """
                WITH about (entity) AS (
                    SELECT ?1 UNION SELECT entity FROM posting WHERE account = ?1
                    UNION SELECT entity FROM named_account WHERE account = ?1),
                place (position) AS (
                    SELECT position FROM event WHERE dot IN about AND \(fits)
                    UNION SELECT position FROM event WHERE subject IN about AND \(fits)
                    UNION SELECT position FROM event WHERE dot IN
                        (SELECT dot FROM event_side WHERE entity IN about) AND \(fits)
                    ORDER BY 1 DESC LIMIT ?3)
                SELECT position, dot, reach, received_at, context_unknown, bytes
                FROM event WHERE position IN place ORDER BY position DESC
                """, arguments: [key.value, Int64(before), limit + 1]
        ).map(entry)
        let shown = Array(found.prefix(limit))
        return (shown, found.count > limit ? shown.last?.position : nil)
    }

    private func reachNumbers(where isFor: ([ScopeID]) -> Bool) throws -> String {
        try Int64.fetchAll(db, sql: "SELECT number FROM reach ORDER BY number")
            .filter { isFor(try reach($0)) }.map(String.init).joined(separator: ", ")
    }

    /// The entry with a place; nil beyond the ledger.
    public func entry(at position: LedgerPosition) throws -> StoredEntry? {
        guard position > .start else { return nil }
        return try entries(after: LedgerPosition(position.value - 1), limit: 1)
            .first { $0.position == position }
    }

    /// The last position whose entry the office received on a day or before, by its clock, which
    /// may have been set meanwhile: then it is one of those.
    public func lastPosition(
        receivedThrough day: CivilDate, utcOffsetMinutes: Int32
    ) throws -> LedgerPosition {
        var (low, high) = (UInt64(0), try lastPosition().value)
        while low < high {
            let middle = low + (high - low + 1) / 2
            guard let entry = try entry(at: LedgerPosition(middle)) else {
                throw StoreDamage.unreadable(position: Int64(middle))
            }
            if entry.receivedAt.date(utcOffsetMinutes: utcOffsetMinutes) <= day {
                low = middle
            } else {
                high = middle - 1
            }
        }
        return LedgerPosition(low)
    }

    /// Of an entry in the ledger's own tree, as it was at a size that it has reached.
    public func ledgerProof(
        of position: LedgerPosition, size: UInt64
    ) throws -> InclusionProof {
        let nodes = StoredNodes(db: db, tree: Self.ledgerTree)
        return try InclusionProof(index: position.value - 1, size: size) { level, index in
            try nodes.node(MerkleTree.subtreeNumber(level: level, index: index))
        }
    }
}
