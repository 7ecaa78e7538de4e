// Merkle trees of the ledger and of each scope, every complete subtree kept.
// Neighbors: Shared/Chain/MerkleTree does the hashing; the digest and every context check read.

internal import Foundation
internal import GRDB
public import Shared

/// A tree's nodes in the table, appended in the order they become complete.
struct StoredNodes: MerkleNodes {
    let db: Database
    let tree: Int64

    func node(_ number: UInt64) throws -> Hash {
        let blob = try Data.fetchOne(
            db.cachedStatement(
                sql: "SELECT hash FROM tree_node WHERE tree = ? AND number = ?"),
            arguments: [tree, Int64(number)])
        guard let hash = blob.flatMap({ Hash($0) }) else {
            throw StoreDamage.missing("node \(number) of tree \(tree)")
        }
        return hash
    }

    mutating func append(_ hash: Hash, number: UInt64) throws {
        try db.hot(
            "INSERT INTO tree_node (tree, number, hash) VALUES (?, ?, ?)", .int(tree),
            .int(Int64(number)), .bytes(hash.bytes))
    }
}

extension LedgerTables {
    static let ledgerTree: Int64 = 0

    func growTrees(
        leaf: Hash, position: Int64, reach: [ScopeID], holding: Set<ScopeID>?
    ) throws {
        if holding == nil { try grow(Self.ledgerTree, leaf) }
        for scope in reach where holding?.contains(scope) ?? true {
            let number = try scopeNumber(scope)
            try db.hot(
                "INSERT INTO scope_entry (scope, position) VALUES (?, ?)", .int(number),
                .int(position))
            try grow(number, leaf)
        }
    }

    private func grow(_ number: Int64, _ leaf: Hash) throws {
        var nodes = StoredNodes(db: db, tree: number)
        var tree = try tree(number)
        // Dropping the shared copy first keeps the append in place.
        trees[number] = nil
        try tree.append(leaf, to: &nodes)
        trees[number] = tree
    }

    private func tree(_ number: Int64) throws -> MerkleTree {
        if let tree = trees[number] { return tree }
        return try MerkleTree(
            size: try treeSize(number), nodes: StoredNodes(db: db, tree: number))
    }

    private func treeSize(_ number: Int64) throws -> UInt64 {
        if let tree = trees[number] { return tree.size }
        let size = try Int64.fetchOne(
            db.cachedStatement(sql: "SELECT size FROM tree WHERE number = ?"),
            arguments: [number])
        return UInt64(size ?? 0)
    }

    /// Writes the sizes of the trees that grew. Call before the transaction ends.
    public func finish() throws {
        for (number, tree) in trees.sorted(by: { $0.key < $1.key }) {
            try db.cachedStatement(
                sql: """
                    INSERT INTO tree (number, size) VALUES (?, ?)
                    ON CONFLICT (number) DO UPDATE SET size = excluded.size
                    """
            ).execute(arguments: [number, Int64(tree.size)])
        }
    }

    /// Size and root of the ledger's own tree (server).
    public func ledgerRoot() throws -> (size: UInt64, root: Hash) {
        let tree = try tree(Self.ledgerTree)
        return (tree.size, tree.root)
    }

    /// What the ledger's own tree is now (server).
    public func checkpoint(of community: CommunityID) throws -> Checkpoint {
        let (size, root) = try ledgerRoot()
        return Checkpoint(
            community: community, epoch: try epoch(), tree: .ledger, size: size, root: root)
    }

    /// Size and root of the scopes that entries after `position` reached, as checkpoints made at
    /// the ledger's end (server).
    public func checkpoints(
        of scopes: [ScopeID], grownAfter position: LedgerPosition, community: CommunityID
    ) throws -> [Checkpoint] {
        let (ledgerSize, ledgerRoot) = try ledgerRoot()
        let epoch = try epoch()
        return try scopes.filter { try hasEntry(of: $0, after: position) }.map { scope in
            let digest = try digest(of: scope)
            return Checkpoint(
                community: community, epoch: epoch,
                tree: .scope(scope, ledgerSize: ledgerSize, ledgerRoot: ledgerRoot),
                size: digest.size, root: digest.root)
        }
    }

