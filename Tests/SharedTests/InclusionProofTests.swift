// Inclusion proofs against a reference that knows RFC 9162 and none of our code: whole trees over
// lists of leaves, paths by the RFC's own recursion. Neighbors:
// Sources/Shared/Chain/InclusionProof.

import Crypto
import Foundation
import Shared
import Testing

/// Section 2.1.1 and 2.1.3.1 word for word: D[n] are leaves' hashes, all of them in memory.
private enum Reference {
    static func node(_ left: [UInt8], _ right: [UInt8]) -> [UInt8] {
        Array(SHA256.hash(data: [1] + left + right))
    }

    static func split(_ count: Int) -> Int {
        var k = 1
        while k * 2 < count { k *= 2 }
        return k
    }

    static func root(_ leaves: [[UInt8]]) -> [UInt8] {
        if leaves.count == 1 { return leaves[0] }
        let k = split(leaves.count)
        return node(root(Array(leaves[..<k])), root(Array(leaves[k...])))
    }

    static func path(_ m: Int, _ leaves: [[UInt8]]) -> [[UInt8]] {
        if leaves.count == 1 { return [] }
        let k = split(leaves.count)
        return m < k
            ? path(m, Array(leaves[..<k])) + [root(Array(leaves[k...]))]
            : path(m - k, Array(leaves[k...])) + [root(Array(leaves[..<k]))]
    }
}

@Suite("Inclusion proofs")
struct InclusionProofTests {
    private static let sizes = Array(1...40) + [63, 64, 65, 100]

    private static func leaves(_ count: Int) -> [[UInt8]] {
        (0..<count).map { Array(SHA256.hash(data: [0, UInt8($0 >> 8), UInt8($0 & 255)])) }
    }

    private static func hashes(_ bytes: [[UInt8]]) -> [Hash] { bytes.compactMap { Hash($0) } }

    @Test(
        "every leaf of every tree is proven as the RFC says, and by nothing else", arguments: sizes)
    func all(_ size: Int) throws {
        let leaves = Self.leaves(size)
        let root = Hash(Reference.root(leaves))
        let tree = try ContinuedTree(prefixSize: 0, peaks: [], leaves: Self.hashes(leaves))
        for index in 0..<size {
            let proof = try #require(try tree.proof(index: UInt64(index), size: UInt64(size)))
            #expect(proof.hashes == Self.hashes(Reference.path(index, leaves)))
            let leaf = try #require(Hash(leaves[index]))
            #expect(proof.root(leaf: leaf, index: UInt64(index), size: UInt64(size)) == root)
            for other in 0..<size where other != index {
                let wrong = proof.root(leaf: leaf, index: UInt64(other), size: UInt64(size))
                #expect(wrong != root, "\(index) is proven at \(other)")
            }
            let longer = InclusionProof(hashes: proof.hashes + [leaf])
            #expect(longer.root(leaf: leaf, index: UInt64(index), size: UInt64(size)) == nil)
            if size > 1 {
                let shorter = InclusionProof(hashes: Array(proof.hashes.dropLast()))
                #expect(shorter.root(leaf: leaf, index: UInt64(index), size: UInt64(size)) == nil)
            }
        }
    }

    @Test(
        "what comes after a prefix is proven without the prefix's leaves", arguments: [1, 7, 8, 33])
    func continued(_ prefix: Int) throws {
        let leaves = Self.leaves(48)
        let whole = try ContinuedTree(prefixSize: 0, peaks: [], leaves: Self.hashes(leaves))
        // One peak for each power of two, largest first.
        var (start, peaks) = (0, [Hash]())
        for bit in (0..<6).reversed() where prefix & (1 << bit) != 0 {
            let part = Array(leaves[start..<start + 1 << bit])
            peaks.append(try #require(Hash(Reference.root(part))))
            start += 1 << bit
        }
        let tree = try ContinuedTree(
            prefixSize: UInt64(prefix), peaks: peaks, leaves: Self.hashes(Array(leaves[prefix...])))
        #expect(tree.size == 48)
        for size in prefix...48 {
            #expect(try tree.root(size: UInt64(size)) == whole.root(size: UInt64(size)))
            for index in prefix..<size {
                let proof = try tree.proof(index: UInt64(index), size: UInt64(size))
                #expect(try proof == whole.proof(index: UInt64(index), size: UInt64(size)))
            }
        }
        #expect(try tree.root(size: UInt64(prefix) - 1) == nil)
        #expect(try tree.proof(index: UInt64(prefix) - 1, size: 48) == nil)
        #expect(throws: ContinuedTree.Fault.self) {
            try ContinuedTree(prefixSize: UInt64(prefix), peaks: peaks + peaks, leaves: [])
        }
    }

    @Test("an index or a size that no tree has, and too many hashes, prove nothing")
    func absurd() {
        let leaf = Hash.leaf([1])
        let none = InclusionProof(hashes: [])
        #expect(none.root(leaf: leaf, index: 0, size: 1) == leaf)
        #expect(none.root(leaf: leaf, index: 0, size: 0) == nil)
        #expect(none.root(leaf: leaf, index: 1, size: 1) == nil)
        #expect(none.root(leaf: leaf, index: .max, size: .max) == nil)
        #expect(none.root(leaf: leaf, index: .max - 1, size: .max) == nil)
        let endless = InclusionProof(hashes: Array(repeating: leaf, count: 65))
        #expect(endless.root(leaf: leaf, index: 0, size: .max) == nil)
    }
}
