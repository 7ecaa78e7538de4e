// Events of one member → the member, with disputed fields marked.
// Neighbors: DecideEntity calls it; screens open the sealed fields that `fields` points at.

public struct MemberState: Hashable, Sendable {
    public let id: EntityID
    public let leaf: Hash
    public let home: ScopeID
    /// Neighborhoods that the member was at home in before, the first first.
    public let former: [ScopeID]
    public let form: MemberForm
    public let number: Int64?
    public let joinedOn: CivilDate?
    public let isActive: Bool
    /// By field; a sealed field's value is in the event that its shown change names.
    public let fields: FieldStates
    public let importKey: ImportKey?
    public let conflicts: [Conflict]
}

func decideMember(creation: RecordedEvent, events: [RecordedEvent]) -> MemberState {
    let id = creation.event.entity
    let fields = FieldChanges(creation: creation, events: events, about: [.field, .number])
        .decided(whileDisputed: .lowestLeaf)
    let homes = [creation.event.home] + events.homesMovedTo
    return MemberState(
        id: id, leaf: creation.leaf, home: homes[homes.count - 1], former: homes.dropLast(),
        form: fields.code(MemberField.form) ?? .person,
        number: fields.integer(MemberField.number), joinedOn: fields.date(MemberField.joinedOn),
        isActive: fields.flag(MemberField.active) ?? true, fields: fields,
        importKey: creation.event.sameness,
        conflicts: fields.conflicts(of: id, about: .field))
}

extension [RecordedEvent] {
    /// Of a member, in the order of the ledger: the server alone writes moves.
    fileprivate var homesMovedTo: [ScopeID] {
        filter { $0.event.knownKind == .memberMoved }.sorted(by: RecordedEvent.isEarlier)
            .compactMap { $0.event.payload.entity(MoveField.to).map(ScopeID.neighborhood) }
    }
}

extension FieldStates {
    func integer(_ number: FieldNumber) -> Int64? {
        if case .integer(let value)? = value(number) { value } else { nil }
    }
    func text(_ number: FieldNumber) -> String? {
        if case .text(let value)? = value(number) { value } else { nil }
    }
    func date(_ number: FieldNumber) -> CivilDate? {
        if case .date(let value)? = value(number) { value } else { nil }
    }
    func flag(_ number: FieldNumber) -> Bool? {
        if case .flag(let value)? = value(number) { value } else { nil }
    }
    func shares(_ number: FieldNumber) -> Shares? {
        if case .shares(let value)? = value(number) { value } else { nil }
    }
    func code<T: CodeList>(_ number: FieldNumber) -> T? {
        integer(number).flatMap(T.init(rawValue:))
    }
}
