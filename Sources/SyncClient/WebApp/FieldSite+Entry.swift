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
        let when: Moment
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
    /// Whether who gave, or who received, can be corrected: not on the side of a pot.
    let amendsGave: Bool
    let amendsReceived: Bool
    /// What was typed is no correction, but can be recorded anew.
    let canReplace: Bool
    /// As the entry stands: what was changed in the form is told from it.
    let was: Amendment
    let reasons: Reasons
    let fault: String?
}

/// What an amendment of the page says; of the entry as it stands until somebody types.
struct Amendment: Sendable {
    var gave: String
    var received: String
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
            gave: field("gave", gave), received: field("received", received),
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
        case .amend, .replace, .confirm, nil: break
        }
    }
}

extension FieldSite {
    /// After something was not done: with what was typed, and why.
    func entryPage(
        _ id: String, _ visit: Visit, _ saying: FieldRoute.Saying? = nil,
        typed: FormFields? = nil, fault: String? = nil, canReplace: Bool = false,
        status: HTTPResponse.Status = .ok
    ) async throws -> Response {
        let model = try await desk.read(visit.text) { book, shelf -> EntryModel? in
            guard let entity = EntityID(id), let record = try book.views.hours(entity) else {
                return nil
            }
            return try EntryModel(
                book, shelf, entity, record, visit, typed: typed, saying: saying, fault: fault,
                canReplace: canReplace)
        }
        guard let model else { throw SiteFault.notFound }
        return html("entry", model, status: status)
    }

    /// What the form says otherwise than the entry.
    private func corrected(
        _ entry: HoursState, _ fields: FormFields, _ check: RecordCheck
    ) throws -> Payload {
        let (book, text) = (check.book, check.text)
        var values: Payload = [:]
        values[HoursField.shares] = try correctedShares(entry, fields, check).map(Value.shares)
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
        return values
    }

    /// Nil where the same people gave and received as long.
    private func correctedShares(
        _ entry: HoursState, _ fields: FormFields, _ check: RecordCheck
    ) throws -> Shares? {
        guard let minutes = try? Minutes(typed: fields["minutes"]) else {
            throw FieldFault.Words(check.text("minutes_unreadable", ["typed": fields["minutes"]]))
        }
        func people(_ field: String, _ before: [Party]) throws -> [EntityID]? {
            if fields[field] == fields["was_\(field)"] { return nil }
            let typed = try check.parties(fields[field], field)
            return Set(typed) == Set(before.map(\.account)) ? nil : typed
        }
        let gave = try people("gave", entry.shares.providers)
        let received = try people("received", entry.shares.recipients)
        if minutes == entry.shares.given, gave == nil, received == nil { return nil }
        let sides = [
            gave ?? entry.shares.providers.map(\.account),
            received ?? entry.shares.recipients.map(\.account),
        ]
        guard Set(sides[0]).isDisjoint(with: sides[1]) else {
            throw FieldFault.Words(check.text("same_person"))
        }
        return try EntryDrafts(check.book).shares(
            of: entry, providers: gave?.map { PartyDraft($0) },
            recipients: received?.map { PartyDraft($0) },
            minutes: minutes == entry.shares.given ? nil : minutes, today: check.today)
    }

    /// An event for each field that was changed.
    private func amended(
        _ entry: HoursState, _ fields: FormFields, _ check: RecordCheck
    ) throws -> [Draft] {
        let (drafts, values) = (EntryDrafts(check.book), try corrected(entry, fields, check))
        if let shares = values.shares(HoursField.shares),
            try drafts.bringsInOthers(shares, to: entry)
        {
            throw BeyondReach()
        }
        let reason = fields["reason"]
        return try drafts.amend(entry, values, reason: reason.isEmpty ? nil : reason)
    }

    /// One that makes it void, one that records it as corrected; none where nothing was.
    private func replaced(
        _ entry: HoursState, _ fields: FormFields, _ check: RecordCheck
    ) throws -> [Draft] {
        let values = try corrected(entry, fields, check)
        if values.numbers.isEmpty { return [] }
        let reason = fields["reason"]
        return try EntryDrafts(check.book).replace(
            entry, with: values,
            reason: reason.isEmpty ? check.text("replaced_reason") : reason, today: check.today)
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
        } catch is BeyondReach {
            return try await entryPage(
                id, visit, saying, typed: fields, fault: visit.text("beyond_reach"),
                canReplace: true, status: .unprocessableContent)
        } catch {
            let words =
                (error as? FieldFault.Words)?.text ?? (error as? UserError)?.words(visit.text)
            guard let words else { throw error }
            return try await entryPage(
                id, visit, saying, typed: fields, fault: words, status: .unprocessableContent)
        }
        let text = visit.text(said.isEmpty ? "said_already" : "said_\(saying.rawValue)")
        let anew = said.first { $0.knownKind == .hoursRecorded }?.entity.description
        return redirect(to: "/entries/\(anew ?? id)", done: Done(text: text))
    }

    private func recorded(
        _ id: String, _ saying: FieldRoute.Saying, _ fields: FormFields, _ text: StringTable
    ) async throws -> [Event] {
        let reason = fields["reason"].isEmpty ? nil : fields["reason"]
        let today = desk.environment.today
        let people = try await desk.read(text) { _, shelf in shelf.people }
        return try await desk.run { device in
            try Recording(device: device, worker: nil, note: { _ in }).record { book, finder in
                let entry = try finder.hours(id)
                let check = RecordCheck(book: book, people: people, today: today, text: text)
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
                case .amend: return try self.amended(entry, fields, check)
                case .replace: return try self.replaced(entry, fields, check)
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

/// No amendment of the entry can bring in whom the form names.
private struct BeyondReach: Error {}

extension EntryModel {
    init(
        _ book: LocalBook, _ shelf: Shelf, _ entity: EntityID, _ record: HoursRecord,
        _ visit: Visit, typed: FormFields?, saying: FieldRoute.Saying?, fault: String?,
        canReplace: Bool
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
        self.canReplace = canReplace
        func isAmendable(_ side: [PartyRecord]) throws -> Bool {
            guard [HoursForm.exchange, .contribution].map(\.name).contains(record.form) else {
                return false
            }
            return try side.allSatisfy { party in
                try EntityID(party.account).flatMap(book.views.home)?.family != .neighborhood
            }
        }
        amendsGave = try isAmendable(record.providers)
        amendsReceived = try isAmendable(record.recipients)
        func names(_ side: [PartyRecord]) -> String { side.map(\.label).joined(separator: "; ") }
        was = Amendment(
            gave: names(record.providers), received: names(record.recipients),
            minutes: line.time, date: record.serviceDate, category: record.category ?? "",
            slip: record.slip ?? "", note: record.description ?? "")
        amend = saying == .amend || saying == .replace ? typed.map(was.with) ?? was : was
        reasons = Reasons(saying, typed)
        let words = HappeningWords(book, text)
        happenings = try book.history(entity.description).events.map { event in
            Happening(
                what: try words.words(of: event, seenFrom: entity),
                who: event.worker ?? event.device ?? "",
                when: visit.moment(
                    Instant(milliseconds: event.recordedAtMilliseconds),
                    utcOffsetMinutes: event.recordedAtOffsetMinutes), reason: event.reason,
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
