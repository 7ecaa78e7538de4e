// What an admin had left out, or a revoked device had brought, and came back with its author before
// that decision did: it stands in the ledger, and a person has to look at it.
// Neighbors: TakingBack brings decisions back, `waiting` shows these lines.

internal import GRDB
internal import Shared
internal import Store

extension Views {
    func countedAgainRecords() throws -> [WaitingRecord] {
        let decisions = try quarantineDecisions()
        let devices = try devices()
        let late = try devices.flatMap { device -> [NewEvent] in
            guard let last = device.revokedAfter else { return [] }
            return try tables.placed(of: device.replica, after: last).filter {
                decisions[$0.leaf]?.choice != .admit
            }
        }
        let events = try (rejected(decisions) + late).filter { try counts($0.event) }
        let byDevice = Dictionary(grouping: Set(events.map(\.event.dot)), by: \.replica)
        return devices.compactMap { device in
            guard let some = byDevice[device.replica]?.sorted() else { return nil }
            let first = some.prefix(Self.namedMax).map(\.short).joined(separator: ", ")
            return WaitingRecord(
                what: "again", device: device.label,
                text: "\(some.count) entries that had been left out came back with their author "
                    + "before that decision did, and count: \(first); void on a device what is to "
                    + "stay out", count: some.count, since: nil)
        }
    }

    private func rejected(
        _ decisions: [Hash: (choice: QuarantineChoice, reason: String?)]
    ) throws -> [NewEvent] {
        try entities(.quarantine).flatMap { id -> [NewEvent] in
            guard case .quarantine(let state)? = try self.state(of: id) else { return [] }
            return try state.events.filter { side in
                try decisions[side.leaf]?.choice == .reject
                    && tables.leaf(of: side.dot) == side.leaf
            }.compactMap { try tables.bytes(of: $0.dot) }
        }
    }

    private static let namedMax = 5

    /// Nothing is left to do about what was voided.
    private func counts(_ event: Event) throws -> Bool {
        guard let entry = try hours(event.entity) else { return true }
        return entry.standing != EntryStanding.void.name
    }
}
