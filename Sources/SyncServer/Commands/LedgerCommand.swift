// `ledger`, `devices` and `quarantine list`: what the server holds, and of whom.
// Neighbors: Ledger/ServerViews and Ledger/ServerTables read.

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
        Output.table(
            records.map {
                [
                    String($0.position), $0.kind, $0.author, $0.reach.joined(separator: " "),
                    $0.receivedAt,
                ]
            })
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

struct DevicesCommand: ServerCommand {
    static let configuration = CommandConfiguration(
        commandName: "devices", abstract: "List paired devices and when they last synced.")

    @OptionGroup var folder: FolderOptions
    @OptionGroup var json: JSONOption

    func perform() async throws {
        let records = try store().read { try $0.deviceRecords() }
        if json.isOn { return try records.forEach(Output.json) }
        Output.table(
            records.map { device in
                [
                    device.label, String(device.replica.prefix(8)), device.role,
                    device.workers.joined(separator: ", "),
                    device.neighborhoods.joined(separator: " "),
                    device.lastSync ?? "never synced", "\(device.lastSequence) received",
                    device.notReceived.map { "\($0) not received" } ?? "",
                ]
            })
    }
}

struct DeviceRecord: Encodable {
    let replica: String
    let label: String
    let role: String
    let workers: [String]
    let neighborhoods: [String]
    let lastSync: String?
    /// Events of it that the server possesses.
    let lastSequence: UInt64
    /// Events that it said it holds beyond those; nil before its first sync.
    let notReceived: UInt64?
    /// Its copy of the ledger ends here, by its last request.
    let cursor: UInt64?
}

struct QuarantineCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "quarantine", abstract: "List events that are kept apart.",
        subcommands: [List.self])

    struct List: ServerCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "List events that are kept apart, with the reason.")

        @OptionGroup var folder: FolderOptions
        @OptionGroup var json: JSONOption

        func perform() async throws {
            let records = try store().read { try $0.quarantineRecords() }
            if json.isOn { return try records.forEach(Output.json) }
            Output.table(
                records.map { [$0.event, $0.device, $0.reason, $0.sentence, $0.receivedAt] })
        }
    }
}

struct QuarantineRecord: Encodable {
    let event: String
    let device: String
    let reason: String
    let sentence: String
    let leaf: String
    let byteCount: Int
    let receivedAt: String
}
