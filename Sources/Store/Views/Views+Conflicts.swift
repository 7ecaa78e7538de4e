// Open conflicts with both sides, as records.
// Neighbors: Views+OpenConflicts finds them; the desk and the device print these.

internal import Foundation
internal import GRDB
public import Shared
internal import Texts

extension Views {
    public func openConflictCount() throws -> Int {
        let stored = try Int.fetchOne(db, sql: "SELECT count(*) FROM conflict") ?? 0
        return stored + (try numberConflicts().count)
    }

    /// The last so many decisions, undone ones among them, the latest first.
    public func latestDecisions(_ limit: Int) throws -> [RecordedEvent] {
        try Row.fetchAll(
            db,
            sql: """
                SELECT \(LedgerTables.recordedColumns) FROM event
                WHERE \(Self.isNaming) AND kind = ? ORDER BY position DESC LIMIT ?
                """, arguments: [Int64(Kind.conflictResolved.rawValue), limit]
        ).map(tables.recorded)
    }

    /// Events of every decision, undone ones among them, by position.
    public func decisionDots() throws -> [Dot] {
        try Int64.fetchAll(
            db,
            sql: "SELECT dot FROM event WHERE \(Self.isNaming) AND kind = ? ORDER BY position",
            arguments: [Int64(Kind.conflictResolved.rawValue)]
        ).map { try tables.dot(LocalKey(stored: $0)) }
    }

    /// Of members who have one number; the index finds them, so nothing is kept for it.
    func numberConflicts() throws -> [Conflict] {
        let rows = try Int64.fetchAll(
            db,
            sql: """
                SELECT m.entity FROM member m JOIN (
                    SELECT home, number FROM member
                    WHERE number IS NOT NULL AND canonical = entity
                    GROUP BY home, number HAVING count(*) > 1
                ) same ON same.home = m.home AND same.number = m.number
                WHERE m.canonical = m.entity
                """)
        return decideNumbers(
            try rows.compactMap { key in
                let entity = try tables.entity(LocalKey(stored: key))
                guard case .member(let member)? = try state(of: entity) else { return nil }
                return member
            })
    }

    public func record(_ conflict: Conflict) throws -> ConflictRecord {
        let letters = conflict.sides.indices.map(Self.letter)
        return ConflictRecord(
            id: conflict.id.description, kind: conflict.kind.name, about: conflict.about.name,
            entity: conflict.entity.description, subject: try subject(conflict.entity),
            field: fieldName(conflict.matter),
            sides: try zip(letters, conflict.sides).map { letter, side in
                try record(
                    side, letter: letter, of: conflict.matter,
                    standing: conflict.standing.contains(side))
            },
            decisions: try conflict.decisions.map { try decisionText($0, conflict, letters) })
    }

    /// A … Z, then AA, AB …: how the desk names the sides.
    public static func letter(_ index: Int) -> String {
        let letter = String(UnicodeScalar(UInt8(65 + index % 26)))
        return index < 26 ? letter : Self.letter(index / 26 - 1) + letter
    }

    func record(
        _ side: Side, letter: String, of matter: Matter, standing: Bool
    ) throws -> ConflictSideRecord {
        let recorded = try tables.event(side.dot)
        return ConflictSideRecord(
            letter: letter, event: side.dot.description, leaf: side.leaf.description,
            says: try recorded.map { try says($0, matter) } ?? voice("not_held_here"),
            replica: side.dot.replica.description,
            worker: try recorded?.event.worker.flatMap(workerName),
            reason: recorded.flatMap { reader.reason(of: $0.event) },
            recordedAt: recorded?.event.recordedAt.text ?? "",
            position: recorded?.observation.position?.value,
            standing: standing)
    }

    private func says(_ recorded: RecordedEvent, _ matter: Matter) throws -> String {
        if matter.about == .void { return try standing(recorded.event) }
        if matter.about == .number { return try subject(recorded.event.entity) }
        guard let field = matter.field else { return try subject(recorded.event.entity) }
        return try text(
            reader.value(of: field, changedBy: recorded.event), form: form(of: matter.entity))
    }

    /// What one side of a disputed void did to the entry.
    private func standing(_ event: Event) throws -> String {
        if event.knownKind == .hoursVoided { return voice("decided_is_void") }
        if event.knownKind == .hoursReinstated { return voice("history_reinstated") }
        if event.knownKind == .hoursConfirmed {
            let party = try event.payload.entity(TestimonyField.party).map(label)
            return voice("history_confirmed", ["who": .text(party ?? voice("a_party"))])
        }
        let choice = event.payload.integer(ResolutionField.choice)
            .flatMap(Choice.init(rawValue:))
        return try change(event) ?? voice(choice == .void ? "decision_void" : "decision_stands")
    }

