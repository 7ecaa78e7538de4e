// What one event did, in plain words, for the history of an entity.
// Neighbors: Views+History asks; Views+Conflicts has the words for values and subjects.
// Invariant: what is sealed and cannot be opened here is said to be so, never left blank.

internal import Foundation
public import Shared
internal import Texts

extension Views {
    /// `entity` is the one whose history is told: an event about two is told from its side.
    public func words(of event: Event, seenFrom entity: EntityID) throws -> String {
        switch event.knownKind {
        case .communityFounded: voice("history_founded") + (try fieldWords(event))
        case .neighborhoodDefined: voice("history_defined") + (try fieldWords(event))
        case .workerRegistered: voice("history_registered") + (try fieldWords(event))
        case .devicePaired: voice("history_paired") + (try fieldWords(event))
        case .deviceSplit: voice("history_split") + (try fieldWords(event))
        case .memberEnrolled: voice("history_enrolled") + (try fieldWords(event))
        case .deviceRevoked:
            voice(
                "history_revoked",
                ["n": "\(event.payload.integer(RevocationField.asOf) ?? 0)"])
        case .deviceScopeChanged: try scopeWords(event)
        case .serverTLSKeysChanged: voice("history_tls_keys")
        case .ledgerReopened:
            voice(
                "history_reopened",
                ["n": "\(event.payload.integer(ReopenedField.inheritedSize) ?? 0)"])
        case .memberChanged: try changeWords(event, "verb_changed", creating: .memberEnrolled)
        case .memberMoved: try moveWords(event)
        case .hoursAmended: try changeWords(event, "verb_amended", creating: .hoursRecorded)
        case .hoursRecorded: try recordedWords(event)
        case .hoursVoided: voice("history_voided")
        case .hoursReinstated: voice("history_reinstated")
        case .hoursConfirmed: voice("history_confirmed", ["who": .text(try party(event))])
        case .hoursDisputed: voice("history_disputed", ["who": .text(try party(event))])
        case .hoursMarkedSame: try markWords(event, seenFrom: entity, "history_same")
        case .hoursMarkedDistinct: try markWords(event, seenFrom: entity, "history_distinct")
        case .conflictResolved: try decisionWords(event, seenFrom: entity)
        case .conflictUndone:
            voice("history_undone", ["decision": .text(try undone(event, seenFrom: entity))])
        case .conflictAsked: try askedWords(event)
        case .conflictReplied: try repliedWords(event)
        case .quarantineEntered:
            voice("history_kept_apart", ["why": .phrase(Self.cause(event))])
        case .quarantineDecided:
            voice(
                event.payload.integer(QuarantineField.choice) == QuarantineChoice.admit.rawValue
                    ? "history_let_in" : "history_left_out")
        case nil: voice("history_unknown_kind", ["kind": "\(event.kind.value)"])
        }
    }

    // MARK: Creations

    /// ": name Ana Ruiz, number 37", of every field that a person can read.
    private func fieldWords(
        _ event: Event, leavingOut said: Set<FieldNumber> = []
    ) throws -> String {
        guard let descriptor = event.knownKind?.descriptor else { return "" }
        let opened = reader.open(event)
        let parts = try descriptor.fields.compactMap { field -> String? in
            guard field.isForPeople, !said.contains(field.number) else { return nil }
            if field.isSealed, opened.isEmpty, field.isRequired, !event.sealed.isEmpty {
                return voice("history_unreadable_field", ["field": .field(field.name)])
            }
            let value = event.payload[field.number] ?? opened[field.number]
            return try value.map { "\(voice.inline(field.name)) \(try text($0, of: field))" }
        }
        return parts.isEmpty ? "" : ": \(parts.joined(separator: ", "))"
    }

    private func recordedWords(_ event: Event) throws -> String {
        guard let shares = event.payload.shares(HoursField.shares) else {
            return voice("history_recorded")
        }
        let date = event.payload.date(HoursField.serviceDate)?.description ?? "?"
        let form = event.payload.integer(HoursField.form).flatMap(HoursForm.init(rawValue:))
        let rest = try fieldWords(event, leavingOut: [HoursField.serviceDate, HoursField.form])
        let name = form.map { Phrase.Value.code($0.name, of: "form") }
        let what = voice(
            "history_recorded_as",
            [
                "form": name ?? .phrase(Phrase("an_entry")),
                "what": .text(try partyWords(shares, form)), "date": .text(date),
            ])
        return what + (rest.isEmpty ? "" : "; \(rest.dropFirst(2))")
    }

    /// "HAR-1 Ana Ruiz gave 1:30 to HAR-2 Luis Gil", with the minutes of each if these differ.
    private func partyWords(_ shares: Shares, _ form: HoursForm?) throws -> String {
        let total =
            shares.given == shares.received
            ? "\(shares.given)"
            : voice(
                "total_received",
                ["given": "\(shares.given)", "received": "\(shares.received)"])
        return voice(
            form.sentence(
                providers: try sideWords(shares.providers), time: total,
                recipients: try sideWords(shares.recipients)))
    }

