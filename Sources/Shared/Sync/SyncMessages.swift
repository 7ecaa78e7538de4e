// The stateless request that pushes and pulls, and its answer.
// Source: docs/protocol.md section 7. Neighbors: SyncMessages+Wire.swift for bytes; the device's
// SyncSession and the server's SyncRoute at either end.

public enum SyncProtocol {
    public static let mediaType = "application/vnd.hourbook.v1+protobuf"
    public static let syncPath = "/v1/sync"
    public static let pairPath = "/v1/pair"
    public static let splitPath = "/v1/split"
    public static let offerPath = "/v1/offer"
    /// Every answer carries the next nonce in this header.
    public static let nonceHeader = "Hourbook-Nonce"
    /// Every answer to a sync carries the ledger key's signature in this header, in hex.
    public static let signatureHeader = "Hourbook-Signature"
    /// "Hourbook replica=…, nonce=…, signature=…", each in hex.
    public static let authorizationScheme = "Hourbook"
}

/// Size and root of a scope's tree.
public struct ScopeDigest: Hashable, Sendable {
    public let scope: ScopeID
    public let size: UInt64
    public let root: Hash
    public init(scope: ScopeID, size: UInt64, root: Hash) {
        self.scope = scope
        self.size = size
        self.root = root
    }
}

/// A neighborhood of which a device has all entries up to a position, and not yet those after it;
/// or the history of a member who moved to one, of which it has as much.
public struct ScopeFill: Hashable, Sendable {
    /// The neighborhood, or the member.
    public let scope: EntityID
    public let upto: LedgerPosition
    /// Where the `member.moved` is that the history goes with.
    public let moved: LedgerPosition?

    public init(scope: EntityID, upto: LedgerPosition, moved: LedgerPosition? = nil) {
        self.scope = scope
        self.upto = upto
        self.moved = moved
    }
}

/// A data key that a replica lacks, and an event that it holds whose sealed part names it.
public struct WantedKey: Hashable, Sendable {
    /// Keys in one request or answer: bounds what either side looks up at a time.
    public static let countMax = 1_000

    public let key: DataKeyID
    public let event: Dot

    public init(key: DataKeyID, event: Dot) {
        self.key = key
        self.event = event
    }
}

public struct SyncRequest: Hashable, Sendable {
    public var version = SyncProtocol.version
    public var replica: ReplicaID
    /// The device holds its scopes' entries up to here.
    public var cursor: LedgerPosition
    /// Of the ledger root at the cursor.
    public var cursorTag: RootTag
    /// Last own event the device holds, sent or not.
    public var ownSequence: Sequence64
    /// One per held scope, the community's among them.
    public var held: [ScopeDigest]
    /// Packed runs.
    public var runs: [[UInt8]]
    /// To the server replica.
    public var keys: WrappedKeys?
    public var deviceTime: Instant
    /// Of the last ledger checkpoint that the device keeps.
    public var checkpointSize: LedgerPosition
    /// Keys that the device lacks.
    public var wantedKeys: [WantedKey]
    /// What the server wanted up to this key has been answered in this session.
    public var wantedAfter: DataKeyID?
    /// Of a revoked device: decisions up to here it has been told.
    public var decidedTo: LedgerPosition
    /// About a scope whose digest differs.
    public var repair: RepairQuestion?
    /// The last ledger checkpoint that the device keeps, once, to a server that knows less.
    public var shown: String?
    /// The newest that the device knows.
    public var epoch: Epoch
    /// A neighborhood whose past the device fetches.
    public var fill: ScopeFill?

    public init(
        replica: ReplicaID, cursor: LedgerPosition, cursorTag: RootTag, ownSequence: Sequence64,
        held: [ScopeDigest], runs: [[UInt8]], keys: WrappedKeys?, deviceTime: Instant,
        checkpointSize: LedgerPosition = .start, wantedKeys: [WantedKey] = [],
        wantedAfter: DataKeyID? = nil, decidedTo: LedgerPosition = .start,
        repair: RepairQuestion? = nil, shown: String? = nil, epoch: Epoch = .first,
        fill: ScopeFill? = nil
    ) {
        self.replica = replica
        self.cursor = cursor
        self.cursorTag = cursorTag
        self.ownSequence = ownSequence
        self.held = held
        self.runs = runs
        self.keys = keys
        self.deviceTime = deviceTime
        self.checkpointSize = checkpointSize
        self.wantedKeys = wantedKeys
        self.wantedAfter = wantedAfter
        self.decidedTo = decidedTo
        self.repair = repair
        self.shown = shown
        self.epoch = epoch
        self.fill = fill
    }
}

