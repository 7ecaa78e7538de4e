// What a revoked device is still told: since when, and what an admin decided about what it brought.
// Source: docs/protocol.md section 7.4. Neighbors: the server's PageReader makes it, SyncMessages
// carry it, the device's RevocationTable keeps it.
// Invariant: it says nothing of what the ledger holds but where own events were admitted.

public struct Revocation: Hashable, Sendable {
    /// By the server's clock.
    public let revokedAt: Instant
    /// The device's last event that is admitted as usual.
    public let asOf: Sequence64
    /// Decisions up to here have been told.
    public let decidedTo: LedgerPosition
    /// Those after the request's `decidedTo`, in the order of the ledger.
    public let decided: [Decided]

    public struct Decided: Hashable, Sendable {
        public let sequence: Sequence64
        public let choice: QuarantineChoice
        /// Where it was admitted.
        public let position: LedgerPosition?

        public init(sequence: Sequence64, choice: QuarantineChoice, position: LedgerPosition?) {
            self.sequence = sequence
            self.choice = choice
            self.position = position
        }
    }

    /// Decisions of one answer: some 20 KB.
    public static let decidedMax = 1_000

    public init(
        revokedAt: Instant, asOf: Sequence64, decidedTo: LedgerPosition, decided: [Decided]
    ) {
        self.revokedAt = revokedAt
        self.asOf = asOf
        self.decidedTo = decidedTo
        self.decided = decided
    }
}