    private func hasEntry(of scope: ScopeID, after position: LedgerPosition) throws -> Bool {
        guard let number = try existingScopeNumber(scope) else { return false }
        return try Bool.fetchOne(
            db.cachedStatement(
                sql: "SELECT EXISTS (SELECT 1 FROM scope_entry WHERE scope = ? AND position > ?)"),
            arguments: [number, Int64(position.value)]) ?? false
    }

    /// How many entries reached a scope up to a position.
    public func leafCount(of scope: ScopeID, upTo position: LedgerPosition) throws -> UInt64 {
        guard let number = try existingScopeNumber(scope) else { return 0 }
        let count = try db.hotInt(
            "SELECT count(*) FROM scope_entry WHERE scope = ? AND position <= ?", .int(number),
            .int(Int64(clamping: position.value)))
        return UInt64(count ?? 0)
    }

    /// Of a leaf of a scope's tree, as the tree was at a size that it has reached.
    public func inclusionProof(
        in scope: ScopeID, index: UInt64, size: UInt64
    ) throws -> InclusionProof {
        let nodes = StoredNodes(db: db, tree: try scopeNumber(scope))
        return try InclusionProof(index: index, size: size) { level, index in
            try nodes.node(MerkleTree.subtreeNumber(level: level, index: index))
        }
    }

    /// Size of a scope's tree, and the roots of its complete subtrees, largest first.
    public func peaks(of scope: ScopeID) throws -> (size: UInt64, hashes: [Hash]) {
        guard let number = try existingScopeNumber(scope) else { return (0, []) }
        let size = try treeSize(number)
        return (size, try MerkleTree.peaks(size: size, nodes: StoredNodes(db: db, tree: number)))
    }

    /// A scope's root when its tree had `size` leaves; nil beyond it.
    public func root(of scope: ScopeID, size: UInt64) throws -> Hash? {
        guard let number = try existingScopeNumber(scope) else {
            return size == 0 ? MerkleTree.emptyRoot : nil
        }
        guard size <= (try treeSize(number)) else { return nil }
        return try MerkleTree.root(size: size, nodes: StoredNodes(db: db, tree: number))
    }

    /// The ledger root when its size was `position`; nil beyond the ledger.
    public func ledgerRoot(at position: LedgerPosition) throws -> Hash? {
        guard position.value <= (try treeSize(Self.ledgerTree)) else { return nil }
        return try MerkleTree.root(
            size: position.value, nodes: StoredNodes(db: db, tree: Self.ledgerTree))
    }

    /// Tag of that root; at position 0 the start's.
    public func rootTag(at position: LedgerPosition) throws -> RootTag? {
        if position == .start { return .start }
        return try ledgerRoot(at: position).map(RootTag.init(of:))
    }

    public func digest(of scope: ScopeID) throws -> ScopeDigest {
        guard let number = try existingScopeNumber(scope) else {
            return ScopeDigest(scope: scope, size: 0, root: MerkleTree.emptyRoot)
        }
        let tree = try tree(number)
        return ScopeDigest(scope: scope, size: tree.size, root: tree.root)
    }

    /// The same recomputed from every event's bytes: finds what was altered behind our back.
    public func recomputedDigest(of scope: ScopeID) throws -> ScopeDigest {
        guard let number = try existingScopeNumber(scope) else {
            return ScopeDigest(scope: scope, size: 0, root: MerkleTree.emptyRoot)
        }
        let rows = try Row.fetchCursor(
            db.cachedStatement(
                sql: """
                    SELECT scope_entry.position, event.bytes FROM scope_entry
                    LEFT JOIN event ON event.position = scope_entry.position
                    WHERE scope = ? ORDER BY scope_entry.position
                    """), arguments: [number])
        var tree = MerkleTree()
        var nodes = NoNodes()
        while let row = try rows.next() {
            guard let bytes = row[1] as Data? else {
                throw StoreDamage.unreadable(position: row[0])
            }
            try tree.append(.leaf([UInt8](bytes)), to: &nodes)
        }
        return ScopeDigest(scope: scope, size: tree.size, root: tree.root)
    }
}

/// For a tree that is only computed, not kept.
struct NoNodes: MerkleNodes {
    func node(_ number: UInt64) throws -> Hash { throw StoreDamage.missing("a kept node") }
    mutating func append(_ hash: Hash, number: UInt64) {}
}
