// An admitted event in its place. Neighbors: the ledger makes entries, pages carry them.

/// Position, reach and the server's receipt time beside the author's bytes.
public struct LedgerEntry: Hashable, Sendable {
    public let position: LedgerPosition
    /// Scopes the event is delivered to and a leaf in, ascending; never empty.
    public let reach: [ScopeID]
    /// By the server's clock: a claim, not part of any state.
    public let receivedAt: Instant
    public let content: Content
    /// The context's root tag is not the ledger's, so its position counts as 0. Recomputable from
    /// the ledger's prefix; sent because a device holds only its scopes' part of it.
    public let contextUnknown: Bool

    public enum Content: Hashable, Sendable {
        case bytes([UInt8])
        /// The receiving device wrote it and said it still holds it.
        case own(Sequence64)
    }

    public init(
        position: LedgerPosition, reach: [ScopeID], receivedAt: Instant, content: Content,
        contextUnknown: Bool
    ) {
        self.position = position
        self.reach = Set(reach).sorted()
        self.receivedAt = receivedAt
        self.content = content
        self.contextUnknown = contextUnknown
    }
}
