// Proof that a leaf is in a tree, for whoever has the tree's root: RFC 9162, section 2.1.3.
// Neighbors: MerkleTree numbers the complete subtrees that a proof is made of; devices prove with
// it what a signed checkpoint vouches for, and the server checks.
// Invariant: size and root come from what was signed, never from whoever brings the proof.

public struct InclusionProof: Hashable, Sendable {
    /// A tree of 2⁵³ leaves needs 53.
    public static let hashesMax = 64

    /// From the leaf up.
    public let hashes: [Hash]

    public init(hashes: [Hash]) { self.hashes = hashes }

    /// Makes the proof of the leaf at an index. `subtree` knows the roots of complete subtrees: of
    /// the one with 2^level leaves that is the `index`th of its kind.
    public init(
        index: UInt64, size: UInt64, subtree: (_ level: Int, _ index: UInt64) throws -> Hash
    ) rethrows {
        precondition(index < size, "a leaf that is proven is in its tree")
        var (start, count) = (UInt64(0), size)
        var fromTop: [Hash] = []
        while count > 1 {
            let left = Self.leftPart(of: count)
            if index - start < left {
                fromTop.append(
                    try Self.root(start + left, count - left, subtree: subtree))
                count = left
            } else {
                fromTop.append(try Self.root(start, left, subtree: subtree))
                (start, count) = (start + left, count - left)
            }
        }
        hashes = fromTop.reversed()
    }

    /// The root of the tree that has this leaf there; nil if the proof is of no such place.
    public func root(leaf: Hash, index: UInt64, size: UInt64) -> Hash? {
        guard index < size, hashes.count <= Self.hashesMax else { return nil }
        var (place, last) = (index, size - 1)
        var root = leaf
        for hash in hashes {
            if last == 0 { return nil }
            if place & 1 == 1 || place == last {
                root = .node(hash, root)
                // The last of an odd row has no neighbor there: it moves up as it is.
                while place != 0, place & 1 == 0 { (place, last) = (place >> 1, last >> 1) }
            } else {
                root = .node(root, hash)
            }
            (place, last) = (place >> 1, last >> 1)
        }
        return last == 0 ? root : nil
    }

    /// The largest power of two below `count`, which is above 1.
    private static func leftPart(of count: UInt64) -> UInt64 {
        1 << UInt64(63 - (count - 1).leadingZeroBitCount)
    }

    /// Of the `count` leaves from `start` on, which is where a subtree that large may begin.
    private static func root(
        _ start: UInt64, _ count: UInt64, subtree: (Int, UInt64) throws -> Hash
    ) rethrows -> Hash {
        if count.nonzeroBitCount == 1 {
            let level = count.trailingZeroBitCount
            return try subtree(level, start >> UInt64(level))
        }
        let left = leftPart(of: count)
        return .node(
            try root(start, left, subtree: subtree),
            try root(start + left, count - left, subtree: subtree))
    }
}

extension MerkleTree {
    /// Roots of the complete subtrees of the first `size` leaves, largest first: all that is needed
    /// of them to go on, and to prove what comes after.
    public static func peaks(size: UInt64, nodes: some MerkleNodes) throws -> [Hash] {
        try peakNumbers(size: size).map(nodes.node)
    }
}

/// A tree whose first leaves are known by their peaks only.
public struct ContinuedTree: Sendable {
    public enum Fault: Error { case peaks, unknownNode }

    /// Of the leaves that are known by their peaks only.
    public let prefixSize: UInt64
    public private(set) var size: UInt64
    private var nodes: KnownNodes

    public init(prefixSize: UInt64, peaks: [Hash], leaves: [Hash]) throws {
        let numbers = MerkleTree.peakNumbers(size: prefixSize)
        guard numbers.count == peaks.count else { throw Fault.peaks }
        var nodes = KnownNodes(
            hashes: Dictionary(uniqueKeysWithValues: zip(numbers, peaks)))
        var tree = try MerkleTree(size: prefixSize, nodes: nodes)
        for leaf in leaves { try tree.append(leaf, to: &nodes) }
        self.prefixSize = prefixSize
        self.nodes = nodes
        size = tree.size
    }

    /// Nil for a size that the tree never had after its prefix.
    public func root(size: UInt64) throws -> Hash? {
        guard (prefixSize...self.size).contains(size) else { return nil }
        return try MerkleTree.root(size: size, nodes: nodes)
    }

    /// Of a leaf after the prefix, in the tree as it was at a size.
    public func proof(index: UInt64, size: UInt64) throws -> InclusionProof? {
        guard index >= prefixSize, index < size, size <= self.size else { return nil }
        return try InclusionProof(index: index, size: size) { level, index in
            try nodes.node(MerkleTree.subtreeNumber(level: level, index: index))
        }
    }

    private struct KnownNodes: MerkleNodes {
        var hashes: [UInt64: Hash]

        func node(_ number: UInt64) throws -> Hash {
            guard let hash = hashes[number] else { throw Fault.unknownNode }
            return hash
        }

        mutating func append(_ hash: Hash, number: UInt64) { hashes[number] = hash }
    }
}
