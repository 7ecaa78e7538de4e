// Asking a worker about a conflict from its page, and what was answered so far.
// Neighbors: Conflicts/Asking writes the question; it is answered on the worker's device.
// Invariant: an answer decides nothing: whoever decides sees it.

internal import Faces
internal import Hummingbird
internal import Shared
internal import Store
internal import Texts

/// What stands on the page of a conflict about questions.
struct AskingPart: Sendable {
    struct Whom: Sendable {
        let id: String
        let name: String
        let isChosen: Bool
    }
    struct Asked: Sendable {
        /// "Asked Dana, 3 hours ago"
        let head: String
        let question: String
        let answers: [String]
        let isOpen: Bool
    }

    let asked: [Asked]
    /// Nil where nobody can be asked, or for whoever may not.
    let form: Form?

    struct Form: Sendable {
        let whom: [Whom]
        /// Nil while nothing is.
        let typed: String?
    }

    init(_ conflict: Conflict, _ views: Views, _ visit: ConsoleVisit, typed: FormFields?) throws {
        let text = visit.text
        asked = try views.questions(about: conflict).map { record in
            Asked(
                head: text(
                    "asked_whom",
                    [
                        "worker": record.worker,
                        "at": try views.moment(asked: record.id, visit.visit) ?? record.askedAt,
                    ]),
                question: record.question ?? text("question_unreadable"),
                answers: record.answers.map { text.answer($0) }, isOpen: !record.isAnswered)
        }
        guard visit.person.role == .admin else {
            form = nil
            return
        }
        let whom = try views.workersToAsk(about: conflict).map {
            Whom(
                id: $0.description, name: try views.workerName($0) ?? $0.short,
                isChosen: typed?["whom"] == $0.description)
        }
        let question = typed.map { $0["question"] }.flatMap { $0.isEmpty ? nil : $0 }
        form = whom.isEmpty ? nil : Form(whom: whom, typed: question)
    }
}

extension Views {
    fileprivate func moment(asked id: String, _ visit: Visit) throws -> String? {
        try EntityID(id).flatMap { try tables.event($0.dot) }.map {
            visit.moment($0.event.recordedAt).words
        }
    }
}

extension StringTable {
    fileprivate func answer(_ reply: ReplyRecord) -> String {
        let said =
            reply.side.map { self("take_side", ["side": $0]) }
            ?? self("answered_\(reply.answer.replacing("-", with: "_"))")
        return "\(reply.worker ?? ""): \(said)" + (reply.words.map { " “\($0)”" } ?? "")
    }
}

extension ConsoleSite {
    func ask(
        _ id: ConflictID, _ fields: FormFields, _ visit: ConsoleVisit
    ) async throws -> Response {
        func shownAgain(_ fault: String) async throws -> Response {
            try await conflictPage(
                id, visit, typed: fields, trouble: ConflictTrouble(fault, at: .question),
                status: .unprocessableContent)
        }
        guard let whom = EntityID(fields["whom"]), !fields["question"].isEmpty,
            let seen = UInt64(fields["seen"])
        else { return try await shownAgain(visit.text("question_missing")) }
        do {
            _ = try await desk.append(fields["once"], by: visit.person) { session in
                try session.ask(
                    id, as: visit.person.worker, seen: LedgerPosition(seen), whom: whom,
                    question: fields["question"])
            }
        } catch {
            return try await shownAgain(try Self.sentence(error, visit.text))
        }
        return redirect(to: "/conflicts/\(id)", done: Done(text: visit.text("asked_now")))
    }
}
