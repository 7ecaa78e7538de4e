// What a device says has not come back to an office that was set back. Neighbor: Checkers looks at
// all else.

import FaultInjection
import Shared
import Store

@testable import SyncClient

extension World {
    private static let aboutSides: [Kind?] = [
        .quarantineEntered, .quarantineDecided, .conflictResolved, .conflictUndone,
    ]

    /// For whoever looks into a broken promise: the ledger, a line an entry, at the story's end.
    func tellLedger() throws {
        for (index, entry) in try LedgerCopy(office.store).entries.enumerated() {
            let event = entry.event
            let anew = event.reissued.map { " for \($0.origin.short)" } ?? ""
            let seen = event.context
            tell(
                "\(index + 1) \(event.dot.short)\(anew) \(event.knownKind?.name ?? "?") of "
                    + "\(event.entity.short), leaf \(entry.leaf.short), saw \(seen.position), own "
                    + "\(seen.ownSequence), \(seen.extras.map(\.short))"
                    + "\(entry.isUnknown ? " (unknown)" : ""): \(event.payload)")
        }
    }

    func gone(from handset: Handset) throws -> Set<EntityID> {
        try handset.device.read { book in
            Set(try book.tables.scopeHoldings().filter { $0.value == .gone }.map(\.key))
        }
    }

    /// A neighborhood goes only when what was recorded there has its place.
    func checkLetGo(_ handset: Handset, gone before: Set<EntityID>) throws {
        let left = try gone(from: handset).subtracting(before)
        guard !left.isEmpty else { return }
        let others = people.neighborhoods.filter { !left.contains($0) }
        let isEarly = try handset.device.read { book in
            try book.tables.hasUnplaced(
                outside: Set([.community] + others.map(ScopeID.neighborhood)))
        }
        guard isEarly else { return }
        breaches.append(Breach(.i1, "\(handset.name) let go what it had not sent"))
    }

    /// Of what it says has not come back, the office has refused it or never signed it, keeps it
    /// apart, or misses what it was about: whom it names is kept apart, or a decision waits for
    /// sides that have another name now.
    func checkNotBack(_ handset: Handset, _ ledger: LedgerCopy) throws {
        let known = Set(ledger.entries.map(\.event.entity))
        let waiting = try handset.device.read { book in
            try book.tables.openBranches().flatMap(book.tables.orphans).filter(\.isOpen)
        }
        for orphan in waiting {
            guard let event = try orphan.bytes.map({ try Event(decoding: $0) }),
                !Self.aboutSides.contains(event.knownKind),
                !ledger.keptApart.contains(orphan.leaf), event.named.isSubset(of: known)
            else { continue }
            breaches.append(
                Breach(
                    .i6,
                    "\(handset.name) says that \(event.dot.short) "
                        + "(\(event.knownKind?.name ?? "?")) is not back"))
        }
    }
}
