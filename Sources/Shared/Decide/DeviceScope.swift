// What later events say of what a device holds and which member numbers it may give out.
// Source: docs/protocol.md section 2.3. Neighbors: DecideEntity asks for a device's state; the
// server's Pull/HeldScopes asks what was held along the ledger; MemberNumbers uses the blocks.
// Invariants: numbers add up, for what was given out is never taken back; what is held is what the
// last change in the order of the ledger says, for the server alone writes them.

extension [RecordedEvent] {
    /// Of a device: the changes of what it holds, in the order of the ledger.
    public var scopeChanges: [RecordedEvent] {
        filter { $0.event.knownKind == .deviceScopeChanged }.sorted(by: RecordedEvent.isEarlier)
    }

    /// Those of the last change; of the pairing before there is one.
    func neighborhoodsHeld(since paired: [EntityID]) -> [EntityID] {
        scopeChanges.last?.event.payload.entities(ScopeChangeField.neighborhoods) ?? paired
    }

    var blocksAdded: [NumberBlock] {
        scopeChanges.flatMap { $0.event.payload.blocks(ScopeChangeField.numberBlocks) }
    }
}

extension NumberBlock {
    public var numbers: ClosedRange<Int64> { Int64(first)...Int64(Swift.max(first, last)) }
}

extension [NumberBlock] {
    /// One block for those that touch or overlap, by neighborhood and number.
    public func joined() -> [NumberBlock] {
        sorted { ($0.neighborhood, $0.first, $0.last) < ($1.neighborhood, $1.first, $1.last) }
            .reduce(into: []) { joined, next in
                guard let last = joined.last, last.neighborhood == next.neighborhood,
                    Int64(next.first) <= last.numbers.upperBound + 1
                else { return joined.append(next) }
                joined[joined.count - 1] = NumberBlock(
                    neighborhood: last.neighborhood, first: last.first,
                    last: Swift.max(last.last, next.last))
            }
    }
}
