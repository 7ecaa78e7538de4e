// The event: one recorded fact, serialized once by its author and relayed verbatim ever after.
// Source: docs/protocol.md section 2. Neighbors: Event+Wire.swift (bytes), Descriptors/ (meaning).
// Invariant: nothing re-encodes an event that somebody else wrote.

/// The number of a kind, known to this build or not.
public struct KindNumber: Hashable, Comparable, Sendable {
    public let value: UInt32
    public init(_ value: UInt32) { self.value = value }
    public static func < (lhs: Self, rhs: Self) -> Bool { lhs.value < rhs.value }
}

/// First 16 bytes of H(source ‖ scope ‖ row ‖ n-th equal row): the same key is the same thing.
public struct ImportKey: Hashable, Comparable, Sendable {
    public let value: Bytes16
    public init(_ value: Bytes16) { self.value = value }
    public static func < (lhs: Self, rhs: Self) -> Bool { lhs.value < rhs.value }
}

/// A stable 64-bit name of a data key, from eight random bytes.
public struct DataKeyID: Hashable, Comparable, Sendable {
    public let value: UInt64
    public init(_ value: UInt64) { self.value = value }
    public static func < (lhs: Self, rhs: Self) -> Bool { lhs.value < rhs.value }
}

/// Encrypted fields: ChaCha20-Poly1305 of a payload under a data key.
public struct SealedPart: Hashable, Sendable {
    public let key: DataKeyID
    public let nonce: [UInt8]
    /// Ciphertext with the 16-byte tag appended.
    public let ciphertext: [UInt8]
    public init(key: DataKeyID, nonce: [UInt8], ciphertext: [UInt8]) {
        self.key = key
        self.nonce = nonce
        self.ciphertext = ciphertext
    }
}

/// Says that an event repeats one which its diverged origin had recorded.
public struct Reissued: Hashable, Sendable {
    public let origin: Dot
    public let leaf: Hash
    public init(origin: Dot, leaf: Hash) {
        self.origin = origin
        self.leaf = leaf
    }
}

public struct Event: Hashable, Sendable {
    /// Longest serialized event: a whole run of a hundred must fit a request.
    public static let byteCountMax = 60_000
    public static let currentSchema: UInt32 = 1

    public var dot: Dot
    public var context: CausalContext
    /// By the device's clock.
    public var recordedAt: Instant
    public var utcOffsetMinutes: Int32
    /// Nil when the server replica itself writes.
    public var worker: EntityID?
    public var onBehalfOf: EntityID?
    public var home: ScopeID
    /// Nil: this event creates its entity.
    public var subject: EntityID?
    public var kind: KindNumber
    public var schema: UInt32
    public var payload: Payload
    public var sealed: [SealedPart]
    public var reissued: Reissued?
    public var importKey: ImportKey?

    public init(
        dot: Dot, context: CausalContext, recordedAt: Instant, utcOffsetMinutes: Int32,
        worker: EntityID?, onBehalfOf: EntityID? = nil, home: ScopeID, subject: EntityID?,
        kind: KindNumber, schema: UInt32 = Event.currentSchema, payload: Payload,
        sealed: [SealedPart] = [], reissued: Reissued? = nil, importKey: ImportKey? = nil
    ) {
        self.dot = dot
        self.context = context
        self.recordedAt = recordedAt
        self.utcOffsetMinutes = utcOffsetMinutes
        self.worker = worker
        self.onBehalfOf = onBehalfOf
        self.home = home
        self.subject = subject
        self.kind = kind
        self.schema = schema
        self.payload = payload
        self.sealed = sealed
        self.reissued = reissued
        self.importKey = importKey
    }

    /// The entity this event is about: its subject, or itself.
    public var entity: EntityID { subject ?? EntityID(dot) }

    /// Nil for a kind that this build does not know.
    public var knownKind: Kind? { Kind(rawValue: kind.value) }
}
