// `hourbook statement`: a member's dated postings and balance, at the position it is true at.
// Neighbors: Store/Views computes it, with the same function as the server.

internal import ArgumentParser
internal import Shared
internal import Store

struct StatementCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "statement", abstract: "Show a member's or pot's hours and balance.")

    @Argument(help: "Number (HAR-37), \"HAR pot\", id, name or a part of it.")
    var member: String?
    @Flag(help: "All members and pots that this device holds, a line each.") var all = false
    @OptionGroup var data: DataOptions
    @OptionGroup var neighborhood: NeighborhoodOption
    @OptionGroup var json: JSONOption

    func perform() throws {
        guard (member != nil) != all else {
            throw UserError(.usage, "name a member, or give --all")
        }
        let device = try data.device()
        let statements = try device.read { book in
            let finder = Finder(book: book)
            let place = try finder.neighborhoodIfAny(neighborhood.typed)
            let accounts =
                try member.map { [try finder.heldAccount($0, in: place)] }
                ?? book.views.accounts(
                    in: place.map { [ScopeID.neighborhood($0.id)] } ?? book.held)
            return try accounts.map(book.views.statement)
        }
        if json.isOn { return try statements.forEach(Screen.printJSON) }
        if all { summarize(statements) } else { try statements.forEach { try show($0, device) } }
    }

    private func summarize(_ statements: [StatementRecord]) {
        var table = TextTable(
            ("ACCOUNT", .left), ("NAME", .left), ("GIVEN", .right), ("RECEIVED", .right),
            ("BALANCE", .right), ("CONTESTED", .right))
        for statement in statements {
            table.add(
                "\(statement.code)-\(statement.number)",
                statement.name ?? "(not readable here)", statement.given.asHours,
                statement.received.asHours, statement.balance.asHours,
                statement.contested.asHours.attention(if: statement.contested != 0))
        }
        Screen.show(table)
    }

    private func show(_ statement: StatementRecord, _ device: Device) throws {
        let name = statement.name ?? "(not readable here)"
        print(Screen.ink.heading("\(statement.code)-\(statement.number) \(name)".onOneLine))
        var table = TextTable(
            ("DATE", .left), ("ENTRY", .left), ("FORM", .left), ("TIME", .right), ("", .left))
        for line in statement.lines {
            var notes = line.position == nil ? ["on this device"] : []
            if line.unsent, line.position != nil { notes.append("changed on this device") }
            if line.contested { notes.append("needs a decision, not counted") }
            if line.disputed { notes.append("needs a decision") }
            table.add(
                line.serviceDate, EntityID(line.entry)?.short ?? line.entry, line.form,
                line.minutes.asHours,
                notes.joined(separator: "; ").attention(if: line.contested || line.disputed))
        }
        if !table.isEmpty { Screen.show(table) }
        print(
            "given \(statement.given.asHours), received \(statement.received.asHours), "
                + "balance \(statement.balance.asHours)"
                + (statement.contested == 0
                    ? "" : "; \(statement.contested.asHours) await a decision"))
        print(
            "true at position \(statement.position)"
                + (statement.unsent == 0 ? "" : ", and \(statement.unsent) on this device only"))
    }
}

extension Int64 {
    fileprivate var asHours: String { Minutes(self).description }
}
