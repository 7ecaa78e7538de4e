// A device that has given out most of its member numbers gets more, in the transaction that
// admitted what used them. Neighbors: AppendSession calls it before it ends; NumberBlocks has the
// table.
// Invariant: a device that syncs before it has enrolled a whole block never runs out.

internal import Shared
internal import Store

extension AppendSession {
    /// Looks at the newest blocks that these events may have used numbers of.
    func supplyNumbers(after placed: [RecordedEvent]) throws {
        let table = NumberBlockTable(views)
        for (replica, places) in try blocksTouched(by: placed, table).sorted(by: { $0.key < $1.key }
        ) {
            guard let pairing = try DeviceTable(db).pairing(of: replica),
                case .device(let device)? = try views.state(of: pairing.entity),
                device.revokedAfter == nil
            else { continue }
            let short = try places.intersection(device.neighborhoods).sorted().filter { place in
                guard let newest = try table.newest(of: replica, in: place) else { return true }
                return try table.left(of: newest) < NumberLimits.leftMin
            }
            let blocks = try short.compactMap { try table.take($0, for: replica) }
            guard !blocks.isEmpty else { continue }
            try changeScope(of: device, neighborhoods: device.neighborhoods, adding: blocks)
        }
    }

    /// Neighborhoods by device: whose block a number is from, and who enrolled there.
    private func blocksTouched(
        by placed: [RecordedEvent], _ table: NumberBlockTable
    ) throws -> [ReplicaID: Set<EntityID>] {
        var touched: [ReplicaID: Set<EntityID>] = [:]
        var known: [NumberBlock] = []
        for event in placed.map(\.event) {
            guard let number = event.numberGiven, let place = event.home.neighborhood else {
                continue
            }
            if event.knownKind == .memberEnrolled {
                touched[event.dot.replica, default: []].insert(place)
            }
            let isKnown = known.contains {
                $0.neighborhood == place && $0.numbers.contains(number)
            }
            guard !isKnown, let holding = try table.holding(of: number, in: place) else {
                continue
            }
            known.append(holding.block)
            touched[holding.replica, default: []].insert(place)
        }
        return touched
    }
}

extension Event {
    /// The member number that somebody has by this event.
    fileprivate var numberGiven: Int64? {
        switch knownKind {
        case .memberEnrolled: payload.integer(MemberField.number)
        case .memberMoved: nil
        case .memberChanged:
            payload.fieldNumber(ChangeField.field) == MemberField.number
                ? payload.integer(ChangeField.new) : nil
        case .conflictResolved:
            payload.fieldNumber(ResolutionField.field) == MemberField.number
                ? payload.integer(ResolutionField.value) : nil
        case .communityFounded, .neighborhoodDefined, .workerRegistered, .devicePaired,
            .deviceSplit, .deviceRevoked, .deviceScopeChanged, .serverTLSKeysChanged,
            .ledgerReopened,
            .hoursRecorded,
            .hoursAmended, .hoursVoided, .hoursConfirmed, .hoursDisputed, .hoursReinstated,
            .hoursMarkedSame, .hoursMarkedDistinct, .conflictUndone, .conflictAsked,
            .conflictReplied, .quarantineEntered, .quarantineDecided, nil:
            nil
        }
    }
}
