// The pages of the ledger: a list from its end backwards, and one entry with all that proves it.
// Neighbors: ConsoleSite+Ledger answers with them; ledger and ledgerentry.mustache show them.

internal import Faces
internal import Foundation
internal import Shared
internal import Store
internal import Texts

struct LedgerModel: Sendable {
    struct Line: Sendable {
        let position: String
        let kind: String
        let summary: String
        let who: String
        let received: Moment
    }
    struct Choice: Sendable {
        let value: String
        let name: String
        let isChosen: Bool
    }
    struct Person: Sendable {
        let id: String
        let label: String
    }

    let t: [String: String]
    let frame: PageFrame
    let typed: String
    let day: String
    let kinds: [Choice]
    let person: Person?
    let candidates: [Person]
    let hasCandidates: Bool
    /// What was typed is nobody and nothing here; nil when it is.
    let unknown: String?
    let lines: [Line]
    let isEmpty: Bool
    let older: String?

    init(
        _ list: LedgerQuestion.List, _ fields: FormFields, _ views: Views, _ visit: ConsoleVisit,
        utcOffsetMinutes: Int32
    ) throws {
        let text = visit.text
        let kind = Kind.allCases.first { $0.name == fields["kind"] }
        let chosenDay = try? CivilDate(typed: fields["day"], as: "day")
        typed = fields["q"]
        day = chosenDay?.description ?? ""
        kinds = Kind.allCases.map {
            Choice(value: $0.name, name: text.kind($0.name), isChosen: $0 == kind)
        }.sorted { ($0.name.folded, $0.value) < ($1.name.folded, $1.value) }
        person = try list.person.map { Person(id: "\($0)", label: try views.label(of: $0)) }
        candidates = list.candidates.map { Person(id: "\($0.id)", label: $0.label) }
        hasCandidates = !candidates.isEmpty
        unknown = list.isUnknown ? text("ledger_unknown", ["typed": fields["q"]]) : nil
        let search = LedgerSearch(
            kind: kind, account: list.person,
            before: try Self.end(fields["before"], chosenDay, views, utcOffsetMinutes))
        let (entries, goOn) = try views.tables.newest(
            search, limit: ConsoleSite.ledgerLinesMax
        ) { visit.person.serves($0) }
        let isList = !list.isUnknown && list.candidates.isEmpty
        let labels = try views.deviceLabels()
        lines = try (isList ? entries : []).map { try Line($0, views, visit, labels) }
        isEmpty = isList && lines.isEmpty
        older = isList ? goOn.map { Self.address(before: $0, kind, chosenDay, list.person) } : nil
        t = text.texts
        frame = try PageFrame(views, visit, title: text("ledger"), place: .ledger)
    }

    private static func end(
        _ typed: String, _ day: CivilDate?, _ views: Views, _ utcOffsetMinutes: Int32
    ) throws -> LedgerPosition {
        if let before = UInt64(typed), before <= Limits.countMax { return LedgerPosition(before) }
        guard let day else { return views.position.next }
        return try views.tables.lastPosition(
            receivedThrough: day, utcOffsetMinutes: utcOffsetMinutes
        ).next
    }

    private static func address(
        before: LedgerPosition, _ kind: Kind?, _ day: CivilDate?, _ person: EntityID?
    ) -> String {
        let parts = [
            "before=\(before)", kind.map { "kind=\($0.name)" }, day.map { "day=\($0)" },
            person.map { "person=\($0)" },
        ]
        return "/ledger?" + parts.compactMap(\.self).joined(separator: "&")
    }
}

extension LedgerModel.Line {
    fileprivate init(
        _ entry: StoredEntry, _ views: Views, _ visit: ConsoleVisit,
        _ labels: [ReplicaID: String]
    ) throws {
        let text = visit.text
        let words = WaitingWords(views: views, text: text)
        let event = try Event(decoding: entry.bytes)
        position = "\(entry.position)"
        kind = words.kind(event)
        summary = try words.deed(event, byteCount: entry.bytes.count)
        let device = labels[event.dot.replica] ?? text("the_office")
        who = try [event.worker.flatMap(views.workerName), device].compactMap(\.self)
            .joined(separator: ", ")
        received = visit.visit.moment(entry.receivedAt)
    }
}

// MARK: One

struct LedgerEntryModel: Sendable {
    struct Proof: Sendable {
        let text: String
        let ledgerKey: String
        let size: String
    }

    let t: [String: String]
    let frame: PageFrame
    let kind: String
    let summary: String
    let position: String
    let previous: String?
    let next: String?
    let fields: [WaitingWords.Field]
    let who: String
    let device: String
    let recorded: Moment
    let received: Moment
    let reach: String
    let dot: String
    let short: String
    let leaf: String
    let bytes: String
    let byteCount: String
    let happenings: [Happening]
    /// Nil while the ledger is read-only: then nobody vouches for it.
    let proof: Proof?

    init(
        _ entry: StoredEntry, _ signed: SignedCheckpoint?, ledgerKey: [UInt8], _ views: Views,
        _ visit: ConsoleVisit
    ) throws {
        let (text, event) = (visit.text, try Event(decoding: entry.bytes))
        let words = WaitingWords(views: views, text: text)
        t = text.texts
        kind = words.kind(event)
        frame = try PageFrame(views, visit, title: kind, place: .ledger)
        summary = try words.summary(event, byteCount: entry.bytes.count)
        position = "\(entry.position)"
        previous = entry.position.value > 1 ? "\(entry.position.value - 1)" : nil
        next = entry.position < views.position ? "\(entry.position.next)" : nil
        fields = try words.fields(event)
        who = try event.worker.map(views.label) ?? text("the_office")
        device = try views.deviceLabels()[event.dot.replica] ?? text("the_office")
        recorded = visit.visit.moment(
            event.recordedAt, utcOffsetMinutes: event.utcOffsetMinutes)
        received = visit.visit.moment(entry.receivedAt)
        reach = try entry.reach.map {
            $0 == .community ? text("the_community") : try views.name(of: $0)
        }.joined(separator: ", ")
        (dot, short) = (event.dot.description, event.dot.short)
        leaf = Hash.leaf(entry.bytes).description
        bytes = Data(entry.bytes).base64EncodedString()
        byteCount = "\(entry.bytes.count)"
        happenings = try Happening.all(of: event.entity, views, visit.visit)
        proof = try signed.map { signed in
            let size = signed.checkpoint.size
            let path = try views.tables.ledgerProof(of: entry.position, size: size)
            return Proof(
                text: signed.proofText(of: entry.position.value - 1, path),
                ledgerKey: hex(ledgerKey), size: "\(size)")
        }
    }
}
