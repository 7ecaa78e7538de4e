// `hourbook import timeoverflow`: reads the files, imports, and names every row it refused.
// Neighbors: Import/ does the work; ImportCSVCommand takes files of any other shape.

internal import ArgumentParser
internal import Foundation
internal import Shared
internal import Store

struct ImportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Bring in the books of another system.",
        subcommands: [
            ImportTimeOverflow.self, ImportCSV.self, ImportMaps.self, ImportForget.self,
        ])
}

/// Options that every import has: whose book, in whose name, and whether in earnest.
struct ImportOptions: ParsableArguments {
    @OptionGroup var neighborhood: NeighborhoodOption
    @Flag(help: "Check everything and write nothing.") var dryRun = false
    @OptionGroup var worker: WorkerOption
    @OptionGroup var data: DataOptions
    @OptionGroup var json: JSONOption

    /// Where the rows are at home, and who records them.
    func target(_ book: LocalBook) throws -> (place: NeighborhoodState, worker: EntityID) {
        let finder = Finder(book: book)
        let recorder = try finder.recorder(worker.typed)
        return (try finder.neighborhood(neighborhood.typed), recorder)
    }
}

struct ImportTimeOverflow: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "timeoverflow",
        abstract: "Import a time bank's members and hours from TimeOverflow's CSV files.",
        discussion: "Importing a file again adds nothing. Rows that cannot be imported are named "
            + "by line and reason, the others imported; the exit code is then 65.")

    @Option(help: "Its users.csv: who is a member.", completion: .csv) var users: String?
    @Option(
        help: "Its posts.csv: checked and counted, kept for a later version.", completion: .csv)
    var posts: String?
    @Option(help: "Its transfers.csv: the hours.", completion: .csv) var transfers: String?
    @OptionGroup var common: ImportOptions

    func perform() throws {
        let files = ImportFiles(
            users: try users.map(ImportFiles.File.init(path:)),
            posts: try posts.map(ImportFiles.File.init(path:)),
            transfers: try transfers.map(ImportFiles.File.init(path:)))
        if users == nil, posts == nil, transfers == nil {
            throw UserError(.usage, "give at least one of --users, --posts and --transfers")
        }
        let device = try common.data.device()
        let (place, worker) = try device.read(common.target)
        if !common.dryRun { try device.warnOfRecording() }
        var run = TimeOverflowImport(device: device, neighborhood: place.id, worker: worker)
        run.progress = { Screen.note("  \($0) of \($1)") }
        try run.run(files, isDryRun: common.dryRun).tell(common, hasPosts: true)
    }
}

extension CompletionKind {
    /// Files whose name says that they hold a table.
    static var csv: CompletionKind { .file(extensions: ["csv", "CSV", "tsv", "txt"]) }
}

extension ImportFiles.File {
    init(path: String) throws {
        let url = URL(fileURLWithPath: path)
        guard let data = try? Data(contentsOf: url) else {
            throw UserError(.noInput, "cannot read \(path); check the name and its permissions")
        }
        guard data.count <= CSVReader.fileBytesMax else {
            throw UserError(.dataError, "\(path) is larger than an import may be; split it")
        }
        self.init(name: url.lastPathComponent, bytes: [UInt8](data))
    }
}

extension ImportReport {
    /// What was added and refused; ends with code 65 if anything was refused.
    func tell(_ options: ImportOptions, hasPosts: Bool = false) throws {
        if options.json.isOn {
            try Screen.printJSON(self)
        } else {
            for refusal in refusals {
                Screen.note("\(refusal.file):\(refusal.line): \(refusal.reason.onOneLine)")
            }
            print(
                "\(options.dryRun ? "would add" : "added") \(membersAdded) members and "
                    + "\(entriesAdded) entries; here already: \(membersKnown) and "
                    + "\(entriesKnown); \(hasPosts ? "posts checked: \(posts); " : "")refused "
                    + "rows: \(refusals.count)")
        }
        if !refusals.isEmpty { throw ExitCode(Sysexit.dataError.rawValue) }
    }
}
