// `hourbook doctor`: how this device is, what to do next, and a file for whoever helps.
// Neighbors: Checkup finds out; `status` says the same of every day.

internal import ArgumentParser
internal import Foundation
internal import Shared
internal import Store

struct DoctorCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Say how this device is, and what to do next.",
        discussion: """
            Works offline and changes nothing. Ends with code 65 if something is not well. The \
            file of --save holds numbers and codes for whoever helps: no name, no text, no minutes.
            """)

    @Option(
        help: ArgumentHelp("Write a support file without personal data.", valueName: "file"),
        completion: .file())
    var save: String?
    @OptionGroup var data: DataOptions
    @OptionGroup var json: JSONOption

    func perform() throws {
        let device = try data.device()
        let checkup = try Checkup(device, folder: data.folder)
        if let save { try write(SupportFile(checkup, device), to: save) }
        if json.isOn {
            for area in checkup.areas { try Screen.printJSON(area) }
        } else {
            show(checkup, office: device.paired.communityName)
        }
        if checkup.areas.contains(where: { !$0.isWell }) {
            throw ExitCode(Sysexit.dataError.rawValue)
        }
    }

    private func show(_ checkup: Checkup, office: String) {
        var table = TextTable(("", .left), ("", .left), ("", .left))
        for area in checkup.areas {
            table.add(
                area.name, (area.isWell ? "well" : "LOOK").attention(if: !area.isWell),
                area.finding.onOneLine)
        }
        Screen.show(table)
        print(
            checkup.nextAction.map { "next: \($0.sentence)" }
                ?? "nothing to do. For questions, call the office of \(office.onOneLine)")
    }

    private func write(_ file: SupportFile, to path: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        do {
            try encoder.encode(file).write(
                to: URL(fileURLWithPath: path), options: .withoutOverwriting)
        } catch {
            throw UserError(
                .ioError, "\(path) cannot be written: there is a file already, or no such folder")
        }
        Screen.note("wrote \(path): numbers and codes only; send it to whoever helps you")
    }
}

/// What is sent to somebody who does not know the people: no finding in words, for these may name
/// a neighborhood, and no advice, for it may be anything.
struct SupportFile: Encodable {
    let program: String
    let version: String
    let community: String
    let at: String
    let kinds: [String: Int]
    let areas: [String: [String: String]]
    let notWell: [String]

    init(_ checkup: Checkup, _ device: Device) throws {
        program = ClientMain.name
        version = ClientMain.configuration.version
        community = device.paired.community.description
        at = device.environment.now().text
        kinds = try device.read { try $0.tables.eventCounts() }
        areas = Dictionary(uniqueKeysWithValues: checkup.areas.map { ($0.name, $0.facts) })
        notWell = checkup.areas.filter { !$0.isWell }.map(\.name)
    }
}
