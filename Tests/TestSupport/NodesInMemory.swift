// A tree's nodes in an array: the twin of the table that a store keeps them in.

public import Shared

public struct NodesInMemory: MerkleNodes, Sendable {
    public private(set) var hashes: [Hash] = []

    public init() {}

    public func node(_ number: UInt64) -> Hash { hashes[Int(number)] }

    public mutating func append(_ hash: Hash, number: UInt64) {
        precondition(number == UInt64(hashes.count), "a tree only ever appends the next node")
        hashes.append(hash)
    }
}
