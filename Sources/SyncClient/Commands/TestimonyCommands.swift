// `hourbook hours confirm|dispute|reinstate|same|distinct`: what people say of an entry afterwards.
// Neighbors: Shared/Decide/Testimony says what comes of it, Recorder records it.

internal import ArgumentParser
internal import Shared
internal import Store

/// What these commands have in common: an entry, a reason, a worker.
struct TestimonyOptions: ParsableArguments {
    @Argument(help: "The entry's id, as in a listing.") var id: String
    @Option(.hoursConfirmed, TestimonyField.reason) var reason: String?
    @OptionGroup var worker: WorkerOption
    @OptionGroup var data: DataOptions
    @OptionGroup var json: JSONOption

    /// Records one event about the entry and says so; `more` are its plain fields. What the same
    /// worker has said already is not recorded again.
    func record(
        _ kind: Kind, _ done: String,
        more: (HoursState, Finder, LocalBook) throws -> Payload = { _, _, _ in [:] }
    ) throws {
        let device = try data.device()
        var told: EntityID?
        let events = try Recording(device: device, worker: worker.typed).record { book, finder in
            let entry = try finder.hours(id)
            told = entry.id
            let draft = try EntryDrafts(book).testimony(
                kind, of: entry, try more(entry, finder, book), reason: reason,
                by: try finder.worker(worker.typed))
            return draft.map { [$0] } ?? []
        }
        try device.tell(done, told, events, json)
    }

    /// The field that names who confirms or disputes.
    func party(_ typed: String, of entry: HoursState, _ finder: Finder) throws -> Payload {
        let member = try finder.partyMember(typed)
        guard entry.shares.accounts.contains(member.id) else {
            throw UserError(
                .dataError,
                "\(try finder.book.views.number(of: member.id)) neither gave nor received in "
                    + "\(id); see `hourbook hours show \(id)`")
        }
        return [TestimonyField.party: .entity(member.id)]
    }

    /// The field that names another entry of the same people and day.
    func other(_ typed: String, than entry: HoursState, _ finder: Finder) throws -> Payload {
        let other = try finder.hours(typed)
        guard other.id != entry.id else {
            throw UserError(.usage, "\(id) and \(typed) are one entry; name another")
        }
        guard other.groupKey == entry.groupKey else {
            throw UserError(
                .dataError,
                "\(id) and \(typed) are not of the same people on the same day, so they are two "
                    + "already; amend what is wrong first")
        }
        return [TestimonyField.other: .entity(other.id)]
    }
}

struct HoursConfirm: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "confirm", abstract: "Note that a party says it was so.")

    @Option(help: "Who confirms: number (HAR-37), id or name.") var party: String
    @OptionGroup var common: TestimonyOptions

    func perform() throws {
        try common.record(.hoursConfirmed, "confirmed") { entry, finder, _ in
            try common.party(party, of: entry, finder)
        }
    }
}

struct HoursDispute: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "dispute",
        abstract: "Note that a party says it was not so; what counts stays as it is.")

    @Option(help: "Who disputes it: number (HAR-37), id or name.") var party: String
    @OptionGroup var common: TestimonyOptions

    func perform() throws {
        try common.record(.hoursDisputed, "disputed") { entry, finder, _ in
            try common.party(party, of: entry, finder)
        }
    }
}

struct HoursReinstate: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "reinstate", abstract: "Let a void entry stand again; for coordinators.")

    @OptionGroup var common: TestimonyOptions

    func perform() throws {
        try common.record(.hoursReinstated, "reinstated") { entry, _, _ in
            guard entry.isVoid || entry.isVoidDisputed else {
                throw UserError(.dataError, "\(common.id) is not void")
            }
            return [:]
        }
    }
}

struct HoursSame: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "same",
        abstract: "Note that two entries tell of one service; one counts until it is decided.")

    @OptionGroup var common: TestimonyOptions
    @Argument(help: "The other entry's id.") var other: String

    func perform() throws {
        try common.record(.hoursMarkedSame, "marked the same") { entry, finder, _ in
            try common.other(other, than: entry, finder)
        }
    }
}

struct HoursDistinct: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "distinct", abstract: "Note that two entries tell of two services.")

    @OptionGroup var common: TestimonyOptions
    @Argument(help: "The other entry's id.") var other: String

    func perform() throws {
        try common.record(.hoursMarkedDistinct, "marked distinct") { entry, finder, _ in
            try common.other(other, than: entry, finder)
        }
    }
}
