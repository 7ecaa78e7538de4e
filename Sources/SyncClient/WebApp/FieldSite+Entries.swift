// Entries: the last ones, those that somebody looks for, and what the office changed of those that
// were recorded here. Neighbors: Views+Filtered finds, Views+OfficeChanges tells; FieldSite+Entry
// has one of them; entries.mustache shows it.

internal import Faces
internal import HTTPTypes
internal import Hummingbird
internal import Shared
internal import Store
internal import Texts

struct EntriesModel: Sendable {
    struct State: Sendable {
        let value: String
        let name: String
        let isChosen: Bool
    }
    /// Entries that the office keeps apart: they are in no list of the book.
    struct Waiting: Sendable {
        let what: String
        let why: String
    }

    let t: [String: String]
    let frame: PageFrame
    let changes: Changes?
    let person: String
    let from: String
    let to: String
    /// Named apart from a line's: an entry without one would be shown with it.
    let soughtCategory: String
    let slip: String
    let states: [State]
    let isFiltered: Bool
    let faults: [FieldFault]
    let hasFaults: Bool
    let waiting: [Waiting]
    let lines: [EntryLine]
    let hasLines: Bool
    let isEmpty: Bool
    /// Where the next page goes on; nil on the last.
    let next: String?

    /// What the office changed and nobody here has seen.
    struct Changes: Sendable {
        struct Line: Sendable {
            /// Nil for one that is in no list here.
            let entry: String?
            let subject: String
            let what: String
            let who: String?
            let reason: String?
        }
        let lines: [Line]
        /// Too many to read on the way to what stands beneath.
        let isLong: Bool
        /// Seen up to here.
        let position: String
    }
}

/// What the form over the list asks for, as it stands in the address.
struct EntriesQuery: Sendable {
    static let waiting = "waiting"

    let fields: FormFields
    let filter: HoursFilter
    let faults: [FieldFault]

    init(_ fields: FormFields, _ people: PeopleIndex, _ text: StringTable) {
        self.fields = fields
        var (filter, faults) = (HoursFilter(), [FieldFault]())
        func day(_ name: String) -> CivilDate? {
            if fields[name].isEmpty { return nil }
            if let date = CivilDate(fields[name]) { return date }
            let words = text("date_unreadable", ["typed": fields[name]])
            faults.append(FieldFault(field: name, text: words))
            return nil
        }
        (filter.from, filter.to) = (day("from"), day("to"))
        if !fields["person"].isEmpty {
            switch people.one(fields["person"]) {
            case .one(let person): filter.person = person.id
            case .nobody:
                let words = text("nobody_called", ["name": fields["person"]])
                faults.append(FieldFault(field: "person", text: words))
            case .several(let some):
                let list = some.map(\.label).joined(separator: "; ")
                let words = text("several_called", ["name": fields["person"], "list": list])
                faults.append(FieldFault(field: "person", text: words))
            }
        }
        filter.standing = HoursFilter.Standing(rawValue: fields["state"])
        filter.category = fields["category"].asCategory ?? ""
        filter.slip = SlipNumber(fields["slip"])
        (self.filter, self.faults) = (filter, faults)
    }

    var wantsWaiting: Bool { fields["state"] == Self.waiting }

    /// The address of the page that goes on at a place.
    func path(after place: String) -> String {
        let asked = ["person", "from", "to", "state", "category", "slip"].compactMap { name in
            fields[name].isEmpty ? nil : "\(name)=\(FormFields.encoded(fields[name]))"
        }
        return "/entries?" + (asked + ["before=\(place)"]).joined(separator: "&")
    }
}

extension FieldSite {
    static let entriesMax = 50

    func entriesPage(_ fields: FormFields, _ visit: Visit) async throws -> Response {
        let model = try await desk.read(visit.text) { book, shelf in
            try EntriesModel(
                book, shelf, EntriesQuery(fields, shelf.people, visit.text), visit)
        }
        return html("entries", model, status: model.hasFaults ? .unprocessableContent : .ok)
    }

