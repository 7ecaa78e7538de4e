// What an admin asked a worker about a conflict, and what was answered: testimony, which decides
// nothing. Source: docs/protocol.md section 8.7. Neighbors: decideEntity calls it; the desk shows
// what was answered to whoever decides, the device what is still asked.
// Invariant: of what the worker said the last holds, by what each answer had seen, never by clock.

/// What disagrees, whatever its sides are by now.
public struct Matter: Hashable, Sendable {
    public let about: ConflictKind
    public let entity: EntityID
    public let field: FieldNumber?
}

extension Conflict {
    public var matter: Matter { Matter(about: about, entity: entity, field: field) }
}

public struct QuestionState: Hashable, Sendable {
    public let id: EntityID
    public let home: ScopeID
    public let matter: Matter
    /// As the admin was shown them, in the order of their letters.
    public let sides: [Side]
    public let admin: EntityID?
    /// Who is asked.
    public let worker: EntityID
    /// Of anybody, ascending by leaf hash.
    public let replies: [Reply]
    /// Those of whoever was asked that no other of theirs had seen: one, or several that were given
    /// on devices apart.
    public let answers: [Reply]
}

public struct Reply: Hashable, Sendable {
    public let observation: Observation
    public let worker: EntityID?
    public let answer: Answer
    /// Which side is right, of an answer that takes one.
    public let chosen: Side?

    /// The same in every way but its words.
    public func says(_ answer: Answer, _ chosen: Side?) -> Bool {
        self.answer == answer && self.chosen == chosen
    }
}

extension QuestionState {
    /// Nil for a question about nothing that this build knows.
    init?(creation: RecordedEvent, events: [RecordedEvent]) {
        let payload = creation.event.payload
        guard
            let about = payload.integer(QuestionField.conflict)
                .flatMap(ConflictKind.init(rawValue:)),
            let entity = payload.entity(QuestionField.about),
            let worker = payload.entity(QuestionField.worker)
        else { return nil }
        id = creation.event.entity
        home = creation.event.home
        matter = Matter(
            about: about, entity: entity, field: payload.fieldNumber(QuestionField.field))
        let sides = payload.sides(QuestionField.sides)
        self.sides = sides
        admin = creation.event.worker
        self.worker = worker
        replies = events.compactMap { Reply($0, of: sides) }
            .sorted { $0.observation.leaf < $1.observation.leaf }
        let theirs = replies.filter { $0.worker == worker }
        answers = theirs.filter { reply in
            !theirs.contains { $0 != reply && $0.observation.covers(reply.observation) }
        }
    }

    public var isAnswered: Bool { !answers.isEmpty }

    /// Whether a conflict of now is what was asked about: entries that still disagree, whichever
    /// others do with them, and a field that is still disputed, whatever its sides say by now.
    public func isAbout(_ conflict: Conflict) -> Bool {
        guard matter.about == conflict.about else { return false }
        switch matter.about {
        case .field, .amend, .void:
            return matter == conflict.matter
        case .duplicate, .number, .resolution:
            let asked = Set(sides.map(\.leaf))
            return conflict.sides.count { asked.contains($0.leaf) } > 1
        }
    }
}

extension Reply {
    /// Nil for other events, and for one that takes what was never a side.
    fileprivate init?(_ recorded: RecordedEvent, of sides: [Side]) {
        let payload = recorded.event.payload
        guard recorded.event.knownKind == .conflictReplied,
            let answer = payload.integer(ReplyField.answer).flatMap(Answer.init(rawValue:))
        else { return nil }
        let chosen = payload.sides(ReplyField.side).first
        guard answer == .side ? chosen.map(sides.contains) ?? false : chosen == nil else {
            return nil
        }
        observation = recorded.observation
        worker = recorded.event.worker
        self.answer = answer
        self.chosen = chosen
    }
}
