// The conflict desk: the queue, one conflict after the other, and what was decided.
// Neighbors: Conflicts/Desk writes the decisions, ConflictPage shows one.
// Invariants: a decision covers what its page had shown, and is made only if nothing about it has
// happened since; the worker of its event is who has signed in.

internal import Faces
internal import HTTPTypes
internal import Hummingbird
internal import Shared
internal import Store
internal import Texts

struct ConflictsModel: Sendable {
    struct Line: Sendable {
        let id: String
        let kind: String
        let subject: String
        let since: String
        /// Nil when nobody said that they see to it.
        let assignee: String?
        /// What was asked about it: "Asked, no answer yet", "Answered", or both of several.
        let marks: [String]
    }
    struct Group: Sendable {
        let title: String
        let lines: [Line]
    }

    let t: [String: String]
    let frame: PageFrame
    let groups: [Group]
    let isEmpty: Bool
    /// The first, for the key that begins.
    let first: String?
    /// There are more than are listed; nil when all are.
    let more: String?
}

struct DecidedModel: Sendable {
    struct Line: Sendable {
        let event: String
        let subject: String
        /// Where the ledger has the entry, or whatever it is about.
        let position: String?
        let choice: String
        /// What that made of it.
        let outcome: String
        let who: String
        let when: String
        let reason: String?
        let isUndone: Bool
        /// Nil where it cannot be taken back by this person.
        let undoing: Undoing?
    }
    /// Named apart from what a line says: what a section lacks is looked for around it.
    struct Undoing: Sendable {
        let typed: String
        let isOpen: Bool
    }

    let t: [String: String]
    let frame: PageFrame
    let lines: [Line]
    let isEmpty: Bool
    let once: String
    /// Why a decision was not taken back; nil when none was to be.
    let fault: String?
}

extension ConsoleSite {
    /// Lines on the page; whoever has worked those off sees the next.
    static let conflictsMax = 50
    static let decisionsMax = 20
    /// Decisions that are looked at for them: of other neighborhoods a coordinator sees none.
    private static let decisionsRead = 200

    func conflictsPage(_ visit: ConsoleVisit) async throws -> Response {
        let model = try await desk.read(visit.text) { [desk] views in
            let queue = try desk.conflicts(views).lines(for: visit.person)
            let shown = queue.prefix(Self.conflictsMax)
            let lines = ConflictLines(
                views: views, visit: visit,
                reader: SealedReader(keyring: desk.store.keyring, community: desk.store.community))
            let assigned = try AssignmentTable(views.tables.db).all()
            let questions = try views.questions()
            let groups = try [(true, "changes_balance"), (false, "changes_no_balance")].compactMap {
                changes, title -> ConflictsModel.Group? in
                let part = shown.filter { $0.changesBalance == changes }
                guard !part.isEmpty else { return nil }
                return ConflictsModel.Group(
                    title: visit.text(title),
                    lines: try part.map { try lines.line($0, assigned[$0.id], questions) })
            }
            return ConflictsModel(
                t: visit.text.texts,
                frame: try PageFrame(
                    views, visit, title: visit.text("conflicts"), place: .conflicts),
                groups: groups, isEmpty: queue.isEmpty, first: queue.first?.id.description,
                more: queue.count > shown.count
                    ? visit.text.count("more_conflicts", queue.count - shown.count) : nil)
        }
        return html("conflicts", model)
    }

    // MARK: One

    /// After something was not done: with what was typed, and why.
    func conflictPage(
        _ id: ConflictID, _ visit: ConsoleVisit, typed: FormFields? = nil,
        trouble: ConflictTrouble = ConflictTrouble(), status: HTTPResponse.Status = .ok
    ) async throws -> Response {
        let model = try await desk.read(visit.text) { [desk] views -> ConflictModel? in
            let queue = try desk.conflicts(views).lines(for: visit.person)
            guard let line = queue.first(where: { $0.id == id }) else { return nil }
            return try ConflictModel(
                line, in: queue, views, visit, desk: desk,
                typed: typed ?? visit.typed, trouble: trouble)
        }
        guard let model else {
            return redirect(
                to: "/conflicts", done: Done(text: visit.text("conflict_gone")))
        }
        return html("conflict", model, status: status)
    }

