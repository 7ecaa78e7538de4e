// `neighborhood add|list`. Neighbors: Setup/Registering writes, Store/Views read.

internal import ArgumentParser
internal import Shared
internal import Store

struct NeighborhoodCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "neighborhood", abstract: "Define neighborhoods, or list them.",
        subcommands: [Add.self, List.self])

    struct Add: ServerCommand {
        static let configuration = CommandConfiguration(
            commandName: "add", abstract: "Define a neighborhood.")

        @OptionGroup var folder: FolderOptions
        @Option(help: "Name; no person's name. Example: Harbor.") var name: String
        @Option(help: "Short code before member numbers. Example: HAR.") var code: String

        func perform() async throws {
            try writableStore().append { _ = try $0.addNeighborhood(name: name, code: code) }
            Output.line("Defined \(code): \(name).")
        }
    }

    struct List: ServerCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "List neighborhoods.")

        @OptionGroup var folder: FolderOptions
        @OptionGroup var json: JSONOption

        func perform() async throws {
            let records = try store().read { views in
                try views.neighborhoods().map {
                    NeighborhoodRecord(id: $0.id.description, code: $0.code, name: $0.name)
                }
            }
            if json.isOn { return try records.forEach(Output.json) }
            var table = TextTable(("CODE", .left), ("NAME", .left))
            for record in records { table.add(record.code, record.name) }
            Output.show(table)
        }
    }
}

struct NeighborhoodRecord: Encodable {
    let id: String
    let code: String
    let name: String
}
