// Entries: the last ones, the history of each, and what can be said of it afterwards.
// Neighbors: EntryDrafts builds what is said, Views+History tells; entries and entry.mustache show.

internal import Faces
internal import Hummingbird
internal import Shared
internal import Store

struct EntriesModel: Sendable {
    let t: [String: String]
    let frame: FieldFrame
    let lines: [EntryLine]
    let isEmpty: Bool
    /// Where the next page goes on; nil on the last.
    let next: String?
}

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
    let frame: FieldFrame
    let id: String
    let line: EntryLine
    let gave: [Party]
    let received: [Party]
    let parties: [Party]
    let note: String?
    let happenings: [Happening]
    let canVoid: Bool
    let canReinstate: Bool
}

extension FieldSite {
    static let entriesMax = 50

    func entriesPage(_ fields: FormFields, _ visit: Visit) async throws -> Response {
        let before = Int64(fields["before"]) ?? .max
        let model = try await desk.read { book, _ in
            let found = try book.views.newestHours(before: before, limit: Self.entriesMax + 1)
            let shown = found.prefix(Self.entriesMax)
            return EntriesModel(
                t: visit.text.texts,
                frame: try FieldFrame(book, visit, title: visit.text("entries"), place: .entries),
                lines: shown.map { EntryLine($0.record, visit.text) }, isEmpty: found.isEmpty,
                next: found.count > shown.count ? shown.last.map { "\($0.place)" } : nil)
        }
        return html("entries", model)
    }

    func entryPage(_ id: String, _ visit: Visit) async throws -> Response {
        let model = try await desk.read { book, _ -> EntryModel? in
            guard let entity = EntityID(id), let record = try book.views.hours(entity) else {
                return nil
            }
            return try EntryModel(book, entity, record, visit)
        }
        guard let model else { throw SiteFault.notFound }
        return html("entry", model)
    }

    /// One event, unless this worker has said so already.
    func say(
        _ id: String, _ saying: FieldRoute.Saying, _ fields: FormFields, _ visit: Visit
    ) async throws -> Response {
        let reason = fields["reason"].isEmpty ? nil : fields["reason"]
        let party = fields["party"]
        let said = try await desk.run { device in
            try Recording(device: device, worker: nil, note: { _ in }).record { book, finder in
                let entry = try finder.hours(id)
                let drafts = EntryDrafts(book)
                func testimony(_ kind: Kind, _ values: Payload) throws -> [Draft] {
                    try drafts.testimony(
                        kind, of: entry, values, reason: reason, by: try finder.worker(nil)
                    ).map { [$0] } ?? []
                }
                func ofParty() throws -> Payload {
                    guard let account = EntityID(party), entry.shares.accounts.contains(account)
                    else { throw SiteFault.notFound }
                    return [TestimonyField.party: .entity(account)]
                }
                switch saying {
                case .void: return [try drafts.void(entry, reason: reason)]
                case .confirm: return try testimony(.hoursConfirmed, ofParty())
                case .dispute: return try testimony(.hoursDisputed, ofParty())
                case .reinstate:
                    guard entry.isVoid || entry.isVoidDisputed else { return [] }
                    return try testimony(.hoursReinstated, [:])
                }
            }
        }
        let text = visit.text(said.isEmpty ? "said_already" : "said_\(saying.rawValue)")
        return redirect(to: "/entries/\(id)", done: Done(text: text))
    }
}

extension EntryModel {
    init(_ book: LocalBook, _ entity: EntityID, _ record: HoursRecord, _ visit: Visit) throws {
        let text = visit.text
        t = text.texts
        line = EntryLine(record, text)
        frame = try FieldFrame(book, visit, title: line.words, place: .entries)
        id = record.id
        gave = record.gave.map(Party.init)
        received = record.received.map(Party.init)
        parties = gave + received
        note = record.description
        canVoid = record.standing != EntryStanding.void.name
        canReinstate = !canVoid
        happenings = try book.history(entity.description).events.map { event in
            Happening(
                what: event.what, who: event.worker ?? event.device ?? "",
                when: event.recordedAt, reason: event.reason,
                place: text("place_\(event.place.rawValue.replacing("-", with: "_"))"))
        }
    }
}

extension EntryModel.Party {
    fileprivate init(_ record: PartyRecord) {
        self.init(
            id: record.account, label: record.label, time: "\(Minutes(record.minutes))")
    }
}
