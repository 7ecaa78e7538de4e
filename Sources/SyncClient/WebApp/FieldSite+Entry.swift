// One entry: its history, and what can be said of it afterwards.
// Neighbors: EntryDrafts builds what is said, Views+History tells; entry.mustache shows it.

internal import Faces
internal import HTTPTypes
internal import Hummingbird
internal import Shared
internal import Store
internal import Texts

struct EntryModel: Sendable {
    struct Party: Sendable {
        let id: String
        let label: String
        let time: String
    }
    struct Happening: Sendable {
        let what: String
        let who: String
        let when: String
        let reason: String?
        let place: String
    }

    let t: [String: String]
    let frame: PageFrame
    let id: String
    let line: EntryLine
    let gave: [Party]
    let received: [Party]
    let parties: [Party]
    let slip: String?
    let note: String?
    let happenings: [Happening]
    let canVoid: Bool
    /// What the forms were shown: when more has happened since, it is shown first.
    let seen: Int
    let amend: Amendment
    /// As the entry stands: what was changed in the form is told from it.
    let was: Amendment
    let reasons: Reasons
    let fault: String?
}

/// What an amendment of the page says; of the entry as it stands until somebody types.
struct Amendment: Sendable {
    var minutes: String
    var date: String
    var category: String
    var slip: String
    var note: String
    var reason = ""
}

extension Amendment {
    /// What somebody changed in a form that was shown earlier; the rest as it stands now.
    fileprivate func with(_ typed: FormFields) -> Amendment {
        func field(_ name: String, _ now: String) -> String {
            typed[name] == typed["was_\(name)"] ? now : typed[name]
        }
        return Amendment(
            minutes: field("minutes", minutes), date: field("date", date),
            category: field("category", category), slip: field("slip", slip),
            note: field("note", note),
            reason: typed["reason"])
    }
}

/// Reasons that were typed beside what could not be done.
struct Reasons: Sendable {
    var dispute = ""
    var void = ""
    var reinstate = ""

    init(_ saying: FieldRoute.Saying?, _ typed: FormFields?) {
        let reason = typed?["reason"] ?? ""
        switch saying {
        case .dispute: dispute = reason
        case .void: void = reason
        case .reinstate: reinstate = reason
        case .amend, .confirm, nil: break
        }
    }
}

extension FieldSite {
    /// After something was not done: with what was typed, and why.
    func entryPage(
        _ id: String, _ visit: Visit, _ saying: FieldRoute.Saying? = nil,
        typed: FormFields? = nil, fault: String? = nil, status: HTTPResponse.Status = .ok
    ) async throws -> Response {
        let model = try await desk.read(visit.text) { book, shelf -> EntryModel? in
            guard let entity = EntityID(id), let record = try book.views.hours(entity) else {
                return nil
            }
            return try EntryModel(
                book, shelf, entity, record, visit, typed: typed, saying: saying, fault: fault)
        }
        guard let model else { throw SiteFault.notFound }
        return html("entry", model, status: status)
    }

    /// An event for each field that was changed.
    private func amended(
        _ entry: HoursState, _ fields: FormFields, _ book: LocalBook, today: CivilDate,
        _ text: StringTable
    ) throws -> [Draft] {
        var values: Payload = [:]
        let drafts = EntryDrafts(book)
        guard let minutes = try? Minutes(typed: fields["minutes"]) else {
            throw FieldFault.Words(text("minutes_unreadable", ["typed": fields["minutes"]]))
        }
        if minutes != entry.shares.given {
            values[HoursField.shares] = .shares(
                try drafts.shares(of: entry, minutes: minutes, today: today))
        }
        guard let date = CivilDate(fields["date"]) else {
            throw FieldFault.Words(text("date_unreadable", ["typed": fields["date"]]))
        }
        if date != entry.serviceDate { values[HoursField.serviceDate] = .date(date) }
        let before = try book.views.hours(entry.id)
        for (field, typed, was) in [
            (HoursField.category, fields["category"].asCategory ?? "", before?.category),
            (HoursField.slip, fields["slip"], before?.slip),
            (HoursField.description, fields["note"], before?.description),
        ] where typed != was ?? "" {
            // A paper has its number for good: another one takes its place, none does not.
            if field == HoursField.slip, typed.isEmpty { continue }
            values[field] = .text(typed)
        }
        let reason = fields["reason"]
        return try drafts.amend(entry, values, reason: reason.isEmpty ? nil : reason)
    }

