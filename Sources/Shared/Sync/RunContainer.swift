// The one container of events in transit: "HBR1" ‖ zstd of a Run. A pushed run and a page
// differ in their header only. Source: docs/protocol.md section 6.
// Neighbors: SyncMessages carry containers; one reader, one writer, one fuzz target.

internal import Foundation
internal import SwiftProtobuf

public enum ContainerError: Error, Equatable {
    case notAContainer
    case tooLarge(unpackedBytes: UInt64)
    case malformed(String)
}

public enum ContainerLimits {
    /// A request or response body, compressed.
    public static let bodyBytesMax = 1_000_000
    /// All containers of one request, unpacked.
    public static let unpackedBytesMax = 16_000_000
}

/// Consecutive events of one replica, ending in a signed chain hash.
public struct PushedRun: Hashable, Sendable {
    public let community: CommunityID
    public let epoch: Epoch
    public let replica: ReplicaID
    public let first: Sequence64
    /// The chain after the last event.
    public let chain: ReplicaChain
    public let signature: [UInt8]
    /// Serialized events, verbatim, sequence first … chain.sequence.
    public let events: [[UInt8]]

    public init(
        community: CommunityID, epoch: Epoch, replica: ReplicaID, first: Sequence64,
        chain: ReplicaChain, signature: [UInt8], events: [[UInt8]]
    ) {
        self.community = community
        self.epoch = epoch
        self.replica = replica
        self.first = first
        self.chain = chain
        self.signature = signature
        self.events = events
    }

    public func packed() -> [UInt8] {
        var wire = WireRun()
        wire.community = Data(community.bytes)
        wire.epoch = epoch.value
        wire.replica = Data(replica.bytes)
        wire.first = first.value
        wire.last = chain.sequence.value
        wire.hash = Data(chain.hash.bytes)
        wire.signature = Data(signature)
        wire.events = events.map { Data($0) }
        return Container.pack(wire)
    }

    public init(unpacking bytes: [UInt8], bytesMax: Int) throws(ContainerError) {
        let wire = try Container.unpack(bytes, bytesMax: bytesMax)
        guard let community = CommunityID(wire.community), let replica = ReplicaID(wire.replica),
            let hash = Hash(wire.hash)
        else { throw .malformed("the header of a run") }
        guard wire.first > 0, wire.last >= wire.first, wire.last <= Limits.countMax,
            !wire.events.isEmpty,
            wire.last - wire.first == UInt64(wire.events.count - 1)
        else { throw .malformed("the count of events in a run") }
        self.init(
            community: community, epoch: Epoch(wire.epoch), replica: replica,
            first: Sequence64(wire.first),
            chain: ReplicaChain(sequence: Sequence64(wire.last), hash: hash),
            signature: [UInt8](wire.signature), events: wire.events.map { [UInt8]($0) })
    }

    /// Unpacked size, to share one request's bound among its runs.
    public var unpackedBytes: Int { events.reduce(200) { $0 + $1.count + 4 } }
}

/// Ledger entries of a device's scopes, in order, up to a position.
public struct Page: Hashable, Sendable {
    public let community: CommunityID
    public let epoch: Epoch
    public let first: LedgerPosition
    public let last: LedgerPosition
    /// Ledger root when its size was `last`.
    public let root: Hash
    public let entries: [LedgerEntry]

    public init(
        community: CommunityID, epoch: Epoch, first: LedgerPosition, last: LedgerPosition,
        root: Hash, entries: [LedgerEntry]
    ) {
        self.community = community
        self.epoch = epoch
        self.first = first
        self.last = last
        self.root = root
        self.entries = entries
    }

    public func packed() -> [UInt8] {
        var wire = WireRun()
        wire.community = Data(community.bytes)
        wire.epoch = epoch.value
        wire.first = first.value
        wire.last = last.value
        wire.hash = Data(root.bytes)
        wire.entries = entries.map(\.wire)
        return Container.pack(wire)
    }

    public init(unpacking bytes: [UInt8], bytesMax: Int) throws(ContainerError) {
        let wire = try Container.unpack(bytes, bytesMax: bytesMax)
        guard let community = CommunityID(wire.community), let root = Hash(wire.hash),
            max(wire.first, wire.last) <= Limits.countMax
        else { throw .malformed("the header of a page") }
        var entries: [LedgerEntry] = []
        var previous: UInt64 = 0
        for entry in wire.entries {
            guard entry.position > previous, entry.position >= wire.first,
                entry.position <= wire.last
            else {
                throw .malformed("the order of a page")
            }
            previous = entry.position
            entries.append(try LedgerEntry(entry))
        }
        self.init(
            community: community, epoch: Epoch(wire.epoch), first: LedgerPosition(wire.first),
            last: LedgerPosition(wire.last), root: root, entries: entries)
    }
}

private enum Container {
    static let magic = Array("HBR1".utf8)

    static func pack(_ wire: WireRun) -> [UInt8] {
        do {
            return magic + Zstandard.compress(try wire.serializedBytes())
        } catch {
            preconditionFailure("a run of plain values always serializes: \(error)")
        }
    }

    static func unpack(_ bytes: [UInt8], bytesMax: Int) throws(ContainerError) -> WireRun {
        guard bytes.starts(with: magic) else { throw .notAContainer }
        let plain: [UInt8]
        do {
            plain = try Zstandard.decompress(bytes.dropFirst(magic.count), bytesMax: bytesMax)
        } catch {
            switch error {
            case .notZstandard: throw .notAContainer
            case .tooLarge(let size): throw .tooLarge(unpackedBytes: size)
            }
        }
        do {
            return try WireRun(serializedBytes: plain)
        } catch {
            throw .malformed("a run")
        }
    }
}

extension LedgerEntry {
    fileprivate var wire: WireEntry {
        var wire = WireEntry()
        wire.position = position.value
        wire.reach = reach.compactMap { $0.neighborhood?.dot.wire }
        wire.receivedAt = receivedAt.milliseconds
        wire.contextUnknown = contextUnknown
        switch content {
        case .bytes(let bytes): wire.event = Data(bytes)
        case .own(let sequence): wire.ownSequence = sequence.value
        }
        return wire
    }

    fileprivate init(_ wire: WireEntry) throws(ContainerError) {
        let neighborhoods: [EntityID]
        do {
            neighborhoods = try wire.reach.entities()
        } catch {
            throw .malformed("the reach of an entry")
        }
        guard wire.event.isEmpty != (wire.ownSequence == 0), wire.ownSequence <= Limits.countMax
        else { throw .malformed("the content of an entry") }
        self.init(
            position: LedgerPosition(wire.position),
            reach: neighborhoods.isEmpty ? [.community] : neighborhoods.map(ScopeID.neighborhood),
            receivedAt: Instant(milliseconds: wire.receivedAt),
            content: wire.event.isEmpty
                ? .own(Sequence64(wire.ownSequence)) : .bytes([UInt8](wire.event)),
            contextUnknown: wire.contextUnknown)
    }
}
