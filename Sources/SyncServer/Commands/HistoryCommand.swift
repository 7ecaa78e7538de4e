// `hourbook-server history ID`: all that happened to one entry, member or other thing there is.
// Neighbors: Store/Views/Views+History tells it, Store/Screen/HistoryText prints it.

internal import ArgumentParser
internal import Shared
internal import Store

struct HistoryCommand: ServerCommand {
    static let configuration = CommandConfiguration(
        commandName: "history",
        abstract: "Show all that happened to an entry, a member or a device, and how it stands.")

    @OptionGroup var folder: FolderOptions
    @OptionGroup var json: JSONOption
    @Argument(help: "Id of an entry or event, member (HAR-37 or a name), worker or device.")
    var id: String

    func perform() async throws {
        let record = try store().read { try $0.history(id) }
        if json.isOn { return try Output.json(record) }
        Output.show(record.text(Output.ink))
    }
}

extension Views {
    func history(_ typed: String) throws -> HistoryRecord {
        let apart = try keptApart()
        switch try matchAnything(typed, besides: apart) {
        case .one(let entity):
            return try history(of: entity, HistorySource(keptApart: apart))
        case .none:
            throw Refusal.noInput(
                "nothing in the ledger is called \(typed); take an id from a listing, as "
                    + "9f86d081-12")
        case .several(let found):
            let labels = found.map { "\($0.label) (\($0.id))" }.joined(separator: ", ")
            throw Refusal.noInput("\(typed) may be any of: \(labels)")
        }
    }

    /// Events in quarantine that can be read; one that cannot is about nothing we know.
    private func keptApart() throws -> [KeptApart] {
        let table = QuarantineTable(tables.db)
        return try table.list().compactMap { entry in
            guard let event = try table.bytes(entry.dot).flatMap({ try? Event(decoding: $0) })
            else { return nil }
            return KeptApart(
                event: event, leaf: entry.leaf, reason: entry.reason,
                receivedAt: entry.receivedAt)
        }
    }
}
