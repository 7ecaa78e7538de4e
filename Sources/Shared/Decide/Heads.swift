// Which changes of a field stand: those that no other change of it had seen.
// Source: docs/protocol.md section 8. Neighbors: Decide/Member and Decide/Hours list the changes.
// Invariant: nothing here depends on the order of its input, on clocks or on keys.

/// One author's value for one field.
public struct Change: Hashable, Sendable {
    public enum Content: Hashable, Sendable {
        /// Nil: the field is empty.
        case plain(Value?)
        /// Equal to nothing but itself: state never needs a key.
        case sealed
    }

    public let observation: Observation
    public let content: Content
    /// The event that created the entity. Whoever names a subject has seen its creation.
    public let isCreation: Bool
    /// An admin's decision.
    public let isDecision: Bool

    public init(
        _ recorded: RecordedEvent, _ content: Content, isCreation: Bool = false,
        isDecision: Bool = false
    ) {
        observation = recorded.observation
        self.content = content
        self.isCreation = isCreation
        self.isDecision = isDecision
    }

    func covers(_ other: Change) -> Bool {
        if isCreation { return false }
        return other.isCreation || observation.covers(other.observation)
    }

    func agrees(with other: Change) -> Bool {
        content == other.content && content != .sealed
    }
}

/// A field after all its changes.
public struct FieldState: Hashable, Sendable {
    /// What screens and sums use.
    public let shown: Change
    /// Ascending by leaf hash; more than one with different values is a conflict.
    public let heads: [Change]
    public let isConflict: Bool

    public var value: Value? {
        switch shown.content {
        case .plain(let value): value
        case .sealed: nil
        }
    }
}

/// All fields of an entity. Most are as the creation has them, so only changed ones are kept.
public struct FieldStates: Hashable, Sendable {
    let creation: RecordedEvent
    let changed: [FieldNumber: FieldState]

    /// What a field shows; the creation's value where nothing changed it. Nil for a field that the
    /// creating kind does not have.
    public subscript(number: FieldNumber) -> FieldState? {
        if let state = changed[number] { return state }
        guard let field = creation.event.knownKind?.descriptor.field(number) else { return nil }
        let change = creation.asChange(of: field)
        return FieldState(shown: change, heads: [change], isConflict: false)
    }

    /// The plain value that a field shows.
    func value(_ number: FieldNumber) -> Value? {
        guard let state = changed[number] else { return creation.event.payload[number] }
        return state.value
    }

    /// Disputed fields, ascending by number.
    func conflicts(of entity: EntityID, about: ConflictKind) -> [Conflict] {
        changed.sorted { $0.key < $1.key }.compactMap { number, state in
            Conflict(entity: entity, field: number, state: state, about: about)
        }
    }
}

extension RecordedEvent {
    /// A creating event as the first change of one of its fields.
    func asChange(of field: FieldDescriptor) -> Change {
        Change(
            self, field.isSealed ? .sealed : .plain(event.payload[field.number]),
            isCreation: true)
    }
}

/// What shows while heads disagree.
enum WhileDisputed: Sendable {
    /// A useful value: the head with the lowest leaf hash.
    case lowestLeaf
    /// The fold of what all heads cover: money is conservative.
    case commonPast
}

/// Heads of a set of changes, ascending by leaf hash. Changes that claim to cover each other, which
/// only a forger can write, count as concurrent.
func heads(of changes: [Change]) -> [Change] {
    let sorted = changes.sorted { $0.observation.leaf < $1.observation.leaf }
    let uncovered = sorted.filter { change in
        !sorted.contains { $0.observation.dot != change.observation.dot && $0.covers(change) }
    }
    return uncovered.isEmpty ? sorted : uncovered
}

/// Nil for no changes at all.
func decideField(_ changes: [Change], whileDisputed: WhileDisputed) -> FieldState? {
    let heads = heads(of: changes)
    guard let lowest = heads.first else { return nil }
    guard heads.contains(where: { $0 != lowest && !$0.agrees(with: lowest) }) else {
        return FieldState(shown: lowest, heads: heads, isConflict: false)
    }
    switch whileDisputed {
    case .lowestLeaf: return FieldState(shown: lowest, heads: heads, isConflict: true)
    case .commonPast:
        let past = changes.filter { change in
            heads.allSatisfy { $0.observation.dot != change.observation.dot && $0.covers(change) }
        }
        let before =
            past.count < changes.count
            ? decideField(past, whileDisputed: .commonPast) : nil
        return FieldState(shown: before?.shown ?? lowest, heads: heads, isConflict: true)
    }
}