    private func sideWords(_ parties: [Party]) throws -> String {
        let isSplit = Set(parties.map(\.minutes)).count > 1
        return voice.and(
            try parties.map { party in
                try label(of: party.account) + (isSplit ? " (\(party.minutes))" : "")
            })
    }

    // MARK: Changes

    /// `verb` is the key of what the event does.
    private func changeWords(
        _ event: Event, _ verb: String, creating: Kind
    ) throws -> String {
        var said: [String: Phrase.Value] = ["verb": .phrase(Phrase(verb))]
        guard let number = event.payload.fieldNumber(ChangeField.field),
            let field = creating.descriptor.field(number)
        else { return voice("change_unknown", said) }
        said["field"] = .field(field.name)
        let opened = reader.open(event)
        let old = event.payload[ChangeField.old] ?? opened[ChangeField.old]
        let new = event.payload[ChangeField.new] ?? opened[ChangeField.new]
        if case .shares(let before)? = old, case .shares(let after)? = new {
            return try shareWords(said, before, after, form(of: event.entity))
        }
        guard let new else { return voice("change_unreadable", said) }
        if case .shares(let after) = new {
            said["new"] = .text(try partyWords(after, form(of: event.entity)))
            return voice("change_shares_to", said)
        }
        said["new"] = .text(try text(new, of: field))
        guard let old else { return voice("change_to", said) }
        said["old"] = .text(try text(old, of: field))
        return voice("change_from_to", said)
    }

    private func moveWords(_ event: Event) throws -> String {
        guard let to = event.payload.entity(MoveField.to) else { return voice("history_moved") }
        let code = try code(of: .neighborhood(to))
        let number = event.payload.integer(MoveField.number).map(String.init) ?? "?"
        return voice(
            "history_moved_from",
            [
                "from": .text(try self.code(of: event.home)), "to": .text(code),
                "number": "\(code)-\(number)",
            ])
    }

    private func shareWords(
        _ said: [String: Phrase.Value], _ before: Shares, _ after: Shares, _ form: HoursForm?
    ) throws -> String {
        var said = said
        let people = [before, after].map {
            [$0.providers.map(\.account), $0.recipients.map(\.account)]
        }
        if people[0] == people[1], before.given == before.received, after.given == after.received,
            before.given != after.given
        {
            (said["old"], said["new"]) = ("\(before.given)", "\(after.given)")
            return voice("change_minutes", said)
        }
        said["old"] = .text(try partyWords(before, form))
        said["new"] = .text(try partyWords(after, form))
        return voice("change_shares", said)
    }

    func text(_ value: Value, of field: FieldDescriptor) throws -> String {
        if case .code(let codes) = field.type, case .integer(let number) = value {
            let name = codes.first { $0.value == number }?.name
            return name.map { voice.code($0, of: field.name) } ?? String(number)
        }
        switch value {
        case .entity(let entity): return try placeOrLabel(entity)
        case .entities(let all): return voice.and(try all.map(placeOrLabel))
        case .text, .integer, .date, .shares, .data, .texts, .sides, .flag, .payload, .blocks,
            .unrecognized:
            return try text(value)
        }
    }

    /// A neighborhood that is named as a place is no pot.
    private func placeOrLabel(_ entity: EntityID) throws -> String {
        if case .neighborhood(let place)? = try state(of: entity) {
            place.code
        } else {
            try label(of: entity)
        }
    }

    /// "holds HAR, may give out HAR-1501 to HAR-2000".
    private func scopeWords(_ event: Event) throws -> String {
        let places = try event.payload.entities(ScopeChangeField.neighborhoods).map(placeOrLabel)
        let numbers = try event.payload.blocks(ScopeChangeField.numberBlocks).map { block in
            let code = try code(of: .neighborhood(block.neighborhood))
            return voice(
                "number_range",
                ["from": "\(code)-\(block.first)", "to": "\(code)-\(block.last)"])
        }
        let holds = places.isEmpty ? voice("no_neighborhood") : voice.and(places)
        if numbers.isEmpty { return voice("history_holds", ["places": .text(holds)]) }
        return voice(
            "history_holds_numbers",
            ["places": .text(holds), "numbers": .text(voice.and(numbers))])
    }

    // MARK: What others said of it

    private func party(_ event: Event) throws -> String {
        try event.payload.entity(TestimonyField.party).map(label) ?? voice("a_party")
    }

    private func markWords(
        _ event: Event, seenFrom entity: EntityID, _ key: String
    ) throws -> String {
        let other = event.payload.entity(TestimonyField.other)
        let far = event.entity == entity ? other : event.entity
        let name = try far.map { "\($0.short) (\(try subject($0)))" } ?? voice("another_entry")
        return voice(key, ["other": .text(name)])
    }

    // MARK: The desk

    private func decisionWords(_ event: Event, seenFrom entity: EntityID) throws -> String {
        let about = event.payload.integer(ResolutionField.conflict)
            .flatMap(ConflictKind.init(rawValue:))
        return voice(
            "decided_by_office",
            [
                "about": about.map { .code($0.name, of: "conflict") } ?? "?",
                "what": .text(try outcome(of: event, seenFrom: entity)),
            ])
    }

