// What an event's author had been shown, in a few bytes however many replicas there are.
// Source: docs/protocol.md section 4. Neighbors: Events/Event carries one, Decide/ asks `covers`.
// Invariant: too little is claimed rather than too much; at worst a conflict is shown.

/// First four bytes of a ledger root: says which branch of history a position belongs to.
public struct RootTag: Hashable, Sendable {
    public let value: UInt32
    public init(of root: Hash) { value = UInt32(bigEndian(root.bytes.prefix(4))) }
    private init(_ value: UInt32) { self.value = value }
    /// The tag of the empty ledger, at position 0.
    public static let start = RootTag(0)

    /// Four bytes, or none at position 0.
    public init?(_ bytes: some Collection<UInt8>) {
        guard bytes.isEmpty || bytes.count == 4 else { return nil }
        value = UInt32(bigEndian(bytes))
    }

    public var bytes: [UInt8] {
        self == .start ? [] : Array(UInt64(value).bigEndianBytes.suffix(4))
    }
}

public struct CausalContext: Hashable, Sendable {
    /// The ledger prefix that the acting person had been shown.
    public let position: LedgerPosition
    public let rootTag: RootTag
    /// The replica's own events that the acting person had been shown.
    public let ownSequence: Sequence64
    /// Events received from another device ahead of the ledger, ascending.
    public let extras: [Dot]

    public init(
        position: LedgerPosition, rootTag: RootTag, ownSequence: Sequence64, extras: [Dot] = []
    ) {
        self.position = position
        self.rootTag = rootTag
        self.ownSequence = ownSequence
        self.extras = extras.sorted()
    }
}

/// An event as others see it: its name, its place once admitted, and what its author had seen.
public struct Observation: Hashable, Sendable {
    public let dot: Dot
    public let leaf: Hash
    /// Nil until the ledger has it.
    public let position: LedgerPosition?
    public let context: CausalContext
    /// The ledger does not know the context's root tag: its position counts as 0.
    public let contextUnknown: Bool
    /// Of an event that was recorded under another name first, and handed in anew: that replica.
    public let origin: ReplicaID?

    public init(
        dot: Dot, leaf: Hash, position: LedgerPosition?, context: CausalContext,
        contextUnknown: Bool = false, origin: ReplicaID? = nil
    ) {
        self.dot = dot
        self.leaf = leaf
        self.position = position
        self.context = context
        self.contextUnknown = contextUnknown
        self.origin = origin
    }

    /// Whether this event's author had been shown `other` when acting.
    public func covers(_ other: Observation) -> Bool {
        if other.dot.replica == dot.replica {
            return other.dot.sequence <= context.ownSequence && other.dot.sequence < dot.sequence
        }
        if let theirs = other.position, !contextUnknown, theirs <= context.position { return true }
        return context.extras.contains { extra in
            // What it had seen of its own before it was copied.
            extra == other.dot
                || (extra.replica == origin && other.dot.replica == origin
                    && other.dot.sequence <= extra.sequence)
        }
    }

    public func isConcurrent(with other: Observation) -> Bool {
        dot != other.dot && !covers(other) && !other.covers(self)
    }
}
