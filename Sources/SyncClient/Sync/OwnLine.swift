// The chain of own events as pages bring them back to a database that was set back to an older
// copy.
// Neighbors: AnswerApplication hands in what a page has of own events, in ledger order.
// Invariant: the head passes over no own event whose leaf hash is not in the ledger.

internal import Shared
internal import Store

struct OwnLine {
    private(set) var head: ReplicaChain
    private let replica: ReplicaID
    /// Leaf hashes of own events that the office keeps apart: the ledger has nothing else of them.
    private var apart: [Sequence64: Hash]

    /// `apart` are the sides that `quarantine.entered` named up to this page.
    init(head: ReplicaChain, replica: ReplicaID, apart: [Side]) {
        self.head = head
        self.replica = replica
        self.apart = [:]
        takeApart(apart)
    }

    mutating func takeApart(_ sides: [Side]) {
        for side in sides where side.dot.replica == replica && side.dot.sequence > head.sequence {
            apart[side.dot.sequence] = side.leaf
        }
        passApart()
    }

    /// An own event that the database did not have. False: what precedes it is not in the ledger.
    mutating func take(_ sequence: Sequence64, _ leaf: Hash) -> Bool {
        if sequence <= head.sequence { return true }
        guard sequence == head.sequence.next else { return false }
        head.append(leaf)
        passApart()
        return true
    }

    private mutating func passApart() {
        while let leaf = apart[head.sequence.next] { head.append(leaf) }
    }
}

extension LocalBook {
    /// Own events that the ledger says are or were kept apart.
    func ownKeptApart() throws -> [Side] {
        try views.entities(.quarantine).flatMap { id -> [Side] in
            guard case .quarantine(let state)? = try views.state(of: id) else { return [] }
            return state.events.filter { $0.dot.replica == paired.replica }
        }
    }
}
