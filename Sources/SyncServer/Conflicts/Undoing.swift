// Taking a decision back: as if it had never been made, with both events in the history.
// Neighbors: ConflictsCommand asks; Shared/Decide/Undone is the rule.

internal import Foundation
internal import GRDB
internal import Shared
internal import Store
internal import Texts

extension AppendSession {
    /// Writes the undoing of a `conflict.resolved`; returns its position.
    @discardableResult
    func undo(_ decision: Dot, as worker: EntityID, reason: String) throws -> LedgerPosition {
        guard try facts.role(ofWorker: worker) == .admin else {
            throw Refusal(exit: 77, Phrase("only_admin_undoes"))
        }
        guard let made = try tables.event(decision),
            made.event.knownKind == .conflictResolved
        else {
            throw Refusal.noInput(Phrase("no_decision", ["decision": .text(decision.short)]))
        }
        guard try !tables.isUndone(made) else {
            throw Refusal(
                exit: 65, Phrase("undone_already", ["decision": .text(decision.short)]))
        }
        let why = try seal(
            reason: reason, as: UndoingField.reason, of: .conflictUndone,
            about: try subjects(of: made.event))
        // Who is concerned may have moved since it was made.
        return try author(
            Draft(
                kind: .conflictUndone, worker: worker, home: made.event.home,
                subject: made.event.entity, payload: Self.undoing(made), sealed: [why],
                reach: try facts.reach(ofDecision: made.event) ?? [made.event.home])
        ).position
    }

    private static func undoing(_ made: RecordedEvent) -> Payload {
        let payload = made.event.payload
        return [
            UndoingField.conflict: .integer(
                payload.integer(ResolutionField.conflict) ?? ConflictKind.field.rawValue),
            UndoingField.sides: .sides(payload.sides(ResolutionField.sides)),
            UndoingField.decision: .sides([made.side]),
        ]
    }

    /// Whom the words are about, as in the decision.
    private func subjects(of decision: Event) throws -> [EntityID] {
        if case .hours(let hours)? = try views.state(of: decision.entity) {
            return hours.shares.accounts
        }
        return [decision.entity]
    }
}

extension LedgerTables {
    func isUndone(_ decision: RecordedEvent) throws -> Bool {
        try events(of: decision.event.entity).contains { other in
            other.event.knownKind == .conflictUndone
                && other.event.payload.sides(UndoingField.decision)
                    .contains { $0.leaf == decision.leaf }
        }
    }
}

/// A decision that was made, as `conflicts decided` lists it.
struct DecisionRecord: Encodable {
    let event: String
    let about: String
    /// What was decided about, in words.
    let subject: String
    let choice: String
    let worker: String?
    let reason: String?
    let recordedAt: String
    let position: UInt64
    let undone: Bool
}

extension Views {
    /// Every decision, by position.
    func decisions() throws -> [DecisionRecord] {
        try decisionDots().compactMap { try tables.event($0).map(record) }
    }

    private func record(_ decision: RecordedEvent) throws -> DecisionRecord {
        let payload = decision.event.payload
        let about = payload.integer(ResolutionField.conflict).flatMap(ConflictKind.init(rawValue:))
        let choice = payload.integer(ResolutionField.choice).flatMap(Choice.init(rawValue:))
        return DecisionRecord(
            event: decision.event.dot.short, about: about?.name ?? "?",
            subject: try subject(decision.event.entity), choice: choice?.name ?? "?",
            worker: try decision.event.worker.flatMap(workerName),
            reason: reason(of: decision.event), recordedAt: decision.event.recordedAt.text,
            position: decision.observation.position?.value ?? 0,
            undone: try tables.isUndone(decision))
    }
}
