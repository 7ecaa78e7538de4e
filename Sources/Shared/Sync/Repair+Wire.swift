// Questions and answers of a repair to bytes and back. Neighbors: SyncMessages+Wire carries them.

internal import Foundation

extension RepairQuestion {
    var wire: WireRepairQuestion {
        var wire = WireRepairQuestion()
        if let neighborhood = scope.neighborhood { wire.scope = neighborhood.dot.wire }
        switch matter {
        case .subtrees(let level, let first):
            wire.level = UInt32(level)
            wire.first = first
        case .entries(let positions): wire.positions = positions.map(\.value)
        case .report(let cause, let entries):
            wire.cause = cause.rawValue
            wire.repaired = entries
        }
        return wire
    }

    init(_ wire: WireRepairQuestion) throws(MessageError) {
        let fault = MessageError.malformed("a repair's question")
        guard wire.level <= UInt32(RepairLimits.levelMax),
            max(wire.first, wire.repaired) <= Limits.countMax,
            wire.positions.count <= RepairLimits.subtreesMax,
            zip(wire.positions, wire.positions.dropFirst()).allSatisfy({ $0 < $1 }),
            (wire.positions.last ?? 0) <= Limits.countMax
        else { throw fault }
        var scope = ScopeID.community
        if wire.hasScope {
            guard let dot = try? Dot(wire.scope) else { throw fault }
            scope = .neighborhood(EntityID(dot))
        }
        if wire.cause > 0 {
            // A cause of a newer device is still a report.
            let cause = RepairCause(rawValue: wire.cause) ?? .altered
            self.init(scope: scope, .report(cause, entries: wire.repaired))
        } else if !wire.positions.isEmpty {
            self.init(scope: scope, .entries(wire.positions.map { LedgerPosition($0) }))
        } else {
            self.init(scope: scope, .subtrees(level: Int(wire.level), first: wire.first))
        }
    }
}

extension RepairAnswer {
    var wire: WireRepairAnswer {
        var wire = WireRepairAnswer()
        switch self {
        case .subtrees(let roots): wire.nodes = roots.map { Data($0.bytes) }
        case .leaves(let leaves):
            wire.nodes = leaves.map { Data($0.leaf.bytes) }
            wire.positions = leaves.map(\.position.value)
        case .entries(let page): wire.entries = Data(page)
        }
        return wire
    }

    init(_ wire: WireRepairAnswer) throws(MessageError) {
        let fault = MessageError.malformed("a repair's answer")
        let hashes = wire.nodes.compactMap { Hash($0) }
        guard hashes.count == wire.nodes.count, hashes.count <= RepairLimits.subtreesMax,
            wire.positions.isEmpty || wire.positions.count == hashes.count,
            zip(wire.positions, wire.positions.dropFirst()).allSatisfy({ $0 < $1 }),
            (wire.positions.last ?? 0) <= Limits.countMax
        else { throw fault }
        if !wire.entries.isEmpty {
            self = .entries([UInt8](wire.entries))
        } else if !wire.positions.isEmpty {
            self = .leaves(
                zip(wire.positions, hashes).map {
                    PlacedLeaf(position: LedgerPosition($0), leaf: $1)
                })
        } else {
            self = .subtrees(hashes)
        }
    }
}
