// `hourbook statement`: a member's dated postings and balance, at the position it is true at.
// Neighbors: Store computes and prints it, with the same functions as at the office.

internal import ArgumentParser
internal import Shared
internal import Store

struct StatementCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "statement", abstract: "Show a member's or pot's hours and balance.",
        discussion: """
            With --from and --to it has the days between them, both among them, and the balance \
            before and after: the one after is the one before of the next.
            """)

    @Argument(help: "Number (HAR-37), \"HAR pot\", id, name or a part of it.")
    var member: String?
    @Flag(help: "All members and pots that this device holds, a line each.") var all = false
    @Option(help: ArgumentHelp("First day, such as 2026-01-01.", valueName: "day"))
    var from: String?
    @Option(help: ArgumentHelp("Last day, such as 2026-03-31.", valueName: "day"))
    var to: String?
    @OptionGroup var data: DataOptions
    @OptionGroup var neighborhood: NeighborhoodOption
    @OptionGroup var json: JSONOption

    func perform() throws {
        guard (member != nil) != all else {
            throw UserError(.usage, "name a member, or give --all")
        }
        let period = try Period(from: from, to: to)
        let statements = try data.device().read { book in
            let finder = Finder(book: book)
            let place = try finder.neighborhoodIfAny(neighborhood.typed)
            let accounts =
                try member.map { [try finder.heldAccount($0, in: place)] }
                ?? book.views.accounts(
                    in: place.map { [ScopeID.neighborhood($0.id)] } ?? book.held)
            return try accounts.map { try book.views.statement(of: $0, in: period) }
        }
        if json.isOn { return try statements.forEach(Screen.printJSON) }
        if all { return Screen.show(statements.table) }
        for statement in statements { Screen.show(statement.text(Screen.ink)) }
    }
}