public struct SyncResponse: Hashable, Sendable {
    /// The request's.
    public var version = SyncProtocol.version
    public var outcomes: [Outcome]
    /// A packed page; empty when there is nothing new.
    public var page: [UInt8]
    public var cursor: LedgerPosition
    /// Ledger root at the cursor.
    public var root: Hash
    /// The page ends before the ledger does: ask again.
    public var more: Bool
    /// Held scopes whose digest at the cursor differs from the request's.
    public var scopes: [ScopeDigest]
    /// To the device.
    public var keys: WrappedKeys?
    public var serverTime: Instant
    /// One sentence for the user, or empty.
    public var advice: String
    /// Signed notes of the ledger and of held scopes that grew since the device's last checkpoint.
    public var checkpoints: [String]
    /// Of members elsewhere, about whom the ledger has news up to the cursor.
    public var directory: [DirectoryLine]
    /// Keys that the server lacks, of entries that the device holds; ascending.
    public var wantedKeys: [DataKeyID]
    /// To a revoked device, which gets nothing else.
    public var revocation: Revocation?
    /// To the request's question.
    public var repair: RepairAnswer?
    /// To a device whose cursor is of a lost branch; then nothing else is said.
    public var reopened: Reopened?
    /// Packed entries of what the request asked to fill; empty when there are none.
    public var fill: [UInt8]
    /// They go from where the request said up to here, by then; nil when nothing was filled.
    public var filled: LedgerPosition?

    public init(
        outcomes: [Outcome], page: [UInt8], cursor: LedgerPosition, root: Hash, more: Bool,
        scopes: [ScopeDigest], keys: WrappedKeys?, serverTime: Instant, advice: String,
        checkpoints: [String] = [], directory: [DirectoryLine] = [],
        wantedKeys: [DataKeyID] = [], revocation: Revocation? = nil, repair: RepairAnswer? = nil,
        reopened: Reopened? = nil, fill: [UInt8] = [], filled: LedgerPosition? = nil
    ) {
        self.outcomes = outcomes
        self.page = page
        self.cursor = cursor
        self.root = root
        self.more = more
        self.scopes = scopes
        self.keys = keys
        self.serverTime = serverTime
        self.advice = advice
        self.checkpoints = checkpoints
        self.directory = directory
        self.wantedKeys = wantedKeys
        self.revocation = revocation
        self.repair = repair
        self.reopened = reopened
        self.fill = fill
        self.filled = filled
    }
}

public struct PairRequest: Hashable, Sendable {
    public var link: [UInt8]
    public var signingKey: [UInt8]
    public var receivingKey: [UInt8]
    public var label: String
    public var proof: [UInt8]

    public init(
        link: [UInt8], signingKey: [UInt8], receivingKey: [UInt8], label: String, proof: [UInt8]
    ) {
        self.link = link
        self.signingKey = signingKey
        self.receivingKey = receivingKey
        self.label = label
        self.proof = proof
    }
}

/// A copied folder asks for a name of its own, signed by the key it has been known by.
public struct SplitRequest: Hashable, Sendable {
    public var signingKey: [UInt8]
    public var receivingKey: [UInt8]
    /// What both folders have, as the server said.
    public var common: Sequence64
    /// By the new signing key over `Signed.split`.
    public var proof: [UInt8]

    public init(
        signingKey: [UInt8], receivingKey: [UInt8], common: Sequence64, proof: [UInt8]
    ) {
        self.signingKey = signingKey
        self.receivingKey = receivingKey
        self.common = common
        self.proof = proof
    }
}

public struct PairResponse: Hashable, Sendable {
    public var communityName: String
    public var ledgerKey: [UInt8]
    public var serverSigningKey: [UInt8]
    public var serverReceivingKey: [UInt8]
    /// Position of `device.paired`.
    public var pairedAt: LedgerPosition
    /// By the ledger key over `Signed.paired`.
    public var signature: [UInt8]

    public init(
        communityName: String, ledgerKey: [UInt8], serverSigningKey: [UInt8],
        serverReceivingKey: [UInt8], pairedAt: LedgerPosition, signature: [UInt8] = []
    ) {
        self.communityName = communityName
        self.ledgerKey = ledgerKey
        self.serverSigningKey = serverSigningKey
        self.serverReceivingKey = serverReceivingKey
        self.pairedAt = pairedAt
        self.signature = signature
    }
}
