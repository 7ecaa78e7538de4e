// `hourbook import csv|maps|forget`: any file with a line of titles, and maps kept for the next.
// Neighbors: Import/ImportMap says which column is what, Import/MappedImport does the work.

internal import ArgumentParser
internal import Foundation
internal import Shared
internal import Store

struct ImportCSV: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "csv",
        abstract: "Import members or hours from any CSV file whose first line names its columns.",
        discussion: """
            Say which column fills which field: --map provider=Gave --map recipient=Got --map \
            minutes=Time --map service-date=Day. Fields have the names of the options of `exchange \
            record`, `contribution record`, `donation record`, `redemption record` and `member \
            enroll`; service-date and minutes must be there. Minutes may be written 90, 1:30 or \
            1.5h; people as number (HAR-37), name or id, several with semicolons between them.

            Importing a file again adds nothing, and two equal rows are two. Rows that cannot be \
            imported are named by line and reason, the others imported; the exit code is then 65.
            """)

    @Argument(help: "The file; UTF-8.", completion: .csv) var file: String
    @Option(
        help: "What each row is; default: exchange, or as the saved map says.",
        completion: .list(ImportTarget.allCases.map(\.rawValue)))
    var kind: ImportTarget?
    @Option(
        help: ArgumentHelp("Which column fills a field. Repeat.", valueName: "field=column"))
    var map: [String] = []
    @Option(
        help: ArgumentHelp(
            "A value for rows that leave the field empty. Repeat.", valueName: "field=value"))
    var set: [String] = []
    @Option(
        help: "How days are written; default: YYYY-MM-DD, or as the saved map says.",
        completion: .list(DateOrder.allCases.map(\.rawValue)))
    var dates: DateOrder?
    @Option(
        help: "What is between columns; default: comma, or as the saved map says.",
        completion: .list(ColumnSeparator.allCases.map(\.rawValue)))
    var separator: ColumnSeparator?
    @Option(help: ArgumentHelp("Begin with a saved map.", valueName: "name")) var useMap: String?
    @Option(
        help: ArgumentHelp(
            "Keep kind, columns, values, dates and separator for the next file.",
            valueName: "name"))
    var saveMap: String?
    @OptionGroup var common: ImportOptions

    func perform() throws {
        let device = try common.data.device()
        let (chosen, target) = try device.read { (try importMap($0), try common.target($0)) }
        let name = try saveMap.map(checkedName)
        let input = try ImportFiles.File(path: file)
        if !common.dryRun { try device.warnOfRecording() }
        let report = try MappedImport(
            device: device, neighborhood: target.place, worker: target.worker, map: chosen,
            progress: { Screen.note("  \($0) of \($1)") }
        ).run(input, isDryRun: common.dryRun)
        if let name, !common.dryRun { try device.write { try $0.tables.save(chosen, as: name) } }
        try report.tell(common)
    }

    private func importMap(_ book: LocalBook) throws -> ImportMap {
        try ImportMap(
            from: useMap.map { try book.savedMap($0) }, target: kind, columns: map,
            constants: set, dates: dates, separator: separator)
    }

    private func checkedName(_ typed: String) throws -> String {
        let name = typed.trimmed
        guard (1...ImportMap.nameCharactersMax).contains(name.count) else {
            throw UserError(
                .usage,
                "a map's name has 1 to \(ImportMap.nameCharactersMax) characters; for example: "
                    + "--save-map monthly")
        }
        return name
    }
}

extension ImportTarget: ExpressibleByArgument {}
extension DateOrder: ExpressibleByArgument {}
extension ColumnSeparator: ExpressibleByArgument {}

extension LocalBook {
    func savedMap(_ name: String) throws -> ImportMap {
        if let map = try tables.savedMap(name) { return map }
        let names = try tables.savedMaps().map(\.name).joined(separator: ", ")
        throw UserError(
            .usage,
            "no map is saved as \"\(name)\"; there are: \(names.isEmpty ? "none yet" : names)")
    }
}

struct ImportMaps: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "maps", abstract: "List saved maps of `import csv`.")

    @OptionGroup var data: DataOptions
    @OptionGroup var json: JSONOption

    func perform() throws {
        let maps = try data.device().read { try $0.tables.savedMaps() }
        if json.isOn { return try maps.forEach(Screen.printJSON) }
        if maps.isEmpty { return print("No map is saved; `import csv --save-map NAME` saves one.") }
        var table = TextTable(
            ("NAME", .left), ("KIND", .left), ("COLUMNS", .left), ("VALUES", .left),
            ("DATES", .left), ("SEPARATOR", .left))
        for saved in maps {
            table.add(
                saved.name, saved.map.target.rawValue, saved.map.columns.asTyped,
                saved.map.constants.asTyped, saved.map.dates.rawValue,
                saved.map.separator.rawValue)
        }
        Screen.show(table)
    }
}

extension [String: [String]] {
    /// "minutes=Time, provider=Gave", by field.
    fileprivate var asTyped: String {
        sorted { $0.key < $1.key }.flatMap { field, texts in texts.map { "\(field)=\($0)" } }
            .joined(separator: ", ")
    }
}

struct ImportForget: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "forget",
        abstract: "Forget a saved map; what was imported by it stays.")

    @Argument(help: "Its name, as `import maps` lists it.") var name: String
    @OptionGroup var data: DataOptions
    @OptionGroup var json: JSONOption

    func perform() throws {
        guard try data.device().write({ try $0.tables.forgetMap(name) }) else {
            throw UserError(
                .usage, "no map is saved as \"\(name)\"; `hourbook import maps` lists them")
        }
        if json.isOn { return try Screen.printJSON(["forgotten": name]) }
        print("forgot the map \(name.onOneLine)")
    }
}
