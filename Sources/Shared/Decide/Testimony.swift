// What people said of an hours entry: who confirmed it, who disputes it, which others it is the
// same as. Source: docs/protocol.md section 8.6. Neighbors: DecideHours gathers, DecideGroup asks
// `marks`.
// Invariant: a statement is about what its author saw.

/// Whether two entries tell of one service, as a worker said.
public struct Mark: Hashable, Sendable {
    public let observation: Observation
    public let other: EntityID
    public let isSame: Bool
}

/// What is said of one entry.
struct Testimony {
    let confirmedBy: [EntityID]
    let disputes: [Side]
    let marks: [Mark]

    /// `moves` are the changes of who, how long, when, and of whether the entry stands.
    init(_ events: [RecordedEvent], parties: [EntityID], moves: [Observation]) {
        let confirmed = events.filter { $0.event.knownKind == .hoursConfirmed }
            .filter { said in moves.allSatisfy { said.observation.covers($0) } }
            .compactMap { $0.event.payload.entity(TestimonyField.party) }
        confirmedBy = Set(confirmed).intersection(parties).sorted()
        disputes = Self.openDisputes(events)
        marks = events.compactMap(Mark.init).sorted { $0.observation.leaf < $1.observation.leaf }
    }

    /// Those that no later correction, void, reinstatement or decision had seen, nor the same
    /// party's confirmation.
    private static func openDisputes(_ events: [RecordedEvent]) -> [Side] {
        events.filter { $0.event.knownKind == .hoursDisputed }.filter { dispute in
            !events.contains { $0.answers(dispute) && $0.observation.covers(dispute.observation) }
        }.map(\.side).sorted()
    }
}

extension RecordedEvent {
    fileprivate func answers(_ dispute: RecordedEvent) -> Bool {
        switch event.knownKind {
        case .hoursAmended, .hoursVoided, .hoursReinstated, .conflictResolved: true
        case .hoursConfirmed:
            event.payload.entity(TestimonyField.party)
                == dispute.event.payload.entity(TestimonyField.party)
        default: false
        }
    }
}

extension Mark {
    fileprivate init?(_ recorded: RecordedEvent) {
        guard let other = recorded.event.payload.entity(TestimonyField.other) else { return nil }
        switch recorded.event.knownKind {
        case .hoursMarkedSame: isSame = true
        case .hoursMarkedDistinct: isSame = false
        default: return nil
        }
        self.other = other
        observation = recorded.observation
    }
}

extension HoursState {
    /// What the last marks of the two say; nil when nobody marked them. Of marks that had not seen
    /// each other *same* holds: to ask once more is the careful side.
    public func isMarkedSame(as other: HoursState) -> Bool? {
        let all = marks.filter { $0.other == other.id } + other.marks.filter { $0.other == id }
        let last = all.filter { mark in
            !all.contains { $0 != mark && $0.observation.covers(mark.observation) }
        }
        return last.isEmpty ? nil : last.contains(where: \.isSame)
    }
}
