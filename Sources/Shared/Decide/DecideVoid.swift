// Whether an hours entry still stands: its voids, and what their authors had not seen.
// Source: docs/protocol.md section 8.2. Neighbors: DecideHours asks; DecideGroup leaves the minutes
// of a disputed void out until somebody decides.
// Invariant: a void holds only if nothing the entry said meanwhile was out of its author's sight.

enum VoidState: Hashable, Sendable {
    case stands
    case void
    /// The void is provisional: the entry's minutes are contested. Ascending by leaf hash.
    case disputed(sides: [Change])

    var isDisputed: Bool {
        switch self {
        case .stands, .void: false
        case .disputed: true
        }
    }

    /// Among the changes of whether the entry stands, those that no other covers decide. Voids
    /// alone hold, unless an amendment or a confirmation is concurrent with every one of them.
    init(_ events: [RecordedEvent]) {
        let last = heads(of: events.compactMap(\.standingChange))
        let voids = last.filter { $0.content == .isVoid }
        guard !voids.isEmpty else {
            self = .stands
            return
        }
        if voids.count < last.count {
            self = .disputed(sides: last)
            return
        }
        let objections = events.compactMap(\.objection).filter { amendment in
            voids.allSatisfy { $0.observation.isConcurrent(with: amendment.observation) }
        }
        let sides = voids + heads(of: objections)
        self =
            objections.isEmpty
            ? .void
            : .disputed(sides: sides.sorted { $0.observation.leaf < $1.observation.leaf })
    }
}

extension Change.Content {
    fileprivate static let isVoid = Self.plain(.flag(true))
    fileprivate static let isStanding = Self.plain(.flag(false))
}

extension RecordedEvent {
    /// As a change of whether the entry stands: a void, a reinstatement, or an admin's decision
    /// that it is void or stands. Nil for all else.
    var standingChange: Change? {
        switch event.knownKind {
        case .hoursVoided: Change(self, .isVoid)
        case .hoursReinstated: Change(self, .isStanding)
        case .conflictResolved:
            if decides(.void, about: .amend, .void) {
                Change(self, .isVoid, isDecision: true)
            } else if decides(.take, about: .void) {
                Change(self, .isStanding, isDecision: true)
            } else {
                nil
            }
        default: nil
        }
    }

    /// As something that a void's author should have seen: an amendment, a decision about one, or a
    /// party's word that it was so.
    fileprivate var objection: Change? {
        switch event.knownKind {
        case .hoursAmended, .hoursConfirmed: Change(self, .isStanding)
        case .conflictResolved:
            decides(.take, about: .amend) || decides(.merge, about: .amend)
                ? Change(self, .isStanding, isDecision: true) : nil
        default: nil
        }
    }

    private func decides(_ choice: Choice, about kinds: ConflictKind...) -> Bool {
        event.payload.integer(ResolutionField.choice) == choice.rawValue
            && kinds.contains { event.payload.integer(ResolutionField.conflict) == $0.rawValue }
    }
}

extension Conflict {
    /// Of a void and what it had not seen. Nothing of the entry counts meanwhile.
    init(void sides: [Change], of entity: EntityID) {
        self.init(
            id: ConflictID(entity: entity, field: HoursField.standing),
            kind: sides.count { $0.isDecision } > 1 ? .resolution : .void, about: .void,
            entity: entity, field: nil, sides: sides.map(\.side).sorted(), decisions: [],
            standing: [])
    }
}
