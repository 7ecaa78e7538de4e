// `hourbook exchange record|list|show`, and `record` of the other forms.
// Neighbors: HoursDrafts checks and builds, Recorder records, Store/Views shows.

internal import ArgumentParser
internal import Shared
internal import Store

struct ExchangeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "exchange", abstract: "Record, list and show hours given and received.",
        subcommands: [
            ExchangeRecord.self, HoursLines.self, HoursList.self, HoursShow.self,
        ])
}

struct ContributionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "contribution", abstract: "Hours given to the community; its pot pays.",
        subcommands: [ContributionRecord.self])
}

struct DonationCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "donation", abstract: "Hours a member gives to the neighborhood's pot.",
        subcommands: [DonationRecord.self])
}

struct RedemptionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "redemption", abstract: "Credits for a reward, back to the pot.",
        subcommands: [RedemptionRecord.self])
}

/// Options that every recording of hours has.
struct CommonHoursOptions: ParsableArguments {
    @Option(help: "How long: 90, 1:30 or 1.5h.") var minutes: String
    @OptionGroup var fields: HoursOptions
    @OptionGroup var neighborhood: NeighborhoodOption
    @OptionGroup var worker: WorkerOption
    @OptionGroup var data: DataOptions
    @OptionGroup var json: JSONOption

    /// Records one entry and says so. `parties` finds who gave and who received.
    func record(
        _ form: HoursForm, rule: Shares.Rule = .split, more: Typed = [:],
        parties: (LocalBook, Finder, NeighborhoodState?) throws
            -> (providers: [PartyDraft], recipients: [PartyDraft])
    ) throws {
        let device = try data.device()
        let today = device.environment.today
        let length = try Minutes(typed: minutes)
        var warnings: [String] = []
        let recording = Recording(device: device, worker: worker.typed)
        let events = try recording.record { book, finder in
            let drafts = HoursDrafts(book: book, today: today)
            try drafts.checkMinutes(length, form: form)
            var values = try finder.values(
                fields.typed.merging(more) { $1 }, of: .hoursRecorded)
            let date = values.date(HoursField.serviceDate) ?? today
            values[HoursField.serviceDate] = .date(date)
            let place = try finder.neighborhoodIfAny(neighborhood.typed)
            let (providers, recipients) = try parties(book, finder, place)
            let shares = try drafts.shares(
                providers: providers, recipients: recipients, minutes: length, rule: rule)
            warnings = drafts.warnings(form: form, minutes: length, date: date)
            warnings += try drafts.alike(form, shares, values).map { [$0] } ?? []
            return [try drafts.draft(form: form, shares: shares, values: values, in: place)]
        }
        for warning in warnings { Screen.note("warning: \(warning)") }
        try events.first.map { try show($0.entity, device) }
    }

    private func show(_ id: EntityID, _ device: Device) throws {
        try device.read { book in
            guard let record = try book.views.hours(id) else { return }
            if json.isOn { return try Screen.printJSON(record) }
            print("recorded \(id.short): \(try book.views.subject(id).onOneLine), on this device")
        }
    }
}

struct ExchangeRecord: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "record", abstract: "Record a service that one member gave another.")

    @Option(
        help: "Who gave: number (HAR-37), id or name. Repeat for several; HAR-37=45 says how long.")
    var provider: [String]
    @Option(
        help: "Who received. Repeat for several: they share the time alike, or as HAR-37=45 says.")
    var recipient: [String]
    @Flag(
        help: """
            For a class: each gives or receives the whole time, or what was said for them, and \
            the neighborhood's pot takes up the difference.
            """)
    var pot = false
    @OptionGroup var common: CommonHoursOptions

    func perform() throws {
        try common.record(.exchange, rule: pot ? .pot : .split) { _, finder, place in
            (
                try provider.map { try finder.party($0, in: place) },
                try recipient.map { try finder.party($0, in: place) }
            )
        }
    }
}

struct ContributionRecord: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "record", abstract: "Record hours given to the community.")

    @Option(
        help: "Who gave: number (HAR-37), id or name. Repeat for several; HAR-37=45 says how long.")
    var provider: [String]
    @Option(.hoursRecorded, HoursField.contributionType) var contributionType: String?
    @OptionGroup var common: CommonHoursOptions

    func perform() throws {
        let more: Typed = [HoursField.contributionType: contributionType.list]
        try common.record(.contribution, more: more) { _, finder, place in
            let givers = try provider.map { try finder.party($0, in: place) }
            let home = try givers.first.flatMap { try finder.home(of: $0.account) }
            let pot = place?.id ?? home?.neighborhood
            return (givers, [pot].compactMap { $0 }.map { PartyDraft($0) })
        }
    }
}

