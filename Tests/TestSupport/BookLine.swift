// What a book comes to, as lines that can be compared: whoever works it out, the same words.
// Neighbors: NaiveBook, the property tests and the simulator write these.

public import Shared

public enum BookLine {
    /// `shown` names, by field of the kind, the event whose value shows.
    public static func member(_ id: EntityID, number: Int64?, shown: [Dot?]) -> String {
        let shown = shown.map { $0?.short ?? "-" }
        return "member \(id.short) \(number ?? 0) \(shown.joined(separator: " "))"
    }

    public static func member(_ member: MemberState) -> String {
        Self.member(
            member.id, number: member.number,
            shown: Kind.memberEnrolled.descriptor.fields.map {
                member.fields[$0.number]?.shown.observation.dot
            })
    }

    public static func entry(
        _ id: EntityID, standing: String, given: Minutes, date: CivilDate, category: String?,
        confirmedBy: [EntityID], disputes: [Dot]
    ) -> String {
        "entry \(id.short) \(standing) \(given) \(date) \(category ?? "-") "
            + "\(confirmedBy.map(\.short)) \(disputes.map(\.short))"
    }

    public static func entry(_ entry: HoursState, standing: String) -> String {
        Self.entry(
            entry.id, standing: standing, given: entry.shares.given, date: entry.serviceDate,
            category: entry.category, confirmedBy: entry.confirmedBy,
            disputes: entry.disputes.map(\.dot))
    }

    public static func conflict(_ conflict: Conflict) -> String {
        Self.conflict(
            conflict.kind, about: conflict.about, entity: conflict.entity, field: conflict.field,
            sides: conflict.sides, decisions: conflict.decisions, standing: conflict.standing)
    }

    public static func conflict(
        _ kind: ConflictKind, about: ConflictKind, entity: EntityID, field: FieldNumber?,
        sides: [Side], decisions: [Side], standing: [Side]
    ) -> String {
        func names(_ sides: [Side]) -> String { "\(sides.sorted().map(\.dot.short))" }
        return "conflict \(kind) about \(about) of \(entity.short) field \(field?.value ?? 0) "
            + "between \(names(sides)), decided \(names(decisions)), standing \(names(standing))"
    }

    public static func account(_ id: EntityID, balance: Int64) -> String {
        "account \(id.short) \(balance)"
    }
}
