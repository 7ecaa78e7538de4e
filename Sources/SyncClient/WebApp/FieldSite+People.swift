// People: find, enroll, and what each gave and received. Neighbors: PeopleIndex finds,
// Views+Statement counts; people, person and enroll.mustache show them.

internal import Faces
internal import Hummingbird
internal import Shared
internal import Store
internal import Texts

struct PeopleModel: Sendable {
    struct Line: Sendable {
        let id: String
        let number: String
        let name: String
    }

    let t: [String: String]
    let frame: PageFrame
    let typed: String
    let lines: [Line]
    let isEmpty: Bool
    /// There are more than are listed.
    let isCut: Bool
}

struct PersonModel: Sendable {
    struct Line: Sendable {
        let entry: String
        let day: String
        let with: String
        let given: String
        let received: String
        let isContested: Bool
    }
    struct Detail: Sendable {
        let name: String
        let value: String
    }

    let t: [String: String]
    let frame: PageFrame
    let id: String
    let label: String
    let number: String
    let gave: String
    let received: String
    let contested: String?
    let details: [Detail]
    let lines: [Line]
    let hasLines: Bool
    let fault: String?
    /// Whether there is a card to print: a pot has none.
    let hasCard: Bool
    /// Nil where nothing of them can be changed here: a pot, or a member of elsewhere.
    let change: Change?
    let was: Change?

    struct Change: Sendable {
        let name: String
        let number: String
        let birthYear: String
        let phone: String
        let languages: String
        let isActive: Bool
    }
}

struct EnrollModel: Sendable {
    struct Place: Sendable {
        let code: String
        let name: String
        let isChosen: Bool
    }

    let t: [String: String]
    let frame: PageFrame
    let name: String
    let number: String
    let birthYear: String
    let phone: String
    let languages: String
    let once: String
    let fault: String?
    let places: [Place]
    let mustPlace: Bool
}

extension FieldSite {
    static let peopleMax = 100

    func peoplePage(_ fields: FormFields, _ visit: Visit) async throws -> Response {
        let typed = fields["q"]
        let model = try await desk.read(visit.text) { book, shelf in
            let recent = typed.isEmpty ? [] : shelf.recent.people
            let found = shelf.people.found(typed, recent: recent, limit: Self.peopleMax + 1)
            return PeopleModel(
                t: visit.text.texts,
                frame: try PageFrame(
                    book, shelf, visit, title: visit.text("people"), place: .people),
                typed: typed,
                lines: found.prefix(Self.peopleMax).map {
                    .init(id: $0.id.description, number: $0.number, name: $0.name)
                }, isEmpty: found.isEmpty, isCut: found.count > Self.peopleMax)
        }
        return html("people", model)
    }

    func personPage(
        _ id: String, _ visit: Visit, typed: FormFields? = nil, fault: String? = nil
    ) async throws -> Response {
        let model = try await desk.read(visit.text) { book, shelf -> PersonModel? in
            guard let account = EntityID(id), try book.hasAccount(account) else { return nil }
            return try PersonModel(book, shelf, account, visit, typed: typed, fault: fault)
        }
        guard let model else { throw SiteFault.notFound }
        return html("person", model, status: fault == nil ? .ok : .unprocessableContent)
    }

    // MARK: Enrolling

    func enrollPage(_ fields: FormFields, _ visit: Visit) async throws -> Response {
        try await shownEnroll(fields, visit, once: hex(desk.environment.randomBytes(8)))
    }

    private func shownEnroll(
        _ fields: FormFields, _ visit: Visit, once: String, fault: String? = nil
    ) async throws -> Response {
        let model = try await desk.read(visit.text) { book, shelf in
            let places = try book.neighborhoods
            return EnrollModel(
                t: visit.text.texts,
                frame: try PageFrame(
                    book, shelf, visit, title: visit.text("enroll"), place: .people),
                name: fields["name"], number: fields["number"], birthYear: fields["birth_year"],
                phone: fields["phone"],
                languages: fields["languages"], once: once, fault: fault,
                places: places.map {
                    .init(code: $0.code, name: $0.name, isChosen: $0.code == fields["place"])
                }, mustPlace: places.count > 1)
        }
        return html("enroll", model, status: fault == nil ? .ok : .unprocessableContent)
    }

