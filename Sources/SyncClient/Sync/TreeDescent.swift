// Finds the first leaves of a scope's tree that are not the ledger's: pure, one answer at a time.
// Source: docs/protocol.md section 7.7. Neighbors: TreeRepair carries the questions and does what
// is found. Invariant: each answer leads one level down or to leaves; so it ends after a few.

internal import Shared

struct TreeDescent: Equatable {
    /// Of subtrees of 2^level leaves, the first that may differ.
    private(set) var level: Int
    private(set) var first: UInt64

    /// `leaves`: of the larger of the two trees.
    init(leaves: UInt64) {
        let bits = UInt64.bitWidth - leaves.leadingZeroBitCount
        level = max(0, bits - RepairLimits.subtreesBits)
        first = 0
    }

    var matter: RepairQuestion.Matter { .subtrees(level: level, first: first) }

    /// `own` are the roots here of the subtrees that `theirs` are of, as far as there are.
    mutating func take(_ theirs: [Hash], own: [Hash]) {
        let equal = zip(theirs, own).prefix { $0 == $1 }.count
        let below = max(0, level - RepairLimits.subtreesBits)
        // Without a difference it is beyond the complete ones, or there are more of these.
        first = (first + UInt64(equal)) << UInt64(level - below)
        level = below
    }
}

/// What of some leaves must be fetched, and what must go.
struct LeafDifference: Equatable {
    var fetched: [LedgerPosition] = []
    var removed: [LedgerPosition] = []
    var expected: [LedgerPosition: Hash] = [:]
    var isEmpty: Bool { fetched.isEmpty && removed.isEmpty }

    /// Both ascending, over the same positions.
    init(theirs: [PlacedLeaf], own: [PlacedLeaf]) {
        let here = Dictionary(own.map { ($0.position, $0.leaf) }) { first, _ in first }
        let there = Dictionary(theirs.map { ($0.position, $0.leaf) }) { first, _ in first }
        fetched = theirs.filter { here[$0.position] != $0.leaf }.map(\.position)
        removed = own.filter { there[$0.position] != $0.leaf }.map(\.position)
        expected = there
    }

    var cause: RepairCause {
        if removed.isEmpty { return .missing }
        return removed.contains { expected[$0] != nil } ? .altered : .extra
    }

    var count: UInt64 { UInt64(Set(fetched + removed).count) }
}
