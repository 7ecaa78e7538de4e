// `hourbook hours amend|void`: corrections are new events, one a field; nothing is overwritten.
// Neighbors: FieldOptions reads what was typed, Recorder records it with what was shown.

internal import ArgumentParser
internal import Shared
internal import Store

struct HoursCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hours", abstract: "Show, correct, void and confirm entries of any form.",
        subcommands: [
            HoursList.self, HoursShow.self, HoursAmend.self, HoursVoid.self, HoursReinstate.self,
            HoursConfirm.self, HoursDispute.self, HoursSame.self, HoursDistinct.self,
        ])
}

struct HoursAmend: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "amend", abstract: "Correct an entry, each field by an event of its own.")

    @Argument(help: "The entry's id, as in a listing.") var id: String
    @Option(help: "How long it was: 90, 1:30 or 1.5h.") var minutes: String?
    @Option(help: "Who gave instead; HAR-37=45 says how long. Repeat for several.")
    var provider: [String] = []
    @Option(help: "Who received instead. Repeat for several.")
    var recipient: [String] = []
    @OptionGroup var fields: HoursOptions
    @Option(.hoursRecorded, HoursField.contributionType) var contributionType: String?
    @Option(.hoursAmended, ChangeField.reason) var reason: String?
    @OptionGroup var worker: WorkerOption
    @OptionGroup var data: DataOptions
    @OptionGroup var json: JSONOption

    func perform() throws {
        let device = try data.device()
        let today = device.environment.today
        var amended: EntityID?
        let events = try Recording(device: device, worker: worker.typed).record { book, finder in
            let entry = try finder.hours(id)
            amended = entry.id
            return try drafts(entry, book, finder, today: today)
        }
        try device.tell("amended", amended, events, json)
    }

    private func drafts(
        _ entry: HoursState, _ book: LocalBook, _ finder: Finder, today: CivilDate
    ) throws -> [Draft] {
        var typed = fields.typed
        typed[HoursField.contributionType] = contributionType.list
        var values = try finder.values(typed, of: .hoursRecorded)
        if let shares = try newShares(entry, book, finder, today: today) {
            values[HoursField.shares] = .shares(shares)
        }
        if values.isEmpty {
            throw UserError(.usage, "say what to correct; for example: --minutes 60")
        }
        let reason = try finder.values([ChangeField.reason: reason.list], of: .hoursAmended)
        return try EntryDrafts(book).amend(
            entry, values, reason: reason.text(ChangeField.reason))
    }

    /// Parties and minutes are one field: what is not said stays.
    private func newShares(
        _ entry: HoursState, _ book: LocalBook, _ finder: Finder, today: CivilDate
    ) throws -> Shares? {
        if minutes == nil, provider.isEmpty, recipient.isEmpty { return nil }
        let givers = try provider.map { try finder.party($0) }
        let receivers = try recipient.map { try finder.party($0) }
        return try EntryDrafts(book).shares(
            of: entry, providers: givers.isEmpty ? nil : givers,
            recipients: receivers.isEmpty ? nil : receivers,
            minutes: try minutes.map { try Minutes(typed: $0) }, today: today)
    }
}

struct HoursVoid: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "void", abstract: "Void an entry; it stays in the book and counts nothing.")

    @Argument(help: "The entry's id, as in a listing.") var id: String
    @Option(.hoursVoided, VoidField.reason) var reason: String?
    @OptionGroup var worker: WorkerOption
    @OptionGroup var data: DataOptions
    @OptionGroup var json: JSONOption

    func perform() throws {
        let device = try data.device()
        let events = try Recording(device: device, worker: worker.typed).record { book, finder in
            [try EntryDrafts(book).void(try finder.hours(id), reason: reason)]
        }
        try device.tell("voided", events.first?.entity, events, json)
    }
}
