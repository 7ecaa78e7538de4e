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
        commandName: "statement", abstract: "Statement of one account, or of all.",
        discussion: """
            With --from and --to it has the days between them, both among them, and the balance \
            before and after: the one after is the one before of the next.
            """)

    @OptionGroup var folder: FolderOptions
    @OptionGroup var json: JSONOption
    @Argument(help: "A member or pot: HAR-37, \"HAR pot\", a name or an id.") var account: String?
    @Flag(help: "Every member and pot.") var all = false
    @Option(help: ArgumentHelp("First day, such as 2026-01-01.", valueName: "day"))
    var from: String?
    @Option(help: ArgumentHelp("Last day, such as 2026-03-31.", valueName: "day"))
    var to: String?

    func perform() async throws {
        guard (account == nil) == all else {
            throw Refusal.usage("name an account, or give --all")
        }
        let period = try Period(from: from, to: to)
        let records = try store().read { views in
            try (account.map { [try views.account($0)] } ?? views.accounts())
                .map { try views.statement(of: $0, in: period) }
        }
        if json.isOn { return try records.forEach(Output.json) }
        for record in records { Output.show(record.text(Output.ink)) }
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
