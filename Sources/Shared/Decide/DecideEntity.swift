// Events of one entity → its state. Pure: the same set of events gives the same state, whatever
// the order they arrived in. Neighbors: Store loads the events and keeps the state; DecideGroup
// takes hours states further.

/// State of any entity this build knows.
public enum EntityState: Hashable, Sendable {
    case community(CommunityState)
    case neighborhood(NeighborhoodState)
    case worker(WorkerState)
    case device(DeviceState)
    case member(MemberState)
    case hours(HoursState)
    case quarantine(QuarantineState)
    case question(QuestionState)
}

public struct CommunityState: Hashable, Sendable {
    public let name: String
    /// As the server announced them, latest last; none where it never spoke TLS with its own key.
    public let tlsKeys: [TLSKeys]
}

/// The TLS public keys that a server announced, by the SHA-256 of their SubjectPublicKeyInfo.
public struct TLSKeys: Hashable, Sendable {
    public let current: Hash
    public let next: Hash

    public init(current: Hash, next: Hash) {
        self.current = current
        self.next = next
    }
}

public struct NeighborhoodState: Hashable, Sendable {
    public let id: EntityID
    public let name: String
    public let code: String
}

public struct WorkerState: Hashable, Sendable {
    public let id: EntityID
    public let role: Role
    public let neighborhoods: [EntityID]
}

public struct DeviceState: Hashable, Sendable {
    public let id: EntityID
    public let replica: ReplicaID
    public let signingKey: [UInt8]
    public let receivingKey: [UInt8]
    public let label: String
    public let role: Role
    public let workers: [EntityID]
    /// On the device itself only those that are there in full.
    public var neighborhoods: [EntityID]
    /// All that it was ever given, joined where they touch, by neighborhood and number.
    public let numberBlocks: [NumberBlock]
    /// Its last event that is admitted as usual; nil unless it was revoked.
    public let revokedAfter: Sequence64?
    /// The device whose folder it is a copy of; nil for one that was paired.
    public var origin: EntityID?
    /// Replicas that its folder was before, the last first.
    public var former: [ReplicaID] = []
    /// The last sequence that its folder had in common with `origin`, as it said.
    public var common: Sequence64 = .none

    /// What a copy of its folder is until the ledger says so: the same, without its numbers.
    public var copied: DeviceState {
        DeviceState(
            id: id, replica: replica, signingKey: signingKey, receivingKey: receivingKey,
            label: label, role: role, workers: workers, neighborhoods: neighborhoods,
            numberBlocks: [], revokedAfter: revokedAfter, origin: id, former: [replica] + former)
    }

    /// Whether an event of the device came after it was revoked.
    public func isRevoked(_ sequence: Sequence64) -> Bool {
        revokedAfter.map { sequence > $0 } ?? false
    }
}

/// Events that the office keeps apart for one reason, and what was decided about each.
public struct QuarantineState: Hashable, Sendable {
    public let id: EntityID
    public let events: [Side]
    public let cause: QuarantineReason?
    /// By leaf hash; of an event decided twice the first decision, for it has been carried out.
    public let decided: [Hash: QuarantineChoice]
}

/// Decides an entity from all events about it, its creating event among them. Nil while the
/// creation is missing, or of a kind this build does not know.
public func decideEntity(_ events: [RecordedEvent]) -> EntityState? {
    let events = events.withoutUndone
    guard let creation = events.first(where: { $0.event.subject == nil }),
        let kind = creation.event.knownKind
    else { return nil }
    let payload = creation.event.payload
    let id = creation.event.entity
    switch kind {
    case .communityFounded:
        return .community(
            CommunityState(
                name: payload.text(FoundedField.name) ?? "",
                tlsKeys: events.sorted(by: RecordedEvent.isEarlier).compactMap(\.tlsKeys)))
    case .neighborhoodDefined:
        return .neighborhood(
            NeighborhoodState(
                id: id, name: payload.text(NeighborhoodField.name) ?? "",
                code: payload.text(NeighborhoodField.code) ?? ""))
    case .workerRegistered:
        return .worker(
            WorkerState(
                id: id, role: payload.role(WorkerField.role),
                neighborhoods: payload.entities(WorkerField.neighborhoods)))
    case .devicePaired, .deviceSplit:
        return DeviceState(id: id, payload: payload, events: events).map(EntityState.device)
    case .quarantineEntered: return .quarantine(QuarantineState(id: id, events: events))
    case .memberEnrolled: return .member(decideMember(creation: creation, events: events))
    case .hoursRecorded: return decideHours(creation: creation, events: events).map { .hours($0) }
    case .conflictAsked:
        return QuestionState(creation: creation, events: events).map { .question($0) }
    case .memberChanged, .memberMoved, .hoursAmended, .hoursVoided, .hoursConfirmed,
        .hoursDisputed, .hoursReinstated, .hoursMarkedSame, .hoursMarkedDistinct, .conflictResolved,
        .conflictUndone, .conflictReplied, .deviceRevoked, .deviceScopeChanged,
        .serverTLSKeysChanged,
        .quarantineDecided, .ledgerReopened:
        return nil
    }
}

extension RecordedEvent {
    /// Each epoch has a server replica of its own, so that dots alone do not order its events.
    static func isEarlier(_ one: RecordedEvent, _ other: RecordedEvent) -> Bool {
        let (first, second) = (one.observation.position, other.observation.position)
        if let first, let second, first != second { return first < second }
        return one.event.dot < other.event.dot
    }
}

