// The page of one conflict: its sides beside each other, who had seen what, and what can be
// decided. Neighbors: ConsoleSite+Conflicts answers; ConflictWords and SeenPicture fill it;
// conflict.mustache shows it.
// Invariant: `seen` is the position that everything on the page is true at; what is decided by it
// covers that and nothing beyond.

internal import Faces
internal import Shared
internal import Store
internal import Texts

struct ConflictModel: Sendable {
    struct SideColumn: Sendable {
        let letter: String
        /// The key that takes it.
        let key: String?
        let isStanding: Bool
        let who: String
        let device: String
        /// By that device's clock.
        let recorded: Moment?
        /// By the office's.
        let received: Moment?
        let clock: String?
        let reason: String?
    }
    struct Row: Sendable {
        let name: String
        let differs: Bool
        let cells: [Cell]
        /// Nil where nothing was there before.
        let before: Before?
    }
    /// What all sides had seen, and changed.
    struct Before: Sendable {
        let text: String
        let isEmpty: Bool
    }
    struct Cell: Sendable {
        let letter: String
        let text: String
        let differs: Bool
        let isEmpty: Bool
    }
    struct Option: Sendable {
        let value: String
        let key: String
        let label: String
        let isChosen: Bool
    }
    struct Merge: Sendable {
        let label: String
        /// How it can be typed.
        let example: String?
        let typed: String
        let isChosen: Bool
        /// What is wrong with what was typed; nil when nothing is.
        let wrong: String?
    }
    /// Sides that name different people: each part is taken from one of them.
    struct Parts: Sendable {
        struct Part: Sendable {
            let name: String
            let label: String
            let choices: [Choice]
        }
        struct Choice: Sendable {
            let letter: String
            let words: String
            let isChosen: Bool
        }

        let isChosen: Bool
        let parts: [Part]
    }
    struct Keep: Sendable {
        let letter: String
        let isTicked: Bool
    }
    struct Several: Sendable {
        let isChosen: Bool
        let sides: [Keep]
    }
    struct Assignee: Sendable {
        let name: String
        let isMine: Bool
    }
    /// What the form says is there already.
    struct Typed: Sendable {
        var choice = ""
        var merge = ""
        var reason = ""
        var kept: [String] = []
        var parts = DeskRuling.Parts()

        init(_ fields: FormFields? = nil) {
            guard let fields else { return }
            parts = DeskRuling.Parts(fields)
            (choice, merge) = (fields["choice"], fields["merge"])
            (reason, kept) = (fields["reason"], fields.all("keep"))
        }
    }

    let t: [String: String]
    let frame: PageFrame
    let id: String
    let kind: String
    let subject: String
    let since: String?
    let seen: String
    let once: String
    let sides: [SideColumn]
    let rows: [Row]
    let hasBefore: Bool
    /// Why there is no such column.
    let noBefore: String?
    let picture: SeenPicture?
    /// Of two decisions that disagree.
    let decisions: [String]
    let hasDecisions: Bool
    let canDecide: Bool
    let options: [Option]
    let merge: Merge?
    let parts: Parts?
    let several: Several?
    /// Of the decision; named apart from the sides' reasons, which stand on the same page.
    let decisionReason: String
    let place: String
    let previous: String?
    let next: String?
    let assignee: Assignee?
    let asking: AskingPart
    /// For the form that asks: another than the one that decides.
    let askOnce: String
    /// Nil when nothing hindered.
    let fault: ConflictTrouble.Fault?
    /// What happened since the page was shown; nil when nothing did.
    let changed: Changed?

    struct Changed: Sendable { let happenings: [String] }
}

/// What a decision that was not made says on the page that is shown instead.
struct ConflictTrouble: Sendable {
    /// An input of the page, by its id.
    enum Field: String { case merge, reason, question }

    struct Fault: Sendable {
        let sentence: String
        /// Where it is; nil where it is about no single input.
        let input: String?
    }

    var fault: Fault?
    var changed: [String] = []

    init(_ sentence: String, at field: Field? = nil) {
        fault = Fault(sentence: sentence, input: field?.rawValue)
    }

