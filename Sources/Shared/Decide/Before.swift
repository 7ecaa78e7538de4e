// What the sides of a disputed field started from: pure. Source: docs/protocol.md section 8.
// Neighbors: Heads decides the field; the desk shows this beside the sides.

/// The change of a disputed field that all sides had seen, and no other such change had; nil for a
/// conflict about no field. `events` are those of its entity.
public func changeBefore(_ conflict: Conflict, _ events: [RecordedEvent]) -> Change? {
    let about: Set<ConflictKind>
    switch conflict.about {
    case .amend: about = [.amend]
    case .field: about = [.field, .number]
    case .void, .duplicate, .number, .resolution: return nil
    }
    let events = events.withoutUndone
    guard let field = conflict.field,
        let creation = events.first(where: { $0.event.subject == nil })
    else { return nil }
    let changes =
        FieldChanges(creation: creation, events: events, about: about)
        .byField[field] ?? []
    let sides = changes.filter { conflict.sides.contains($0.side) }
    let past = changes.filter { change in
        sides.allSatisfy { $0 != change && $0.covers(change) }
    }
    return decideField(past, whileDisputed: .commonPast)?.shown
}
