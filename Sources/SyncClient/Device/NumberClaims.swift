// Of two devices that were given the same member numbers, in two branches of the ledger, which may
// give them out. Source: docs/protocol.md section 3.6.1. Neighbors: MemberNumbers asks; the
// server's Offers/SideTables gives the other one more.
// Invariant: every device says the same of every number, for all of them hold the events that gave
// the blocks, in the ledger's order.

internal import Shared
internal import Store

extension LocalBook {
    /// Numbers of a block of this device's that another device was given earlier in the ledger.
    func numbersGivenEarlier(of block: NumberBlock) throws -> [ClosedRange<Int64>] {
        guard let device else { return [] }
        return try views.devices().filter { $0.replica != device.replica }.flatMap { other in
            try other.numberBlocks.compactMap { theirs in
                theirs.neighborhood == block.neighborhood
                    ? theirs.numbers.intersection(block.numbers) : nil
            }.filter { try position(of: $0, given: other) < position(of: $0, given: device) }
        }
    }

    /// Where the ledger first gives any of these numbers to a device.
    private func position(
        of numbers: ClosedRange<Int64>, given device: DeviceState
    ) throws -> LedgerPosition {
        let giving = try tables.events(of: device.id).filter { recorded in
            let payload = recorded.event.payload
            let blocks =
                recorded.event.subject == nil
                ? payload.blocks(DeviceField.numberBlocks)
                : payload.blocks(ScopeChangeField.numberBlocks)
            return blocks.contains { $0.numbers.overlaps(numbers) }
        }
        return giving.compactMap(\.observation.position).min() ?? LedgerPosition(Limits.countMax)
    }
}

extension ClosedRange<Int64> {
    fileprivate func intersection(_ other: Self) -> Self? {
        overlaps(other) ? clamped(to: other) : nil
    }
}
