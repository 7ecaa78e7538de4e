// The stored tree against RFC 9162, section 2.1.1, written down as it stands there.

import Testing
import TestSupport

@testable import Shared

@Suite("Merkle trees")
struct MerkleTests {
    private static let leaves = (0..<130).map { Hash.leaf([UInt8($0)]) }

    @Test("roots of 0 to 130 leaves are those of the RFC")
    func roots() {
        for size in 0...130 {
            let leaves = Array(Self.leaves.prefix(size))
            #expect(MerkleTree.root(leaves: leaves) == Self.rfc9162(leaves[...]))
        }
    }

    @Test("any past root is found among the stored nodes")
    func pastRoots() throws {
        let (tree, nodes) = try grown(to: 130)
        #expect(tree.size == 130)
        for size in 0...130 {
            let root = try MerkleTree.root(size: UInt64(size), nodes: nodes)
            #expect(root == Self.rfc9162(Self.leaves[..<size]))
        }
    }

    @Test("a tree taken up from its stored nodes goes on the same")
    func resumed() throws {
        for size in 0..<40 {
            var (_, nodes) = try grown(to: size)
            var resumed = try MerkleTree(size: UInt64(size), nodes: nodes)
            #expect(resumed.root == Self.rfc9162(Self.leaves[..<size]))
            try resumed.append(Self.leaves[size], to: &nodes)
            #expect(resumed.root == Self.rfc9162(Self.leaves[...size]))
        }
    }

    @Test("nodes are numbered without gaps: 2n less the set bits of n")
    func numbering() throws {
        for size in 0...130 {
            let (_, nodes) = try grown(to: size)
            #expect(UInt64(nodes.hashes.count) == MerkleTree.nodeCount(size: UInt64(size)))
        }
    }

    @Test("a leaf never passes for a node")
    func domains() {
        let left = Hash.leaf([1])
        let right = Hash.leaf([2])
        #expect(Hash.node(left, right) != Hash.leaf(left.bytes + right.bytes))
        #expect(Hash.node(left, right) != Hash.node(right, left))
    }

    private func grown(to size: Int) throws -> (MerkleTree, NodesInMemory) {
        var nodes = NodesInMemory()
        var tree = MerkleTree()
        for leaf in Self.leaves.prefix(size) { try tree.append(leaf, to: &nodes) }
        return (tree, nodes)
    }

    private static func rfc9162(_ leaves: ArraySlice<Hash>) -> Hash {
        guard leaves.count > 1 else { return leaves.first ?? Hash.of([]) }
        var split = 1
        while split * 2 < leaves.count { split *= 2 }
        return .node(rfc9162(leaves.prefix(split)), rfc9162(leaves.dropFirst(split)))
    }
}
