// `quarantine list|admit|reject` and `waiting`: what is kept apart, and what has not come yet.
// Neighbors: QuarantineShowCommand shows one, Quarantine/QuarantineDesk decides, WaitingViews read.

internal import ArgumentParser
internal import Shared
internal import Store

struct QuarantineCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "quarantine", abstract: "Events that are kept apart for an admin.",
        subcommands: [List.self, QuarantineShow.self, Admit.self, Reject.self],
        defaultSubcommand: List.self)

    struct List: ServerCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "List events that are kept apart, with the reason.")

        @OptionGroup var folder: FolderOptions
        @OptionGroup var json: JSONOption
        @Flag(help: "Also those that have been decided.") var all = false

        func perform() async throws {
            let records = try store().read { try $0.quarantineRecords() }
                .filter { all || $0.decided == nil }
            if json.isOn { return try records.forEach(Output.json) }
            if records.isEmpty { return Output.line("Nothing is kept apart.") }
            var table = TextTable(
                ("EVENT", .left), ("DEVICE", .left), ("WHAT", .left), ("WHY", .left),
                ("DECIDED", .left), ("RECEIVED", .left))
            for record in records {
                table.add(
                    record.short, record.device, record.what,
                    record.sentence.attention(if: record.decided == nil), record.decided ?? "",
                    record.receivedAt)
            }
            Output.show(table)
            Output.line("`quarantine show EVENT` tells what deciding about one does.")
        }
    }

    struct Admit: ServerCommand {
        static let configuration = CommandConfiguration(
            commandName: "admit",
            abstract: "Let events into the ledger, as their author wrote them.")

        @OptionGroup var options: QuarantineOptions
        var folder: FolderOptions { options.folder }
        func perform() async throws { try options.decide(.admit, in: try writableStore()) }
    }

    struct Reject: ServerCommand {
        static let configuration = CommandConfiguration(
            commandName: "reject", abstract: "Leave events out for good; their bytes are kept.")

        @OptionGroup var options: QuarantineOptions
        var folder: FolderOptions { options.folder }
        func perform() async throws { try options.decide(.reject, in: try writableStore()) }
    }
}

/// What both decisions ask.
struct QuarantineOptions: ParsableArguments {
    @OptionGroup var folder: FolderOptions
    @OptionGroup var json: JSONOption
    @Argument(help: "The events, as `quarantine list` shows them.") var events: [String]
    @Option(name: .customLong("as"), help: "The admin, by name or id.") var worker: String
    @Option(help: "Why, in a sentence; it is sealed.") var reason: String

    func decide(_ choice: QuarantineChoice, in store: ServerStore) throws {
        let (count, position) = try store.append { session in
            let dots = Set(try events.map(session.views.quarantined))
            return (
                dots.count,
                try session.decide(
                    dots, choice, as: try session.views.worker(worker), reason: reason)
            )
        }
        if json.isOn {
            return try Output.json(
                QuarantineDecided(
                    choice: choice.name, events: count, position: position.value))
        }
        Output.line("\(count) decided (\(choice.name)) at position \(position).")
    }
}

struct QuarantineDecided: Encodable {
    let choice: String
    let events: Int
    let position: UInt64
}

struct QuarantineRecord: Encodable {
    let event: String
    /// As people type it.
    let short: String
    let device: String
    /// Nil when it cannot be read.
    let kind: String?
    /// What it says, in a line.
    let what: String
    let reason: String
    let sentence: String
    /// `admit` or `reject`; nil while it waits.
    let decided: String?
    let leaf: String
    let byteCount: Int
    let receivedAt: String
}

struct WaitingCommand: ServerCommand {
    static let configuration = CommandConfiguration(
        commandName: "waiting",
        abstract: "List what waits: for events that devices have not sent, or for a decision.")

    @OptionGroup var folder: FolderOptions
    @OptionGroup var json: JSONOption

    func perform() async throws {
        let store = try store()
        let records = try store.waitingRecords()
        if json.isOn { return try records.forEach(Output.json) }
        if records.isEmpty { return Output.line("Nothing waits.") }
        var table = TextTable(
            ("WHAT", .left), ("DEVICE", .left), ("WHAT TO DO", .left), ("SINCE", .left))
        for record in records {
            table.add(record.what.attention(), record.device, record.text, record.since ?? "")
        }
        Output.show(table)
    }
}

struct WaitingRecord: Encodable {
    /// `ledger`, `server`, `back`, `keys`, `copy`, `parted`, `ahead`, `unsent`, `reused`, `again`,
    /// `quarantine` or `conflict`.
    let what: String
    let device: String
    /// In words, with what to do.
    let text: String
    let count: Int
    let since: String?
}