struct DonationRecord: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "record", abstract: "Record hours that a member gives to the pot.")

    @Option(help: "Whose hours: number (HAR-37), id or name.") var donor: String
    @OptionGroup var common: CommonHoursOptions

    func perform() throws {
        try common.record(.donation) { book, finder, place in
            let member = try finder.partyMember(donor, in: place)
            let pot = place?.id ?? member.home.neighborhood
            return ([pot].compactMap { $0 }.map { PartyDraft($0) }, [PartyDraft(member.id)])
        }
    }
}

struct RedemptionRecord: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "record",
        abstract: "Record credits that a member paid for a reward; for coordinators.")

    @Option(help: "Who paid: number (HAR-37), id or name.") var member: String
    @OptionGroup var common: CommonHoursOptions

    func perform() throws {
        try common.record(.redemption) { book, finder, place in
            let member = try finder.partyMember(member, in: place)
            let pot = place?.id ?? member.home.neighborhood
            return ([pot].compactMap { $0 }.map { PartyDraft($0) }, [PartyDraft(member.id)])
        }
    }
}

struct HoursList: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List entries by service date; those not yet sent last.")

    @Option(help: "At most so many, the latest.") var limit: Int?
    @OptionGroup var data: DataOptions
    @OptionGroup var json: JSONOption

    func perform() throws {
        let all = try data.device().read { try $0.views.hours() }
        let records = limit.map { Array(all.suffix(max(0, $0))) } ?? all
        if json.isOn { return try records.forEach(Screen.printJSON) }
        var table = TextTable(
            ("ID", .left), ("DATE", .left), ("GAVE", .left), ("RECEIVED", .left),
            ("TIME", .right), ("CATEGORY", .left), ("", .left))
        for record in records {
            table.add(
                record.shortID, record.serviceDate, record.gave.names,
                record.received.names, record.time, record.category ?? "",
                record.notes.attention(if: record.needsAttention))
        }
        Screen.show(table)
    }
}

struct HoursShow: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show one entry.")

    @Argument(help: "Its id, as in a listing.") var id: String
    @OptionGroup var data: DataOptions
    @OptionGroup var json: JSONOption

    func perform() throws {
        let found = try data.device().read { book in
            try book.views.hours(try Finder(book: book).hours(id).id)
        }
        guard let record = found else {
            throw UserError(.dataError, "there is no entry \(id) on this device")
        }
        if json.isOn { return try Screen.printJSON(record) }
        var table = TextTable(("FIELD", .left), ("VALUE", .left))
        table.add("form", record.form)
        table.add("service-date", record.serviceDate)
        for party in record.gave { table.add("gave", party.text) }
        for party in record.received { table.add("received", party.text) }
        table.add("category", record.category ?? "")
        table.add("description", record.description ?? "")
        table.add("slip", record.slip ?? "")
        table.add("told-by", record.toldBy ?? "")
        table.add("reported-minutes", record.reportedMinutes.map(String.init) ?? "")
        table.add("standing", record.standing.attention(if: record.needsAttention))
        for name in record.confirmedBy { table.add("confirmed", name) }
        for name in record.disputedBy { table.add("disputed", name.attention()) }
        table.add("where", record.notes)
        table.add("id", record.id)
        Screen.show(table)
    }
}

extension PartyRecord {
    fileprivate var text: String { "\(label): \(Minutes(minutes))" }
}

extension [PartyRecord] {
    fileprivate var names: String { map(\.label).joined(separator: ", ") }
}

extension HoursRecord {
    fileprivate var shortID: String { EntityID(id)?.short ?? id }
    fileprivate var time: String { Minutes(providers.map(\.minutes).reduce(0, +)).description }

    /// It does not count as it stands, or somebody must look at it.
    fileprivate var needsAttention: Bool {
        standing != EntryStanding.counts.name || !disputed.isEmpty || !disputedBy.isEmpty
    }

    fileprivate var notes: String {
        var notes = [position == nil ? "on this device" : "at the office"]
        if unsent, position != nil { notes.append("changed on this device") }
        if standing != EntryStanding.counts.name { notes.append(standing) }
        if !confirmedBy.isEmpty { notes.append("confirmed") }
        if !disputedBy.isEmpty { notes.append("disputed") }
        if !disputed.isEmpty {
            notes.append("needs a decision: \(disputed.joined(separator: ", "))")
        }
        return notes.joined(separator: "; ")
    }
}
