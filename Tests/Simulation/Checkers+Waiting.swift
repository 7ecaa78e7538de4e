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

    /// Of what it says has not come back, the office has refused it or never signed it, keeps it
    /// apart, or misses what it was about: a decision waits for sides that have another name now.
    func checkNotBack(_ handset: Handset, _ ledger: LedgerCopy) throws {
        let waiting = try handset.device.read { book in
            try book.tables.openBranches().flatMap(book.tables.orphans).filter(\.isOpen)
        }
        for orphan in waiting {
            guard let event = try orphan.bytes.map({ try Event(decoding: $0) }),
                !Self.aboutSides.contains(event.knownKind),
                !ledger.keptApart.contains(orphan.leaf)
            else { continue }
            breaches.append(
                Breach(.i6, "\(handset.name) says that \(event.dot.short) is not back"))
        }
    }
}
