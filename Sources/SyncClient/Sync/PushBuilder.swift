// The next own events as a signed, packed run, with the data keys they use.
// Neighbors: SyncSession asks for one a request; the server's Admission takes it apart.
// Invariant: a run starts right after what the server possesses, and goes on without gaps.

internal import Shared
internal import Store

struct Push {
    let run: [UInt8]
    let keys: WrappedKeys?
    /// Which these are.
    let keyIDs: Set<DataKeyID>
    let eventCount: Int
    let last: Sequence64
}

struct PushBuilder {
    /// Events of one run, unpacked: with their keys they stay well under a request's bound even if
    /// nothing compresses.
    static let eventBytesMax = 600_000

    let book: LocalBook
    let keyring: Keyring
    let keys: ReplicaKeys
    /// What the office was given in this session already; if it has lost one, it asks for it.
    var delivered: Set<DataKeyID> = []

    /// Nil when there is nothing to send.
    func push(eventsMax: Int) throws -> Push? {
        let start = book.sync.acknowledged
        let events = try next(after: start.sequence, eventsMax: eventsMax)
        guard !events.isEmpty else { return nil }
        var chain = start
        for event in events { chain.append(event.leaf) }
        let replica = book.paired.replica
        let run = PushedRun(
            community: book.paired.community, epoch: try book.epoch, replica: replica,
            first: start.sequence.next, chain: chain,
            signature: try keys.sign(
                Signed.run(community: book.paired.community, replica: replica, chain: chain)),
            events: events.map(\.bytes))
        let used = Set(events.flatMap { $0.event.sealed.map(\.key) }).subtracting(delivered)
        let wrapped = try WrappedKeys.wrap(
            keyring.keys(used), to: book.serverReceivingKey,
            community: book.paired.community)
        return Push(
            run: run.packed(), keys: wrapped, keyIDs: used, eventCount: events.count,
            last: chain.sequence)
    }

    private func next(after last: Sequence64, eventsMax: Int) throws -> [NewEvent] {
        var events: [NewEvent] = []
        var bytes = 0
        var sequence = last.next
        while events.count < eventsMax, let event = try book.ownEvent(sequence) {
            bytes += event.bytes.count
            if bytes > Self.eventBytesMax, !events.isEmpty { break }
            events.append(event)
            sequence = sequence.next
        }
        return events
    }
}

extension LocalBook {
    /// Any own event ever recorded: unsent, in the ledger, or kept apart by the office.
    func ownEvent(_ sequence: Sequence64) throws -> NewEvent? {
        let dot = Dot(paired.replica, sequence)
        if let event = try tables.bytes(of: dot) { return event }
        return try tables.refused(sequence) ?? tables.putAwayEvent(dot)?.new
    }

    /// Also of one that only the office has: it keeps it apart, and this folder was set back.
    func ownLeaf(_ sequence: Sequence64) throws -> Hash? {
        try ownEvent(sequence)?.leaf
            ?? ownKeptApart().first { $0.dot.sequence == sequence }?.leaf
    }

    /// The own chain as it was at a sequence.
    func chain(at sequence: Sequence64, signingKey: [UInt8]) throws -> ReplicaChain {
        let start =
            sync.acknowledged.sequence <= sequence
            ? sync.acknowledged : ReplicaChain(signingKey: signingKey)
        let chain = try chain(from: start, upTo: sequence)
        guard chain.sequence == sequence else {
            throw StoreDamage.missing("its own event \(chain.sequence.next)")
        }
        return chain
    }

    /// Over own events of which only the leaf hash is here. What is here whole is sent, for the
    /// answer says what became of it.
    func chain(overGapAfter start: ReplicaChain, upTo last: Sequence64) throws -> ReplicaChain {
        var chain = start
        while chain.sequence < min(last, try head.sequence),
            try ownEvent(chain.sequence.next) == nil,
            let leaf = try ownLeaf(chain.sequence.next)
        {
            chain.append(leaf)
        }
        return chain
    }

    /// As far as own events, or their leaf hashes, are here without a gap.
    func chain(from start: ReplicaChain, upTo last: Sequence64) throws -> ReplicaChain {
        var chain = start
        while chain.sequence < last, let leaf = try ownLeaf(chain.sequence.next) {
            chain.append(leaf)
        }
        return chain
    }
}