    /// What an entity is, in words.
    public func subject(_ entity: EntityID) throws -> String {
        switch try state(of: entity) {
        case .hours(let hours)?:
            try "\(voice.code(hours.form.name, of: "form")) \(hours.serviceDate): "
                + text(hours.shares, hours.form)
                + (hours.category.map { " (\($0))" } ?? "")
        case .member?, .neighborhood?: try label(of: entity)
        case .community?, .worker?, .device?, .quarantine?, .question?, nil: entity.short
        }
    }

    private func text(_ shares: Shares, _ form: HoursForm?) throws -> String {
        let providers = try shares.providers.map { try label(of: $0.account) }
        let recipients = try shares.recipients.map { try label(of: $0.account) }
        return voice(
            form.sentence(
                providers: providers.joined(separator: ", "), time: "\(shares.given)",
                recipients: recipients.joined(separator: ", ")))
    }

    /// Nil for what is no hours entry, and for one that is not here.
    func form(of entity: EntityID) throws -> HoursForm? {
        if case .hours(let hours)? = try state(of: entity) { hours.form } else { nil }
    }

    /// "service-date: 2026-03-24", for an event that changed a field; nil for others.
    public func change(_ event: Event) throws -> String? {
        let place = event.knownKind == .conflictResolved ? ResolutionField.field : ChangeField.field
        // What is taken back has the code of its conflict where others have the field's number.
        guard event.knownKind != .conflictUndone, event.subject != nil,
            let number = event.payload.fieldNumber(place)
        else { return nil }
        let creating: Kind
        switch try state(of: event.entity) {
        case .member?: creating = .memberEnrolled
        case .hours?: creating = .hoursRecorded
        case .community?, .neighborhood?, .worker?, .device?, .quarantine?, .question?, nil:
            return nil
        }
        guard let field = creating.descriptor.field(number) else { return nil }
        let value = reader.value(of: number, changedBy: event)
        return "\(voice.field(field.name)): \(try text(value, form: form(of: event.entity)))"
    }

    /// Why the author did it; nil when nothing was said or it cannot be read here.
    public func reason(of event: Event) -> String? { reader.reason(of: event) }

    /// A value as a person would write it; `form` is that of the entry whose value it is.
    public func text(_ value: Value?, form: HoursForm? = nil) throws -> String {
        switch value {
        case .text(let text)?: text
        case .integer(let number)?: String(number)
        case .date(let date)?: date.description
        case .entity(let entity)?: try label(of: entity)
        case .entities(let list)?: try list.map(label).joined(separator: ", ")
        case .shares(let shares)?: try text(shares, form)
        case .texts(let texts)?: texts.joined(separator: ", ")
        case .flag(let flag)?: voice(flag ? "yes" : "no")
        case .data?, .sides?, .payload?, .blocks?, .unrecognized?: voice("not_shown")
        case nil: voice("empty_or_unreadable")
        }
    }

    private func decisionText(
        _ side: Side, _ conflict: Conflict, _ letters: [String]
    ) throws -> String {
        guard let recorded = try tables.event(side.dot) else { return side.dot.short }
        let payload = recorded.event.payload
        let choice = payload.integer(ResolutionField.choice).flatMap(Choice.init(rawValue:))
        let kept = Set(payload.sides(ResolutionField.kept).map(\.leaf))
        let names = zip(letters, conflict.sides).filter { kept.contains($0.1.leaf) }.map(\.0)
        let who = try recorded.event.worker.flatMap(workerName) ?? voice("an_admin")
        let what = [choice.map { voice.code($0.name, of: "choice") } ?? "?"] + names
        let said: [String: Phrase.Value] = [
            "who": .text(who), "what": .text(what.joined(separator: " ")),
        ]
        guard let why = reader.reason(of: recorded.event) else {
            return voice("decision_line", said)
        }
        return voice("decision_line_why", said.merging(["why": .text(why)]) { $1 })
    }

    func fieldName(_ matter: Matter) -> String? {
        let kind: Kind = matter.about == .amend ? .hoursRecorded : .memberEnrolled
        return matter.field.flatMap(kind.descriptor.field)?.name
    }
}
