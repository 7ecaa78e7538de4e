// `worker add|list`. Neighbors: Setup/Registering writes, Store/Views read.

internal import ArgumentParser
internal import Shared
internal import Store

struct WorkerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "worker", abstract: "Register workers, or list them.",
        subcommands: [Add.self, List.self])

    struct Add: ServerCommand {
        static let configuration = CommandConfiguration(
            commandName: "add", abstract: "Register a worker.")

        @OptionGroup var folder: FolderOptions
        @OptionGroup var json: JSONOption
        @Option(help: "The worker's name; it is sealed.") var name: String
        @Option(
            help: ArgumentHelp(
                "What the worker may do: auditor (reads only), outreach, coordinator or admin."),
            completion: .roles)
        var role: String
        @Option(
            parsing: .upToNextOption,
            help: "Codes of the neighborhoods the worker serves.")
        var neighborhood: [String] = []

        func perform() async throws {
            let role = try Role.named(role)
            let record = try writableStore().append { session in
                let places = try neighborhood.map(session.views.neighborhood)
                let worker = try session.addWorker(name: name, role: role, neighborhoods: places)
                return WorkerRecord(
                    id: worker.description, name: name, role: role.name,
                    neighborhoods: try places.sorted().map {
                        try session.views.code(of: .neighborhood($0))
                    })
            }
            if json.isOn { return try Output.json(record) }
            let short = EntityID(record.id)?.short ?? record.id
            Output.line("Registered \(name), \(role.name), as \(short).")
        }
    }

    struct List: ServerCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "List workers.")

        @OptionGroup var folder: FolderOptions
        @OptionGroup var json: JSONOption

        func perform() async throws {
            let records = try store().read { views in
                try views.workers().map { worker in
                    WorkerRecord(
                        id: worker.id.description, name: try views.workerName(worker.id),
                        role: worker.role.name,
                        neighborhoods: try worker.neighborhoods.map {
                            try views.code(of: .neighborhood($0))
                        })
                }
            }
            if json.isOn { return try records.forEach(Output.json) }
            var table = TextTable(
                ("NAME", .left), ("ROLE", .left), ("SERVES", .left), ("ID", .left))
            for record in records {
                table.add(
                    record.name ?? "(not readable here)", record.role,
                    record.neighborhoods.joined(separator: " "), record.id)
            }
            Output.show(table)
        }
    }
}

extension CompletionKind {
    static var roles: CompletionKind { .list(Role.allCases.map(\.name)) }
}

struct WorkerRecord: Encodable {
    let id: String
    let name: String?
    let role: String
    let neighborhoods: [String]
}