    /// What a decision made of what it is about, as "minutes is from now on 1:30".
    public func outcome(of decision: Event, seenFrom entity: EntityID? = nil) throws -> String {
        let payload = decision.payload
        return try decided(
            decision, seenFrom: entity ?? decision.entity,
            payload.integer(ResolutionField.conflict).flatMap(ConflictKind.init(rawValue:)),
            payload.integer(ResolutionField.choice).flatMap(Choice.init(rawValue:)))
    }

    private func decided(
        _ event: Event, seenFrom entity: EntityID, _ about: ConflictKind?, _ choice: Choice?
    ) throws -> String {
        let payload = event.payload
        let alike = ["n": Phrase.Value.text("\(payload.sides(ResolutionField.sides).count)")]
        switch (about, choice) {
        case (.duplicate?, .take?):
            let counts = payload.sides(ResolutionField.kept).contains { $0.dot == entity.dot }
            return voice(counts ? "decided_counts" : "decided_counts_not", alike)
        case (.duplicate?, .bothHappened?): return voice("decided_each_counts", alike)
        case (_, .void?): return voice("decided_is_void")
        case (.void?, .take?), (.void?, .merge?), (.void?, .bothHappened?):
            return voice("decided_stands")
        case (.field?, _), (.amend?, _), (.number?, _), (.duplicate?, _), (.resolution?, _),
            (.void?, nil), (nil, _):
            let what =
                try fromNowOn(event) ?? choice.map { voice.code($0.name, of: "choice") } ?? "?"
            if event.entity == entity { return what }
            return voice(
                "decided_for",
                ["whom": .text(try historySubject(event.entity)), "what": .text(what)])
        }
    }

    /// The value that a decision gave a field; nil for decisions about no field.
    private func fromNowOn(_ decision: Event) throws -> String? {
        guard let number = decision.payload.fieldNumber(ResolutionField.field) else { return nil }
        let isEntry = try home(of: decision.entity)?.family == .hours
        let creating: Kind = isEntry ? .hoursRecorded : .memberEnrolled
        guard let field = creating.descriptor.field(number) else { return nil }
        guard let value = reader.value(of: number, changedBy: decision) else {
            return voice("decided_unreadable", ["field": .field(field.name)])
        }
        if case .shares(let shares) = value {
            let what = try partyWords(shares, form(of: decision.entity))
            return voice("decided_shares", ["what": .text(what)])
        }
        return voice(
            "decided_value",
            ["field": .field(field.name), "new": .text(try text(value, of: field))])
    }

    /// What the decision had made, or its name where it is not in this book.
    private func undone(_ event: Event, seenFrom entity: EntityID) throws -> String {
        guard let dot = event.payload.sides(UndoingField.decision).first?.dot else { return "?" }
        return try tables.event(dot).map { try outcome(of: $0.event, seenFrom: entity) }
            ?? dot.short
    }

    // MARK: Questions

    /// "asked Dana Ortiz: Was it one visit or two?"
    private func askedWords(_ event: Event) throws -> String {
        let whom = try event.payload.entity(QuestionField.worker).flatMap(workerName)
        let question = reader.open(event).text(QuestionField.question)
        return voice(
            "history_asked",
            [
                "whom": .text(whom ?? voice("a_worker")),
                "question": .text(question ?? voice("what_cannot_be_read")),
            ])
    }

    private func repliedWords(_ event: Event) throws -> String {
        let answer = event.payload.integer(ReplyField.answer).flatMap(Answer.init(rawValue:))
        let words = reader.open(event).text(ReplyField.words)
        let isClosed = !event.sealed.isEmpty && words == nil
        let more = words ?? (isClosed ? voice("words_unreadable") : nil)
        return [voice("history_answered"), try answer.flatMap { try answerWords($0, event) }, more]
            .compactMap(\.self).joined(separator: ": ")
    }

    private func answerWords(_ answer: Answer, _ event: Event) throws -> String? {
        guard answer != .words else { return nil }
        guard answer == .side, case .question(let question)? = try state(of: event.entity),
            let chosen = event.payload.sides(ReplyField.side).first,
            let index = question.sides.firstIndex(of: chosen)
        else { return voice.code(answer.name, of: "answered") }
        let letter = Self.letter(index)
        return try "\(letter), "
            + record(chosen, letter: letter, of: question.matter, standing: false).says
    }

    private static func cause(_ event: Event) -> Phrase {
        event.payload.integer(QuarantineField.cause).flatMap(UInt32.init(exactly:))
            .flatMap(QuarantineReason.init(rawValue:))?.phrase ?? Phrase("why_unknown")
    }
}

extension FieldDescriptor {
    /// Keys are for programs; the parts of an entry have words of their own.
    fileprivate var isForPeople: Bool {
        switch type {
        case .data, .sides, .shares, .anyValue, .fieldNumber, .blocks: false
        case .text, .texts, .tag, .code, .integer, .date, .flag, .entity, .entities: true
        }
    }
}
