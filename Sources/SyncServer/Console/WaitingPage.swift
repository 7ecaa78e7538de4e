// The pages of what waits: the list, one entry, many at once.
// Neighbors: ConsoleSite+Waiting answers with them; waiting, kept and several.mustache show them.

internal import Faces
internal import Shared
internal import Store
internal import Texts

struct WaitingModel: Sendable {
    struct Line: Sendable {
        let id: String
        let kind: String
        let summary: String
        let why: String
        let device: String
        let since: String
    }
    struct Choice: Sendable {
        let value: String
        let name: String
        let isChosen: Bool
    }
    /// What no decision settles: a device has to sync, or somebody must look.
    struct Trouble: Sendable {
        let text: String
        let since: String?
        /// Of the device; nil where it is about none.
        let replica: String?
    }

    let t: [String: String]
    let frame: PageFrame
    let isEmpty: Bool
    let lines: [Line]
    let found: String
    let hasFilter: Bool
    let devices: [Choice]
    let reasons: [Choice]
    /// What a filter asks, as the end of an address.
    let filter: String
    let canDecide: Bool
    let next: String?
    let previous: String?
    let troubles: [Trouble]
    let hasTroubles: Bool
}

extension WaitingModel {
    init(
        _ list: KeptApartList, _ fields: FormFields, _ views: Views, _ visit: ConsoleVisit,
        _ standing: LedgerStanding
    ) throws {
        let (text, filter) = (visit.text, KeptApartList.Filter(fields))
        let all = list.found(filter)
        let page = PageOfList(all.count, limit: ConsoleSite.WaitingLimits.linesMax, fields["page"])
        let words = WaitingWords(views: views, text: text)
        let labels = try views.deviceLabels()
        t = text.texts
        frame = try PageFrame(views, visit, title: text("waiting"), place: .waiting)
        isEmpty = all.isEmpty
        lines = try all[page.range].map { entry in
            let event = try QuarantineTable(views.tables.db).event(entry.dot)
            return Line(
                id: entry.dot.description,
                kind: event.map(words.kind) ?? text("unreadable_entry"),
                summary: try words.summary(event, byteCount: entry.byteCount),
                why: text("apart_\(entry.reason.key)"),
                device: labels[entry.dot.replica] ?? text("unknown_device"),
                since: text.ago(from: entry.receivedAt, to: visit.now))
        }
        found = text.count("kept_apart", all.count)
        hasFilter = list.all.count > 1
        func label(_ replica: ReplicaID) -> String { labels[replica] ?? text("unknown_device") }
        devices = Set(list.all.map(\.dot.replica))
            .sorted { (label($0), $0) < (label($1), $1) }
            .map { Choice(value: "\($0)", name: label($0), isChosen: $0 == filter.device) }
        reasons = Set(list.all.map(\.reason)).sorted { $0.rawValue < $1.rawValue }.map {
            Choice(
                value: $0.name, name: text("apart_\($0.key)"), isChosen: $0 == filter.reason)
        }
        self.filter = filter.query
        canDecide = visit.person.role == .admin
        (previous, next) = page.addresses("/waiting", filter.query)
        troubles =
            visit.person.role == .admin
            ? try Trouble.all(views, standing, text, labels) : []
        hasTroubles = !troubles.isEmpty
    }
}

extension WaitingModel.Trouble {
    /// What is listed; `waiting` of the command line has all.
    private static let shownMax = 50

    fileprivate static func all(
        _ views: Views, _ standing: LedgerStanding, _ text: StringTable,
        _ labels: [ReplicaID: String]
    ) throws -> [Self] {
        let replicas = Dictionary(
            labels.map { ($0.value, $0.key) }, uniquingKeysWith: { min($0, $1) })
        let records = try standing.waiting + views.troubleRecords()
        return records.prefix(shownMax).map { record in
            Self(
                text: text(
                    "waits_\(record.what)", ["device": record.device, "n": "\(record.count)"]),
                since: record.since, replica: replicas[record.device].map { "\($0)" })
        }
    }
}

/// Which part of a list a page shows.
struct PageOfList {
    let range: Range<Int>
    private let number: Int
    private let hasNext: Bool

    /// `typed` counts from 1; what is no page is the first.
    init(_ count: Int, limit: Int, _ typed: String) {
        let pages = max(1, (count + limit - 1) / limit)
        number = min(max(Int(typed) ?? 1, 1), pages)
        let first = (number - 1) * limit
        range = first..<min(first + limit, count)
        hasNext = number < pages
    }

    func addresses(_ path: String, _ query: String) -> (previous: String?, next: String?) {
        func address(_ number: Int) -> String {
            "\(path)?" + (query.isEmpty ? "" : query + "&") + "page=\(number)"
        }
        return (number > 1 ? address(number - 1) : nil, hasNext ? address(number + 1) : nil)
    }
}

// MARK: One