extension DeviceState {
    /// Nil without a signing key, which no event that passed the shape check lacks.
    fileprivate init?(id: EntityID, payload: Payload, events: [RecordedEvent]) {
        guard let signingKey = payload.data(DeviceField.signingKey) else { return nil }
        self.init(
            id: id, replica: ReplicaID(signingKey: signingKey), signingKey: signingKey,
            receivingKey: payload.data(DeviceField.receivingKey) ?? [],
            label: payload.text(DeviceField.label) ?? "", role: payload.role(DeviceField.role),
            workers: payload.entities(DeviceField.workers),
            neighborhoods: events.neighborhoodsHeld(
                since: payload.entities(DeviceField.neighborhoods)),
            numberBlocks: (payload.blocks(DeviceField.numberBlocks) + events.blocksAdded).joined(),
            revokedAfter: events.compactMap(\.revokesAfter).min(),
            origin: payload.entity(DeviceField.origin),
            former: payload.replicas(DeviceField.former),
            common: payload.integer(DeviceField.common).map { Sequence64(UInt64($0)) } ?? .none)
    }
}

extension RecordedEvent {
    /// Of an announcement: the keys.
    fileprivate var tlsKeys: TLSKeys? {
        guard event.knownKind == .serverTLSKeysChanged,
            let current = event.payload.data(TLSKeysField.current).flatMap({ Hash($0) }),
            let next = event.payload.data(TLSKeysField.next).flatMap({ Hash($0) })
        else { return nil }
        return TLSKeys(current: current, next: next)
    }

    /// Of a revocation: the last sequence that is admitted as usual.
    fileprivate var revokesAfter: Sequence64? {
        guard event.knownKind == .deviceRevoked else { return nil }
        return Sequence64(UInt64(max(event.payload.integer(RevocationField.asOf) ?? 0, 0)))
    }
}

extension QuarantineState {
    fileprivate init(id: EntityID, events all: [RecordedEvent]) {
        let entered = all.first { $0.event.subject == nil }?.event.payload ?? Payload()
        let decisions = all.filter { $0.event.knownKind == .quarantineDecided }
            .sorted { $0.event.dot < $1.event.dot }
        self.id = id
        events = entered.sides(QuarantineField.events)
        cause = entered.integer(QuarantineField.cause)
            .flatMap(UInt32.init(exactly:)).flatMap(QuarantineReason.init(rawValue:))
        decided = decisions.reduce(into: [:]) { decided, decision in
            let payload = decision.event.payload
            guard let code = payload.integer(QuarantineField.choice),
                let choice = QuarantineChoice(rawValue: code)
            else { return }
            for side in payload.sides(QuarantineField.events) where decided[side.leaf] == nil {
                decided[side.leaf] = choice
            }
        }
    }
}

extension Payload {
    fileprivate func replicas(_ number: FieldNumber) -> [ReplicaID] {
        guard case .texts(let texts)? = self[number] else { return [] }
        return texts.compactMap { bytes(hex: $0).flatMap { ReplicaID($0) } }
    }

    /// The least role when the field is missing, or holds one that this build does not know.
    fileprivate func role(_ number: FieldNumber) -> Role {
        integer(number).flatMap(Role.init(rawValue:)) ?? .auditor
    }
}

/// The changes that events make to the fields of the entity `creation` created.
struct FieldChanges {
    let creation: RecordedEvent
    private(set) var byField: [FieldNumber: [Change]] = [:]

    /// `about` is what a decision must be about to count here.
    init(creation: RecordedEvent, events: [RecordedEvent], about: Set<ConflictKind>) {
        self.creation = creation
        for recorded in events where recorded.event.subject != nil {
            switch recorded.event.knownKind {
            case .memberChanged, .hoursAmended: amend(recorded)
            case .memberMoved:
                add(
                    recorded, to: MemberField.number,
                    value: recorded.event.payload[MoveField.number])
            case .conflictResolved: decide(recorded, about: about)
            default: continue
            }
        }
    }

    /// Each changed field decided, its creation among the changes.
    func decided(whileDisputed: WhileDisputed) -> FieldStates {
        let changed = byField.compactMapValues { decideField($0, whileDisputed: whileDisputed) }
        return FieldStates(creation: creation, changed: changed)
    }

    private mutating func amend(_ recorded: RecordedEvent) {
        guard let number = recorded.event.payload.fieldNumber(ChangeField.field) else { return }
        add(recorded, to: number, value: recorded.event.payload[ChangeField.new])
    }

    private mutating func decide(_ recorded: RecordedEvent, about: Set<ConflictKind>) {
        let payload = recorded.event.payload
        guard
            let conflict = payload.integer(ResolutionField.conflict)
                .flatMap(ConflictKind.init(rawValue:)), about.contains(conflict),
            payload.integer(ResolutionField.choice) != Choice.void.rawValue,
            let number = payload.fieldNumber(ResolutionField.field)
        else { return }
        add(recorded, to: number, value: payload[ResolutionField.value], isDecision: true)
    }

    private mutating func add(
        _ recorded: RecordedEvent, to number: FieldNumber, value: Value?, isDecision: Bool = false
    ) {
        guard let field = creation.event.knownKind?.descriptor.field(number),
            field.isSealed || field.allows(value)
        else { return }
        let content: Change.Content = field.isSealed ? .sealed : .plain(value)
        byField[number, default: [creation.asChange(of: field)]]
            .append(Change(recorded, content, isDecision: isDecision))
    }
}

extension FieldDescriptor {
    /// Whether a plain field may hold it; nil is an empty field. Admission lets no device write
    /// anything else; a decision that does changes nothing, so that no entry falls out of the book.
    fileprivate func allows(_ value: Value?) -> Bool {
        guard let value else { return !isRequired }
        return (try? check(value)) != nil
    }
}

extension Payload {
    public func fieldNumber(_ number: FieldNumber) -> FieldNumber? {
        integer(number).flatMap(UInt32.init(exactly:)).map { FieldNumber($0) }
    }
}