    /// One event, unless this worker has said so already; none where somebody else said something
    /// since the page was shown.
    func say(
        _ id: String, _ saying: FieldRoute.Saying, _ fields: FormFields, _ visit: Visit
    ) async throws -> Response {
        let said: [Event]
        do {
            said = try await recorded(id, saying, fields, visit.text)
        } catch is ChangedMeanwhile {
            return try await entryPage(
                id, visit, saying, typed: fields, fault: visit.text("changed_meanwhile"),
                status: .conflict)
        } catch {
            let words =
                (error as? FieldFault.Words)?.text ?? (error as? UserError)?.words(visit.text)
            guard let words else { throw error }
            return try await entryPage(
                id, visit, saying, typed: fields, fault: words, status: .unprocessableContent)
        }
        let text = visit.text(said.isEmpty ? "said_already" : "said_\(saying.rawValue)")
        return redirect(to: "/entries/\(id)", done: Done(text: text))
    }

    private func recorded(
        _ id: String, _ saying: FieldRoute.Saying, _ fields: FormFields, _ text: StringTable
    ) async throws -> [Event] {
        let reason = fields["reason"].isEmpty ? nil : fields["reason"]
        let today = desk.environment.today
        return try await desk.run { device in
            try Recording(device: device, worker: nil, note: { _ in }).record { book, finder in
                let entry = try finder.hours(id)
                guard try fields["seen"] == "\(book.history(id).events.count)" else {
                    throw ChangedMeanwhile()
                }
                let drafts = EntryDrafts(book)
                func testimony(_ kind: Kind, _ values: Payload) throws -> [Draft] {
                    try drafts.testimony(
                        kind, of: entry, values, reason: reason, by: try finder.worker(nil)
                    ).map { [$0] } ?? []
                }
                func ofParty() throws -> Payload {
                    guard let account = EntityID(fields["party"]),
                        entry.shares.accounts.contains(account)
                    else { throw SiteFault.notFound }
                    return [TestimonyField.party: .entity(account)]
                }
                switch saying {
                case .amend: return try self.amended(entry, fields, book, today: today, text)
                case .void: return [try drafts.void(entry, reason: reason)]
                case .confirm: return try testimony(.hoursConfirmed, ofParty())
                case .dispute: return try testimony(.hoursDisputed, ofParty())
                case .reinstate:
                    guard entry.isVoid || entry.isVoidDisputed else { return [] }
                    return try testimony(.hoursReinstated, [:])
                }
            }
        }
    }
}

/// More was said of the entry than the page had shown.
private struct ChangedMeanwhile: Error {}

extension EntryModel {
    init(
        _ book: LocalBook, _ shelf: Shelf, _ entity: EntityID, _ record: HoursRecord,
        _ visit: Visit, typed: FormFields?, saying: FieldRoute.Saying?, fault: String?
    ) throws {
        let text = visit.text
        t = text.texts
        line = EntryLine(record, text)
        frame = try PageFrame(book, shelf, visit, title: line.words, place: .entries)
        id = record.id
        gave = record.gave.map(Party.init)
        received = record.received.map(Party.init)
        parties = gave + received
        (slip, note) = (record.slip, record.description)
        canVoid = record.standing != EntryStanding.void.name
        self.fault = fault
        was = Amendment(
            minutes: line.time, date: record.serviceDate, category: record.category ?? "",
            slip: record.slip ?? "", note: record.description ?? "")
        amend = saying == .amend ? typed.map(was.with) ?? was : was
        reasons = Reasons(saying, typed)
        let words = HappeningWords(book, text)
        happenings = try book.history(entity.description).events.map { event in
            Happening(
                what: try words.words(of: event, seenFrom: entity),
                who: event.worker ?? event.device ?? "",
                when: event.recordedAt, reason: event.reason,
                place: text("place_\(event.place.rawValue.replacing("-", with: "_"))"))
        }
        seen = happenings.count
    }
}

extension EntryModel.Party {
    fileprivate init(_ record: PartyRecord) {
        self.init(
            id: record.account, label: record.label, time: "\(Minutes(record.minutes))")
    }
}
