// What both programs print, as text or as JSON: one shape, made by one set of functions.
// Neighbors: Views fill these; Commands on either side print them.
// Invariant: minutes are integers, dates ISO 8601, ids whole; nothing rounded, nothing localized.

public struct MemberRecord: Codable, Sendable {
    public let id: String
    /// Neighborhood code.
    public let code: String
    public let number: Int64?
    /// Nil when it cannot be read here.
    public let name: String?
    public let form: String
    public let joinedOn: String?
    public let active: Bool
    public let birthYear: Int64?
    public let contacts: [String]
    public let languages: [String]
    /// Names of fields that await a decision.
    public let disputed: [String]
    public let unsent: Bool
}

/// A member of a neighborhood that this device does not hold.
public struct DirectoryRecord: Codable, Sendable {
    public let id: String
    /// Neighborhood code.
    public let code: String
    public let number: Int64
    /// Name of the neighborhood that holds the member.
    public let home: String
    public let active: Bool
    /// Nil without consent to show it elsewhere.
    public let name: String?
}

public struct PartyRecord: Codable, Sendable {
    public let account: String
    /// "HAR-37 Ana Ruiz", "HAR pot", or where the account is held.
    public let label: String
    public let minutes: Int64
}

public struct HoursRecord: Codable, Sendable {
    public let id: String
    public let form: String
    public let serviceDate: String
    /// Whose balance rises, and whose falls.
    public let providers: [PartyRecord]
    public let recipients: [PartyRecord]
    /// The same as people mean it: a donor gave to the pot, a pot gave what it granted.
    public let gave: [PartyRecord]
    public let received: [PartyRecord]
    public let category: String?
    public let description: String?
    public let slip: String?
    /// `provider`, `recipient`, `both` or `third`.
    public let toldBy: String?
    public let reportedMinutes: Int64?
    /// `counts`, `contested`, `void`, `repeated-import` or `dropped`.
    public let standing: String
    /// Names of fields that await a decision.
    public let disputed: [String]
    /// Parties who said that it was so, as it now stands.
    public let confirmedBy: [String]
    /// Parties who say that it was not so.
    public let disputedBy: [String]
    /// Nil while it is on this device only.
    public let position: UInt64?
    /// The entry, or something said of it, is on this device only.
    public let unsent: Bool
}

public struct StatementLine: Codable, Sendable {
    public let entry: String
    public let serviceDate: String
    public let form: String
    /// Those on the other side of it, with the minutes of each.
    public let with: [PartyRecord]
    /// Positive given, negative received.
    public let minutes: Int64
    public let contested: Bool
    /// A field of the entry awaits a decision; the minutes are those that count meanwhile.
    public let disputed: Bool
    /// The entry, or a change of it, is on this device only.
    public let unsent: Bool
    public let position: UInt64?
}

/// One account's postings of a period; its sums are of the lines.
public struct StatementRecord: Codable, Sendable {
    public let account: String
    public let code: String
    /// The member number; "pot" for the neighborhood's pot.
    public let number: String
    public let name: String?
    /// First and last day it is of; nil: from the first there is, to the last.
    public let from: String?
    public let to: String?
    /// Balance before the first day: that at the end of the period before.
    public let opening: Int64
    public let given: Int64
    public let received: Int64
    /// Balance after the last day.
    public let closing: Int64
    /// The same; without a last day it is the account's.
    public let balance: Int64
    /// Minutes that await a decision, given and received alike, and are in no sum above.
    public let contested: Int64
    /// Ledger position it is true at; what is unsent comes on top.
    public let position: UInt64
    /// Lines that are, or were changed, on this device only.
    public let unsent: Int
    public let lines: [StatementLine]
}

public struct BalanceRecord: Codable, Sendable {
    public let account: String
    public let code: String
    public let number: String
    public let name: String?
    public let given: Int64
    public let received: Int64
    public let balance: Int64
}

public struct ConflictSideRecord: Codable, Sendable {
    /// "A", "B", …: how the desk names it.
    public let letter: String
    public let event: String
    public let leaf: String
    /// What this side says, in words.
    public let says: String
    public let replica: String
    public let worker: String?
    /// Why, in the author's words; nil when none was given or it cannot be read here.
    public let reason: String?
    public let recordedAt: String
    public let position: UInt64?
    /// Whether this side shows or counts until somebody decides.
    public let standing: Bool
}

public struct ConflictRecord: Codable, Sendable {
    public let id: String
    public let kind: String
    public let about: String
    public let entity: String
    /// What the entity is, in words.
    public let subject: String
    public let field: String?
    /// Letters start at A, ascending by leaf hash.
    public let sides: [ConflictSideRecord]
    /// For two decisions that disagree about a cluster: what each decided.
    public let decisions: [String]
}

public struct ScopeRecord: Codable, Sendable {
    public let scope: String
    public let name: String
    public let size: UInt64
    public let root: String
}

public struct DigestRecord: Codable, Sendable {
    public let position: UInt64
    public let scopes: [ScopeRecord]
}
