// Events that are not admitted → kept apart, and said so in the ledger, so that every device's
// chain can be verified over them. Neighbors: Committer hands them over, QuarantineDesk decides
// later.
// Invariant: the ledger names them by dot and leaf hash; what they say is in the quarantine only.

internal import Shared
internal import Store

/// An event of a run that is not admitted.
struct Refused {
    let received: ReceivedEvent
    let reason: QuarantineReason
}

extension AppendSession {
    /// Keeps events of one replica apart: one `quarantine.entered` for each reason, in chain order.
    func quarantine(_ refused: [Refused], of replica: ReplicaID) throws {
        let table = QuarantineTable(db)
        for event in refused {
            try table.insert(event.received, of: replica, event.reason, at: now)
        }
        let grouped = Dictionary(grouping: refused, by: \.reason)
        for (reason, group) in grouped.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            for first in stride(from: 0, to: group.count, by: Limits.sidesMax) {
                let sides = group[first...].prefix(Limits.sidesMax).map {
                    Side(dot: Dot(replica, $0.received.sequence), leaf: $0.received.leaf)
                }
                try enter(sides, reason)
            }
        }
    }

    /// Says in the ledger that these are kept apart; returns the entity that says so.
    @discardableResult
    func enter(_ sides: [Side], _ reason: QuarantineReason) throws -> EntityID {
        let entered = try author(
            Draft(
                kind: .quarantineEntered,
                payload: [
                    QuarantineField.events: .sides(sides),
                    QuarantineField.cause: .integer(Int64(reason.rawValue)),
                ])
        ).event.entity
        for side in sides { try QuarantineTable(db).setEntered(entered, of: side.dot) }
        return entered
    }
}
