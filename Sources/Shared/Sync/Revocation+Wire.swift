// A revocation to bytes and back. Neighbors: SyncMessages+Wire puts it into an answer.

extension Revocation {
    var wire: WireRevocation {
        var wire = WireRevocation()
        wire.revokedAt = revokedAt.milliseconds
        wire.asOf = asOf.value
        wire.decidedTo = decidedTo.value
        wire.decided = decided.map(\.wire)
        return wire
    }

    /// Choices that this build does not know are left out: the event goes on waiting here.
    init(_ wire: WireRevocation) throws(MessageError) {
        guard max(wire.asOf, wire.decidedTo) <= Limits.countMax,
            wire.decided.count <= Self.decidedMax,
            wire.decided.allSatisfy({ max($0.sequence, $0.position) <= Limits.countMax })
        else { throw .malformed("a revocation") }
        self.init(
            revokedAt: Instant(milliseconds: wire.revokedAt), asOf: Sequence64(wire.asOf),
            decidedTo: LedgerPosition(wire.decidedTo),
            decided: wire.decided.compactMap(Decided.init))
    }
}

extension Revocation.Decided {
    fileprivate var wire: WireDecided {
        var wire = WireDecided()
        wire.sequence = sequence.value
        wire.choice = UInt32(choice.rawValue)
        wire.position = position?.value ?? 0
        return wire
    }

    fileprivate init?(_ wire: WireDecided) {
        guard let choice = QuarantineChoice(rawValue: Int64(wire.choice)) else { return nil }
        self.init(
            sequence: Sequence64(wire.sequence), choice: choice,
            position: wire.position == 0 ? nil : LedgerPosition(wire.position))
    }
}
