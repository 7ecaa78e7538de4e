// `grant` and `opening-balance`: hours that only an admin records.
// Neighbors: Setup/Granting writes them; devices get them like any other entry.

internal import ArgumentParser
internal import Shared
internal import Store

/// What both commands ask.
struct GrantOptions: ParsableArguments {
    @OptionGroup var folder: FolderOptions
    @OptionGroup var json: JSONOption
    @Argument(help: "The member: HAR-37, a name or an id.") var member: String
    @Option(name: .customLong("as"), help: "The admin, by name or id.") var worker: String
    @Option(help: "The day it is of; today unless given: 2026-03-24.") var date: String?
    @Option(help: "Why, in a sentence; it is sealed.") var reason: String

    func record(_ form: HoursForm, minutes: Minutes, in store: ServerStore) throws {
        let environment = ServerMain.environment
        let today = environment.now().date(utcOffsetMinutes: environment.utcOffsetMinutes())
        let day = try date.map { try CivilDate(typed: $0, as: "date") } ?? today
        let record = try store.append { session in
            let entry = try session.grant(
                Granting(
                    form: form, member: try session.views.account(member), minutes: minutes,
                    date: day, reason: reason),
                as: try session.views.worker(worker))
            return GrantedRecord(entry: entry.description, position: session.position.value)
        }
        if json.isOn { return try Output.json(record) }
        Output.line("Recorded \(form.name) of \(minutes) at position \(record.position).")
    }
}

struct GrantCommand: ServerCommand {
    static let configuration = CommandConfiguration(
        commandName: "grant", abstract: "Give a member credits from the neighborhood's pot.")

    @OptionGroup var options: GrantOptions
    @Option(help: "How much: 90, 1:30 or 1.5h.") var minutes: String
    var folder: FolderOptions { options.folder }

    func perform() async throws {
        try options.record(.grant, minutes: try Minutes(typed: minutes), in: try writableStore())
    }
}

struct OpeningBalanceCommand: ServerCommand {
    static let configuration = CommandConfiguration(
        commandName: "opening-balance",
        abstract: "Bring over what a member's account held in another book.")

    @OptionGroup var options: GrantOptions
    @Option(help: "Minutes the member had given more than received: 90, 1:30 or 1.5h.")
    var given: String?
    @Option(help: "Minutes the member had received more than given.") var received: String?
    var folder: FolderOptions { options.folder }

    func perform() async throws {
        let minutes: Minutes
        switch (given, received) {
        case (let given?, nil): minutes = try Minutes(typed: given)
        case (nil, let received?): minutes = -(try Minutes(typed: received))
        case (nil, nil), (_?, _?): throw Refusal.usage("give one of --given and --received")
        }
        try options.record(.openingBalance, minutes: minutes, in: try writableStore())
    }
}

struct GrantedRecord: Encodable {
    let entry: String
    let position: UInt64
}
