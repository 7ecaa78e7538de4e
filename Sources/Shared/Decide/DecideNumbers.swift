// Members who were given one number by devices that had not seen each other → who is renumbered.
// Source: docs/protocol.md section 8.5. Neighbors: Store finds the members, the desk renumbers.
// Invariant: nothing but this question depends on numbers; no minutes wait for it.

/// One conflict for each number that several of a neighborhood's members have, by id.
public func decideNumbers(_ members: [MemberState]) -> [Conflict] {
    struct Place: Hashable {
        let home: ScopeID
        let number: Int64
    }
    let numbered = members.compactMap { member in
        member.number.map { (place: Place(home: member.home, number: $0), member: member) }
    }
    return Dictionary(grouping: numbered, by: \.place).compactMap { place, same in
        let ascending = same.map(\.member).sorted { $0.leaf < $1.leaf }
        guard let last = ascending.last, ascending.count > 1 else { return nil }
        let sides = ascending.map { Side(dot: $0.id.dot, leaf: $0.leaf) }
        return Conflict(
            id: ConflictID(number: place.number, home: place.home), kind: .number,
            about: .number, entity: last.id, field: MemberField.number, sides: sides,
            decisions: [], standing: Array(sides.dropLast()))
    }.sorted { $0.id < $1.id }
}
