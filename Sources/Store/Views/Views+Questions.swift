// What admins asked workers about conflicts, with what was answered, as records.
// Neighbors: Shared/Decide/DecideQuestion has the rules; the desk shows these to whoever decides,
// a device's questions and pages to whoever is asked.
// Invariant: a question is open as long as what it is about is; nothing else closes it.

internal import GRDB
public import Shared
internal import Texts

public struct QuestionRecord: Codable, Sendable {
    public let id: String
    /// The conflict as it is open now; nil once it is settled.
    public let conflict: String?
    /// As of a conflict: what disagrees, of what, in which field.
    public let about: String
    public let subject: String
    public let field: String?
    /// Nil when it cannot be read here.
    public let question: String?
    /// Who is asked; the id where the name cannot be read here.
    public let worker: String
    public let workerID: String
    public let admin: String?
    public let askedAt: String
    public let position: UInt64?
    public let sides: [ConflictSideRecord]
    /// What the worker says now: one, or several that were given on devices apart.
    public let answers: [ReplyRecord]
    /// All that anybody answered, in the order of the ledger, these among them.
    public let replies: [ReplyRecord]

    public var isOpen: Bool { conflict != nil }
    public var isAnswered: Bool { !answers.isEmpty }
}

public struct ReplyRecord: Codable, Sendable {
    public let event: String
    public let worker: String?
    /// `side`, `both-happened`, `neither` or `words`.
    public let answer: String
    /// The letter of the side that is right.
    public let side: String?
    /// Nil when there are none; said to be so where they cannot be read here.
    public let words: String?
    public let recordedAt: String
    /// Nil while it is on its device only.
    public let position: UInt64?
}

extension Views {
    /// Every question, in the order asked; none that another than the office wrote, as one that
    /// came before a program knew its kind may be.
    public func questions() throws -> [QuestionState] {
        let all = try entities(.question)
        guard !all.isEmpty else { return [] }
        let office = try officeReplicas()
        return try all.compactMap { id in
            guard office.contains(id.dot.replica) else { return nil }
            if case .question(let question)? = try state(of: id) { return question }
            return nil
        }
    }

    /// The server has another name in each epoch.
    public func officeReplicas() throws -> [ReplicaID] {
        try entities(.community).map(\.dot.replica)
            + tables.reopenings().map { ReplicaID(signingKey: $0.serverSigningKey) }
    }

    /// What was asked about an open conflict, and what was answered.
    public func questions(about conflict: Conflict) throws -> [QuestionRecord] {
        try questions().filter { $0.isAbout(conflict) }.map { try record($0, about: conflict) }
    }

    /// What these workers are asked about what is still open, with it; those with an answer too.
    public func openQuestions(
        to workers: Set<EntityID>
    ) throws -> [(question: QuestionState, conflict: Conflict)] {
        try questions().filter { workers.contains($0.worker) }.compactMap { question in
            try conflict(of: question).map { (question, $0) }
        }
    }

    /// Of those, what has no answer yet.
    public func unansweredQuestions(
        to workers: Set<EntityID>
    ) throws -> [(question: QuestionState, conflict: Conflict)] {
        try questions().filter { workers.contains($0.worker) && !$0.isAnswered }.compactMap {
            question in try conflict(of: question).map { (question, $0) }
        }
    }

    /// As it is open now; nil once it is settled.
    public func conflict(of question: QuestionState) throws -> Conflict? {
        let candidates: [Conflict] =
            switch question.matter.about {
            case .field, .amend, .void:
                try tables.existingKey(question.matter.entity.dot).map(conflicts(ofEntity:)) ?? []
            case .duplicate: try conflicts(ofEntries: question.sides.map { EntityID($0.dot) })
            case .number: try numberConflicts()
            case .resolution: []
            }
        return candidates.first(where: question.isAbout)
    }

    private func conflicts(ofEntries entries: [EntityID]) throws -> [Conflict] {
        let groups = try entries.compactMap { entry in
            try tables.existingKey(entry.dot).flatMap { key in
                try db.hotInt("SELECT group_key FROM hours WHERE entity = ?", .int(key.value))
            }
        }
        let projector = Projector(tables: tables)
        return try Set(groups).sorted().flatMap {
            try projector.groupInput($0).decided().conflicts
        }
    }

    // MARK: Records

    public func record(
        _ question: QuestionState, about open: Conflict?
    ) throws -> QuestionRecord {
        guard let asked = try tables.event(question.id.dot) else {
            throw StoreDamage.missing("a question")
        }
        let replies = try question.replies.map { ($0, try record($0, to: question)) }
        return QuestionRecord(
            id: question.id.description, conflict: open?.id.description,
            about: question.matter.about.name, subject: try subject(question.matter.entity),
            field: fieldName(question.matter),
            question: reader.open(asked.event).text(QuestionField.question),
            worker: try workerName(question.worker) ?? question.worker.short,
            workerID: question.worker.description,
            admin: try question.admin.flatMap(workerName),
            askedAt: asked.event.recordedAt.text, position: asked.observation.position?.value,
            sides: try question.sides.enumerated().map { index, side in
                try record(
                    side, letter: Self.letter(index), of: question.matter,
                    standing: open?.standing.contains(side) ?? false)
            },
            answers: replies.filter { question.answers.contains($0.0) }.map(\.1),
            replies: replies.map(\.1).sorted {
                ($0.position ?? .max, $0.event) < ($1.position ?? .max, $1.event)
            })
    }

    private func record(_ reply: Reply, to question: QuestionState) throws -> ReplyRecord {
        guard let recorded = try tables.event(reply.observation.dot) else {
            throw StoreDamage.missing("an answer")
        }
        let event = recorded.event
        let closed = event.sealed.isEmpty ? nil : voice("words_unreadable")
        return ReplyRecord(
            event: event.dot.description, worker: try reply.worker.flatMap(workerName),
            answer: reply.answer.name,
            side: reply.chosen.flatMap { question.sides.firstIndex(of: $0) }.map(Self.letter),
            words: reader.open(event).text(ReplyField.words) ?? closed,
            recordedAt: event.recordedAt.text, position: recorded.observation.position?.value)
    }
}
