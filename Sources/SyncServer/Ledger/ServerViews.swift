// Reads that only the server needs, on top of those it shares with devices.
// Neighbors: Store/Views and ServerTables beneath; routes and Commands use these.

internal import GRDB
internal import Shared
internal import Store

extension Views {
    func communityName() throws -> String { try community()?.state.name ?? "" }

    /// Nil before position 1.
    func community() throws -> (id: EntityID, state: CommunityState)? {
        for id in try entities(.community) {
            if case .community(let state)? = try state(of: id) { return (id, state) }
        }
        return nil
    }

    /// The community scope and every neighborhood.
    func allScopes() throws -> [ScopeID] {
        [.community] + (try neighborhoods().map { .neighborhood($0.id) })
    }

    // MARK: Ledger

    func ledger(from first: LedgerPosition, limit: Int) throws -> [LedgerRecord] {
        let before = LedgerPosition(max(first.value, 1) - 1)
        let labels = try deviceLabels()
        return try tables.entries(after: before, limit: limit).map { entry in
            let kind = try Event(decoding: entry.bytes).kind
            return LedgerRecord(
                position: entry.position.value, event: entry.dot.description,
                kind: Kind(rawValue: kind.value)?.name ?? "kind \(kind.value)",
                author: labels[entry.dot.replica] ?? "server",
                reach: try entry.reach.map { try $0 == .community ? "community" : code(of: $0) },
                receivedAt: entry.receivedAt.text, contextUnknown: entry.contextUnknown,
                leaf: Hash.leaf(entry.bytes).description)
        }
    }

    func deviceLabels() throws -> [ReplicaID: String] {
        Dictionary(try devices().map { ($0.replica, $0.label) }, uniquingKeysWith: { $1 })
    }

    // MARK: Devices

    func deviceRecords() throws -> [DeviceRecord] {
        let all = try devices()
        return try all.map { try record($0, among: all) }
    }

    func record(_ device: DeviceState, among all: [DeviceState]) throws -> DeviceRecord {
        let report = try DeviceTable(tables.db).report(of: device.replica)
        let last = try tables.head(of: device.replica)?.sequence.value ?? 0
        return DeviceRecord(
            replica: device.replica.description, label: device.label, role: device.role.name,
            workers: try device.workers.map { try workerName($0) ?? $0.short },
            neighborhoods: try device.neighborhoods.map { try code(of: .neighborhood($0)) },
            lastSync: report?.syncedAt.text, lastSequence: last,
            notReceived: report.map { max($0.ownSequence.value, last) - last },
            cursor: report?.cursor.value, revoked: device.revokedAfter != nil,
            clockOffsetMilliseconds: report?.clock?.milliseconds, program: report?.program,
            parted: try PartedCopyTable(tables.db).find(device.replica).map {
                PartedRecord($0, label: device.label)
            },
            copyOf: device.origin.flatMap { origin in all.first { $0.id == origin }?.label },
            splitWaitsSince: try SplitTable(tables.db).waitingSince(device.replica)?.text,
            ahead: try AheadDeviceTable(tables.db).find(device.replica).map {
                AheadRecord($0, ledgerEnd: position)
            })
    }
}
