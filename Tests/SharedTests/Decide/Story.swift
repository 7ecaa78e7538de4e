// A ledger told event by event, for tables of the merge rules: who wrote, having seen how much.
// Neighbors: the tests in this folder; deciders never see more than this gives them.

import Shared

struct Story {
    private(set) var ledger: [RecordedEvent] = []
    private var written: [Int: UInt64] = [:]
    let home = ScopeID.neighborhood(EntityID(Dot(replica(900), Sequence64(1))))
    let other = ScopeID.neighborhood(EntityID(Dot(replica(900), Sequence64(2))))

    /// A replica's id that depends on its number only.
    static func replica(_ number: Int) -> ReplicaID {
        ReplicaID(Bytes16(prefixOf: .of(UInt64(number).bigEndianBytes)))
    }

    /// A member nobody needs the events of.
    static func member(_ number: Int) -> EntityID {
        EntityID(Dot(replica(800), Sequence64(UInt64(number))))
    }

    /// The ledger's size: what somebody who has just synced has seen.
    var now: Int { ledger.count }

    /// Appends an event whose author had been shown `seen` entries and `own` of its own events
    /// (by default all of them).
    @discardableResult
    mutating func write(
        _ kind: Kind, by number: Int, seen: Int, own: UInt64? = nil, about: EntityID? = nil,
        _ payload: Payload, sealed: Bool = false, importKey: ImportKey? = nil,
        contextUnknown: Bool = false, home: ScopeID? = nil, worker: EntityID? = nil
    ) -> RecordedEvent {
        let sequence = written[number, default: 0] + 1
        written[number] = sequence
        let part = SealedPart(
            key: DataKeyID(UInt64(number)), nonce: Array(repeating: 0, count: 12),
            ciphertext: UInt64(ledger.count).bigEndianBytes)
        let event = Event(
            dot: Dot(Self.replica(number), Sequence64(sequence)),
            context: CausalContext(
                position: LedgerPosition(UInt64(seen)), rootTag: .start,
                ownSequence: Sequence64(own ?? sequence - 1)),
            recordedAt: Instant(milliseconds: 0), utcOffsetMinutes: 0, worker: worker,
            home: home ?? self.home,
            subject: about, kind: kind.number, payload: payload, sealed: sealed ? [part] : [],
            importKey: importKey)
        let recorded = RecordedEvent(
            event: event, leaf: .leaf(event.encoded()),
            position: LedgerPosition(UInt64(ledger.count + 1)), contextUnknown: contextUnknown)
        ledger.append(recorded)
        return recorded
    }

    @discardableResult
    mutating func enroll(_ number: Int64 = 1, by replica: Int, seen: Int) -> EntityID {
        write(
            .memberEnrolled, by: replica, seen: seen, [MemberField.number: .integer(number)],
            sealed: true
        ).event.entity
    }

    /// An exchange of one provider and one recipient.
    @discardableResult
    mutating func exchange(
        by replica: Int, seen: Int, _ provider: Int = 1, _ recipient: Int = 2,
        minutes: Int64 = 60, on day: Int = 1, category: String? = nil, slip: String? = nil,
        importKey: ImportKey? = nil
    ) -> EntityID {
        var payload: Payload = [
            HoursField.form: .integer(HoursForm.exchange.rawValue),
            HoursField.shares: .shares(Self.shares(provider, recipient, minutes)),
            HoursField.serviceDate: .date(Self.date(day)),
        ]
        payload[HoursField.category] = category.map(Value.text)
        payload[HoursField.slip] = slip.map(Value.text)
        return write(.hoursRecorded, by: replica, seen: seen, payload, importKey: importKey)
            .event.entity
    }

    @discardableResult
    mutating func amend(
        _ entry: EntityID, _ field: FieldNumber, to value: Value, by replica: Int, seen: Int,
        own: UInt64? = nil
    ) -> RecordedEvent {
        write(
            .hoursAmended, by: replica, seen: seen, own: own, about: entry,
            [ChangeField.field: .integer(Int64(field.value)), ChangeField.new: value])
    }

    @discardableResult
    mutating func change(
        _ member: EntityID, _ field: FieldNumber, to value: Value?, by replica: Int, seen: Int
    ) -> RecordedEvent {
        var payload: Payload = [ChangeField.field: .integer(Int64(field.value))]
        payload[ChangeField.new] = value
        return write(
            .memberChanged, by: replica, seen: seen, about: member, payload, sealed: value == nil)
    }

    /// A decision of the server replica (number 0).
    @discardableResult
    mutating func decide(
        _ conflict: Conflict, _ choice: Choice, kept: [Side] = [], value: Value? = nil,
        seen: Int, own: UInt64? = nil
    ) -> RecordedEvent {
        var payload: Payload = [
            ResolutionField.conflict: .integer(conflict.about.rawValue),
            ResolutionField.sides: .sides(conflict.sides),
            ResolutionField.choice: .integer(choice.rawValue),
        ]
        payload[ResolutionField.field] = conflict.field.map { .integer(Int64($0.value)) }
        payload[ResolutionField.value] = value
        payload[ResolutionField.kept] = kept.isEmpty ? nil : .sides(kept)
        return write(
            .conflictResolved, by: 0, seen: seen, own: own, about: conflict.entity, payload)
    }

    static func shares(_ provider: Int, _ recipient: Int, _ minutes: Int64) -> Shares {
        Shares(
            providers: [Party(account: member(provider), minutes: Minutes(minutes))],
            recipients: [Party(account: member(recipient), minutes: Minutes(minutes))])
    }

    static func date(_ day: Int) -> CivilDate {
        CivilDate(year: 2026, month: 1 + (day - 1) / 28, day: 1 + (day - 1) % 28)!
    }

    // MARK: What the deciders say

    /// Events about an entity, in an order that depends on `shuffle` only.
    func events(about entity: EntityID, shuffle: Int = 0) -> [RecordedEvent] {
        ledger.filter { $0.event.entity == entity }.sorted { one, two in
            let salt = UInt64(shuffle).bigEndianBytes
            return Hash.of(one.leaf.bytes + salt) < Hash.of(two.leaf.bytes + salt)
        }
    }

    func member(_ entity: EntityID) -> MemberState? {
        guard case .member(let state)? = decideEntity(events(about: entity)) else { return nil }
        return state
    }

    func hours(_ entity: EntityID) -> HoursState? {
        guard case .hours(let state)? = decideEntity(events(about: entity)) else { return nil }
        return state
    }

    /// All entries as one group input, with every decision.
    func group(repeated: Set<EntityID> = []) -> GroupState {
        let entries = ledger.filter { $0.event.knownKind == .hoursRecorded }
            .compactMap { hours($0.event.entity) }
        let decisions = ledger.filter {
            [.conflictResolved, .conflictUndone].contains($0.event.knownKind)
        }
        return decideGroup(entries: entries, decisions: decisions, repeated: repeated)
    }
}
