// An admin's decisions about clusters: which hold, which were overtaken, which contradict.
// Source: docs/protocol.md section 8. Neighbors: DecideGroup applies those that hold.

/// What a `conflict.resolved` says about entries that may be one.
struct Ruling: Hashable, Sendable {
    let observation: Observation
    let choice: Choice
    let sides: Set<Hash>
    let kept: Set<Hash>

    var side: Side { Side(dot: observation.dot, leaf: observation.leaf) }

    /// Nil for a decision about something else, or of a shape that says nothing here.
    init?(_ recorded: RecordedEvent) {
        let payload = recorded.event.payload
        guard payload.integer(ResolutionField.conflict) == ConflictKind.duplicate.rawValue,
            let choice = payload.integer(ResolutionField.choice).flatMap(Choice.init(rawValue:))
        else { return nil }
        observation = recorded.observation
        self.choice = choice
        sides = Set(payload.sides(ResolutionField.sides).map(\.leaf))
        kept = Set(payload.sides(ResolutionField.kept).map(\.leaf)).intersection(sides)
    }

    func voids(_ leaf: Hash) -> Bool { choice == .void && sides.contains(leaf) }

    /// The entry no longer counts because of this decision.
    func drops(_ leaf: Hash) -> Bool {
        guard sides.contains(leaf) else { return false }
        switch choice {
        case .take: return !kept.isEmpty && !kept.contains(leaf)
        case .void: return true
        case .bothHappened, .merge: return false
        }
    }

    /// Entries that both stand after the decision are never asked about again.
    func distinguishes(_ one: Hash, _ other: Hash) -> Bool {
        guard sides.contains(one), sides.contains(other) else { return false }
        switch choice {
        case .bothHappened: return true
        case .take: return kept.contains(one) && kept.contains(other)
        case .void, .merge: return false
        }
    }

    /// Says something else about an entry that both decide.
    func contradicts(_ other: Ruling) -> Bool {
        let shared = sides.intersection(other.sides)
        if shared.contains(where: { drops($0) != other.drops($0) }) { return true }
        return shared.contains { one in
            shared.contains { one < $0 && distinguishes(one, $0) != other.distinguishes(one, $0) }
        }
    }
}

/// Rulings that hold, and those that contradict each other without either having seen the other.
func effectiveRulings(
    _ rulings: [Ruling], entries: [HoursState]
) -> (effective: [Ruling], disputed: [Ruling]) {
    let unique = Set(rulings).sorted { $0.observation.leaf < $1.observation.leaf }
    let current = unique.filter { ruling in
        !unique.contains {
            $0 != ruling && $0.observation.covers(ruling.observation)
                && ($0.sides.isSuperset(of: ruling.sides) || $0.contradicts(ruling))
        } && !isReopened(ruling, by: entries)
    }
    let disputed = current.filter { ruling in
        current.contains { $0 != ruling && $0.contradicts(ruling) }
    }
    return (current.filter { !disputed.contains($0) }, disputed)
}

/// A change of one of its entries that the decision had not seen, nor the change it.
private func isReopened(_ ruling: Ruling, by entries: [HoursState]) -> Bool {
    entries.contains { entry in
        ruling.sides.contains(entry.leaf)
            && entry.moves.contains { $0.isConcurrent(with: ruling.observation) }
    }
}
