// `ledger`: what the server holds, entry by entry.
// Neighbors: Ledger/ServerViews reads.

internal import ArgumentParser
internal import Shared
internal import Store

struct LedgerCommand: ServerCommand {
    static let configuration = CommandConfiguration(
        commandName: "ledger", abstract: "List ledger entries in order.")

    @OptionGroup var folder: FolderOptions
    @OptionGroup var json: JSONOption
    @Option(help: "First position.") var from: UInt64 = 1
    @Option(help: "How many entries.") var limit = 100

    func perform() async throws {
        guard limit > 0, from <= Limits.countMax else {
            throw Refusal.usage("--from and --limit are counts of entries")
        }
        let records = try store().read { views in
            try views.ledger(from: LedgerPosition(from), limit: limit)
        }
        if json.isOn { return try records.forEach(Output.json) }
        var table = TextTable(
            ("POSITION", .right), ("KIND", .left), ("EVENT", .left), ("AUTHOR", .left),
            ("REACH", .left), ("RECEIVED", .left))
        for record in records {
            table.add(
                String(record.position), record.kind, Dot(record.event)?.short ?? record.event,
                record.author, record.reach.joined(separator: " "), record.receivedAt)
        }
        Output.show(table)
    }
}

struct LedgerRecord: Encodable {
    let position: UInt64
    let event: String
    let kind: String
    /// The device's label, or "server".
    let author: String
    let reach: [String]
    let receivedAt: String
    let contextUnknown: Bool
    let leaf: String
}
