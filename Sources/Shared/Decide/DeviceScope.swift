// What later events say of what a device holds and which member numbers it may give out.
// Source: docs/protocol.md section 2.3. Neighbors: DecideEntity asks for a device's state; the
// server hands out blocks, MemberNumbers of a device uses them.
// Invariants: numbers add up, for what was given out is never taken back; neighborhoods only become
// fewer, for one that is added needs its past first, which this build does not fetch.

extension [RecordedEvent] {
    private var scopeChanges: [Payload] {
        filter { $0.event.knownKind == .deviceScopeChanged }.map(\.event.payload)
    }

    /// Those of the pairing that every change still names.
    func neighborhoodsLeft(of paired: [EntityID]) -> [EntityID] {
        let named = scopeChanges.map { Set($0.entities(ScopeChangeField.neighborhoods)) }
        return paired.filter { place in named.allSatisfy { $0.contains(place) } }
    }

    var blocksAdded: [NumberBlock] {
        scopeChanges.flatMap { $0.blocks(ScopeChangeField.numberBlocks) }
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
