// A signed note of whatever epoch: what an earlier or a later one says is evidence, too.
// Source: docs/protocol.md sections 3.5 and 3.6. Neighbors: Checkpoint verifies notes of one epoch;
// the server's HighWater and the offers of lost entries ask for any.
// Invariant: the epoch is read from the origin that is signed, and from nowhere else.

extension SignedCheckpoint {
    /// Verifies a note by the community's ledger key, of the epoch that its origin names.
    public init(
        verifyingAnyEpoch note: String, community: CommunityID, ledgerKey: [UInt8],
        scopes: some Sequence<ScopeID>
    ) throws(CheckpointError) {
        guard note.utf8.count <= Self.bytesMax else { throw .tooLarge }
        guard let epoch = Self.epochNamed(in: note, community) else { throw .anotherOrigin }
        try self.init(
            verifying: note, community: community, epoch: epoch, ledgerKey: ledgerKey,
            scopes: scopes)
    }

    /// A claim until the note has been verified.
    private static func epochNamed(in note: String, _ community: CommunityID) -> Epoch? {
        let origin = note.prefix { $0 != "\n" }
        let start = "hourbook/\(community)/e"
        guard origin.hasPrefix(start) else { return nil }
        let digits = origin.dropFirst(start.count).prefix { $0 != "/" }
        guard let number = UInt32(digits), number > 0, String(number) == digits else { return nil }
        return Epoch(number)
    }
}
