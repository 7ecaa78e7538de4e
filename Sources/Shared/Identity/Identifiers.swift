// Who and what: communities, replicas, events, entities and scopes, each a type of its own.
// Source: docs/protocol.md section 1. Neighbors: Clocks/ orders dots, Events/ carries them.

/// First 16 bytes of SHA-256 of the raw ledger public key that `community.founded` names.
public struct CommunityID: Hashable, Sendable, CustomStringConvertible {
    public let value: Bytes16
    public init(_ value: Bytes16) { self.value = value }
    public init?(_ bytes: some Collection<UInt8>) {
        guard let value = Bytes16(bytes) else { return nil }
        self.value = value
    }
    public var bytes: [UInt8] { value.bytes }
    public var description: String { value.description }
}

/// First 16 bytes of SHA-256 of the replica's raw Ed25519 public key: one database on one device.
public struct ReplicaID: Hashable, Comparable, Sendable, CustomStringConvertible {
    public let value: Bytes16
    public init(_ value: Bytes16) { self.value = value }
    public init?(_ bytes: some Collection<UInt8>) {
        guard let value = Bytes16(bytes) else { return nil }
        self.value = value
    }
    public var bytes: [UInt8] { value.bytes }
    public var description: String { value.description }
    public var short: String { String(description.prefix(8)) }
    public static func < (lhs: Self, rhs: Self) -> Bool { lhs.value < rhs.value }
}

/// 1, 2, 3 … without gaps: the n-th event of a replica. Zero means "none yet".
public struct Sequence64: Hashable, Comparable, Sendable, CustomStringConvertible {
    public let value: UInt64
    public init(_ value: UInt64) { self.value = value }
    public static let none = Sequence64(0)
    public var next: Sequence64 { Sequence64(value + 1) }
    public var description: String { String(value) }
    public static func < (lhs: Self, rhs: Self) -> Bool { lhs.value < rhs.value }
}

/// (replica, sequence): names an event.
public struct Dot: Hashable, Comparable, Sendable, CustomStringConvertible {
    public let replica: ReplicaID
    public let sequence: Sequence64

    public init(_ replica: ReplicaID, _ sequence: Sequence64) {
        self.replica = replica
        self.sequence = sequence
    }

    /// "<32 hex digits>-<sequence>"; nil for anything else.
    public init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, let raw = Shared.bytes(hex: parts[0]), let id = ReplicaID(raw),
            parts[1].utf8.allSatisfy({ (48...57).contains($0) }), let number = UInt64(parts[1]),
            (1...Limits.countMax).contains(number)
        else { return nil }
        self.init(id, Sequence64(number))
    }

    /// 24 bytes: the replica id and the sequence, most significant byte first.
    public var bytes: [UInt8] { replica.bytes + sequence.value.bigEndianBytes }
    public var description: String { "\(replica)-\(sequence)" }
    public var short: String { "\(replica.short)-\(sequence)" }

    public static func < (lhs: Dot, rhs: Dot) -> Bool {
        (lhs.replica, lhs.sequence) < (rhs.replica, rhs.sequence)
    }
}

/// The dot of the creating event; no other ids are minted. Accounts are entities: a member's
/// account is the member's id, a pot is its neighborhood's.
public struct EntityID: Hashable, Comparable, Sendable, CustomStringConvertible {
    public let dot: Dot
    public init(_ dot: Dot) { self.dot = dot }
    public init?(_ text: some StringProtocol) {
        guard let dot = Dot(text) else { return nil }
        self.dot = dot
    }
    public var bytes: [UInt8] { dot.bytes }
    public var description: String { dot.description }
    public var short: String { dot.short }
    public static func < (lhs: Self, rhs: Self) -> Bool { lhs.dot < rhs.dot }
}

/// Where events are delivered: a neighborhood, or the community scope that every device holds.
public enum ScopeID: Hashable, Comparable, Sendable, CustomStringConvertible {
    case community
    case neighborhood(EntityID)

    /// The community scope is no bytes; a neighborhood is its entity id's 24.
    public var bytes: [UInt8] {
        switch self {
        case .community: []
        case .neighborhood(let id): id.bytes
        }
    }

    public var neighborhood: EntityID? {
        switch self {
        case .community: nil
        case .neighborhood(let id): id
        }
    }

    public var description: String {
        switch self {
        case .community: "community"
        case .neighborhood(let id): id.description
        }
    }
}