    func decide(
        _ id: ConflictID, _ fields: FormFields, _ visit: ConsoleVisit
    ) async throws -> Response {
        let text = visit.text
        let ruling: DeskRuling
        let field = try await field(of: id, visit)
        do {
            ruling = try DeskForm(fields, text).ruling(field?.name ?? "")
        } catch let missing as DeskForm.Missing {
            return try await conflictPage(
                id, visit, typed: fields,
                trouble: ConflictTrouble(missing.sentence, at: missing.field),
                status: .unprocessableContent)
        }
        let before = try await desk.read(visit.text) { [desk] in
            try desk.conflicts($0).lines(for: visit.person).map(\.id)
        }
        let outcome: DeskOutcome
        do {
            outcome = try await desk.append(fields["once"], by: visit.person) { session in
                try session.decide(
                    id, as: visit.person, seen: UInt64(fields["seen"]), ruling, in: Voice(text))
            }
        } catch {
            return try await conflictPage(
                id, visit, typed: fields, trouble: try trouble(error, ruling, field, text),
                status: .unprocessableContent)
        }
        switch outcome {
        case .decided(let decision):
            let words = try await desk.read(text) { views -> String? in
                try views.tables.event(decision).map {
                    let words = ConflictWords(views: views, text: text)
                    return text(
                        "decided_now",
                        [
                            "subject": try words.subject($0.event.entity),
                            "what": try views.outcome(of: $0.event),
                        ])
                }
            }
            let done = Done(text: words ?? text("decisions"), undo: decision.description)
            return try await next(after: id, before, visit, done)
        case .changed(let happenings):
            return try await conflictPage(
                id, visit, typed: fields, trouble: ConflictTrouble(changed: happenings),
                status: .conflict)
        case .closed(let happenings):
            let what = happenings.last.map { ": \($0)" } ?? ""
            return try await next(
                after: id, before, visit, Done(text: text("decided_meanwhile") + what))
        }
    }

    /// What was wrong with a decision, where it was typed; any other error goes on.
    private func trouble(
        _ error: any Error, _ ruling: DeskRuling, _ field: FieldDescriptor?, _ text: StringTable
    ) throws -> ConflictTrouble {
        let sentence = try Self.sentence(error, text)
        if let fault = error as? ShapeFault, fault.field == "reason" {
            return ConflictTrouble(sentence, at: .reason)
        }
        guard case .merge(_, let value) = ruling.choice else { return ConflictTrouble(sentence) }
        switch (error, field?.type) {
        case (is TypingFault, .shares):
            return ConflictTrouble(text("minutes_unreadable", ["typed": value]), at: .merge)
        case (is TypingFault, .date):
            return ConflictTrouble(text("date_unreadable", ["typed": value]), at: .merge)
        default: return ConflictTrouble(sentence, at: .merge)
        }
    }

    /// The field that a typed value is for.
    private func field(of id: ConflictID, _ visit: ConsoleVisit) async throws
        -> FieldDescriptor?
    {
        try await desk.read(visit.text) { try $0.conflict(id)?.fieldDescriptor }
    }

    /// The one that stood next in the queue, or the first that there is, or the list.
    private func next(
        after id: ConflictID, _ before: [ConflictID], _ visit: ConsoleVisit, _ done: Done
    ) async throws -> Response {
        let open = try await desk.read(visit.text) { [desk] in
            try desk.conflicts($0).lines(for: visit.person).map(\.id)
        }
        let rest = before.drop { $0 != id }.dropFirst()
        let next = rest.first { open.contains($0) } ?? open.first
        return redirect(to: next.map { "/conflicts/\($0)" } ?? "/conflicts", done: done)
    }

    func assign(
        _ id: ConflictID, _ fields: FormFields, _ visit: ConsoleVisit
    ) async throws -> Response {
        let isOpen = try await desk.read(visit.text) { [desk] in
            try desk.conflicts($0).lines(for: visit.person).contains { $0.id == id }
        }
        guard isOpen else { throw SiteFault.notFound }
        let (worker, now) = (
            fields["to"] == "me" ? visit.person.worker : nil, desk.environment.now()
        )
        try await desk.store.noteAsync { try AssignmentTable($0).set(worker, for: id, at: now) }
        return redirect(to: "/conflicts/\(id)")
    }

    // MARK: Decided

