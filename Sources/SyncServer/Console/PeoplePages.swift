// The pages of people: who was found, and one with their hours and history.
// Neighbors: ConsoleSite+People answers with them; people and person.mustache show them.

internal import Faces
internal import Shared
internal import Store
internal import Texts

struct PeopleModel: Sendable {
    struct Line: Sendable {
        let id: String
        let number: String
        let name: String
        let isActive: Bool
    }

    let t: [String: String]
    let frame: PageFrame
    let typed: String
    let lines: [Line]
    let isEmpty: Bool
    /// There are more than are listed.
    let isCut: Bool

    init(
        _ found: [PeopleIndex.Person], typed: String, _ views: Views, _ visit: ConsoleVisit
    ) throws {
        t = visit.text.texts
        frame = try PageFrame(views, visit, title: visit.text("people"), place: .people)
        self.typed = typed
        lines = found.prefix(ConsoleSite.PeopleLimits.foundMax).map {
            Line(id: "\($0.id)", number: $0.number, name: $0.name, isActive: $0.isActive)
        }
        isEmpty = lines.isEmpty
        isCut = found.count > lines.count
    }
}

struct PersonModel: Sendable {
    /// Which form was not done, and why.
    struct Fault: Sendable {
        var move: String?
        var grant: String?

        init(ofMove sentence: String) { move = sentence }
        init(ofGrant sentence: String) { grant = sentence }
    }
    struct Line: Sendable {
        let position: String?
        let day: String
        let form: String
        let with: String
        let given: String
        let received: String
        let isContested: Bool
    }
    struct Detail: Sendable {
        let name: String
        let value: String
    }
    struct Other: Sendable {
        let id: String
        let label: String
    }
    struct Move: Sendable {
        let places: [Choice]
        let was: String
        let number: String
        let reason: String
        let fault: String?
        let isOpen: Bool
    }
    struct Grant: Sendable {
        let forms: [Choice]
        let minutes: String
        let date: String
        let reason: String
        let fault: String?
        let isOpen: Bool
    }
    struct Choice: Sendable {
        let value: String
        let name: String
        let isChosen: Bool
    }

    let t: [String: String]
    let frame: PageFrame
    let id: String
    let label: String
    let gave: String
    let received: String
    let balance: String
    let contested: String?
    let details: [Detail]
    let isInactive: Bool
    let disputed: String?
    let alike: [Other]
    let hasAlike: Bool
    let lines: [Line]
    let hasLines: Bool
    let isCut: Bool
    let happenings: [Happening]
    /// Nil where this person may not move them, or there is nowhere else.
    let move: Move?
    let grant: Grant?
    let once: String

    init(
        _ member: MemberState, _ views: Views, _ visit: ConsoleVisit,
        alike: [PeopleIndex.Person], once: String, typed: FormFields?, fault: Fault?
    ) throws {
        let text = visit.text
        t = text.texts
        id = "\(member.id)"
        label = try views.label(of: member.id)
        frame = try PageFrame(views, visit, title: label, place: .people)
        let linesMax = ConsoleSite.PeopleLimits.linesMax
        let statement = try views.statement(of: member.id, newest: linesMax + 1)
        gave = "\(Minutes(statement.given))"
        received = "\(Minutes(statement.received))"
        balance = "\(Minutes(statement.balance))"
        contested = statement.contested == 0 ? nil : "\(Minutes(statement.contested))"
        isCut = statement.lines.count > linesMax
        lines = statement.lines.suffix(linesMax).reversed().map { Line($0, text) }
        hasLines = !lines.isEmpty
        let record = try views.record(member)
        details = Self.details(record, try views.name(of: member.home), text)
        isInactive = !record.active
        disputed =
            record.disputed.isEmpty
            ? nil : record.disputed.map(text.field).joined(separator: ", ")
        self.alike = alike.map { Other(id: "\($0.id)", label: $0.label) }
        hasAlike = !alike.isEmpty
        happenings = try Happening.all(of: member.id, views, visit.visit)
        move = try Move(member, views, visit, typed, fault?.move)
        grant =
            visit.person.role == .admin ? Grant(text, typed, fault?.grant) : nil
        self.once = once
    }

