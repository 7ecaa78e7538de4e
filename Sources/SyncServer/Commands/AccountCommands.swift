// `balances`, `statement` and `digest`: the same records as on a device, of all neighborhoods.
// Neighbors: Store/Views make the records.

internal import ArgumentParser
internal import Shared
internal import Store

struct BalancesCommand: ServerCommand {
    static let configuration = CommandConfiguration(
        commandName: "balances", abstract: "Balances of all accounts, with the zero-sum proof.")

    @OptionGroup var folder: FolderOptions
    @OptionGroup var json: JSONOption

    func perform() async throws {
        let (records, position) = try store().read { (try $0.balances(), $0.position) }
        if json.isOn { return try records.forEach(Output.json) }
        var table = TextTable(
            ("ACCOUNT", .left), ("NAME", .left), ("GIVEN", .right), ("RECEIVED", .right),
            ("BALANCE", .right))
        for record in records {
            table.add(
                "\(record.code)-\(record.number)", record.name ?? "(not readable here)",
                Minutes(record.given).description, Minutes(record.received).description,
                Minutes(record.balance).description)
        }
        Output.show(table)
        let sum = records.reduce(0) { $0 + $1.balance }
        Output.line("\(records.count) accounts sum to \(Minutes(sum)) at position \(position).")
    }
}

struct StatementCommand: ServerCommand {
    static let configuration = CommandConfiguration(
        commandName: "statement", abstract: "Statement of one account, or of all.")

    @OptionGroup var folder: FolderOptions
    @OptionGroup var json: JSONOption
    @Argument(help: "A member or pot: HAR-37, \"HAR pot\", a name or an id.") var account: String?
    @Flag(help: "Every member and pot.") var all = false

    func perform() async throws {
        guard (account == nil) == all else {
            throw Refusal.usage("name an account, or give --all")
        }
        let records = try store().read { views in
            try (account.map { [try views.account($0)] } ?? views.accounts())
                .map(views.statement)
        }
        if json.isOn { return try records.forEach(Output.json) }
        records.forEach(Output.show)
    }
}

struct DigestCommand: ServerCommand {
    static let configuration = CommandConfiguration(
        commandName: "digest", abstract: "Merkle root of each neighborhood and of the ledger.")

    @OptionGroup var folder: FolderOptions
    @OptionGroup var json: JSONOption

    func perform() async throws {
        let (record, root) = try store().read { views in
            (try views.digest(of: views.allScopes()), try views.tables.ledgerRoot().root)
        }
        if json.isOn { return try Output.json(record) }
        Output.line("Position \(record.position), ledger root \(root)")
        var table = TextTable(("SCOPE", .left), ("SIZE", .right), ("ROOT", .left))
        for scope in record.scopes { table.add(scope.name, String(scope.size), scope.root) }
        Output.show(table)
    }
}

extension Views {
    func account(_ typed: String) throws -> EntityID {
        switch try match(typed) {
        case .one(let account): return account
        case .none: throw Refusal.noInput("no member or pot is called \(typed)")
        case .several(let candidates):
            let labels = candidates.map { "\($0.label) (\($0.id.short))" }
            throw Refusal.noInput(
                "\(typed) may be any of: \(labels.joined(separator: ", "))")
        }
    }
}

extension Output {
    fileprivate static func show(_ statement: StatementRecord) {
        heading(
            "\(statement.code)-\(statement.number) \(statement.name ?? "(not readable here)")")
        var table = TextTable(
            ("DATE", .left), ("ENTRY", .left), ("FORM", .left), ("TIME", .right), ("", .left))
        for line in statement.lines {
            table.add(
                line.serviceDate, EntityID(line.entry)?.short ?? line.entry, line.form,
                Minutes(line.minutes).description, line.notes.attention())
        }
        if !table.isEmpty { show(table) }
        let (given, received) = (Minutes(statement.given), Minutes(statement.received))
        line("given \(given), received \(received), balance \(Minutes(statement.balance))")
        line("true at position \(statement.position)")
    }
}

extension StatementLine {
    fileprivate var notes: String {
        let notes = [
            contested ? "needs a decision, not counted" : nil,
            disputed ? "needs a decision" : nil,
        ]
        return notes.compactMap(\.self).joined(separator: "; ")
    }
}