    /// One event: the member.
    func enroll(_ fields: FormFields, _ visit: Visit) async throws -> Response {
        if fields["name"].isEmpty {
            return try await shownEnroll(
                fields, visit, once: fields["once"], fault: visit.text("name_missing"))
        }
        do {
            let new = try await enrolled(
                fields, isSure: fields["sure"] == "1", visit.text)
            let done = Done(text: visit.text("enrolled", ["member": new.label]))
            return redirect(to: "/people/\(new.id)", done: done)
        } catch let taken as NameTaken {
            let model = try await desk.read(visit.text) { book, shelf in
                try NamesakesModel(book, shelf, visit, taken, fields)
            }
            return html("namesakes", model, status: .conflict)
        } catch {
            guard let words = visit.text.refusal(error) else { throw error }
            return try await shownEnroll(fields, visit, once: fields["once"], fault: words)
        }
    }

    private struct Enrolled: Sendable {
        let id: EntityID
        let label: String
    }

    /// - Throws: `NameTaken`, unless the form says that it is sure.
    private func enrolled(
        _ fields: FormFields, isSure: Bool, _ text: StringTable
    ) async throws -> Enrolled {
        let today = desk.environment.today
        let people = try await desk.read(text) { _, shelf in shelf.people }
        return try await desk.once(fields["once"]) { device in
            let events = try Recording(device: device, worker: nil, note: { _ in }).record {
                book, finder in
                let same = isSure ? [] : try book.namesakes(of: fields["name"], in: people)
                if !same.isEmpty { throw NameTaken(by: same) }
                let place = try finder.neighborhood(fields["place"].isEmpty ? nil : fields["place"])
                return [
                    try MemberDrafts(book).enroll(
                        try finder.values(fields.member, of: .memberEnrolled), in: place,
                        today: today, isOnCard: true)
                ]
            }
            guard let id = events.first?.entity else { throw SiteFault.notFound }
            return Enrolled(id: id, label: try device.read { try $0.views.label(of: id) })
        }
    }
}

// MARK: Changing

extension FieldSite {
    /// An event for each field that was changed.
    func changePerson(
        _ id: String, _ fields: FormFields, _ visit: Visit
    ) async throws -> Response {
        if fields["name"].isEmpty {
            return try await personPage(
                id, visit, typed: fields, fault: visit.text("name_missing"))
        }
        do {
            let changed = try await desk.run { device in
                try Recording(device: device, worker: nil, note: { _ in }).record { book, finder in
                    let member = try finder.member(id)
                    var values = try finder.values(fields.changed.member, of: .memberEnrolled)
                    for (number, field) in [
                        (MemberField.contacts, "phone"), (MemberField.languages, "languages"),
                    ] where fields[field].isEmpty && !fields["was_\(field)"].isEmpty {
                        values[number] = .texts([])
                    }
                    let isActive = fields["active"] == "1"
                    if isActive != (fields["was_active"] == "1") {
                        values[MemberField.active] = .flag(isActive)
                    }
                    return try MemberDrafts(book).change(
                        member, values, reason: nil, isOnCard: true)
                }
            }
            let text = visit.text(changed.isEmpty ? "nothing_changed" : "changed")
            return redirect(to: "/people/\(id)", done: Done(text: text))
        } catch {
            guard let words = visit.text.refusal(error) else { throw error }
            return try await personPage(id, visit, typed: fields, fault: words)
        }
    }
}

extension FormFields {
    /// Without what is as it was when the form was shown: somebody else may have changed it since.
    fileprivate var changed: FormFields { without { self[$0] == self["was_\($0)"] } }

