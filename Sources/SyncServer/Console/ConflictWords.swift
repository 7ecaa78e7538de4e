// A conflict in the words of the screens. Neighbors: the list and the page of one show them;
// Store/Views has the records beneath, whose own sentences are the command line's.

internal import Faces
internal import Shared
internal import Store
internal import Texts

struct ConflictWords {
    let views: Views
    let text: StringTable

    /// What it is about: an entry as "2026-03-24: HAR-1 Ana Ruiz → HAR-2 Omar Haddad, 1:00".
    func subject(_ entity: EntityID) throws -> String {
        guard let hours = try views.hours(entity) else { return try views.label(of: entity) }
        return "\(hours.serviceDate): \(parties(hours.gave)) → \(parties(hours.received)), "
            + "\(time(hours))" + (hours.category.map { ", \($0)" } ?? "")
    }

    /// "Time: which holds?", "The same entry twice?", …
    func kind(_ conflict: Conflict) throws -> String {
        switch conflict.kind {
        case .field, .amend: text("conflict_field", ["field": try field(of: conflict)])
        case .duplicate: text("conflict_duplicate")
        case .void: text("conflict_void")
        case .number: text("conflict_number")
        case .resolution: text("conflict_resolution")
        }
    }

    /// The disputed field as a person calls it: of the same people, how long it was.
    func field(of conflict: Conflict) throws -> String {
        guard let field = conflict.fieldDescriptor else { return "" }
        if conflict.about == .amend, field.number == HoursField.shares,
            try isOfTimeAlone(conflict)
        {
            return text("time")
        }
        return text("field_\(field.name.replacing("-", with: "_"))")
    }

    private func isOfTimeAlone(_ conflict: Conflict) throws -> Bool {
        let people = try conflict.sides.map { side -> [[EntityID]] in
            let event = try views.tables.event(side.dot)?.event
            let shares =
                event?.payload.shares(ChangeField.new)
                ?? event?.payload.shares(
                    ResolutionField.value)
            return [shares?.providers, shares?.recipients].map { $0?.map(\.account) ?? [] }
        }
        return Set(people).count == 1
    }

    // MARK: Sides

    typealias Row = (name: String, values: [String])

    /// Rows of what the sides say, one value for each side; which of them differ is for the reader
    /// to see at once.
    func rows(_ conflict: Conflict, _ reader: SealedReader) throws -> [Row] {
        switch conflict.about {
        case .duplicate: try entries(conflict)
        case .amend: try amendments(conflict, reader)
        case .field, .number, .void, .resolution: try says(conflict)
        }
    }

    /// Each side is an entry of its own.
    private func entries(_ conflict: Conflict) throws -> [Row] {
        let all = try conflict.sides.map { side in
            try views.hours(try views.tables.event(side.dot)?.event.entity ?? conflict.entity)
        }
        func row(_ name: String, _ value: (HoursRecord) -> String?) -> Row {
            (name, all.map { $0.flatMap(value) ?? "" })
        }
        let rows = [
            row(text("date")) { $0.serviceDate }, row(text("gave")) { parties($0.gave) },
            row(text("received")) { parties($0.received) }, row(text("time")) { time($0) },
            row(text("category")) { $0.category }, row(text("note")) { $0.description },
        ]
        return rows.filter { !$0.values.allSatisfy(\.isEmpty) }
    }

    /// One entry, as it would be after each side.
    private func amendments(
        _ conflict: Conflict, _ reader: SealedReader
    ) throws -> [Row] {
        guard let hours = try views.hours(conflict.entity), let field = conflict.field,
            case .hours(let state)? = try views.state(of: conflict.entity)
        else { return try says(conflict) }
        let values = try conflict.sides.map { side in
            try views.tables.event(side.dot).flatMap {
                reader.value(of: field, changedBy: $0.event)
            }
        }
        func row(_ name: String, _ of: FieldNumber, _ now: String) throws -> Row {
            (name, try values.map { field == of ? try views.text($0) : now })
        }
        var rows = [try row(text("date"), HoursField.serviceDate, hours.serviceDate)]
        rows += try sharesRows(values, of: field, state, hours)
        rows.append(try row(text("category"), HoursField.category, hours.category ?? ""))
        rows.append(try row(text("note"), HoursField.description, hours.description ?? ""))
        let shown: Set<FieldNumber> = [
            HoursField.serviceDate, HoursField.shares, HoursField.category,
            HoursField.description,
        ]
        if !shown.contains(field) {
            rows.append((try self.field(of: conflict), try values.map { try views.text($0) }))
        }
        return rows.filter { !$0.values.allSatisfy(\.isEmpty) }
    }

    private func sharesRows(
        _ values: [Value?], of field: FieldNumber, _ state: HoursState, _ hours: HoursRecord
    ) throws -> [Row] {
        let shares = values.map { value -> Shares? in
            if field == HoursField.shares, case .shares(let shares)? = value { shares } else { nil }
        }
        func names(_ parties: [Party]) throws -> String {
            try parties.map { try views.label(of: $0.account) }.joined(separator: ", ")
        }
        func sides(_ shares: Shares) throws -> (gave: String, received: String) {
            state.form.asMeant(
                providers: try names(shares.providers), recipients: try names(shares.recipients))
        }
        let meant = try shares.map { try $0.map(sides) }
        return [
            (text("gave"), meant.map { $0?.gave ?? parties(hours.gave) }),
            (text("received"), meant.map { $0?.received ?? parties(hours.received) }),
            (text("time"), shares.map { $0.map { "\($0.given)" } ?? time(hours) }),
        ]
    }

    /// What each side says, in a line.
    private func says(_ conflict: Conflict) throws -> [Row] {
        let record = try views.record(conflict)
        let name =
            switch conflict.about {
            case .void: text("what_happened_to_it")
            case .number: text("member")
            case .field, .amend, .duplicate, .resolution: try field(of: conflict)
            }
        return [(name, record.sides.map(\.says))]
    }

    private func parties(_ list: [PartyRecord]) -> String {
        list.map(\.label).joined(separator: ", ")
    }

    private func time(_ hours: HoursRecord) -> String {
        "\(Minutes(hours.providers.map(\.minutes).reduce(0, +)))"
    }
}
