// What one event did, in plain words, for the history of an entity.
// Neighbors: Views+History asks; Views+Conflicts has the words for values and subjects.
// Invariant: what is sealed and cannot be opened here is said to be so, never left blank.

internal import Foundation
public import Shared

extension Views {
    /// `entity` is the one whose history is told: an event about two is told from its side.
    public func words(of event: Event, seenFrom entity: EntityID) throws -> String {
        switch event.knownKind {
        case .communityFounded: "founded" + (try fieldWords(event))
        case .neighborhoodDefined: "defined" + (try fieldWords(event))
        case .workerRegistered: "registered" + (try fieldWords(event))
        case .devicePaired: "paired" + (try fieldWords(event))
        case .deviceSplit:
            "a copy of another device's folder goes on under a name of its own"
                + (try fieldWords(event))
        case .memberEnrolled: "enrolled" + (try fieldWords(event))
        case .deviceRevoked:
            "revoked: what it recorded after its entry "
                + "\(event.payload.integer(RevocationField.asOf) ?? 0) is kept apart"
        case .deviceScopeChanged: try scopeWords(event)
        case .serverTLSKeysChanged: "the server's keys announced"
        case .ledgerReopened:
            "reopened after entry \(event.payload.integer(ReopenedField.inheritedSize) ?? 0): it "
                + "had been set back"
        case .memberChanged: try changeWords(event, "changed", creating: .memberEnrolled)
        case .memberMoved: try moveWords(event)
        case .hoursAmended: try changeWords(event, "amended", creating: .hoursRecorded)
        case .hoursRecorded: try recordedWords(event)
        case .hoursVoided: "voided"
        case .hoursReinstated: "reinstated"
        case .hoursConfirmed: "confirmed by \(try party(event))"
        case .hoursDisputed: "disputed by \(try party(event))"
        case .hoursMarkedSame: try markWords(event, seenFrom: entity, "told of the same service as")
        case .hoursMarkedDistinct:
            try markWords(event, seenFrom: entity, "told of another service than")
        case .conflictResolved: try decisionWords(event, seenFrom: entity)
        case .conflictUndone: "decision taken back: \(try undoneWords(event))"
        case .conflictAsked: try askedWords(event)
        case .conflictReplied: try repliedWords(event)
        case .quarantineEntered: "kept apart at the office: \(Self.cause(event))"
        case .quarantineDecided:
            event.payload.integer(QuarantineField.choice) == QuarantineChoice.admit.rawValue
                ? "let in by the office" : "left out for good by the office"
        case nil: "something that this version does not know (kind \(event.kind.value))"
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
                return "\(field.name) (not readable here)"
            }
            let value = event.payload[field.number] ?? opened[field.number]
            return try value.map { "\(field.name) \(try text($0, of: field))" }
        }
        return parts.isEmpty ? "" : ": \(parts.joined(separator: ", "))"
    }

    private func recordedWords(_ event: Event) throws -> String {
        guard let shares = event.payload.shares(HoursField.shares) else { return "recorded" }
        let date = event.payload.date(HoursField.serviceDate)?.description ?? "?"
        let form = event.payload.integer(HoursField.form).flatMap(HoursForm.init(rawValue:))
        let rest = try fieldWords(event, leavingOut: [HoursField.serviceDate, HoursField.form])
        return
            "recorded as \(form?.name ?? "an entry"): \(try partyWords(shares, form)), on \(date)"
            + (rest.isEmpty ? "" : "; \(rest.dropFirst(2))")
    }

    /// "HAR-1 Ana Ruiz gave 1:30 to HAR-2 Luis Gil", with the minutes of each if these differ.
    private func partyWords(_ shares: Shares, _ form: HoursForm?) throws -> String {
        let total =
            shares.given == shares.received
            ? "\(shares.given)" : "\(shares.given) (\(shares.received) received)"
        return form.sentence(
            providers: try sideWords(shares.providers), time: total,
            recipients: try sideWords(shares.recipients))
    }

    private func sideWords(_ parties: [Party]) throws -> String {
        let isSplit = Set(parties.map(\.minutes)).count > 1
        return try parties.map { party in
            try label(of: party.account) + (isSplit ? " (\(party.minutes))" : "")
        }.joined(separator: " and ")
    }

    // MARK: Changes

    private func changeWords(
        _ event: Event, _ verb: String, creating: Kind
    ) throws -> String {
        guard let number = event.payload.fieldNumber(ChangeField.field),
            let field = creating.descriptor.field(number)
        else { return "\(verb) something that this version does not know" }
        let opened = reader.open(event)
        let old = event.payload[ChangeField.old] ?? opened[ChangeField.old]
        let new = event.payload[ChangeField.new] ?? opened[ChangeField.new]
        if case .shares(let before)? = old, case .shares(let after)? = new {
            return try shareWords(verb, before, after, form(of: event.entity))
        }
        guard let new else { return "\(verb) \(field.name); to what cannot be read here" }
        if case .shares(let after) = new {
            return "\(verb) who and how long to: \(try partyWords(after, form(of: event.entity)))"
        }
        let from = try old.map { " from \(try text($0, of: field))" } ?? ""
        return "\(verb) \(field.name)\(from) to \(try text(new, of: field))"
    }

    private func moveWords(_ event: Event) throws -> String {
        guard let to = event.payload.entity(MoveField.to) else { return "moved" }
        let code = try code(of: .neighborhood(to))
        let number = event.payload.integer(MoveField.number).map(String.init) ?? "?"
        return "moved from \(try self.code(of: event.home)) to \(code), as \(code)-\(number)"
    }

    private func shareWords(
        _ verb: String, _ before: Shares, _ after: Shares, _ form: HoursForm?
    ) throws -> String {
        let people = [before, after].map {
            [$0.providers.map(\.account), $0.recipients.map(\.account)]
        }
        if people[0] == people[1], before.given == before.received, after.given == after.received,
            before.given != after.given
        {
            return "\(verb) minutes from \(before.given) to \(after.given)"
        }
        return
            "\(verb) who and how long from: \(try partyWords(before, form)); to: "
            + "\(try partyWords(after, form))"
    }

    func text(_ value: Value, of field: FieldDescriptor) throws -> String {
        if case .code(let codes) = field.type, case .integer(let number) = value {
            return codes.first { $0.value == number }?.name ?? String(number)
        }
        switch value {
        case .entity(let entity): return try placeOrLabel(entity)
        case .entities(let all): return try all.map(placeOrLabel).joined(separator: " and ")
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
            return "\(code)-\(block.first) to \(code)-\(block.last)"
        }
        let holds = places.isEmpty ? "no neighborhood" : places.joined(separator: " and ")
        return "from now on it holds \(holds)"
            + (numbers.isEmpty ? "" : ", and gives out \(numbers.joined(separator: " and "))")
    }

    // MARK: What others said of it

    private func party(_ event: Event) throws -> String {
        try event.payload.entity(TestimonyField.party).map(label) ?? "a party"
    }

    private func markWords(
        _ event: Event, seenFrom entity: EntityID, _ verb: String
    ) throws -> String {
        let other = event.payload.entity(TestimonyField.other)
        let far = event.entity == entity ? other : event.entity
        let name = try far.map { "\($0.short) (\(try subject($0)))" } ?? "another entry"
        return "marked: \(verb) \(name)"
    }

    // MARK: The desk

    private func decisionWords(_ event: Event, seenFrom entity: EntityID) throws -> String {
        let payload = event.payload
        let about = payload.integer(ResolutionField.conflict).flatMap(ConflictKind.init(rawValue:))
        let choice = payload.integer(ResolutionField.choice).flatMap(Choice.init(rawValue:))
        let start = "decided by the office (\(about?.name ?? "?"))"
        switch (about, choice) {
        case (.duplicate?, .take?):
            let counts = payload.sides(ResolutionField.kept).contains { $0.dot == entity.dot }
            return "\(start): this one \(counts ? "counts" : "does not count"), of "
                + "\(payload.sides(ResolutionField.sides).count) alike"
        case (.duplicate?, .bothHappened?):
            return "\(start): \(payload.sides(ResolutionField.sides).count) services alike, each "
                + "counts"
        case (_, .void?): return "\(start): void"
        case (.void?, .take?), (.void?, .merge?), (.void?, .bothHappened?):
            return "\(start): it stands"
        case (.field?, _), (.amend?, _), (.number?, _), (.duplicate?, _), (.resolution?, _),
            (.void?, nil), (nil, _):
            let whose = event.entity == entity ? "" : "for \(try historySubject(event.entity)), "
            return "\(start): \(whose)\(try fromNowOn(event) ?? choice?.name ?? "?")"
        }
    }

    /// The value that a decision gave a field; nil for decisions about no field.
    private func fromNowOn(_ decision: Event) throws -> String? {
        guard let number = decision.payload.fieldNumber(ResolutionField.field) else { return nil }
        let isEntry = try home(of: decision.entity)?.family == .hours
        let creating: Kind = isEntry ? .hoursRecorded : .memberEnrolled
        guard let field = creating.descriptor.field(number) else { return nil }
        guard let value = reader.value(of: number, changedBy: decision) else {
            return "\(field.name) is from now on what cannot be read here"
        }
        if case .shares(let shares) = value {
            return "from now on \(try partyWords(shares, form(of: decision.entity)))"
        }
        return "\(field.name) is from now on \(try text(value, of: field))"
    }

    private func undoneWords(_ event: Event) throws -> String {
        guard let decision = event.payload.sides(UndoingField.decision).first else { return "?" }
        return "\(decision.dot.short) is as if never made"
    }

    // MARK: Questions

    /// "asked Dana Ortiz: Was it one visit or two?"
    private func askedWords(_ event: Event) throws -> String {
        let whom = try event.payload.entity(QuestionField.worker).flatMap(workerName)
        let question = reader.open(event).text(QuestionField.question)
        return "asked \(whom ?? "a worker"): \(question ?? "what cannot be read here")"
    }

    private func repliedWords(_ event: Event) throws -> String {
        let answer = event.payload.integer(ReplyField.answer).flatMap(Answer.init(rawValue:))
        let words = reader.open(event).text(ReplyField.words)
        let isClosed = !event.sealed.isEmpty && words == nil
        let more = words ?? (isClosed ? "(words that cannot be read here)" : nil)
        return ["answered", try answer.flatMap { try answerWords($0, event) }, more]
            .compactMap(\.self).joined(separator: ": ")
    }

    private func answerWords(_ answer: Answer, _ event: Event) throws -> String? {
        guard answer != .words else { return nil }
        guard answer == .side, case .question(let question)? = try state(of: event.entity),
            let chosen = event.payload.sides(ReplyField.side).first,
            let index = question.sides.firstIndex(of: chosen)
        else { return answer.name }
        let letter = Self.letter(index)
        return try "\(letter), "
            + record(chosen, letter: letter, of: question.matter, standing: false).says
    }

    private static func cause(_ event: Event) -> String {
        event.payload.integer(QuarantineField.cause).flatMap(UInt32.init(exactly:))
            .flatMap(QuarantineReason.init(rawValue:))?.sentence ?? "why is not known here"
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
