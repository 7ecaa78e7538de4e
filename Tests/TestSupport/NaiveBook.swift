// What events come to by section 8 of docs/protocol.md, worked out from that page alone: from the
// explicit sets of what each author had been shown, with none of the product's deciders, contexts
// or tables. Slow on purpose. Neighbors: NaiveBook+Clusters; property tests and the simulator
// compare its lines with those of the product.

public import Shared

/// An event, and all that its author had been shown before writing it.
public struct Fact: Sendable {
    public let event: Event
    public let leaf: Hash
    public let seen: Set<Dot>

    public init(_ event: Event, leaf: Hash, seen: Set<Dot>) {
        self.event = event
        self.leaf = leaf
        self.seen = seen
    }

    var side: Side { Side(dot: event.dot, leaf: leaf) }
    var kind: Kind? { event.knownKind }
    func covers(_ other: Fact) -> Bool { seen.contains(other.event.dot) }
    func isConcurrent(with other: Fact) -> Bool { !covers(other) && !other.covers(self) }

    func decides(_ choices: Choice..., about kinds: ConflictKind...) -> Bool {
        kind == .conflictResolved
            && choices.contains { event.payload.integer(ResolutionField.choice) == $0.rawValue }
            && kinds.contains { event.payload.integer(ResolutionField.conflict) == $0.rawValue }
    }
}

/// A value that somebody gave to a field.
struct NaiveChange {
    let fact: Fact
    /// Nil: the field is empty; sealed values are equal to no other.
    let value: Value?
    let isSealed: Bool
    var isCreation: Bool { fact.event.subject == nil }

    func covers(_ other: NaiveChange) -> Bool {
        !isCreation && (other.isCreation || fact.covers(other.fact))
    }
}

struct NaiveField {
    let shown: NaiveChange
    let heads: [NaiveChange]
    let isConflict: Bool
}

public struct NaiveBook {
    let facts: [Fact]
    let byEntity: [EntityID: [Fact]]

    public init(_ all: [Fact]) {
        let undone = Set(
            all.filter { $0.kind == .conflictUndone }
                .flatMap { $0.event.payload.sides(UndoingField.decision).map(\.leaf) })
        facts = all.filter { $0.kind != .conflictUndone && !undone.contains($0.leaf) }
        byEntity = Dictionary(grouping: facts, by: \.event.entity)
    }

    // MARK: Fields (8.1)

    func field(_ number: FieldNumber, of entity: EntityID, about: [ConflictKind]) -> NaiveField? {
        let events = byEntity[entity] ?? []
        guard let creation = events.first(where: { $0.event.subject == nil }),
            let descriptor = creation.kind?.descriptor.field(number)
        else { return nil }
        let changes = events.compactMap { fact -> NaiveChange? in
            if fact.event.subject == nil {
                return NaiveChange(
                    fact: fact, value: fact.event.payload[number], isSealed: descriptor.isSealed)
            }
            guard let value = Self.given(by: fact, to: number, about) else { return nil }
            guard descriptor.isSealed || Self.canHold(descriptor, value) else { return nil }
            return NaiveChange(fact: fact, value: value, isSealed: descriptor.isSealed)
        }
        return Self.decide(changes, isHours: creation.kind == .hoursRecorded)
    }

    private static func given(
        by fact: Fact, to number: FieldNumber, _ about: [ConflictKind]
    ) -> Value?? {
        let payload = fact.event.payload
        let isChange: Bool
        switch fact.kind {
        case .memberChanged, .hoursAmended:
            isChange = payload.integer(ChangeField.field) == Int64(number.value)
            return isChange ? .some(payload[ChangeField.new]) : nil
        case .memberMoved:
            return number == MemberField.number ? .some(payload[MoveField.number]) : nil
        case .conflictResolved:
            isChange =
                payload.integer(ResolutionField.field) == Int64(number.value)
                && about.contains {
                    payload.integer(ResolutionField.conflict) == $0.rawValue
                } && payload.integer(ResolutionField.choice) != Choice.void.rawValue
            return isChange ? .some(payload[ResolutionField.value]) : nil
        default: return nil
        }
    }

    private static func canHold(_ field: FieldDescriptor, _ value: Value?) -> Bool {
        guard let value else { return !field.isRequired }
        return (try? field.check(value)) != nil
    }

