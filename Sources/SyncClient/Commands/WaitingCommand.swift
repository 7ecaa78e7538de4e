// `hourbook waiting`: own entries that are not in the ledger yet, why, and what to do.
// Neighbors: DeviceTables keeps what was put apart; `status` counts what this lists.

internal import ArgumentParser
internal import Shared
internal import Store
internal import Texts

struct WaitingRecord: Codable {
    let event: String
    let kind: String
    /// What it says, in words.
    let text: String
    /// `unsent`, `unconfirmed` (sent, no answer yet), `sent` (the server has it, its place has not
    /// come yet), `kept-apart`, or `admitted` on a revoked device, which is not sent its place.
    let state: String
    /// Why it waits.
    let why: String
    /// `reject` once an admin has decided so; `admit` on a revoked device, which is not sent it.
    let decided: String?
    /// Where it was admitted.
    let position: UInt64?
    /// What to do about it; empty when there is nothing to do but to sync.
    let action: String
    let recordedAt: String
}

struct WaitingCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "waiting",
        abstract: "List what is not in the ledger yet, with the reason and what to do.")

    static let keptApart = "kept-apart"
    static let admitted = "admitted"

    @OptionGroup var data: DataOptions
    @OptionGroup var json: JSONOption

    func perform() throws {
        let records = try data.device().read { book in
            try WaitingRecord.refused(book) + WaitingRecord.parted(book)
                + WaitingRecord.unsent(book)
        }
        if json.isOn { return try records.forEach(Screen.printJSON) }
        if records.isEmpty { return print("Nothing waits: all of it is at the office.") }
        var table = TextTable(
            ("ENTRY", .left), ("WHAT", .left), ("STATE", .left), ("WHY", .left),
            ("WHAT TO DO", .left))
        for record in records {
            table.add(
                record.event, record.text,
                record.state.attention(if: record.state == Self.keptApart), record.why,
                record.action)
        }
        Screen.show(table)
    }
}

extension WaitingRecord {
    /// What the office keeps apart.
    static func refused(_ book: LocalBook) throws -> [WaitingRecord] {
        let refused = try book.tables.refusedEvents() + book.tables.partedApart()
        if refused.isEmpty { return [] }
        let decisions = try book.decisions(about: refused)
        return try refused.map { event in
            let decision = decisions[event.leaf]
            return try WaitingRecord(
                event.event, book,
                state: decision?.choice == .admit
                    ? WaitingCommand.admitted : WaitingCommand.keptApart,
                why: decision?.sentence ?? book.views.voice(event.reason.phrase),
                decision: decision,
                action: decision?.action ?? event.reason.action)
        }
    }

    /// Of a copied folder that has just taken a name of its own.
    static func parted(_ book: LocalBook) throws -> [WaitingRecord] {
        try book.tables.unsettledParted().map { event in
            try WaitingRecord(
                event.new.event, book, state: "unsent",
                why: "recorded under the name that this folder shared with another",
                action: "hourbook sync hands it in anew")
        }
    }

    /// What is on this device only, or was sent and has not come back with its place.
    static func unsent(_ book: LocalBook) throws -> [WaitingRecord] {
        let hasParted = book.sync.divergedAfter != nil
        return try book.tables.unsent(after: .none, limit: Int.max).map { new in
            if hasParted {
                return try WaitingRecord(
                    new.event, book, state: "unsent",
                    why: "this folder is a copy or was set back; the office has other entries",
                    action: "hourbook sync gives this folder a name of its own")
            }
            let (state, why) = Self.way(of: new.event.dot.sequence, book.sync)
            return try WaitingRecord(
                new.event, book, state: state, why: why, action: "hourbook sync")
        }
    }

    private static func way(
        of sequence: Sequence64, _ sync: SyncState
    ) -> (state: String, why: String) {
        if sequence <= sync.acknowledged.sequence {
            return ("sent", "its place comes with the next sync")
        }
        return sequence <= sync.offered
            ? ("unconfirmed", "it was sent, and the office has not answered")
            : ("unsent", "it was not sent yet")
    }

    private init(
        _ event: Event, _ book: LocalBook, state: String, why: String,
        decision: OwnDecision? = nil, action: String
    ) throws {
        self.init(
            event: event.dot.short, kind: event.kindName,
            text: try book.views.brief(event), state: state, why: why,
            decided: decision?.choice.name, position: decision?.position?.value, action: action,
            recordedAt: event.recordedAt.text)
    }
}

extension OwnDecision {
    /// What whoever recorded it can do.
    fileprivate var action: String {
        switch choice {
        case .admit: "nothing: it counts at the office"
        case .reject: "record it anew if it is right; these bytes are kept"
        }
    }
}

extension QuarantineReason {
    /// What whoever recorded it can do.
    fileprivate var action: String {
        switch self {
        case .invalid: "update this program, then tell the office"
        case .unauthorized, .outOfScope, .beyondReach: "ask the office to look at its quarantine"
        case .unknownSubject: "ask the office to decide first about what it needs"
        case .revoked: "bring this device to the office"
        }
    }
}