    /// No event: what was seen is this device's alone.
    func markSeen(_ fields: FormFields, _ visit: Visit) async throws -> Response {
        guard let position = UInt64(fields["position"]) else { throw SiteFault.notFound }
        try await desk.run { device in
            try device.write { try $0.tables.setOfficeSeen(LedgerPosition(position)) }
        }
        return redirect(to: "/entries", done: Done(text: visit.text("seen_done")))
    }
}

extension EntriesModel {
    init(
        _ book: LocalBook, _ shelf: Shelf, _ query: EntriesQuery, _ visit: Visit
    ) throws {
        let (text, fields) = (visit.text, query.fields)
        t = text.texts
        frame = try PageFrame(book, shelf, visit, title: text("entries"), place: .entries)
        changes = try Changes(shelf.recent.changes, book, text)
        (person, from, to) = (fields["person"], fields["from"], fields["to"])
        (soughtCategory, slip) = (fields["category"], fields["slip"])
        let values = [""] + HoursFilter.Standing.allCases.map(\.rawValue) + [EntriesQuery.waiting]
        states = values.map {
            State(
                value: $0, name: text("filter_\($0.isEmpty ? "any" : $0)"),
                isChosen: $0 == fields["state"])
        }
        (faults, hasFaults) = (query.faults, !query.faults.isEmpty)
        isFiltered = !query.filter.isEmpty || query.wantsWaiting || hasFaults
        waiting =
            try query.wantsWaiting
            ? WaitingRecord.refused(book).filter { $0.decided == nil }
                .map {
                    Waiting(
                        what: book.views.voice.line($0.text),
                        why: book.views.voice.sentence($0.why))
                } : []
        let isShown = !query.wantsWaiting && !hasFaults
        let found = try isShown ? Self.found(book, query) : (records: [], next: nil)
        lines = found.records.map { EntryLine($0, text) }
        hasLines = !lines.isEmpty
        next = found.next.map(query.path)
        isEmpty = lines.isEmpty && waiting.isEmpty && !hasFaults
    }

    /// The last that came into the book first; by service date where something is looked for.
    private static func found(
        _ book: LocalBook, _ query: EntriesQuery
    ) throws -> (records: [HoursRecord], next: String?) {
        let before = query.fields["before"]
        if query.filter.isEmpty {
            let found = try book.views.newestHours(
                before: Int64(before) ?? .max, limit: FieldSite.entriesMax + 1)
            let shown = found.prefix(FieldSite.entriesMax)
            let next = found.count > shown.count ? shown.last.map { "\($0.place)" } : nil
            return (shown.map(\.record), next)
        }
        let found = try book.views.hours(
            query.filter, after: HoursPlace(before), limit: FieldSite.entriesMax)
        return (found.records, found.next?.description)
    }
}

extension EntriesModel.Changes {
    /// On a telephone's screen.
    private static let linesAtOnce = 5

    /// Without how long it was: that is mostly what was changed, and maybe again since.
    private static func people(_ entry: EntryLine) -> String {
        "\(entry.day): \(entry.gave) → \(entry.received)"
    }

    /// Nil where there is nothing to be seen.
    init?(_ changes: [OfficeChange], _ book: LocalBook, _ text: StringTable) throws {
        guard let last = changes.first else { return nil }
        position = "\(last.position)"
        lines = try changes.map { change in
            let entity = try book.entity(of: change.about)
            let hours = try entity.flatMap(book.views.hours)
            return Line(
                entry: hours == nil ? nil : entity?.description,
                subject: book.views.voice.line(
                    try hours.map { Self.people(EntryLine($0, text)) }
                        ?? entity.map(book.views.historySubject) ?? change.about.short),
                what: try HappeningWords(book, text).words(
                    of: change.event, seenFrom: entity ?? change.event.entity),
                who: try change.event.worker.flatMap(book.views.workerName),
                reason: book.views.reason(of: change.event))
        }
        isLong = lines.count > Self.linesAtOnce
    }
}

extension LocalBook {
    /// What an own event is about, also while the office keeps it apart.
    fileprivate func entity(of dot: Dot) throws -> EntityID? {
        if let event = try tables.event(dot)?.event { return event.entity }
        guard dot.replica == paired.replica else { return nil }
        return try tables.refusedEvent(dot.sequence)?.event.entity
    }
}
