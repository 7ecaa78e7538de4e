// `hourbook exchange lines`: a pile of slips typed into a file, one exchange a line, each saved
// before the next is read. Neighbors: HoursDrafts checks as for a single record, Recorder saves.

internal import ArgumentParser
internal import Foundation
internal import Shared
internal import Store

struct HoursLines: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "lines",
        abstract: "Record one exchange per line of standard input, each durable on its own.",
        discussion: """
            A line: who gave, who received, how long, date, and if you like a note; separated by \
            tabs. For example: HAR-1<tab>HAR-37<tab>1:30<tab>2026-11-02<tab>moved a sofa

            What is wrong with a line is said with its number; the others are recorded. A full \
            disk, or another trouble of this machine, ends it with the number of the line.
            """)

    @OptionGroup var neighborhood: NeighborhoodOption
    @OptionGroup var worker: WorkerOption
    @OptionGroup var data: DataOptions
    @OptionGroup var json: JSONOption

    func perform() throws {
        let device = try data.device()
        var number = 0
        var refused = 0
        while let line = readLine() {
            number += 1
            if line.allSatisfy(\.isWhitespace) { continue }
            do {
                let columns = line.split(separator: "\t", omittingEmptySubsequences: false)
                let (id, warning) = try record(columns.map(String.init), on: device)
                if let warning { Screen.note("line \(number): warning: \(warning)") }
                report(id)
            } catch {
                guard let shown = UserError(showing: error) else { throw error }
                guard shown.code.isOfLine else {
                    throw UserError(
                        shown.code,
                        "line \(number), from which on nothing was recorded: \(shown)")
                }
                Screen.note("line \(number): \(shown)")
                refused += 1
            }
        }
        if refused > 0 {
            throw UserError(.dataError, "\(refused) of \(number) lines were not recorded")
        }
    }

    private func record(
        _ columns: [String], on device: Device
    ) throws -> (id: EntityID, warning: String?) {
        guard (4...5).contains(columns.count) else {
            throw UserError(
                .dataError, "give who gave, who received, how long and the date between tabs")
        }
        let minutes = try Minutes(typed: columns[2])
        var warning: String?
        let recording = Recording(device: device, worker: worker.typed)
        let events = try recording.record { book, finder in
            let place = try finder.neighborhoodIfAny(neighborhood.typed)
            let drafts = HoursDrafts(book: book, today: device.environment.today)
            let shares = try drafts.shares(
                providers: [try finder.partyMember(columns[0], in: place).id],
                recipients: [try finder.partyMember(columns[1], in: place).id], minutes: minutes)
            let typed: Typed = [
                HoursField.serviceDate: [columns[3]],
                HoursField.description: columns.dropFirst(4).filter { !$0.isEmpty },
            ]
            let values = try finder.values(typed, of: .hoursRecorded)
            warning = try drafts.alike(.exchange, shares, values)
            return [
                try drafts.draft(form: .exchange, shares: shares, values: values, in: place)
            ]
        }
        guard let event = events.first else { preconditionFailure("one draft is one event") }
        return (event.entity, warning)
    }

    /// At once, so that whoever pipes lines in knows what is safe.
    private func report(_ id: EntityID) {
        print(json.isOn ? "{\"id\":\"\(id)\"}" : "recorded \(id.short), on this device")
        fflush(nil)
    }
}

extension Sysexit {
    /// Whether the next line may do better at once.
    fileprivate var isOfLine: Bool {
        switch self {
        case .usage, .dataError, .noInput, .noUser, .noPermission: true
        case .unavailable, .software, .ioError, .temporaryFailure, .protocolError, .configuration:
            false
        }
    }
}