    private static func decide(_ changes: [NaiveChange], isHours: Bool) -> NaiveField? {
        let heads = changes.filter { one in !changes.contains { $0.covers(one) } }
            .sorted { $0.fact.leaf < $1.fact.leaf }
        guard let lowest = heads.first else { return nil }
        let agree = heads.allSatisfy { $0.value == lowest.value && !$0.isSealed }
        if heads.count == 1 || agree {
            return NaiveField(shown: lowest, heads: heads, isConflict: false)
        }
        let past = changes.filter { change in heads.allSatisfy { $0.covers(change) } }
        let before = isHours ? decide(past, isHours: true) : nil
        return NaiveField(shown: before?.shown ?? lowest, heads: heads, isConflict: true)
    }

    func plain(_ number: FieldNumber, _ entity: EntityID) -> Value? {
        let isMember = byEntity[entity]?.contains { $0.kind == .memberEnrolled } ?? false
        return field(number, of: entity, about: isMember ? [.field, .number] : [.amend])?
            .shown.value
    }

    /// Where a member is at home: the last move has seen all others.
    func home(of member: EntityID) -> ScopeID? {
        let events = byEntity[member] ?? []
        let moves = events.filter { $0.kind == .memberMoved }
        let last = moves.first { one in moves.allSatisfy { $0.leaf == one.leaf || one.covers($0) } }
        return last?.event.payload.entity(MoveField.to).map(ScopeID.neighborhood)
            ?? events.first { $0.event.subject == nil }?.event.home
    }

    // MARK: Voids (8.2)

    enum Standing {
        case stands, void
        case disputed(sides: [Fact])
    }

    static func saysVoid(_ fact: Fact) -> Bool {
        fact.kind == .hoursVoided || fact.decides(.void, about: .amend, .void)
    }

    static func isAboutStanding(_ fact: Fact) -> Bool {
        saysVoid(fact) || fact.kind == .hoursReinstated || fact.decides(.take, about: .void)
    }

    func void(of entity: EntityID) -> Standing {
        let events = byEntity[entity] ?? []
        let heads = Self.heads(events.filter(Self.isAboutStanding))
        let voids = heads.filter(Self.saysVoid)
        if voids.isEmpty { return .stands }
        if voids.count < heads.count { return .disputed(sides: heads) }
        let unseen = events.filter { fact in
            let objects =
                [.hoursAmended, .hoursConfirmed].contains(fact.kind)
                || fact.decides(.take, .merge, about: .amend)
            return objects && voids.allSatisfy { $0.isConcurrent(with: fact) }
        }
        return unseen.isEmpty ? .void : .disputed(sides: voids + Self.heads(unseen))
    }

    static func heads(_ facts: [Fact]) -> [Fact] {
        facts.filter { one in !facts.contains { $0.covers(one) } }
    }

    // MARK: Testimony (8.6)

    /// Changes of who, how long, when, and of whether the entry stands.
    func moves(of entity: EntityID) -> [Fact] {
        (byEntity[entity] ?? []).filter { fact in
            if Self.isAboutStanding(fact) { return true }
            return [HoursField.shares, HoursField.serviceDate].contains { number in
                guard fact.event.subject != nil,
                    let given = Self.given(by: fact, to: number, [.amend]),
                    let field = Kind.hoursRecorded.descriptor.field(number)
                else { return false }
                return Self.canHold(field, given)
            }
        }
    }

    func confirmations(of entity: EntityID, parties: [EntityID]) -> [EntityID] {
        let moves = moves(of: entity)
        let said = (byEntity[entity] ?? []).filter { fact in
            fact.kind == .hoursConfirmed && moves.allSatisfy { fact.covers($0) }
        }.compactMap { $0.event.payload.entity(TestimonyField.party) }
        return Set(said).intersection(parties).sorted()
    }

    func openDisputes(of entity: EntityID) -> [Fact] {
        let decisions = facts.filter { fact in
            fact.kind == .conflictResolved
                && fact.event.payload.sides(ResolutionField.sides)
                    .contains { EntityID($0.dot) == entity }
        }
        let events = (byEntity[entity] ?? []) + decisions
        return events.filter { $0.kind == .hoursDisputed }.filter { dispute in
            !events.contains { fact in
                let isAnswer =
                    [.hoursAmended, .hoursVoided, .hoursReinstated, .conflictResolved]
                    .contains(fact.kind)
                    || (fact.kind == .hoursConfirmed
                        && fact.event.payload.entity(TestimonyField.party)
                            == dispute.event.payload.entity(TestimonyField.party))
                return isAnswer && fact.covers(dispute)
            }
        }.sorted { $0.leaf < $1.leaf }
    }
}