    init(changed: [String] = []) { self.changed = changed }

    func sentence(at field: Field) -> String? {
        fault?.input == field.rawValue ? fault?.sentence : nil
    }
}

extension ConflictModel {
    init(
        _ line: ConflictQueue.Line, in queue: [ConflictQueue.Line], _ views: Views,
        _ visit: ConsoleVisit, desk: ConsoleDesk, typed fields: FormFields?,
        trouble: ConflictTrouble
    ) throws {
        let (text, conflict, typed) = (visit.text, line.conflict, Typed(fields))
        let words = ConflictWords(views: views, text: text)
        let record = try views.record(conflict)
        t = text.texts
        id = line.id.description
        kind = try words.kind(conflict)
        subject = try words.subject(conflict.entity)
        frame = try PageFrame(views, visit, title: kind, place: .conflicts)
        since = line.since.map { text("came_up", ["ago": text.ago(from: $0, to: visit.now)]) }
        seen = "\(views.position)"
        once = desk.formToken()
        let reader = SealedReader(keyring: desk.store.keyring, community: desk.store.community)
        sides = try record.sides.map { try SideColumn($0, views, visit.visit) }
        let letters = record.sides.map(\.letter)
        let found = try words.rows(conflict, reader)
        let dispute = words.dispute(conflict, found)
        rows = found.map { Row($0, letters) }
        hasBefore = rows.contains { $0.before != nil }
        noBefore = hasBefore ? nil : words.withoutBefore(conflict)
        picture = try SeenPicture(conflict, record, views, text)
        decisions = record.decisions
        hasDecisions = !record.decisions.isEmpty
        canDecide = visit.person.role == .admin
        options = Self.options(conflict, record, saying: dispute?.values, typed, text)
        parts = try words.parts(conflict, reader, letters, typed)
        merge =
            conflict.takesValue && parts == nil
            ? Merge(
                label: try words.field(of: conflict),
                example: conflict.fieldDescriptor.flatMap { Self.example(of: $0.type, text) },
                typed: typed.merge,
                isChosen: typed.choice == "merge", wrong: trouble.sentence(at: .merge)) : nil
        several =
            conflict.takesSeveral
            ? Several(
                isChosen: typed.choice == "several",
                sides: record.sides.map {
                    Keep(letter: $0.letter, isTicked: typed.kept.contains($0.letter))
                }) : nil
        decisionReason = typed.reason
        let index = queue.firstIndex { $0.id == line.id } ?? 0
        place = text("of_so_many", ["n": "\(index + 1)", "all": "\(queue.count)"])
        previous = index > 0 ? queue[index - 1].id.description : nil
        next = index + 1 < queue.count ? queue[index + 1].id.description : nil
        assignee = try AssignmentTable(views.tables.db).find(line.id).map {
            Assignee(
                name: try views.workerName($0) ?? $0.short, isMine: $0 == visit.person.worker)
        }
        asking = try AskingPart(conflict, views, visit, typed: fields)
        askOnce = desk.formToken()
        fault = trouble.fault
        changed = trouble.changed.isEmpty ? nil : Changed(happenings: trouble.changed)
    }

    private static func options(
        _ conflict: Conflict, _ record: ConflictRecord, saying values: [String]?,
        _ typed: Typed, _ text: StringTable
    ) -> [Option] {
        func option(_ value: String, _ key: String, _ label: String) -> Option {
            Option(value: value, key: key, label: label, isChosen: typed.choice == value)
        }
        let sides =
            conflict.takesSide
            ? record.sides.enumerated().map { index, side in
                option(
                    "take-\(side.letter)", Self.key(index) ?? "",
                    text("take_side", ["side": side.letter])
                        + (values.map { ": \($0[index])" } ?? ""))
            } : []
        let both = conflict.about == .duplicate ? [option("both", "b", text("both_happened"))] : []
        let void = conflict.takesVoid ? [option("void", "v", text("decide_void"))] : []
        return sides + both + void
    }

