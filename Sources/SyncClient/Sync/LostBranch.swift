// What only a copied folder had is handed in anew, once its book is at the ledger's end and it is
// known what the ledger lacks. Source: docs/protocol.md section 7.9. Neighbors: Splitting put the
// entries aside, AnswerApplication calls this in the transaction that reaches the end, Reissuing
// writes the events.
// Invariant: an entry that the ledger has, apart or in its place or handed in by another copy, is
// not handed in again.

internal import Shared
internal import Store

struct LostBranch {
    let book: LocalBook
    let keyring: Keyring
    let environment: Environment

    /// Returns how many were handed in anew.
    func handIn() throws -> Int {
        let waiting = Dictionary(
            grouping: try book.tables.unsettledParted(), by: \.new.event.dot.replica)
        // A folder that was copied twice may have two names' entries.
        return try waiting.sorted { $0.key < $1.key }
            .reduce(0) { try $0 + handIn($1.value, of: $1.key) }
    }

    private func handIn(_ waiting: [PartedEvent], of origin: ReplicaID) throws -> Int {
        let apart = try leavesKeptApart(of: origin)
        let known = try handedInByOthers()
        var moved: [Dot: Dot] = [:]
        var lost: [PartedEvent] = []
        /// The first that the ledger does not have under its old name.
        var first: Sequence64?
        for event in waiting {
            let (dot, leaf) = (event.new.event.dot, event.new.leaf)
            let issued = event.new.event.firstIssue(leaf: leaf)
            if try isPlaced(dot, leaf) || apart.contains(leaf) {
                try book.tables.settleParted(dot, movedTo: nil)
            } else if let place = try known[issued.leaf] ?? placed(issued) {
                first = first ?? dot.sequence
                moved[dot] = place
                try book.tables.settleParted(dot, movedTo: nil)
            } else {
                first = first ?? dot.sequence
                lost.append(event)
            }
        }
        guard let first, !lost.isEmpty else { return 0 }
        let head = try book.head.sequence
        return try handIn(
            lost,
            Reissuing(
                origin: origin, common: Sequence64(first.value - 1), isAlone: head == .none,
                moved: moved))
    }

    private func handIn(_ lost: [PartedEvent], _ start: Reissuing) throws -> Int {
        var head = try book.head
        var writing = start
        var recorded: [RecordedEvent] = []
        for event in lost {
            let dot = Dot(book.paired.replica, head.sequence.next)
            let written = try resealed(
                writing.reissue(event.new.event, leaf: event.new.leaf, as: dot), writing)
            let bytes = written.encoded()
            let new = NewEvent(event: written, leaf: .leaf(bytes), bytes: bytes)
            try book.tables.insertUnsent(new, reach: event.reach)
            head.append(new.leaf)
            try book.tables.settleParted(event.new.event.dot, movedTo: dot.sequence)
            recorded.append(RecordedEvent(event: written, leaf: new.leaf, position: nil))
        }
        try book.tables.setHead(head, of: book.paired.replica)
        try book.tables.project(recorded)
        return recorded.count
    }

    // MARK: What the ledger has

    /// Also where this folder does not hold what it reaches.
    private func isPlaced(_ dot: Dot, _ leaf: Hash) throws -> Bool {
        let tables = book.tables
        return try tables.leaf(of: dot) == leaf || tables.putAwayEvent(dot)?.new.leaf == leaf
    }

    /// Where it was recorded first, if the ledger has it there.
    private func placed(_ issued: Reissued) throws -> Dot? {
        try isPlaced(issued.origin, issued.leaf) ? issued.origin : nil
    }

    private func leavesKeptApart(of origin: ReplicaID) throws -> Set<Hash> {
        let sides = try book.views.entities(.quarantine).flatMap { id -> [Side] in
            guard case .quarantine(let state)? = try book.views.state(of: id) else { return [] }
            return state.events
        }
        return Set(sides.filter { $0.dot.replica == origin }.map(\.leaf))
    }

    /// Leaf hashes of lost entries that another copy has handed in, with their new names.
    private func handedInByOthers() throws -> [Hash: Dot] {
        var found: [Hash: Dot] = [:]
        var position = LedgerPosition.start
        while true {
            let entries = try book.tables.entries(after: position, limit: Self.batch)
            for entry in entries {
                guard let event = try? Event(decoding: entry.bytes), let lost = event.reissued
                else { continue }
                found[lost.leaf] = found[lost.leaf] ?? event.dot
            }
            guard let last = entries.last else { return found }
            position = last.position
        }
    }

    /// Entries that are read together: bounds memory.
    private static let batch = 5_000

    // MARK: Sealed texts

    /// A key whose subjects name a lost entity would be forgotten with somebody else: the text gets
    /// one with the subjects as they are now. Where its key is not here, it stays as it was sealed.
    private func resealed(_ event: Event, _ writing: Reissuing) throws -> Event {
        var event = event
        event.sealed = try event.sealed.map { part in
            guard let key = try keyring.key(part.key) else { return part }
            let subjects = Set(key.subjects.map(writing.place)).sorted()
            guard subjects != key.subjects,
                let text = try? key.open(
                    part, kind: event.kind, community: book.paired.community)
            else { return part }
            let new = try keyring.key(of: subjects) ?? made(subjects)
            return try new.seal(
                text, kind: event.kind, community: book.paired.community,
                nonce: environment.randomBytes(12))
        }
        return event
    }

    private func made(_ subjects: [EntityID]) throws -> DataKey {
        let key = DataKey(subjects: subjects, environment: environment)
        // Durable before the events: a key that nothing names harms nobody.
        try keyring.add([key])
        return key
    }
}