    func decidedPage(
        _ visit: ConsoleVisit, fault: String? = nil, typed: FormFields? = nil,
        status: HTTPResponse.Status = .ok
    ) async throws -> Response {
        let typed = typed ?? visit.typed
        let model = try await desk.read(visit.text) { [desk] views in
            let lines = try views.latestDecisions(Self.decisionsRead).filter {
                visit.person.serves(try views.reach(of: $0.event.entity) ?? [])
            }.prefix(Self.decisionsMax)
            return DecidedModel(
                t: visit.text.texts,
                frame: try PageFrame(
                    views, visit, title: visit.text("decisions"), place: .decided),
                lines: try lines.map { try DecidedModel.Line($0, views, visit, typed) },
                isEmpty: lines.isEmpty, once: desk.formToken(), fault: fault)
        }
        return html("decided", model, status: status)
    }

    /// From the head of the next page without a word, or from the list with a reason.
    func undo(_ fields: FormFields, _ visit: ConsoleVisit) async throws -> Response {
        guard let decision = Dot(fields["entry"]) else { throw SiteFault.notFound }
        let isFromList = fields["from"] == "list"
        if isFromList, fields["reason"].isEmpty {
            return try await decidedPage(
                visit, fault: visit.text("reason_missing"), typed: fields,
                status: .unprocessableContent)
        }
        let reason = isFromList ? fields["reason"] : visit.text("undone_decision_reason")
        // The button at the head of a page has no token, and a decision is undone once anyhow.
        let token = fields["once"].isEmpty ? "undo \(decision)" : fields["once"]
        let about = try await desk.append(token, by: visit.person) { session in
            let about = try session.tables.event(decision)?.event
            _ = try session.undo(decision, as: visit.person.worker, reason: reason)
            return about?.entity
        }
        let open = try await desk.read(visit.text) { [desk] views in
            try desk.conflicts(views).lines.first {
                about.map($0.conflict.entities.contains) ?? false
            }
        }
        return redirect(
            to: open.map { "/conflicts/\($0.id)" } ?? "/decisions",
            done: Done(text: visit.text("undone_decision")))
    }
}

/// Conflicts as lines of the list.
private struct ConflictLines {
    let views: Views
    let visit: ConsoleVisit
    let reader: SealedReader

    func line(
        _ line: ConflictQueue.Line, _ assignee: EntityID?, _ questions: [QuestionState]
    ) throws -> ConflictsModel.Line {
        let words = ConflictWords(views: views, text: visit.text)
        let asked = questions.filter { $0.isAbout(line.conflict) }
        let marks = [
            asked.contains { !$0.isAnswered } ? "asked_open" : nil,
            asked.contains(where: \.isAnswered) ? "asked_answered" : nil,
        ]
        return ConflictsModel.Line(
            id: line.id.description, kind: try words.question(line.conflict, reader),
            subject: try words.subject(line.conflict.entity),
            since: line.since.map { visit.text.ago(from: $0, to: visit.now) } ?? "",
            assignee: try assignee.map {
                $0 == visit.person.worker
                    ? visit.text("you") : try views.workerName($0) ?? $0.short
            }, marks: marks.compactMap { $0.map { visit.text($0) } })
    }
}

extension DecidedModel.Line {
    fileprivate init(
        _ decision: RecordedEvent, _ views: Views, _ visit: ConsoleVisit, _ typed: FormFields?
    ) throws {
        let made = decision.event
        let choice = made.payload.integer(ResolutionField.choice).flatMap(Choice.init(rawValue:))
        event = made.dot.description
        subject = try ConflictWords(views: views, text: visit.text).subject(made.entity)
        self.choice = visit.text(
            "choice_\((choice?.name ?? "take").replacing("-", with: "_"))")
        outcome = try views.outcome(of: made)
        position = try views.tables.event(made.entity.dot)?.observation.position?.description
        who = try made.worker.flatMap(views.workerName) ?? visit.text("the_office")
        when = visit.text.ago(from: made.recordedAt, to: visit.now)
        reason = views.reason(of: made)
        isUndone = try views.tables.isUndone(decision)
        let isTyped = typed?["entry"] == event
        undoing =
            isUndone || visit.person.role != .admin
            ? nil
            : DecidedModel.Undoing(
                typed: isTyped ? typed?["reason"] ?? "" : "", isOpen: isTyped)
    }
}
