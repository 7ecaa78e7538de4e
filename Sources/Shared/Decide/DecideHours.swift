// Events of one hours entry → what it says, whether it stands, and its disputed fields.
// Neighbors: DecideEntity calls it; DecideGroup then says which entries of a cluster count.

public struct HoursState: Hashable, Sendable {
    public let id: EntityID
    public let creation: Observation
    public let home: ScopeID
    public let form: HoursForm
    public let shares: Shares
    public let serviceDate: CivilDate
    public let category: String?
    public let slip: String?
    public var toldBy: ToldBy? { fields.code(HoursField.toldBy) }
    public var reportedMinutes: Int64? { fields.integer(HoursField.reportedMinutes) }
    public let isVoid: Bool
    /// Voided by somebody who had not seen what another had written: the minutes are contested.
    public let isVoidDisputed: Bool
    public let fields: FieldStates
    public let importKey: ImportKey?
    /// Disputed fields, or the disputed void; a void entry has none, for nothing hangs on them.
    public let conflicts: [Conflict]
    /// Changes after the creation that move or end the entry: a decision about a cluster holds
    /// only if it had seen them, or they it.
    public let moves: [Observation]
    /// Parties who said that it was so, as it now stands.
    public let confirmedBy: [EntityID]
    /// Open disputes: they mark the entry, and never change what counts.
    public let disputes: [Side]
    /// Which other entries it is the same as or not, as workers said.
    public let marks: [Mark]

    public var leaf: Hash { creation.leaf }
    public var side: Side { Side(dot: id.dot, leaf: leaf) }
}

/// Nil when the creation lacks shares or date, which no event that passed the shape check does.
func decideHours(creation: RecordedEvent, events: [RecordedEvent]) -> HoursState? {
    let id = creation.event.entity
    let changes = FieldChanges(creation: creation, events: events, about: [.amend])
    let fields = changes.decided(whileDisputed: .commonPast)
    guard let shares = fields.shares(HoursField.shares),
        let date = fields.date(HoursField.serviceDate)
    else { return nil }
    let void = VoidState(events)
    let moves = moves(changes, events.compactMap(\.standingChange))
    let said = Testimony(events, parties: shares.accounts, moves: moves)
    return HoursState(
        id: id, creation: creation.observation, home: creation.event.home,
        form: fields.code(HoursField.form) ?? .exchange, shares: shares, serviceDate: date,
        category: fields.text(HoursField.category), slip: fields.text(HoursField.slip),
        isVoid: void == .void, isVoidDisputed: void.isDisputed, fields: fields,
        importKey: creation.event.sameness, conflicts: conflicts(of: id, fields, void),
        moves: moves, confirmedBy: said.confirmedBy, disputes: said.disputes, marks: said.marks)
}

private func conflicts(of id: EntityID, _ fields: FieldStates, _ void: VoidState) -> [Conflict] {
    switch void {
    case .stands: fields.conflicts(of: id, about: .amend)
    case .void: []
    case .disputed(let sides): [Conflict(void: sides, of: id)]
    }
}

/// Changes of the fields a cluster is made of, and of whether the entry stands.
private func moves(_ changes: FieldChanges, _ standing: [Change]) -> [Observation] {
    let fields = [HoursField.shares, HoursField.serviceDate]
    let changed = fields.flatMap { changes.byField[$0] ?? [] }.filter { !$0.isCreation }
    return (changed + standing).map(\.observation).sorted { $0.leaf < $1.leaf }
}
