// Descriptor of `ledger.reopened`: a ledger that was set back or altered goes on in a new epoch.
// Source: docs/protocol.md section 3.6. Neighbors: the server's Setup/Reopening writes it, Store
// keeps epochs in a table.
// Invariant: each epoch has a server replica of its own, whose first event this is.

public enum ReopenedField {
    /// The epoch that begins; the first of a ledger is 1 and has no such event.
    public static let epoch: FieldNumber = 1
    /// The entries that stand from before.
    public static let inheritedSize: FieldNumber = 2
    /// Ledger root there.
    public static let inheritedRoot: FieldNumber = 3
    /// The newest checkpoint of the ledger that was shown to the office.
    public static let shown: FieldNumber = 4
    public static let serverSigningKey: FieldNumber = 5
    public static let serverReceivingKey: FieldNumber = 6
    public static let reason: FieldNumber = 7
    /// Twice what a checkpoint with one signature takes; a longer one is not repeated.
    public static let shownScalarsMax = 1_000
}

extension KindDescriptor {
    static let epochs = [reopened]

    private static let reopened = KindDescriptor(
        kind: .ledgerReopened, name: "ledger.reopened", creates: nil, authors: .server,
        fields: [
            FieldDescriptor(
                ReopenedField.epoch, "epoch", .integer(2...Int64(UInt32.max)), required: true,
                "The epoch that begins", example: "2"),
            FieldDescriptor(
                ReopenedField.inheritedSize, "inherited-size",
                .integer(1...Int64(Limits.countMax)), required: true,
                "How many entries stand from before", example: "117"),
            .key(ReopenedField.inheritedRoot, "inherited-root", "Root of the ledger there"),
            FieldDescriptor(
                ReopenedField.shown, "shown", .text(scalars: ReopenedField.shownScalarsMax),
                "The newest checkpoint that was shown to the office",
                example: "a signed note"),
            .key(ReopenedField.serverSigningKey, "server-signing-key", "The server replica's key"),
            .key(
                ReopenedField.serverReceivingKey, "server-receiving-key",
                "Where data keys for the server go"),
            .reason(ReopenedField.reason),
        ])
}

/// What a `ledger.reopened` says.
public struct Reopening: Hashable, Sendable {
    public let epoch: Epoch
    public let inheritedSize: LedgerPosition
    public let inheritedRoot: Hash
    public let serverSigningKey: [UInt8]
    public let serverReceivingKey: [UInt8]

    /// Nil unless the event is one by the server replica that it names.
    public init?(_ event: Event) {
        guard event.knownKind == .ledgerReopened, event.home == .community,
            let epoch = event.payload.integer(ReopenedField.epoch).flatMap(UInt32.init(exactly:)),
            let size = event.payload.integer(ReopenedField.inheritedSize), size >= 0,
            let root = event.payload.data(ReopenedField.inheritedRoot).flatMap({ Hash($0) }),
            let signing = event.payload.data(ReopenedField.serverSigningKey),
            let receiving = event.payload.data(ReopenedField.serverReceivingKey),
            ReplicaID(signingKey: signing) == event.dot.replica
        else { return nil }
        self.epoch = Epoch(epoch)
        inheritedSize = LedgerPosition(UInt64(size))
        inheritedRoot = root
        serverSigningKey = signing
        serverReceivingKey = receiving
    }
}
