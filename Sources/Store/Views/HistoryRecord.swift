// The life of one entity as both programs show it, as text or JSON.
// Neighbors: Views+History fills these, Screen/HistoryText prints them.

public import Shared
internal import Texts

public struct HistoryRecord: Codable, Sendable {
    public let entity: String
    /// `hours`, `member`, `device`, …; nil while its first event is not here.
    public let family: String?
    /// What it is, in words.
    public let subject: String
    /// In ledger order; what has no place in the ledger last.
    public let events: [HistoryEventRecord]
    /// What it is now: `counts`, `void`, `active`, `revoked`, …
    public let standing: String
    /// Names of fields, or of what else awaits a decision.
    public let needsDecision: [String]
    /// Whether somebody must look at it, or it does not count as it stands.
    public let needsAttention: Bool
}

public struct HistoryEventRecord: Codable, Sendable {
    /// Where an event is on its way into the ledger.
    public enum Place: String, Codable, Sendable {
        case admitted
        /// The office has it; its place comes with the next sync.
        case sent
        case onThisDevice = "on-this-device"
        case keptApart = "kept-apart"
    }

    /// As `device` of what the server wrote.
    static let serverName = Voice.terminal("the_server")

    public let event: String
    public let kind: String
    /// What happened, in words.
    public let what: String
    /// Some of its words are sealed and cannot be read here.
    public let unreadable: Bool
    /// Name of whoever recorded it; nil for the server itself, or when it cannot be read here.
    public let worker: String?
    public let workerID: String?
    /// What people call the device; nil when it is not known here.
    public let device: String?
    public let replica: String
    /// Of an entry that was handed in anew: which it was before, in words.
    public let anew: String?
    /// By that device's clock, with its UTC offset.
    public let recordedAt: String
    public let recordedAtMilliseconds: Int64
    public let recordedAtOffsetMinutes: Int32
    /// When it came to the office, by the office's clock.
    public let receivedAt: String?
    /// How wrong that device's clock was at least, in words; nil if it may have been right.
    public let clock: String?
    public let position: UInt64?
    public let place: Place
    /// Why it is kept apart.
    public let apart: String?
    /// What the office decided about it since, in words.
    public let decided: String?
    /// Why it was done, in its author's words.
    public let reason: String?
}

/// An event outside the ledger, which each program keeps in its own way.
public struct KeptApart: Sendable {
    public let event: Event
    public let leaf: Hash
    public let reason: QuarantineReason
    /// By the server's clock, where it is known.
    public let receivedAt: Instant?
    /// What was decided about it, in words.
    public let decided: String?

    public init(
        event: Event, leaf: Hash, reason: QuarantineReason, receivedAt: Instant?,
        decided: String? = nil
    ) {
        self.event = event
        self.leaf = leaf
        self.reason = reason
        self.receivedAt = receivedAt
        self.decided = decided
    }
}

/// What a history needs beside the tables that both programs have.
public struct HistorySource: Sendable {
    public let keptApart: [KeptApart]
    /// On a device: its own replica, and its last event that the server has.
    public let sent: Dot?

    public init(keptApart: [KeptApart], sent: Dot? = nil) {
        self.keptApart = keptApart
        self.sent = sent
    }
}
