// Trees and entries of a scope, compared with the ledger's and set right again.
// Source: docs/protocol.md section 7.7. Neighbors: the server reads answers here, a device finds
// what differs and replaces it; Shared/Sync/Repair has the words.
// Invariant: what is taken out is handed to the caller with its bytes.

internal import Foundation
internal import GRDB
public import Shared

/// A row that was taken out because the ledger has something else there.
public struct RemovedRow: Equatable, Sendable {
    public let position: LedgerPosition
    public let bytes: [UInt8]
}

extension LedgerPosition {
    /// Of a row; nil for one that the ledger does not have yet.
    public init?(admitted row: Int64) {
        guard row < StoreSchema.unsentBase else { return nil }
        self.init(UInt64(row))
    }
}

extension LedgerTables {
    // MARK: Reading

    /// Roots of the complete subtrees of 2^level leaves, from the `first`th on.
    public func subtrees(
        of scope: ScopeID, level: Int, first: UInt64, limit: Int
    ) throws -> [Hash] {
        let count = try digest(of: scope).size >> UInt64(level)
        guard let number = try existingScopeNumber(scope), first < count else { return [] }
        let nodes = StoredNodes(db: db, tree: number)
        return try (first..<min(count, first + UInt64(limit))).map {
            try nodes.node(MerkleTree.subtreeNumber(level: level, index: $0))
        }
    }

    /// Leaves of a scope's tree from the `first`th on, with their positions.
    public func leaves(
        of scope: ScopeID, from first: UInt64, limit: Int
    ) throws -> [PlacedLeaf] {
        guard let number = try existingScopeNumber(scope), first < (try digest(of: scope).size)
        else { return [] }
        let positions = try Int64.fetchAll(
            db,
            sql: """
                SELECT position FROM scope_entry WHERE scope = ? ORDER BY position
                LIMIT ? OFFSET ?
                """, arguments: [number, limit, Int64(first)])
        let hashes = try subtrees(of: scope, level: 0, first: first, limit: limit)
        return zip(positions, hashes).map {
            PlacedLeaf(position: LedgerPosition(UInt64($0)), leaf: $1)
        }
    }

    /// The entries at some positions, ascending; those that are not here are left out.
    public func entries(at positions: [LedgerPosition]) throws -> [StoredEntry] {
        try positions.sorted().compactMap { position in
            guard position > .start else { return nil }
            return try entries(after: LedgerPosition(position.value - 1), limit: 1)
                .first { $0.position == position }
        }
    }

    // MARK: Setting right

    /// Makes a scope's tree anew from the bytes of the entries that reach it.
    public func regrow(_ scope: ScopeID) throws {
        let number = try scopeNumber(scope)
        try db.execute(sql: "DELETE FROM scope_entry WHERE scope = ?", arguments: [number])
        try db.execute(sql: "DELETE FROM tree_node WHERE tree = ?", arguments: [number])
        trees[number] = MerkleTree()
        let rows = try Row.fetchCursor(
            db,
            sql: """
                SELECT position, leaf, bytes FROM event WHERE position < \(StoreSchema.unsentBase)
                AND reach IN (\(try reachNumbers(meeting: scope))) ORDER BY position
                """)
        var wrong: [(position: Int64, leaf: Hash)] = []
        while let row = try rows.next() {
            let (position, leaf) = (row[0] as Int64, Hash.leaf([UInt8](row[2] as Data)))
            if Hash(row[1] as Data) != leaf { wrong.append((position, leaf)) }
            try growTrees(
                leaf: leaf, position: position, reach: [scope], holding: [scope])
        }
        for (position, leaf) in wrong {
            try db.execute(
                sql: "UPDATE event SET leaf = ? WHERE position = ?",
                arguments: [Data(leaf.bytes), position])
        }
    }

    private func reachNumbers(meeting scope: ScopeID) throws -> String {
        try Int64.fetchAll(db, sql: "SELECT number FROM reach ORDER BY number")
            .filter { try reach($0).contains(scope) }
            .map(String.init).joined(separator: ", ")
    }

    /// Those that a device holds: no others have trees.
    public func scopesWithTrees() throws -> Set<ScopeID> {
        Set(
            try Int64.fetchAll(db, sql: "SELECT number FROM tree WHERE number > 0").map(scopeID))
    }

    /// Puts entries of the ledger in the place of what stands at `positions`, at their own, or
    /// under their dots, makes the trees of `holding` that this touches anew, and projects again.
    ///
    /// - Returns: What was taken out.
    public func replace(
        at positions: [LedgerPosition], with entries: [(new: NewEvent, admitted: Admitted)],
        holding: Set<ScopeID>
    ) throws -> [RemovedRow] {
        var scopes = Set(entries.flatMap(\.admitted.reach))
        var entities = Set(entries.map(\.new.event.entity))
        var removed: [RemovedRow] = []
        let places = positions + entries.map(\.admitted.position)
        let stale = try places.map { Int64($0.value) } + entries.compactMap(row)
        for position in Set(stale).sorted() {
            guard let row = try takeOut(position, &scopes, &entities) else { continue }
            removed.append(row)
        }
        for entry in entries { try insert(entry.new, entry.admitted, holding: []) }
        for scope in scopes.intersection(holding).sorted() { try regrow(scope) }
        try projectAgain(entities)
        let kept = Set(entries.map(\.new.leaf))
        return removed.filter { !kept.contains(.leaf($0.bytes)) }
    }

    /// Where this event stands now, whatever its bytes.
    private func row(_ entry: (new: NewEvent, admitted: Admitted)) throws -> Int64? {
        try existingKey(entry.new.event.dot).flatMap {
            try db.hotInt("SELECT position FROM event WHERE dot = ?", .int($0.value))
        }
    }

    /// By the table's own columns, for the bytes may be no event any more.
    private func takeOut(
        _ position: Int64, _ scopes: inout Set<ScopeID>, _ entities: inout Set<EntityID>
    ) throws -> RemovedRow? {
        let row = try Row.fetchOne(
            db,
            sql: "SELECT dot, coalesce(subject, dot), reach, bytes FROM event WHERE position = ?",
            arguments: [position])
        guard let row else { return nil }
        let key = row[0] as Int64
        entities.insert(try entity(LocalKey(stored: row[1])))
        let sides = try Int64.fetchAll(
            db, sql: "SELECT entity FROM event_side WHERE dot = ?", arguments: [key])
        entities.formUnion(try sides.map { try entity(LocalKey(stored: $0)) })
        scopes.formUnion(try reach(row[2]))
        try db.execute(sql: "DELETE FROM event_side WHERE dot = ?", arguments: [key])
        try db.execute(sql: "DELETE FROM event WHERE position = ?", arguments: [position])
        return RemovedRow(
            position: LedgerPosition(UInt64(position)), bytes: [UInt8](row[3] as Data))
    }
}
