// An admin asks a worker about a conflict; the answer comes back with the worker's next sync.
// Source: docs/protocol.md section 8.7. Neighbors: ConflictsAsk and the console ask here;
// Store/Views+Questions shows what was answered.
// Invariants: a question is delivered wherever its sides are; nobody is asked on whose device it
// could not be answered.

internal import Shared
internal import Store
internal import Texts

extension AppendSession {
    /// Writes the question; returns its position. What has been asked in the same words and has no
    /// answer yet is not asked again.
    @discardableResult
    func ask(
        _ id: ConflictID, as admin: EntityID, seen: LedgerPosition, whom worker: EntityID,
        question: String
    ) throws -> LedgerPosition {
        try requireAdmin(admin)
        try requireShown(seen)
        let past = PastConflicts(views: views, seen: seen)
        guard try views.conflicts().contains(where: { $0.id == id }) else {
            throw Refusal.noInput(
                "conflict \(id) is settled, or never was, so there is nothing to ask; `conflicts "
                    + "list` shows what is open",
                page: Phrase("conflict_settled"))
        }
        guard let conflict = try past.find(id) else {
            throw Refusal.noInput(
                "there was no conflict \(id) at position \(seen); look again before you ask",
                page: Phrase("conflict_not_then"))
        }
        let reach = try reach(of: conflict, past)
        let home = try home(ofQuestionAbout: conflict, past, to: worker, reach: reach)
        let words = try checked(question)
        if let same = try asked(words, worker, about: conflict) { return same }
        let sealed = try seal(words, of: .conflictAsked, about: try subjects(of: conflict))
        return try author(
            Draft(
                kind: .conflictAsked, worker: admin, home: home,
                payload: conflict.question(to: worker), sealed: [sealed], reach: reach,
                context: try context(seen: seen))
        ).position
    }

    private func checked(_ question: String) throws -> Payload {
        guard question.contains(where: { !$0.isWhitespace }) else {
            throw Refusal.usage(Phrase("question_not_written"))
        }
        let words: Payload = [QuestionField.question: .text(question)]
        try Kind.conflictAsked.descriptor.check(words, sealed: true, anySealed: true)
        return words
    }

    /// Where the same question stands that awaits its answer.
    private func asked(
        _ words: Payload, _ worker: EntityID, about conflict: Conflict
    ) throws -> LedgerPosition? {
        try views.questions(about: conflict).first {
            $0.workerID == worker.description && !$0.isAnswered
                && $0.question == words.text(QuestionField.question)
        }.flatMap { $0.position.map { LedgerPosition($0) } }
    }

    /// That of a side if a device of the worker holds it, so that the answer can be given there.
    private func home(
        ofQuestionAbout conflict: Conflict, _ past: PastConflicts, to worker: EntityID,
        reach: [ScopeID]
    ) throws -> ScopeID {
        guard let role = try facts.role(ofWorker: worker) else {
            throw Refusal.noInput(Phrase("no_worker", ["worker": .text(worker.short)]))
        }
        guard role > .auditor else {
            throw Refusal(exit: 65, Phrase("auditor_cannot_answer"))
        }
        let entities = [conflict.entity] + (try conflict.sides.map(past.entity(of:)))
        let homes = try entities.compactMap { try views.home(of: $0)?.home } + reach
        let held = try views.scopesAnswered(by: worker)
        guard let home = homes.first(where: held.contains) else {
            throw Refusal(
                exit: 65,
                Phrase("question_reaches_nobody", ["worker": .text(worker.short)]))
        }
        return home
    }
}

extension Views {
    /// Neighborhoods that devices hold on which the worker records.
    fileprivate func scopesAnswered(by worker: EntityID) throws -> Set<ScopeID> {
        let devices = try devices().filter {
            $0.revokedAfter == nil && $0.role > .auditor && $0.workers.contains(worker)
        }
        return Set(devices.flatMap { $0.neighborhoods.map(ScopeID.neighborhood) })
    }

    /// Who recorded the sides and can be asked: whom the desk proposes, in the sides' order.
    func workersToAsk(about conflict: Conflict) throws -> [EntityID] {
        var seen: Set<EntityID> = []
        let reach = Set(
            try conflict.sides.flatMap { side in
                try tables.event(side.dot).flatMap { try self.reach(of: $0.event.entity) } ?? []
            })
        return try conflict.sides.compactMap { try tables.event($0.dot)?.event.worker }
            .filter { seen.insert($0).inserted }
            .filter { try !scopesAnswered(by: $0).isDisjoint(with: reach) }
    }
}

extension Conflict {
    /// The plain fields of `conflict.asked`.
    fileprivate func question(to worker: EntityID) -> Payload {
        var payload: Payload = [
            QuestionField.conflict: .integer(about.rawValue),
            QuestionField.sides: .sides(sides), QuestionField.worker: .entity(worker),
            QuestionField.about: .entity(entity),
        ]
        if let field { payload[QuestionField.field] = .integer(Int64(field.value)) }
        return payload
    }
}
