// What a field of a payload may hold. Descriptors say which field holds what; Decide/ compares.
// Neighbors: Payload+Wire.swift turns these to bytes and back.

public enum Value: Hashable, Sendable {
    case text(String)
    /// Minutes, codes of defined lists, years, counts and field numbers.
    case integer(Int64)
    case date(CivilDate)
    case entity(EntityID)
    case entities([EntityID])
    case shares(Shares)
    case data([UInt8])
    case texts([String])
    case sides([Side])
    case flag(Bool)
    case payload(Payload)
    case blocks([NumberBlock])
    /// A shape that this build does not know; its bytes stay in the event.
    case unrecognized
}

/// The number of a field within its kind's payload, plain or sealed. Frozen once shipped.
public struct FieldNumber: Hashable, Comparable, Sendable, ExpressibleByIntegerLiteral {
    public let value: UInt32
    public init(_ value: UInt32) { self.value = value }
    public init(integerLiteral value: UInt32) { self.value = value }
    public static func < (lhs: Self, rhs: Self) -> Bool { lhs.value < rhs.value }
}

/// Values by field number.
public struct Payload: Hashable, Sendable, ExpressibleByDictionaryLiteral {
    public private(set) var fields: [FieldNumber: Value]

    public init(_ fields: [FieldNumber: Value] = [:]) { self.fields = fields }
    public init(dictionaryLiteral elements: (FieldNumber, Value)...) {
        fields = Dictionary(uniqueKeysWithValues: elements)
    }

    public var isEmpty: Bool { fields.isEmpty }
    public var numbers: [FieldNumber] { fields.keys.sorted() }

    public subscript(number: FieldNumber) -> Value? {
        get { fields[number] }
        set { fields[number] = newValue }
    }

    public func text(_ number: FieldNumber) -> String? {
        if case .text(let value)? = fields[number] { value } else { nil }
    }
    public func integer(_ number: FieldNumber) -> Int64? {
        if case .integer(let value)? = fields[number] { value } else { nil }
    }
    public func date(_ number: FieldNumber) -> CivilDate? {
        if case .date(let value)? = fields[number] { value } else { nil }
    }
    public func entity(_ number: FieldNumber) -> EntityID? {
        if case .entity(let value)? = fields[number] { value } else { nil }
    }
    public func entities(_ number: FieldNumber) -> [EntityID] {
        if case .entities(let value)? = fields[number] { value } else { [] }
    }
    public func shares(_ number: FieldNumber) -> Shares? {
        if case .shares(let value)? = fields[number] { value } else { nil }
    }
    public func data(_ number: FieldNumber) -> [UInt8]? {
        if case .data(let value)? = fields[number] { value } else { nil }
    }
    public func sides(_ number: FieldNumber) -> [Side] {
        if case .sides(let value)? = fields[number] { value } else { [] }
    }
    public func blocks(_ number: FieldNumber) -> [NumberBlock] {
        if case .blocks(let value)? = fields[number] { value } else { [] }
    }
}

/// One account's minutes in an hours entry, never negative.
public struct Party: Hashable, Comparable, Sendable {
    public let account: EntityID
    public let minutes: Minutes
    public init(account: EntityID, minutes: Minutes) {
        self.account = account
        self.minutes = minutes
    }
    public static func < (lhs: Self, rhs: Self) -> Bool {
        (lhs.account, lhs.minutes) < (rhs.account, rhs.minutes)
    }
}

/// Who gave, who received, with the minutes of each: one field, so that a change of minutes and a
/// change of recipient can collide. Parties are ascending by account.
public struct Shares: Hashable, Sendable {
    public enum Rule: UInt32, Sendable {
        /// Minutes given and received sum alike.
        case split = 0
        /// Each side as stated; the home's pot takes or gives the difference.
        case pot = 1
    }

    public let providers: [Party]
    public let recipients: [Party]
    public let rule: Rule

    public init(providers: [Party], recipients: [Party], rule: Rule = .split) {
        self.providers = providers.sorted()
        self.recipients = recipients.sorted()
        self.rule = rule
    }

    public var given: Minutes { providers.reduce(.zero) { $0 + $1.minutes } }
    public var received: Minutes { recipients.reduce(.zero) { $0 + $1.minutes } }

    /// Every account named, ascending, each once.
    public var accounts: [EntityID] { Set((providers + recipients).map(\.account)).sorted() }

    /// `total` minutes over the accounts: equal parts, the left-over minutes one each to the
    /// first by id (largest remainder with equal claims).
    public static func equalParts(of total: Minutes, to accounts: [EntityID]) -> [Party] {
        let sorted = Set(accounts).sorted()
        guard !sorted.isEmpty else { return [] }
        let (part, left) = total.value.quotientAndRemainder(dividingBy: Int64(sorted.count))
        return sorted.enumerated().map { index, account in
            Party(account: account, minutes: Minutes(part + (Int64(index) < left ? 1 : 0)))
        }
    }
}

/// An event that a resolution decides about. The hash is its identity, the dot says where to look.
public struct Side: Hashable, Comparable, Sendable {
    public let dot: Dot
    public let leaf: Hash
    public init(dot: Dot, leaf: Hash) {
        self.dot = dot
        self.leaf = leaf
    }
    public static func < (lhs: Self, rhs: Self) -> Bool { lhs.leaf < rhs.leaf }
}

/// Member numbers `first` … `last` that one replica may give out in a neighborhood.
public struct NumberBlock: Hashable, Sendable {
    public let neighborhood: EntityID
    public let first: UInt32
    public let last: UInt32
    public init(neighborhood: EntityID, first: UInt32, last: UInt32) {
        self.neighborhood = neighborhood
        self.first = first
        self.last = last
    }
}