struct KeptModel: Sendable {
    struct Link: Sendable {
        let id: String
        let name: String
    }

    let t: [String: String]
    let frame: PageFrame
    let id: String
    let kind: String
    let summary: String
    let fields: [WaitingWords.Field]
    let who: String
    let device: String
    let replica: String
    /// By its clock; nil when it cannot be read.
    let recorded: Moment?
    let received: Moment
    let why: String
    let admitting: [String]
    let canAdmit: Bool
    let decideFirst: [Link]
    let mustDecideFirst: Bool
    let canDecide: Bool
    /// What was decided; nil while it waits.
    let decided: String?
    let once: String
    let reason: String
    let fault: String?

    init(
        _ entry: QuarantineTable.Entry, _ event: Event?, _ views: Views, _ visit: ConsoleVisit,
        once: String, reason: String, fault: String?
    ) throws {
        let text = visit.text
        let words = WaitingWords(views: views, text: text)
        t = text.texts
        kind = event.map(words.kind) ?? text("unreadable_entry")
        frame = try PageFrame(views, visit, title: kind, place: .waiting)
        id = entry.dot.description
        summary = try words.summary(event, byteCount: entry.byteCount)
        fields = try event.map(words.fields) ?? []
        who = try event?.worker.map(views.label) ?? text("nobody_named")
        device = try words.deviceLabel(entry)
        replica = "\(entry.dot.replica)"
        recorded = event.map {
            visit.visit.moment($0.recordedAt, utcOffsetMinutes: $0.utcOffsetMinutes)
        }
        received = visit.visit.moment(entry.receivedAt)
        why = try words.why(entry, event)
        let admitting = try words.admitting(entry)
        self.admitting = admitting.sentences
        canAdmit = admitting.isPossible
        decideFirst = admitting.decideFirst.map { Link(id: "\($0)", name: $0.short) }
        mustDecideFirst = !decideFirst.isEmpty
        decided = entry.choice.map { choice in
            switch choice {
            case .admit: text("kept_was_admitted")
            case .reject: text("kept_was_rejected")
            }
        }
        canDecide = visit.person.role == .admin && entry.choice == nil
        self.once = once
        self.reason = reason
        self.fault = fault
    }
}

// MARK: Several

struct SeveralModel: Sendable {
    struct Line: Sendable {
        let id: String
        let kind: String
        let summary: String
        let device: String
    }

    let t: [String: String]
    let frame: PageFrame
    let title: String
    let choice: String
    let lines: [Line]
    let isEmpty: Bool
    /// Of those found, some cannot be let in; nil when all can.
    let left: String?
    /// There are more than one form decides; nil when there are not.
    let more: String?
    let filter: String
    let button: String
    let once: String
    let reason: String
    let fault: String?

    init(
        _ found: [QuarantineTable.Entry], _ choice: QuarantineChoice, _ views: Views,
        _ visit: ConsoleVisit, once: String, filter: String, reason: String = "",
        fault: String? = nil
    ) throws {
        let text = visit.text
        let words = WaitingWords(views: views, text: text)
        let considered = found.prefix(ConsoleSite.WaitingLimits.severalMax)
        let can =
            choice == .reject
            ? Array(considered) : try Self.admissible(Array(considered), words)
        let labels = try views.deviceLabels()
        lines = try can.map { entry in
            let event = try QuarantineTable(views.tables.db).event(entry.dot)
            return Line(
                id: "\(entry.dot)", kind: event.map(words.kind) ?? text("unreadable_entry"),
                summary: try words.summary(event, byteCount: entry.byteCount),
                device: labels[entry.dot.replica] ?? text("unknown_device"))
        }
        isEmpty = lines.isEmpty
        let leftOut = considered.count - can.count
        left = leftOut == 0 ? nil : text.count("kept_cannot", leftOut)
        more =
            found.count > considered.count
            ? text.count("kept_more", found.count - considered.count) : nil
        switch choice {
        case .admit: (title, button) = (text("admit_several"), text.count("admit_n", can.count))
        case .reject: (title, button) = (text("reject_several"), text.count("reject_n", can.count))
        }
        t = text.texts
        frame = try PageFrame(views, visit, title: title, place: .waiting)
        self.choice = choice.name
        self.filter = filter
        self.once = once
        self.reason = reason
        self.fault = fault
    }

    /// Those that can be let in as it is, or once others of these have been, which come before them
    /// on the same device.
    private static func admissible(
        _ entries: [QuarantineTable.Entry], _ words: WaitingWords
    ) throws -> [QuarantineTable.Entry] {
        var taken: Set<Dot> = []
        for entry in entries.sorted(by: { $0.dot < $1.dot }) {
            let first = try words.inadmissible(entry)?.decideFirst
            if first.map({ !$0.isEmpty && $0.allSatisfy(taken.contains) }) ?? true {
                taken.insert(entry.dot)
            }
        }
        return entries.filter { taken.contains($0.dot) }
    }
}
