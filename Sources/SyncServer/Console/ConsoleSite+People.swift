// People: find one, see what they gave and received, let them be at home elsewhere, grant hours.
// Neighbors: PeopleShelf finds, Setup/MovingMembers and Setup/Granting write; PeoplePages shows.
// Invariant: a coordinator is shown the people of their neighborhoods, an admin all.

internal import Faces
internal import HTTPTypes
internal import Hummingbird
internal import Shared
internal import Store
internal import Texts

extension ConsoleSite {
    enum PeopleLimits {
        static let foundMax = 50
        /// Lines of a statement on the page: the last.
        static let linesMax = 100
    }

    func respond(
        to route: ConsoleRoute.People, _ fields: FormFields, _ visit: ConsoleVisit
    ) async throws -> Response {
        switch route {
        case .list: try await peoplePage(fields, visit)
        case .one(let member): try await personPage(member, visit)
        case .move(let member): try await move(member, fields, visit)
        case .grant(let member): try await grant(member, fields, visit)
        }
    }

    private func peoplePage(
        _ fields: FormFields, _ visit: ConsoleVisit
    ) async throws -> Response {
        let model = try await desk.read(visit.text) { [desk] views in
            let found = try desk.people(views).found(
                fields["q"], for: visit.person, limit: PeopleLimits.foundMax + 1)
            return try PeopleModel(found, typed: fields["q"], views, visit)
        }
        return html("people", model)
    }

    private func personPage(
        _ member: EntityID, _ visit: ConsoleVisit, typed: FormFields? = nil,
        fault: PersonModel.Fault? = nil, status: HTTPResponse.Status = .ok
    ) async throws -> Response {
        let model = try await desk.read(visit.text) { [desk] views -> PersonModel? in
            guard let state = try views.member(member, for: visit.person) else { return nil }
            return try PersonModel(
                state, views, visit, alike: desk.people(views).alike(member),
                once: desk.formToken(), typed: typed ?? visit.typed, fault: fault)
        }
        guard let model else { throw SiteFault.notFound }
        return html("person", model, status: status)
    }

    // MARK: At home elsewhere

    /// One event; the number is the one there.
    private func move(
        _ member: EntityID, _ fields: FormFields, _ visit: ConsoleVisit
    ) async throws -> Response {
        let text = visit.text
        func again(_ sentence: String) async throws -> Response {
            try await personPage(
                member, visit, typed: fields, fault: .init(ofMove: sentence),
                status: .unprocessableContent)
        }
        guard let place = EntityID(fields["place"]) else {
            return try await again(text("scope_missing"))
        }
        let number = Int64(fields["number"])
        guard fields["number"].isEmpty || number != nil else {
            return try await again(text("number_unreadable"))
        }
        let reason = fields["reason"].isEmpty ? nil : fields["reason"]
        let label: String?
        do {
            label = try await desk.append(fields["once"], by: visit.person) { session in
                guard let state = try session.views.member(member, for: visit.person) else {
                    throw SiteFault.notFound
                }
                // Somebody moved them since the page was shown.
                guard state.home.neighborhood.map({ "\($0)" }) == fields["was"] else {
                    return String?.none
                }
                let moved = try session.move(
                    member, to: place, number: number, as: visit.person.worker, reason: reason)
                let code = try session.views.code(of: .neighborhood(place))
                return "\(code)-\(moved.number)"
            }
        } catch let fault as SiteFault {
            throw fault
        } catch {
            return try await again(try Self.sentence(error, visit.text))
        }
        guard let label else { return try await again(text("moved_meanwhile")) }
        let isStillTheirs = try await desk.read(visit.text) {
            try $0.member(member, for: visit.person) != nil
        }
        return redirect(
            to: isStillTheirs ? "/people/\(member)" : "/people",
            done: Done(text: text("moved_now", ["number": label])))
    }

    // MARK: Hours that the office records

    private func grant(
        _ member: EntityID, _ fields: FormFields, _ visit: ConsoleVisit
    ) async throws -> Response {
        let environment = desk.environment
        let today = environment.now().date(utcOffsetMinutes: environment.utcOffsetMinutes())
        do {
            let granting = try Granting(fields, of: member, today: today, visit.text)
            try await desk.append(fields["once"], by: visit.person) { session in
                guard try session.views.member(member, for: visit.person) != nil else {
                    throw SiteFault.notFound
                }
                _ = try session.grant(granting, as: visit.person.worker)
            }
        } catch let fault as SiteFault {
            throw fault
        } catch {
            let sentence =
                try (error as? Granting.Missing)?.sentence ?? Self.sentence(error, visit.text)
            return try await personPage(
                member, visit, typed: fields, fault: .init(ofGrant: sentence),
                status: .unprocessableContent)
        }
        return redirect(
            to: "/people/\(member)", done: Done(text: visit.text("granted_now")))
    }
}

extension Granting {
    struct Missing: Error { let sentence: String }

    fileprivate init(
        _ fields: FormFields, of member: EntityID, today: CivilDate, _ text: StringTable
    ) throws {
        guard !fields["reason"].isEmpty else { throw Missing(sentence: text("reason_missing")) }
        guard !fields["minutes"].isEmpty else { throw Missing(sentence: text("minutes_missing")) }
        let size: Minutes
        do {
            size = try Minutes(typed: fields["minutes"])
        } catch {
            throw Missing(sentence: text("minutes_unreadable", ["typed": fields["minutes"]]))
        }
        let (form, minutes): (HoursForm, Minutes)
        switch fields["form"] {
        case "grant": (form, minutes) = (.grant, size)
        case "opening-given": (form, minutes) = (.openingBalance, size)
        case "opening-received": (form, minutes) = (.openingBalance, -size)
        default: throw Missing(sentence: text("choice_missing"))
        }
        let date: CivilDate
        do {
            date =
                try fields["date"].isEmpty
                ? today : CivilDate(typed: fields["date"], as: "date")
        } catch {
            throw Missing(sentence: text("date_unreadable", ["typed": fields["date"]]))
        }
        self.init(
            form: form, member: member, minutes: minutes, date: date, reason: fields["reason"])
    }
}

extension Views {
    /// Nil for one who is none, or does not concern this person.
    func member(_ id: EntityID, for person: SignedIn) throws -> MemberState? {
        guard case .member(let member)? = try state(of: id),
            person.serves(try reach(of: id) ?? [])
        else { return nil }
        return member
    }
}
