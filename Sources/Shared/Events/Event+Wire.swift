// The one place where event bytes are made and read.
// Neighbors: Payload+Wire.swift for the values inside; Chain/LeafHash hashes what this writes.

internal import Foundation
internal import SwiftProtobuf

/// Why bytes are not an event. The bytes are kept whatever the reason.
public enum EventError: Error, Equatable {
    case tooLong(Int)
    case notProtobuf
    case malformed(field: String)
}

extension Event {
    /// Serializes, once: the result is what is hashed, signed, stored and relayed.
    public func encoded() -> [UInt8] {
        do {
            return try wire.serializedBytes()
        } catch {
            preconditionFailure("an event of plain values always serializes: \(error)")
        }
    }

    public init(decoding bytes: [UInt8]) throws(EventError) {
        guard bytes.count <= Self.byteCountMax else { throw .tooLong(bytes.count) }
        let wire: WireEvent
        do {
            wire = try WireEvent(serializedBytes: bytes)
        } catch {
            throw .notProtobuf
        }
        try self.init(wire)
    }

    private init(_ wire: WireEvent) throws(EventError) {
        self.init(
            dot: try Dot(replica: wire.replica, sequence: wire.sequence),
            context: try CausalContext(wire.context),
            recordedAt: Instant(milliseconds: wire.recordedAt),
            utcOffsetMinutes: wire.utcOffset,
            worker: wire.hasWorker ? EntityID(try Dot(wire.worker)) : nil,
            onBehalfOf: wire.hasOnBehalfOf ? EntityID(try Dot(wire.onBehalfOf)) : nil,
            home: wire.hasHome ? .neighborhood(EntityID(try Dot(wire.home))) : .community,
            subject: wire.hasSubject ? EntityID(try Dot(wire.subject)) : nil,
            kind: KindNumber(wire.kind), schema: wire.schema,
            payload: try Payload(wire.payload),
            sealed: try SealedPart.all(wire.sealed),
            reissued: wire.hasReissued ? try Reissued(wire.reissued) : nil,
            importKey: try ImportKey.optional(wire.importKey))
    }

    private var wire: WireEvent {
        var wire = WireEvent()
        wire.replica = Data(dot.replica.bytes)
        wire.sequence = dot.sequence.value
        wire.context = context.wire
        wire.recordedAt = recordedAt.milliseconds
        wire.utcOffset = utcOffsetMinutes
        if let worker { wire.worker = worker.dot.wire }
        if let onBehalfOf { wire.onBehalfOf = onBehalfOf.dot.wire }
        if let neighborhood = home.neighborhood { wire.home = neighborhood.dot.wire }
        if let subject { wire.subject = subject.dot.wire }
        wire.kind = kind.value
        wire.schema = schema
        if !payload.isEmpty { wire.payload = payload.wire }
        wire.sealed = sealed.map(\.wire)
        if let reissued { wire.reissued = reissued.wire }
        if let importKey { wire.importKey = Data(importKey.value.bytes) }
        return wire
    }
}

extension Dot {
    var wire: WireDot {
        var wire = WireDot()
        wire.replica = Data(replica.bytes)
        wire.sequence = sequence.value
        return wire
    }

    init(_ wire: WireDot) throws(EventError) {
        try self.init(replica: wire.replica, sequence: wire.sequence)
    }

    fileprivate init(replica: Data, sequence: UInt64) throws(EventError) {
        guard let replica = ReplicaID(replica), (1...Limits.countMax).contains(sequence) else {
            throw .malformed(field: "dot")
        }
        self.init(replica, Sequence64(sequence))
    }
}

extension CausalContext {
    /// More extras than this are a forgery or a mistake: two devices meet in a stairwell, not
    /// fifty.
    public static let extrasMax = 1_000

    fileprivate var wire: WireContext {
        var wire = WireContext()
        wire.position = position.value
        wire.rootTag = Data(rootTag.bytes)
        wire.ownSequence = ownSequence.value
        wire.extras = extras.map(\.wire)
        return wire
    }

    fileprivate init(_ wire: WireContext) throws(EventError) {
        guard let tag = RootTag(wire.rootTag), wire.extras.count <= Self.extrasMax,
            max(wire.position, wire.ownSequence) <= Limits.countMax
        else { throw .malformed(field: "context") }
        var extras: [Dot] = []
        for extra in wire.extras { extras.append(try Dot(extra)) }
        self.init(
            position: LedgerPosition(wire.position), rootTag: tag,
            ownSequence: Sequence64(wire.ownSequence), extras: extras)
    }
}

extension SealedPart {
    static let nonceByteCount = 12

    fileprivate var wire: WireSealedPart {
        var wire = WireSealedPart()
        wire.key = key.value
        wire.nonce = Data(nonce)
        wire.ciphertext = Data(ciphertext)
        return wire
    }

    fileprivate static func all(_ wires: [WireSealedPart]) throws(EventError) -> [SealedPart] {
        var parts: [SealedPart] = []
        for wire in wires {
            guard wire.nonce.count == nonceByteCount else { throw .malformed(field: "sealed") }
            parts.append(
                SealedPart(
                    key: DataKeyID(wire.key), nonce: [UInt8](wire.nonce),
                    ciphertext: [UInt8](wire.ciphertext)))
        }
        return parts
    }
}

extension Reissued {
    fileprivate var wire: WireReissued {
        var wire = WireReissued()
        wire.origin = origin.wire
        wire.leaf = Data(leaf.bytes)
        return wire
    }

    fileprivate init(_ wire: WireReissued) throws(EventError) {
        guard let leaf = Hash(wire.leaf) else { throw .malformed(field: "reissued") }
        self.init(origin: try Dot(wire.origin), leaf: leaf)
    }
}

extension ImportKey {
    fileprivate static func optional(_ bytes: Data) throws(EventError) -> ImportKey? {
        if bytes.isEmpty { return nil }
        guard let value = Bytes16(bytes) else { throw .malformed(field: "import key") }
        return ImportKey(value)
    }
}
