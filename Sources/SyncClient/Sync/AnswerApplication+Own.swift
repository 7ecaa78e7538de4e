// What a page says of this device's own events: of its replica, and of names its folder had before.
// Neighbors: AnswerApplication takes the page and calls it; OwnLine follows the chain.
// Invariant: an own event loses no byte whatever became of it.

internal import Shared
internal import Store

extension AnswerApplication {
    /// Nothing of it is shown here; an own event is kept all the same.
    func putAway(
        _ entry: LedgerEntry, _ admitted: Admitted, _ line: inout OwnLine?
    ) throws -> RecordedEvent? {
        let new: NewEvent
        switch entry.content {
        case .own(let sequence):
            guard let own = try book.ownEvent(sequence) else {
                throw Fault.missingOwn(sequence)
            }
            new = own
        case .bytes(let bytes):
            guard let other = try? NewEvent(bytes: bytes) else { throw Fault.event(entry.position) }
            new = other
        }
        let dot = new.event.dot
        guard dot.replica == book.paired.replica else {
            try putAwayFormer(PlacedEvent(new: new, admitted: admitted))
            return nil
        }
        if let own = try ownLeaf(dot) {
            guard own == new.leaf else {
                throw Fault.parted(common: Sequence64(dot.sequence.value - 1))
            }
        } else {
            try follow(new, &line)
        }
        try book.tables.putAway(PlacedEvent(new: new, admitted: admitted))
        try book.tables.removeUnsent(dot)
        try book.tables.forgetRefused(dot.sequence)
        try book.tables.projectAgain([new.event.entity])
        return nil
    }

    /// Under a name that this folder had before, the entry that waits to be found in the ledger.
    private func putAwayFormer(_ event: PlacedEvent) throws {
        guard try book.tables.hasParted(event.new.event.dot, leaf: event.new.leaf) else { return }
        try book.tables.putAway(event)
    }

    /// What this says of own events that the database does not have: it was set back to an older
    /// copy, and what is recorded next comes after them.
    func follow(_ new: NewEvent, _ line: inout OwnLine?) throws {
        if new.event.dot.replica == book.paired.replica {
            let sequence = new.event.dot.sequence
            var own = try line ?? ownLine()
            // Others brought it back, and not what came before it: this folder cannot go on there.
            guard own.take(sequence, new.leaf) else {
                throw Fault.parted(common: own.head.sequence)
            }
            line = own
        } else if new.event.knownKind == .quarantineEntered {
            let sides = new.event.payload.sides(QuarantineField.events)
                .filter { $0.dot.replica == book.paired.replica }
            for side in sides {
                guard try ownLeaf(side.dot).map({ $0 == side.leaf }) ?? true else {
                    throw Fault.parted(common: Sequence64(side.dot.sequence.value - 1))
                }
                try keepApart(side, new.event)
            }
            // Nearly always they are here: this device has just sent them.
            let last = try line?.head.sequence ?? book.head.sequence
            guard sides.contains(where: { $0.dot.sequence > last }) else { return }
            var own = try line ?? ownLine()
            own.takeApart(sides)
            line = own
        }
    }

    /// An own event whose outcome was told to another copy of this folder, or was lost on its
    /// way: it has no place before an admin lets it in.
    private func keepApart(_ side: Side, _ entered: Event) throws {
        guard let own = try book.tables.event(side.dot), own.observation.position == nil,
            let event = try book.ownEvent(side.dot.sequence)
        else { return }
        let reason = entered.payload.integer(QuarantineField.cause)
            .flatMap { UInt32(exactly: $0) }.flatMap(QuarantineReason.init(rawValue:))
        try book.tables.keepRefused(event, reason: reason ?? .invalid)
        try book.tables.removeUnsent(side.dot)
        try book.tables.projectAgain([event.event.entity])
    }

    private func ownLine() throws -> OwnLine {
        OwnLine(
            head: try book.head, replica: book.paired.replica, apart: try book.ownKeptApart())
    }

    /// Of an own event that is here, whether or not the office keeps it apart.
    func ownLeaf(_ dot: Dot) throws -> Hash? {
        guard dot.replica == book.paired.replica else { return nil }
        return try book.tables.leaf(of: dot) ?? book.tables.refused(dot.sequence)?.leaf
            ?? book.tables.putAwayEvent(dot)?.new.leaf
    }

    func promote(
        _ dot: Dot, _ admitted: Admitted, holding: Set<ScopeID>
    ) throws -> RecordedEvent? {
        if let own = try book.tables.admitOwn(dot, admitted, holding: holding) {
            return own.mustProject ? own.recorded : nil
        }
        // An admin let in what was kept apart: it is part of the state from now on.
        guard let kept = try book.tables.refused(dot.sequence) else {
            throw Fault.missingOwn(dot.sequence)
        }
        try book.tables.insert(kept, admitted, holding: holding)
        try book.tables.forgetRefused(dot.sequence)
        return RecordedEvent(
            event: kept.event, leaf: kept.leaf, position: admitted.position,
            contextUnknown: admitted.contextUnknown)
    }
}