    private static func example(of type: FieldType, _ text: StringTable) -> String? {
        switch type {
        case .shares: text("minutes_example")
        case .date: "2026-03-24"
        default: nil
        }
    }

    /// 1 to 9.
    fileprivate static func key(_ index: Int) -> String? { index < 9 ? "\(index + 1)" : nil }
}

extension ConflictModel.SideColumn {
    fileprivate init(
        _ side: ConflictSideRecord, _ views: Views, _ visit: Visit
    ) throws {
        let text = visit.text
        let recorded = try Dot(side.event).flatMap(views.tables.event)
        letter = side.letter
        key = UnicodeScalar(side.letter).flatMap { ConflictModel.key(Int($0.value) - 65) }
        isStanding = side.standing
        who = side.worker ?? text("the_office")
        let labels = try views.deviceLabels()
        device = recorded.flatMap { labels[$0.event.dot.replica] } ?? text("the_office")
        self.recorded = recorded.map {
            visit.moment($0.event.recordedAt, utcOffsetMinutes: $0.event.utcOffsetMinutes)
        }
        let arrived = try recorded.flatMap { try views.tables.receivedAt($0.event.dot) }
        received = arrived.map { visit.moment($0) }
        clock = try recorded.flatMap { try text.clock(of: $0.event, views) }
        reason = side.reason
    }
}

extension StringTable {
    /// How wrong the clock of that device was when it synced last; nil for about right.
    fileprivate func clock(of event: Event, _ views: Views) throws -> String? {
        let offset = try DeviceTable(views.tables.db).report(of: event.dot.replica)?.clock
        guard let offset, offset.isOff else { return nil }
        let hours = offset.milliseconds.magnitude / 3_600_000
        let minutes = offset.milliseconds.magnitude / 60_000 % 60
        let size = "\(hours):\(minutes < 10 ? "0" : "")\(minutes)"
        return self(offset.milliseconds < 0 ? "clock_behind" : "clock_ahead", ["time": size])
    }
}

extension ConflictModel.Row {
    fileprivate init(_ row: ConflictWords.Row, _ letters: [String]) {
        let values = row.values
        name = row.name
        before = row.before.map { ConflictModel.Before(text: $0, isEmpty: $0.isEmpty) }
        let isSame = Set(values).count <= 1 || row.isDerived
        differs = !isSame
        cells = zip(letters, values).map {
            ConflictModel.Cell(
                letter: $0, text: $1, differs: !isSame, isEmpty: $1.isEmpty)
        }
    }
}

extension SeenPicture {
    fileprivate init?(
        _ conflict: Conflict, _ record: ConflictRecord, _ views: Views, _ text: StringTable
    ) throws {
        let seen = try zip(record.sides, conflict.sides).compactMap { record, side in
            try views.tables.event(side.dot).map {
                Seen(letter: record.letter, observation: $0.observation)
            }
        }
        self.init(seen) { side, known, unknown in
            func list(_ key: String, _ others: [Seen]) -> String? {
                others.isEmpty
                    ? nil : text(key, ["list": others.map(\.letter).joined(separator: ", ")])
            }
            let what = [list("had_seen", known), list("had_not_seen", unknown)]
            let worker = record.sides.first { $0.letter == side.letter }?.worker
            return text(
                "seen_words",
                [
                    "side": side.letter, "who": worker ?? text("the_office"),
                    "what": what.compactMap(\.self).joined(separator: ", "),
                    "seen": "\(side.seen)", "arrived": "\(side.arrived)",
                ])
        }
    }
}

extension Conflict {
    /// Whether one side can be taken as it is.
    var takesSide: Bool { about != .number }

    /// Of three or more entries that are said to be one, some may be.
    var takesSeveral: Bool { about == .duplicate && sides.count > 2 }

    /// Whether a value that no side had can be typed.
    var takesValue: Bool {
        switch about {
        case .field, .amend, .number: true
        case .duplicate, .void, .resolution: false
        }
    }

    /// Of a disputed void, one of the sides says it.
    var takesVoid: Bool {
        switch about {
        case .amend, .duplicate: true
        case .field, .void, .number, .resolution: false
        }
    }
}
