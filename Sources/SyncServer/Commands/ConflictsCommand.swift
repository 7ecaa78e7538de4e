// `conflicts list|show|resolve`: the desk on the command line.
// Neighbors: DecisionCommands has `decided` and `undo`; Conflicts/Desk decides, Store/Views make
// the records.

internal import ArgumentParser
internal import Shared
internal import Store

struct ConflictsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "conflicts", abstract: "List and resolve conflicts, and undo decisions.",
        subcommands: [
            List.self, Show.self, ConflictsAsk.self, Resolve.self, ConflictsDecided.self,
            ConflictsUndo.self,
        ], defaultSubcommand: List.self)

    struct List: ServerCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "List open conflicts.")

        @OptionGroup var folder: FolderOptions
        @OptionGroup var json: JSONOption

        func perform() async throws {
            let (records, position) = try store().read { views in
                (try views.conflicts().map(views.record), views.position)
            }
            if json.isOn { return try records.forEach(Output.json) }
            var table = TextTable(
                ("CONFLICT", .left), ("KIND", .left), ("FIELD", .left), ("ABOUT", .left))
            for record in records {
                table.add(record.id, record.kind, record.field ?? "", record.subject)
            }
            Output.show(table)
            Output.line("\(records.count) open at position \(position).")
        }
    }

    struct Show: ServerCommand {
        static let configuration = CommandConfiguration(
            commandName: "show", abstract: "Show one conflict with all its sides.")

        @OptionGroup var folder: FolderOptions
        @OptionGroup var json: JSONOption
        @Argument(help: "The conflict, as `conflicts list` shows it.") var id: String

        func perform() async throws {
            let wanted = try ConflictID.typed(id)
            let shown = try store().read { views in
                try views.conflicts().first { $0.id == wanted }.map { conflict in
                    ShownConflict(
                        conflict: try views.record(conflict),
                        questions: try views.questions(about: conflict),
                        canBeAsked: try views.workersToAsk(about: conflict).map {
                            try views.workerName($0) ?? $0.short
                        }, seen: views.position.value)
                }
            }
            guard let shown else { throw Refusal.noInput("no conflict \(id) is open") }
            if json.isOn { return try Output.json(shown) }
            Output.show(shown)
        }
    }

    struct Resolve: ServerCommand {
        static let configuration = CommandConfiguration(
            commandName: "resolve", abstract: "Decide a conflict as an admin.")

        @OptionGroup var folder: FolderOptions
        @OptionGroup var json: JSONOption
        @Argument(help: "The conflict, as `conflicts list` shows it.") var id: String
        @Option(name: .customLong("as"), help: "The admin who decides, by name or id.")
        var worker: String
        @Option(help: "The ledger position that the admin had been shown.") var seen: UInt64
        @Option(help: "The side that holds: A, B … or the start of its leaf hash.")
        var take: [String] = []
        @Option(help: "A value that no side had, as field=value.") var merge: String?
        @Flag(help: "The entries are different services; each counts.") var bothHappened = false
        @Flag(help: "Nothing of it counts.") var void = false
        @Option(help: "Why, in a sentence; it is sealed.") var reason: String

        func perform() async throws {
            let conflict = try ConflictID.typed(id)
            let ruling = DeskRuling(choice: try choice(), reason: reason)
            let store = try writableStore()
            let position = try store.append { session in
                try session.resolve(
                    conflict, as: try session.views.worker(worker), seen: LedgerPosition(seen),
                    ruling)
            }
            let open = try store.read { views in
                try views.conflicts().first { $0.id == conflict }
            }
            try report(conflict, at: position, open: open)
        }

        private func choice() throws -> DeskRuling.Choice {
            let choices: [DeskRuling.Choice?] = [
                take.isEmpty ? nil : .take(take), try merge.map(merged),
                bothHappened ? .bothHappened : nil, void ? .void : nil,
            ]
            let given = choices.compactMap(\.self)
            guard let choice = given.first, given.count == 1 else {
                throw Refusal.usage("give one of --take, --merge, --both-happened and --void")
            }
            return choice
        }

        private func merged(_ text: String) throws -> DeskRuling.Choice {
            let parts = text.split(separator: "=", maxSplits: 1)
            guard parts.count == 2 else {
                throw Refusal.usage("--merge takes field=value, such as service-date=2026-03-24")
            }
            return .merge(field: String(parts[0]), value: String(parts[1]))
        }

        private func report(
            _ conflict: ConflictID, at position: LedgerPosition, open: Conflict?
        ) throws {
            if json.isOn {
                return try Output.json(
                    ResolvedRecord(
                        conflict: conflict.description, position: position.value,
                        open: open?.kind.name))
            }
            Output.line("Resolved \(conflict) at position \(position).")
            if let open { Output.line("It is still open: \(open.kind.name).") }
        }
    }
}

struct ShownConflict: Encodable {
    let conflict: ConflictRecord
    /// What workers were asked about it, with their answers.
    let questions: [QuestionRecord]
    /// Who recorded a side, and has a device to be asked on.
    let canBeAsked: [String]
    /// What to give as --seen when deciding on this view.
    let seen: UInt64
}

struct ResolvedRecord: Encodable {
    let conflict: String
    let position: UInt64
    /// The kind of conflict that it still is; absent when settled.
    let open: String?
}

extension ConflictID {
    static func typed(_ text: String) throws -> ConflictID {
        guard let id = ConflictID(text) else {
            throw Refusal.usage(
                "\"\(text)\" names no conflict; take its 16 hex digits from `conflicts list`")
        }
        return id
    }
}

extension Output {
    fileprivate static func show(_ shown: ShownConflict) {
        let record = shown.conflict
        heading(
            "Conflict \(record.id): \(record.kind)\(record.field.map { " of \($0)" } ?? "")")
        line("About \(record.subject)")
        for side in record.sides {
            let who = side.worker ?? "the office"
            line("")
            line("\(side.letter)  \(side.says)\(side.standing ? "  (stands for now)" : "")")
            line("   by \(who), recorded \(side.recordedAt), leaf \(side.leaf.prefix(8))")
            if let reason = side.reason { line("   because: \(reason)") }
        }
        if !record.decisions.isEmpty { line("") }
        for decision in record.decisions { line("Decided: \(decision)") }
        show(shown.questions)
        line("")
        line("Seen at position \(shown.seen). To decide:")
        line(
            "  conflicts resolve \(record.id) --as ADMIN --seen \(shown.seen) --take A --reason "
                + "\"…\"")
        guard let worker = shown.canBeAsked.first, shown.questions.isEmpty else { return }
        line("To ask who recorded it:")
        line(
            "  conflicts ask \(record.id) --as ADMIN --worker \"\(worker)\" --question \"…\"")
    }
}
