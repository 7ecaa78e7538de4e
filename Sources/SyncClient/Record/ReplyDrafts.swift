// What a worker answers to a question of the office → a draft. Neighbors: `reply` and the page hand
// in what was said; Shared/Decide/DecideQuestion says what comes of it.
// Invariant: nobody answers in the name of whoever was asked.

internal import Shared
internal import Store

struct Said: Equatable, Sendable {
    let answer: Answer
    var chosen: Side?
    var words: String?
}

/// Why an answer is not recorded.
enum ReplyFault: Error, Equatable {
    case settled
    case ofAnother(EntityID)
    case onlyOfEntries
    case withoutWords

    var sentence: String {
        switch self {
        case .settled: "the office has settled this meanwhile; no answer is needed any more"
        case .ofAnother:
            "this question is for another worker; `hourbook questions` says for whom, and "
                + "--worker who answers"
        case .onlyOfEntries: "both happened is said of entries only"
        case .withoutWords: "say something with --words, or give an answer"
        }
    }
}

struct ReplyDrafts {
    private let book: LocalBook

    init(_ book: LocalBook) { self.book = book }

    /// Nil where the worker says so already.
    func reply(_ said: Said, to question: QuestionState, by worker: EntityID) throws -> Draft? {
        guard worker == question.worker else { throw ReplyFault.ofAnother(question.worker) }
        guard let open = try book.views.conflict(of: question) else { throw ReplyFault.settled }
        guard said.answer != .bothHappened || question.isOfEntries else {
            throw ReplyFault.onlyOfEntries
        }
        guard said.answer != .words || said.words != nil else { throw ReplyFault.withoutWords }
        let record = try book.views.record(question, about: open)
        if question.answers.count == 1, question.answers[0].says(said.answer, said.chosen),
            said.words == nil || record.answers[0].words == said.words
        {
            return nil
        }
        var values: Payload = [ReplyField.answer: .integer(said.answer.rawValue)]
        values[ReplyField.side] = said.chosen.map { .sides([$0]) }
        values[ReplyField.words] = said.words.map(Value.text)
        return Draft(
            .conflictReplied, subject: question.id, home: question.home, values: values,
            subjects: .entities(try subjects(of: question)))
    }

    /// Whom the question is about: its answer is about the same people.
    private func subjects(of question: QuestionState) throws -> [EntityID] {
        let sealed = try book.tables.event(question.id.dot)?.event.sealed ?? []
        if let key = try sealed.first.flatMap({ try book.reader.keyring.key($0.key) }) {
            return key.subjects
        }
        if case .hours(let entry)? = try book.views.state(of: question.matter.entity) {
            return entry.shares.accounts
        }
        return [question.matter.entity]
    }
}

extension QuestionState {
    /// Of two entries both may be right.
    var isOfEntries: Bool { matter.about == .duplicate }
}

extension Finder {
    func question(_ typed: String) throws -> QuestionState {
        let id = EntityID(try dot(typed))
        guard let question = try book.views.questions().first(where: { $0.id == id }) else {
            throw UserError(
                .dataError, "\(typed) is no question; take one from `hourbook questions`")
        }
        return question
    }
}

extension LocalBook {
    /// What is asked of those who record here, about what is still open; what has no answer first.
    var openQuestions: [QuestionRecord] {
        get throws {
            let all = try views.openQuestions(to: Set(device?.workers ?? []))
                .map { try views.record($0.question, about: $0.conflict) }
            return all.filter { !$0.isAnswered } + all.filter(\.isAnswered)
        }
    }

    var unansweredQuestions: [QuestionState] {
        get throws {
            try views.unansweredQuestions(to: Set(device?.workers ?? [])).map(\.question)
        }
    }
}
