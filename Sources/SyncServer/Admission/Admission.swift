// What becomes of each event of a verified run: pure, one verdict an event, in chain order.
// Source: docs/protocol.md section 7.4. Neighbors: VerifiedRun before it, the append after it;
// Shared/Decide/Permission says who may write what, and where it goes.
// Invariants: a bad event never holds up those behind it; what is not admitted is kept; nothing
// here depends on a clock.

internal import Shared

/// What to do about a run.
enum RunVerdict: Equatable, Sendable {
    /// A predecessor is missing: store nothing.
    case held(after: Sequence64)
    /// The ledger holds other content after `common`: store nothing.
    case diverged(common: Sequence64, sign: PartingSign)
    /// Keep what each says; the replica's chain then ends at `head`.
    case events([EventVerdict], head: ReplicaChain)
}

struct EventVerdict: Equatable, Sendable {
    enum Action: Equatable, Sendable {
        case admit(reach: [ScopeID])
        case quarantine(QuarantineReason)
        /// Possessed already, with the outcome that it had.
        case none(Disposition)
    }

    let sequence: Sequence64
    let action: Action

    var disposition: Disposition {
        switch action {
        case .admit: .admitted
        case .quarantine(let reason): .quarantined(reason)
        case .none(let disposition): disposition
        }
    }
}

enum AdmissionLimits {
    /// The store numbers events in 40 bits a replica.
    static let subjectSequenceMax: UInt64 = 1 << 40 - 1
}

/// Decides the runs of one transaction in turn: each sees what those before it added.
struct Admission<Facts: LedgerFacts> {
    let facts: Facts
    /// Entities created by events admitted here and not in the tables yet.
    private var added: [EntityID: EntityFacts] = [:]

    init(facts: Facts) { self.facts = facts }

    mutating func decide(_ run: VerifiedRun, device: DeviceState) throws -> RunVerdict {
        let head = try facts.head(of: run.replica) ?? ReplicaChain(signingKey: device.signingKey)
        guard run.first <= head.sequence.next else { return .held(after: head.sequence) }
        var verdicts: [EventVerdict] = []
        var chain = head
        for received in run.events where received.sequence <= head.sequence {
            guard let known = try repeated(received, of: run.replica) else {
                return .diverged(
                    common: Sequence64(received.sequence.value - 1), sign: .event)
            }
            verdicts.append(known)
        }
        let fresh = run.events.filter { $0.sequence > head.sequence }
        for received in fresh { chain.append(received.leaf) }
        // The author signed another past than the ledger has; where it parted, the run cannot say.
        guard fresh.isEmpty || chain == run.chain else {
            return .diverged(common: .none, sign: .chain)
        }
        let ahead = try cameAhead(fresh, of: run.replica, beyond: head.sequence)
        if let first = ahead.parted {
            return .diverged(common: Sequence64(first.value - 1), sign: .event)
        }
        for received in fresh {
            verdicts.append(
                try ahead.known[received.sequence]
                    ?? EventVerdict(
                        sequence: received.sequence, action: try judge(received, device)))
        }
        return .events(verdicts, head: chain)
    }

    /// Nil when the ledger has other bytes under this dot.
    private func repeated(
        _ received: ReceivedEvent, of replica: ReplicaID
    ) throws -> EventVerdict? {
        let known = try facts.possessed(Dot(replica, received.sequence))
        guard let known, known.leaf == received.leaf else { return nil }
        let disposition = known.quarantined.map(Disposition.quarantined) ?? .duplicate
        return EventVerdict(sequence: received.sequence, action: .none(disposition))
    }

    /// Of events beyond the chain, those that others have brought back already, and the first in
    /// whose place they have brought back another.
    private func cameAhead(
        _ fresh: [ReceivedEvent], of replica: ReplicaID, beyond head: Sequence64
    ) throws -> (known: [Sequence64: EventVerdict], parted: Sequence64?) {
        guard !fresh.isEmpty, try facts.possessesAny(of: replica, beyond: head) else {
            return ([:], nil)
        }
        var known: [Sequence64: EventVerdict] = [:]
        for received in fresh {
            guard try facts.possessed(Dot(replica, received.sequence)) != nil else { continue }
            guard let verdict = try repeated(received, of: replica) else {
                return (known, received.sequence)
            }
            known[received.sequence] = verdict
        }
        return (known, nil)
    }

    private mutating func judge(
        _ received: ReceivedEvent, _ device: DeviceState
    ) throws -> EventVerdict.Action {
        if device.isRevoked(received.sequence) { return .quarantine(.revoked) }
        guard let event = received.event else { return .quarantine(.invalid) }
        do {
            let reach = try reach(of: event, device)
            remember(event, reach: reach)
            return .admit(reach: reach)
        } catch let reason as QuarantineReason {
            return .quarantine(reason)
        }
    }

    private mutating func remember(_ event: Event, reach: [ScopeID]) {
        guard let family = event.knownKind?.descriptor.creates else { return }
        added[event.entity] = EntityFacts(
            family: family, home: event.home, reach: reach, form: event.hoursForm)
    }

    /// Throws the reason why it may not be admitted.
    private func reach(of event: Event, _ device: DeviceState) throws -> [ScopeID] {
        // No replica has so many events: it names nothing, and no table could hold it.
        guard (event.subject?.dot.sequence.value ?? 0) <= AdmissionLimits.subjectSequenceMax else {
            throw QuarantineReason.invalid
        }
        guard try !facts.isAboutAnother(event) else { throw QuarantineReason.unknownSubject }
        return try Permission(
            device: device, workerRole: try event.worker.flatMap(facts.role(ofWorker:)),
            entity: entity
        ).reach(of: event)
    }

    private func entity(_ id: EntityID) throws -> EntityFacts? {
        try added[id] ?? facts.entity(id)
    }
}
