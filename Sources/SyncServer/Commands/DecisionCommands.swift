// `conflicts decided|undo`: what admins decided, and taking it back.
// Neighbors: Conflicts/Undoing writes and reads; ConflictsCommand has the rest of the desk.

internal import ArgumentParser
internal import Shared
internal import Store

struct ConflictsDecided: ServerCommand {
    static let configuration = CommandConfiguration(
        commandName: "decided", abstract: "List decisions, the latest last.")

    @OptionGroup var folder: FolderOptions
    @OptionGroup var json: JSONOption

    func perform() async throws {
        let records = try store().read { try $0.decisions() }
        if json.isOn { return try records.forEach(Output.json) }
        var table = TextTable(
            ("DECISION", .left), ("ABOUT", .left), ("CHOICE", .left), ("BY", .left),
            ("SUBJECT", .left), ("REASON", .left))
        for record in records {
            table.add(
                record.event, record.about,
                (record.choice + (record.undone ? " (undone)" : ""))
                    .attention(if: record.undone),
                record.worker ?? "", record.subject, record.reason ?? "")
        }
        Output.show(table)
    }
}

struct ConflictsUndo: ServerCommand {
    static let configuration = CommandConfiguration(
        commandName: "undo", abstract: "Take a decision back; what disagreed disagrees again.")

    @OptionGroup var folder: FolderOptions
    @OptionGroup var json: JSONOption
    @Argument(help: "The decision, as `conflicts decided` shows it.") var decision: String
    @Option(name: .customLong("as"), help: "The admin, by name or id.") var worker: String
    @Option(help: "Why, in a sentence; it is sealed.") var reason: String

    func perform() async throws {
        let store = try writableStore()
        let position = try store.append { session in
            try session.undo(
                try session.views.decision(decision),
                as: try session.views.worker(worker), reason: reason)
        }
        let open = try store.read { try $0.openConflictCount() }
        if json.isOn {
            return try Output.json(
                UndoneRecord(decision: decision, position: position.value, open: open))
        }
        Output.line("Undone at position \(position). Open conflicts: \(open).")
    }
}

struct UndoneRecord: Encodable {
    let decision: String
    let position: UInt64
    /// Open conflicts from now on.
    let open: Int
}

extension Views {
    /// By the short or the whole id of its event.
    fileprivate func decision(_ typed: String) throws -> Dot {
        let found = try decisionDots().filter { EntityID($0).matches(typed) }
        guard let one = found.first, found.count == 1 else {
            throw Refusal.noInput(
                "\(found.isEmpty ? "no" : "more than one") decision is called \(typed); "
                    + "`conflicts decided` lists them")
        }
        return one
    }
}
