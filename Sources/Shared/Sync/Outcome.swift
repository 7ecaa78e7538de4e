// What became of each pushed event. Neighbors: Admission decides it, the device acts on it.

public import Texts

/// Why an event is kept apart for an admin. Numbers are frozen.
public enum QuarantineReason: UInt32, CaseIterable, Sendable, Error {
    /// Not an event, or a field breaks its limits.
    case invalid = 1
    /// The author's role does not allow this kind here.
    case unauthorized
    /// The device does not hold the home.
    case outOfScope
    /// The entity it is about is not in the ledger.
    case unknownSubject
    /// An amendment names somebody outside the entry's reach.
    case beyondReach
    case revoked

    /// As in docs/protocol.md section 7.4.
    public var name: String {
        switch self {
        case .invalid: "invalid"
        case .unauthorized: "unauthorized"
        case .outOfScope: "out-of-scope"
        case .unknownSubject: "unknown-subject"
        case .beyondReach: "beyond-reach"
        case .revoked: "revoked"
        }
    }

    /// A sentence for the author and the admin.
    public var sentence: String { Voice.terminal(phrase) }

    public var phrase: Phrase {
        switch self {
        case .invalid: Phrase("why_invalid")
        case .unauthorized: Phrase("why_unauthorized")
        case .outOfScope: Phrase("why_out_of_scope")
        case .unknownSubject: Phrase("why_unknown_subject")
        case .beyondReach: Phrase("why_beyond_reach")
        case .revoked: Phrase("why_revoked")
        }
    }
}

public enum Disposition: Hashable, Sendable {
    case admitted
    /// The ledger had it already.
    case duplicate
    /// A predecessor is missing; the server has sequences up to `after`.
    case held(after: Sequence64)
    case quarantined(QuarantineReason)
    case retryLater(seconds: UInt32)
    /// The ledger holds other content from `common` + 1 on.
    case diverged(common: Sequence64)
}

/// A disposition shared by consecutive events of one replica.
public struct Outcome: Hashable, Sendable {
    public let first: Sequence64
    public let last: Sequence64
    public let disposition: Disposition

    public init(first: Sequence64, last: Sequence64, disposition: Disposition) {
        self.first = first
        self.last = last
        self.disposition = disposition
    }

    /// Joins neighbors of equal disposition: a clean run is one outcome.
    public static func ranges(_ each: [(Sequence64, Disposition)]) -> [Outcome] {
        each.reduce(into: []) { ranges, next in
            if let last = ranges.last, last.disposition == next.1, last.last.next == next.0 {
                ranges[ranges.count - 1] = Outcome(
                    first: last.first, last: next.0, disposition: next.1)
            } else {
                ranges.append(Outcome(first: next.0, last: next.0, disposition: next.1))
            }
        }
    }
}
