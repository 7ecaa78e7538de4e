// Append-only Merkle trees (RFC 9162, section 2.1) whose complete subtrees are kept by a store, so
// that a root at any past size costs log n. Neighbors: Store keeps the nodes by number.
// Invariant: nodes are numbered in the order they become complete (postorder), so that a store
// only ever appends.

/// Where a tree's complete subtrees are kept, by postorder number from 0.
public protocol MerkleNodes {
    func node(_ number: UInt64) throws -> Hash
    mutating func append(_ hash: Hash, number: UInt64) throws
}

/// A tree's size and the right edge that the next leaf joins: at most 64 hashes.
public struct MerkleTree: Sendable {
    public private(set) var size: UInt64
    /// Roots of the complete subtrees, largest first: one per set bit of the size.
    private var peaks: [Hash]

    public static let emptyRoot = Hash.of([])

    public init() {
        size = 0
        peaks = []
    }

    /// Takes up a stored tree.
    public init(size: UInt64, nodes: some MerkleNodes) throws {
        self.size = size
        peaks = try Self.peakNumbers(size: size).map(nodes.node)
    }

    /// Appends a leaf and every subtree it completes.
    public mutating func append(_ leaf: Hash, to nodes: inout some MerkleNodes) throws {
        var number = Self.nodeCount(size: size)
        var hash = leaf
        try nodes.append(hash, number: number)
        var completed = size
        while completed & 1 == 1 {
            hash = .node(peaks.removeLast(), hash)
            number += 1
            try nodes.append(hash, number: number)
            completed >>= 1
        }
        peaks.append(hash)
        size += 1
    }

    public var root: Hash { Self.root(peaks: peaks) }

    /// The root when the tree had `size` leaves.
    public static func root(size: UInt64, nodes: some MerkleNodes) throws -> Hash {
        root(peaks: try peakNumbers(size: size).map(nodes.node))
    }

    /// The root over leaves held in memory.
    public static func root(leaves: [Hash]) -> Hash {
        var nodes = Discarded()
        var tree = MerkleTree()
        for leaf in leaves { try? tree.append(leaf, to: &nodes) }
        return tree.root
    }

    private static func root(peaks: [Hash]) -> Hash {
        guard var hash = peaks.last else { return emptyRoot }
        for peak in peaks.dropLast().reversed() { hash = .node(peak, hash) }
        return hash
    }

    /// Complete subtrees of a tree: 2n − (number of set bits of n).
    public static func nodeCount(size: UInt64) -> UInt64 { 2 * size - UInt64(size.nonzeroBitCount) }

    /// Numbers of the peaks, largest subtree first.
    static func peakNumbers(size: UInt64) -> [UInt64] {
        var numbers: [UInt64] = []
        var covered: UInt64 = 0
        for bit in (0..<64).reversed() where size & (1 << bit) != 0 {
            covered += 1 << bit
            // The subtree ends just before the nodes of a later leaf begin.
            numbers.append(nodeCount(size: covered - 1) + UInt64(bit))
        }
        return numbers
    }

    /// Number of the root of a complete subtree: the `index`th of those of 2^`level` leaves.
    public static func subtreeNumber(level: Int, index: UInt64) -> UInt64 {
        nodeCount(size: (index + 1) << UInt64(level) - 1) + UInt64(level)
    }

    private struct Discarded: MerkleNodes {
        func node(_ number: UInt64) -> Hash { .zero }
        mutating func append(_ hash: Hash, number: UInt64) {}
    }
}