    /// What a form says of a member; what is empty is not said.
    fileprivate var member: Typed {
        [
            MemberField.name: self["name"].listed, MemberField.number: self["number"].listed,
            MemberField.birthYear: self["birth_year"].listed,
            MemberField.contacts: self["phone"].split(separator: ";").map(\.trimmedStart),
            MemberField.languages: self["languages"].split(separator: ",").map(\.trimmedStart),
        ].filter { !$0.value.isEmpty }
    }
}

extension Substring {
    fileprivate var trimmedStart: String { String(drop(while: \.isWhitespace)) }
}

extension PersonModel {
    /// The last entries first; at most so many on the page.
    private static let linesMax = 100

    init(
        _ book: LocalBook, _ shelf: Shelf, _ account: EntityID, _ visit: Visit,
        typed: FormFields?, fault: String?
    ) throws {
        let text = visit.text
        t = text.texts
        label = try book.views.label(of: account)
        number = try book.views.number(of: account)
        frame = try PageFrame(book, shelf, visit, title: label, place: .people)
        let statement = try book.views.statement(of: account, newest: Self.linesMax)
        gave = "\(Minutes(statement.given))"
        received = "\(Minutes(statement.received))"
        contested = statement.contested == 0 ? nil : "\(Minutes(statement.contested))"
        lines = statement.lines.reversed().map { line in
            Line(
                entry: line.entry, day: line.serviceDate,
                with: line.with.map(\.label).joined(separator: ", "),
                given: line.minutes > 0 ? "\(Minutes(line.minutes))" : "",
                received: line.minutes < 0 ? "\(Minutes(-line.minutes))" : "",
                isContested: line.contested)
        }
        hasLines = !lines.isEmpty
        id = account.description
        self.fault = fault
        guard case .member(let member)? = try book.views.state(of: account) else {
            (details, change, was) = ([], nil, nil)
            hasCard = try book.views.directoryLine(of: account) != nil
            return
        }
        hasCard = true
        let record = try book.views.record(member)
        was = Change(record)
        change = book.held.contains(member.home) ? typed.map(Change.init) ?? was : nil
        details = [
            ("joined", record.joinedOn ?? ""),
            ("birth_year", record.birthYear.map(String.init) ?? ""),
            ("contacts", record.contacts.joined(separator: "; ")),
            ("languages", record.languages.joined(separator: ", ")),
        ].filter { !$0.1.isEmpty }.map { Detail(name: text($0.0), value: $0.1) }
    }
}

extension PersonModel.Change {
    fileprivate init(_ record: MemberRecord) {
        self.init(
            name: record.name ?? "", number: record.number.map(String.init) ?? "",
            birthYear: record.birthYear.map(String.init) ?? "",
            phone: record.contacts.joined(separator: "; "),
            languages: record.languages.joined(separator: ", "), isActive: record.active)
    }

    fileprivate init(_ typed: FormFields) {
        self.init(
            name: typed["name"], number: typed["number"], birthYear: typed["birth_year"],
            phone: typed["phone"], languages: typed["languages"],
            isActive: typed["active"] == "1")
    }
}

extension LocalBook {
    /// A member here or elsewhere, or a neighborhood's pot.
    fileprivate func hasAccount(_ entity: EntityID) throws -> Bool {
        switch try views.state(of: entity) {
        case .member?, .neighborhood?: true
        case .community?, .worker?, .device?, .hours?, .quarantine?, .question?: false
        case nil: try views.directoryLine(of: entity) != nil
        }
    }
}

extension String {
    fileprivate var listed: [String] { isEmpty ? [] : [self] }
}

extension StringTable {
    /// Why what was typed was not taken; nil for what has other causes.
    fileprivate func refusal(_ error: any Error) -> String? {
        switch error {
        case let error as UserError: error.words(self)
        case let fault as TypingFault: UserError(fault).words(self)
        default: nil
        }
    }
}
