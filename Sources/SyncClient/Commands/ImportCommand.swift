// `hourbook import timeoverflow`: reads the files, imports, and names every row it refused.
// Neighbors: Import/ does the work.

internal import ArgumentParser
internal import Foundation
internal import Shared
internal import Store

struct ImportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Bring in the books of another system.",
        subcommands: [ImportTimeOverflow.self])
}

struct ImportTimeOverflow: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "timeoverflow",
        abstract: "Import a time bank's members and hours from TimeOverflow's CSV files.",
        discussion: "Importing a file again adds nothing. Rows that cannot be imported are named "
            + "by line and reason, the others imported; the exit code is then 65.")

    @Option(help: "users.csv") var users: String?
    @Option(help: "posts.csv: checked and counted, kept for a later version") var posts: String?
    @Option(help: "transfers.csv") var transfers: String?
    @OptionGroup var neighborhood: NeighborhoodOption
    @Flag(help: "Check everything and write nothing.") var dryRun = false
    @OptionGroup var worker: WorkerOption
    @OptionGroup var data: DataOptions
    @OptionGroup var json: JSONOption

    func perform() throws {
        let files = ImportFiles(
            users: try read(users), posts: try read(posts), transfers: try read(transfers))
        if users == nil, posts == nil, transfers == nil {
            throw UserError(.usage, "give at least one of --users, --posts and --transfers")
        }
        let device = try data.device()
        let (place, person) = try device.read { book in
            let finder = Finder(book: book)
            return (
                try finder.neighborhood(neighborhood.typed), try finder.worker(worker.typed)
            )
        }
        var run = TimeOverflowImport(device: device, neighborhood: place.id, worker: person)
        run.progress = { Screen.note("  \($0) of \($1)") }
        try tell(try run.run(files, isDryRun: dryRun))
    }

    private func read(_ path: String?) throws -> ImportFiles.File? {
        guard let path else { return nil }
        let url = URL(fileURLWithPath: path)
        guard let data = try? Data(contentsOf: url) else {
            throw UserError(.noInput, "cannot read \(path); check the name and its permissions")
        }
        guard data.count <= CSVReader.fileBytesMax else {
            throw UserError(.dataError, "\(path) is larger than an import may be; split it")
        }
        return ImportFiles.File(name: url.lastPathComponent, bytes: [UInt8](data))
    }

    private func tell(_ report: ImportReport) throws {
        if json.isOn {
            try Screen.printJSON(report)
        } else {
            for refusal in report.refusals {
                Screen.note("\(refusal.file):\(refusal.line): \(refusal.reason.onOneLine)")
            }
            let verb = dryRun ? "would add" : "added"
            print(
                "\(verb) \(report.membersAdded) members and \(report.entriesAdded) entries; "
                    + "here already: \(report.membersKnown) and \(report.entriesKnown); "
                    + "posts checked: \(report.posts); refused rows: \(report.refusals.count)")
        }
        if !report.refusals.isEmpty { throw ExitCode(Sysexit.dataError.rawValue) }
    }
}
