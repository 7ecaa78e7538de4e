// `conflicts ask`: a question to a worker, which heads their pages after the next sync.
// Neighbors: ConflictsCommand has it among its own and shows the answers; Conflicts/Asking writes.

internal import ArgumentParser
internal import Shared
internal import Store

struct ConflictsAsk: ServerCommand {
    static let configuration = CommandConfiguration(
        commandName: "ask", abstract: "Ask a worker about a conflict, as an admin.",
        discussion: """
            The question reaches the worker's devices with their next sync and is answered there, \
            without a network. `conflicts show` has the answers. They decide nothing: an admin does.
            """)

    @OptionGroup var folder: FolderOptions
    @OptionGroup var json: JSONOption
    @Argument(help: "The conflict, as `conflicts list` shows it.") var id: String
    @Option(name: .customLong("as"), help: "The admin who asks, by name or id.") var admin: String
    @Option(help: "Who is asked, by name or id; default: the only worker who recorded a side.")
    var worker: String?
    @Option(help: "What you want to know; it is sealed.") var question: String
    @Option(help: "The ledger position that the admin had been shown; default: all of it.")
    var seen: UInt64?

    func perform() async throws {
        let conflict = try ConflictID.typed(id)
        let store = try writableStore()
        let (position, whom) = try store.append { session in
            let whom = try self.whom(conflict, session.views)
            let position = try session.ask(
                conflict, as: try session.views.worker(admin),
                seen: seen.map { LedgerPosition($0) } ?? session.position, whom: whom,
                question: question)
            return (position, try session.views.workerName(whom) ?? whom.short)
        }
        if json.isOn {
            return try Output.json(
                AskedRecord(
                    conflict: conflict.description, worker: whom, position: position.value))
        }
        Output.line("Asked \(whom) about \(conflict), at position \(position).")
    }

    /// Nobody is chosen between two.
    private func whom(_ id: ConflictID, _ views: Views) throws -> EntityID {
        if let worker { return try views.worker(worker) }
        let open = try views.conflicts().first { $0.id == id }
        let proposed = try open.map(views.workersToAsk) ?? []
        guard let only = proposed.first, proposed.count == 1 else {
            throw Refusal.usage(
                open == nil
                    ? "no conflict \(id) is open, so there is nothing to ask"
                    : "say whom you ask with --worker; `conflicts show \(id)` says who recorded "
                        + "the sides")
        }
        return only
    }
}

struct AskedRecord: Encodable {
    let conflict: String
    let worker: String
    let position: UInt64
}

extension Output {
    static func show(_ questions: [QuestionRecord]) {
        for question in questions {
            line("")
            line(
                "\(question.admin ?? "An admin") asked \(question.worker), at "
                    + "\(question.askedAt): \(question.question ?? "what cannot be read here")")
            if question.replies.isEmpty { line("   no answer yet") }
            for reply in question.replies {
                let who = reply.worker ?? "somebody"
                let words = reply.words.map { ": \($0)" } ?? ""
                let isLast = question.answers.contains { $0.event == reply.event }
                let note =
                    isLast ? "" : reply.worker == question.worker ? " (before)" : " (not asked)"
                line("   \(who)\(note): \(reply.side ?? reply.answer)\(words)")
            }
        }
    }
}