    private static func details(
        _ record: MemberRecord, _ home: String, _ text: StringTable
    ) -> [Detail] {
        [
            ("neighborhood", home), ("joined", record.joinedOn ?? ""),
            ("birth_year", record.birthYear.map(String.init) ?? ""),
            ("contacts", record.contacts.joined(separator: "; ")),
            ("languages", record.languages.joined(separator: ", ")),
        ].filter { !$0.1.isEmpty }.map { Detail(name: text($0.0), value: $0.1) }
    }
}

extension PersonModel.Line {
    fileprivate init(_ line: StatementLine, _ text: StringTable) {
        position = line.position.map { "\($0)" }
        day = line.serviceDate
        form = text.form(line.form)
        with = line.with.map(\.label).joined(separator: ", ")
        given = line.minutes > 0 ? "\(Minutes(line.minutes))" : ""
        received = line.minutes < 0 ? "\(Minutes(-line.minutes))" : ""
        isContested = line.contested
    }
}

extension PersonModel.Move {
    /// An admin moves all, a coordinator those of their neighborhoods.
    fileprivate init?(
        _ member: MemberState, _ views: Views, _ visit: ConsoleVisit, _ typed: FormFields?,
        _ fault: String?
    ) throws {
        guard let home = member.home.neighborhood,
            visit.person.role == .admin || visit.person.neighborhoods.contains(home)
        else { return nil }
        let others = try views.neighborhoods().filter { $0.id != home }
        guard !others.isEmpty else { return nil }
        places = others.map {
            PersonModel.Choice(
                value: "\($0.id)", name: "\($0.name) (\($0.code))",
                isChosen: typed?["place"] == "\($0.id)")
        }
        was = "\(home)"
        number = typed?["number"] ?? ""
        // The page has two forms with a reason: this one is told by its place.
        isOpen = fault != nil || typed.map { !$0["place"].isEmpty } ?? false
        reason = isOpen ? typed?["reason"] ?? "" : ""
        self.fault = fault
    }
}

extension PersonModel.Grant {
    fileprivate init(_ text: StringTable, _ typed: FormFields?, _ fault: String?) {
        let form = typed?["form"] ?? ""
        forms = ["grant", "opening-given", "opening-received"].map {
            PersonModel.Choice(
                value: $0, name: text("office_\($0.replacing("-", with: "_"))"),
                isChosen: $0 == form)
        }
        minutes = typed?["minutes"] ?? ""
        date = typed?["date"] ?? ""
        isOpen = fault != nil || !form.isEmpty
        reason = isOpen ? typed?["reason"] ?? "" : ""
        self.fault = fault
    }
}

/// What happened to something, as a line of its history.
struct Happening: Sendable {
    let what: String
    let who: String
    let when: Moment
    /// In the ledger; nil for what has no place there. Not called as the position of the entry is
    /// that the history stands beside.
    let place: String?
    let reason: String?

    /// The last that are shown of a long history.
    private static let shownMax = 100

    /// The newest first.
    static func all(
        of entity: EntityID, _ views: Views, _ visit: Visit
    ) throws -> [Happening] {
        let history = try views.history(of: entity, HistorySource(keptApart: []))
        return history.events.suffix(shownMax).reversed().map { event in
            Happening(
                what: views.voice.line(event.what),
                who: [event.worker, event.device].compactMap(\.self).joined(separator: ", "),
                when: visit.moment(
                    Instant(milliseconds: event.recordedAtMilliseconds),
                    utcOffsetMinutes: event.recordedAtOffsetMinutes),
                place: event.position.map { "\($0)" },
                reason: event.reason)
        }
    }
}
