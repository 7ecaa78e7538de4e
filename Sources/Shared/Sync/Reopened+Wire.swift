// What a device of a lost branch is told: in which epoch the ledger goes on, and from where.
// Source: docs/protocol.md section 3.6. Neighbors: SyncMessages carries it; the server's Reopening
// makes it, the device's EpochAcceptance checks it.

internal import Foundation

public struct Reopened: Hashable, Sendable {
    /// The ledger's present epoch.
    public var epoch: Epoch
    /// The smallest that any epoch which the device does not know inherited.
    public var inheritedSize: LedgerPosition
    /// Ledger root there.
    public var inheritedRoot: Hash
    /// The `ledger.reopened` that began the present epoch.
    public var event: [UInt8]

    public init(
        epoch: Epoch, inheritedSize: LedgerPosition, inheritedRoot: Hash, event: [UInt8]
    ) {
        self.epoch = epoch
        self.inheritedSize = inheritedSize
        self.inheritedRoot = inheritedRoot
        self.event = event
    }
}

extension Reopened {
    var wire: WireReopened {
        var wire = WireReopened()
        wire.epoch = epoch.value
        wire.inheritedSize = inheritedSize.value
        wire.inheritedRoot = Data(inheritedRoot.bytes)
        wire.event = Data(event)
        return wire
    }

    init(_ wire: WireReopened) throws(MessageError) {
        guard let root = Hash(wire.inheritedRoot), wire.inheritedSize <= Limits.countMax else {
            throw .malformed("a new epoch")
        }
        self.init(
            epoch: Epoch(wire.epoch), inheritedSize: LedgerPosition(wire.inheritedSize),
            inheritedRoot: root, event: [UInt8](wire.event))
    }
}
