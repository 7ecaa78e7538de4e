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
        return "\(people(of: hours)), \(time(hours))" + (hours.category.map { ", \($0)" } ?? "")
    }

    /// "2026-03-24: HAR-1 Ana Ruiz → HAR-2 Omar Haddad".
    func people(of hours: HoursRecord) -> String {
        "\(hours.serviceDate): \(parties(hours.gave)) → \(parties(hours.received))"
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

    /// The same with what the sides say where that is short, as "Time: 1:34 or 1:04?".
    func question(_ conflict: Conflict, _ reader: SealedReader) throws -> String {
        guard conflict.isAboutField, let row = dispute(conflict, try rows(conflict, reader)) else {
            return try kind(conflict)
        }
        let values = row.values.dropFirst().reduce(row.values[0]) {
            text("one_or_other", ["one": $0, "other": $1])
        }
        return text("conflict_values", ["field": row.name, "values": values])
    }

    /// What the sides say of one field, where that is short enough for a line or a button.
    func dispute(_ conflict: Conflict, _ rows: [Row]) -> Row? {
        guard conflict.isAboutField else { return nil }
        let differing = rows.filter { Set($0.values).count > 1 && !$0.isDerived }
        guard differing.count == 1, let row = differing.first,
            row.values.allSatisfy({ !$0.isEmpty }),
            row.values.map(\.count).reduce(0, +) <= Self.valueCharactersMax
        else { return nil }
        return row
    }

    /// Of all sides together.
    private static let valueCharactersMax = 40

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

    struct Row {
        let name: String
        /// One for each side.
        let values: [String]
        /// What they all started from; nil where there is no such thing.
        var before: String?
        /// It follows from other rows.
        var isDerived = false
    }

    /// Rows of what the sides say, one value for each side; which of them differ is for the reader
    /// to see at once.
    func rows(_ conflict: Conflict, _ reader: SealedReader) throws -> [Row] {
        switch conflict.about {
        case .duplicate: try entries(conflict)
        case .amend: try amendments(conflict, reader)
        case .field, .number, .void, .resolution: try says(conflict, reader)
        }
    }

    /// Each side is an entry of its own.
    private func entries(_ conflict: Conflict) throws -> [Row] {
        let all = try conflict.sides.map { side in
            try views.hours(try views.tables.event(side.dot)?.event.entity ?? conflict.entity)
        }
        func row(_ name: String, _ value: (HoursRecord) -> String?) -> Row {
            Row(name: name, values: all.map { $0.flatMap(value) ?? "" })
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
        else { return try says(conflict, reader) }
        let values = try conflict.sides.map { side in
            try views.tables.event(side.dot).flatMap {
                reader.value(of: field, changedBy: $0.event)
            }
        }
        func row(_ name: String, _ of: FieldNumber, _ now: String) throws -> Row {
            // While amendments disagree, the value before them all stands.
            Row(
                name: name, values: try values.map { field == of ? try views.text($0) : now },
                before: now)
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
            rows.append(
                Row(
                    name: try self.field(of: conflict),
                    values: try values.map { try views.text($0) },
                    before: try before(conflict, reader)))
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
        let (gave, received) = (parties(hours.gave), parties(hours.received))
        return [
            Row(name: text("gave"), values: meant.map { $0?.gave ?? gave }, before: gave),
            Row(
                name: text("received"), values: meant.map { $0?.received ?? received },
                before: received),
            Row(
                name: text("time"),
                values: shares.map { $0.map { "\($0.given)" } ?? time(hours) },
                before: time(hours)),
            Row(
                name: text("balances"),
                values: try shares.map { try $0.map { try balances($0, home: state.home) } ?? "" },
                before: try balances(state.shares, home: state.home), isDerived: true),
        ]
    }

    /// "HAR-1 Ana Ruiz +1:34, HAR-2 Omar Haddad -1:34".
    func balances(_ shares: Shares, home: ScopeID) throws -> String {
        try shares.postings(home: home).map { posting in
            let sign = posting.minutes > .zero ? "+" : ""
            return "\(try views.label(of: posting.account)) \(sign)\(posting.minutes)"
        }.joined(separator: ", ")
    }

    /// The value of the disputed field that all sides had seen; nil where no field is disputed.
    private func before(_ conflict: Conflict, _ reader: SealedReader) throws -> String? {
        let events = try views.tables.events(of: conflict.entity)
        guard let field = conflict.field, let change = changeBefore(conflict, events) else {
            return nil
        }
        switch change.content {
        case .plain(nil): return ""
        case .plain(let value): return try views.text(value)
        case .sealed:
            let event = try views.tables.event(change.observation.dot)?.event
            return try views.text(event.flatMap { reader.value(of: field, changedBy: $0) })
        }
    }

    /// What to say where nothing stands before the sides.
    func withoutBefore(_ conflict: Conflict) -> String {
        switch conflict.about {
        case .duplicate, .number, .resolution: text("before_none")
        case .void: text("before_entry")
        case .field, .amend: text("before_unknown")
        }
    }

    /// What each side says, in a line.
    private func says(_ conflict: Conflict, _ reader: SealedReader) throws -> [Row] {
        let record = try views.record(conflict)
        let name =
            switch conflict.about {
            case .void: text("what_happened_to_it")
            case .number: text("member")
            case .field, .amend, .duplicate, .resolution: try field(of: conflict)
            }
        return [
            Row(
                name: name, values: record.sides.map(\.says), before: try before(conflict, reader))
        ]
    }

    private func parties(_ list: [PartyRecord]) -> String {
        list.map(\.label).joined(separator: ", ")
    }

    private func time(_ hours: HoursRecord) -> String {
        "\(Minutes(hours.providers.map(\.minutes).reduce(0, +)))"
    }
}

extension Conflict {
    /// Its sides give one field different values.
    fileprivate var isAboutField: Bool { about == .amend || about == .field }
}
