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
        @OptionGroup var json: JSONOption
        @Option(help: "Name; no person's name. Example: Harbor.") var name: String
        @Option(
            help: """
                Code before member numbers: 2 to 8 letters A to Z and digits, a letter first; kept \
                in capitals. Example: HAR.
                """)
        var code: String

        func perform() async throws {
            let record = try writableStore().append { session in
                let id = try session.addNeighborhood(name: name, code: code)
                return NeighborhoodRecord(
                    id: id.description, code: try NeighborhoodCode(typed: code).text, name: name)
            }
            if json.isOn { return try Output.json(record) }
            Output.line("Defined \(record.code): \(record.name).")
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
