// What the office keeps beside the ledger of an event that came back: as when it was written first.
// Source: docs/protocol.md section 3.6.1. Neighbors: TakingBack calls it in the transaction that
// places the event; Pairing/ and Quarantine/ have the tables.
// Invariant: no member number is set apart for two devices: of two that were given the same one, in
// two branches, it is the first's in the ledger, and the other is given more.

internal import Foundation
internal import GRDB
internal import Shared
internal import Store

extension AppendSession {
    func noteBeside(_ event: Event) throws {
        switch event.knownKind {
        case .devicePaired, .deviceSplit: try noteDevice(event)
        case .deviceScopeChanged:
            try noteNumbers(of: event.entity, event, ScopeChangeField.numberBlocks)
        case .quarantineDecided: try carryOut(event)
        case .communityFounded, .neighborhoodDefined, .workerRegistered, .ledgerReopened,
            .deviceRevoked, .serverTLSKeysChanged, .memberEnrolled, .memberChanged, .memberMoved,
            .hoursRecorded, .hoursAmended, .hoursVoided, .hoursConfirmed, .hoursDisputed,
            .hoursReinstated, .hoursMarkedSame, .hoursMarkedDistinct, .conflictResolved,
            .conflictUndone, .conflictAsked, .conflictReplied, .quarantineEntered, nil:
            break
        }
    }

    // MARK: Devices

    private func noteDevice(_ event: Event) throws {
        guard let key = event.pairedKey else { return }
        let (replica, devices) = (ReplicaID(signingKey: key), DeviceTable(db))
        // Paired once more meanwhile: that one is in force.
        guard try devices.pairing(of: replica) == nil else { return }
        try devices.insert(replica, entity: event.entity, pairedAt: position)
        if let origin = event.payload.entity(DeviceField.origin),
            case .device(let copied)? = try views.state(of: origin)
        {
            try SplitTable(db).insert(replica, of: copied.replica)
            _ = try PartedCopyTable(db).settle(copied.replica)
        }
        try noteNumbers(of: event.entity, event, DeviceField.numberBlocks)
    }

    private func noteNumbers(of entity: EntityID, _ event: Event, _ field: FieldNumber) throws {
        guard case .device(let device)? = try views.state(of: entity) else { return }
        let table = NumberBlockTable(views)
        let short = try event.payload.blocks(field).filter {
            try !table.takeBack($0, of: device.replica)
        }.map(\.neighborhood)
        let more = try Set(short).sorted().compactMap { try table.take($0, for: device.replica) }
        guard !more.isEmpty else { return }
        try changeScope(of: device, neighborhoods: device.neighborhoods, adding: more)
    }

    // MARK: Quarantine

    /// A decision about what has been brought again and kept apart again.
    private func carryOut(_ decision: Event) throws {
        guard
            let choice = decision.payload.integer(QuarantineField.choice)
                .flatMap(QuarantineChoice.init(rawValue:))
        else { return }
        let (table, decidedAt) = (QuarantineTable(db), position)
        for side in decision.payload.sides(QuarantineField.events) {
            guard let entry = try table.find(side.dot), entry.leaf == side.leaf,
                entry.choice == nil
            else { continue }
            if choice == .admit, try tables.leaf(of: side.dot) == nil {
                do { try letIn(entry) } catch is Refusal { continue }
            }
            try table.setChoice(choice, of: side.dot, at: decidedAt)
        }
    }
}

extension NumberBlockTable {
    /// Sets apart again what nobody else was given. False if that is not all of it.
    func takeBack(_ block: NumberBlock, of replica: ReplicaID) throws -> Bool {
        var isWhole = true
        var first = block.numbers.lowerBound
        for other in try overlapping(block) {
            if other.replica != replica { isWhole = false }
            try insert(first, other.block.numbers.lowerBound - 1, in: block, of: replica)
            first = other.block.numbers.upperBound + 1
        }
        try insert(first, block.numbers.upperBound, in: block, of: replica)
        return isWhole
    }

    private func insert(
        _ first: Int64, _ last: Int64, in block: NumberBlock, of replica: ReplicaID
    ) throws {
        guard first <= last else { return }
        try insert(
            Holding(
                replica: replica,
                block: NumberBlock(
                    neighborhood: block.neighborhood, first: UInt32(first), last: UInt32(last))))
    }
}

/// How many entries of lost branches came back since an epoch began.
struct TakenBackTable {
    /// After the last that came.
    static let daysShown: Int64 = 30

    let db: Database
    init(_ db: Database) { self.db = db }

    func note(_ count: Int, in epoch: Epoch, at now: Instant) throws {
        try db.execute(
            sql: """
                INSERT INTO taken_back VALUES (?1, ?2, ?3, ?3)
                ON CONFLICT (epoch) DO UPDATE SET
                    entries = entries + excluded.entries, last_at = excluded.last_at
                """, arguments: [Int64(epoch.value), count, now.milliseconds])
    }

    func find(_ epoch: Epoch) throws -> (entries: Int, since: Instant, last: Instant)? {
        try Row.fetchOne(
            db, sql: "SELECT entries, first_at, last_at FROM taken_back WHERE epoch = ?",
            arguments: [Int64(epoch.value)]
        ).map { ($0[0], Instant(milliseconds: $0[1]), Instant(milliseconds: $0[2])) }
    }
}

extension Views {
    /// Said for a while: nobody has to do anything about it.
    func takenBackRecords(in epoch: Epoch, at now: Instant) throws -> [WaitingRecord] {
        let shown = TakenBackTable.daysShown * 86_400_000
        guard let back = try TakenBackTable(tables.db).find(epoch),
            now.milliseconds - back.last.milliseconds < shown
        else { return [] }
        return [
            WaitingRecord(
                what: "back", device: "",
                text: "\(back.entries) entries that this ledger had lost were brought back by "
                    + "devices; let every device sync, for each may have more",
                count: back.entries, since: back.since.text)
        ]
    }
}
