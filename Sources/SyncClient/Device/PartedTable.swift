// Entries of a copied folder that were recorded under the name it shared with another folder.
// Neighbors: Splitting moves them here, LostBranch hands in anew what the ledger lacks, `history`
// and `waiting` show them; ClientSchema makes the table.
// Invariant: the bytes stay for good.

internal import Foundation
internal import GRDB
internal import Shared
internal import Store

struct PartedEvent {
    let new: NewEvent
    let reach: [ScopeID]
}

extension LedgerTables {
    /// Whether the ledger has it shows at its end, also of one of which the office had said why it
    /// keeps it `apart`: the ledger may be another since. `reach` is known of one that is no longer
    /// in its place.
    func keepParted(
        _ new: NewEvent, apart: QuarantineReason?, reach known: [ScopeID]? = nil
    ) throws {
        let reach = try known ?? reach(ofEvent: new.event.dot) ?? [new.event.home]
        try db.execute(
            sql: """
                INSERT OR IGNORE INTO parted_event
                    (replica, sequence, leaf, bytes, reach, is_settled, reason)
                VALUES (?, ?, ?, ?, ?, 0, ?)
                """,
            arguments: [
                Data(new.event.dot.replica.bytes), Int64(new.event.dot.sequence.value),
                Data(new.leaf.bytes), Data(new.bytes), try reachNumber(reach),
                apart.map { Int64($0.rawValue) },
            ])
    }

    /// Those of which nobody knows yet whether the ledger has them, in the order of recording.
    func unsettledParted() throws -> [PartedEvent] {
        try Row.fetchAll(
            db,
            sql: """
                SELECT bytes, reach FROM parted_event WHERE is_settled = 0
                ORDER BY replica, sequence
                """
        ).map { row in
            PartedEvent(
                new: try NewEvent(bytes: [UInt8](row[0] as Data)), reach: try reach(row[1]))
        }
    }

    func hasParted(_ dot: Dot, leaf: Hash) throws -> Bool {
        try Bool.fetchOne(
            db,
            sql: """
                SELECT EXISTS (SELECT 1 FROM parted_event
                WHERE replica = ? AND sequence = ? AND leaf = ?)
                """,
            arguments: [
                Data(dot.replica.bytes), Int64(dot.sequence.value), Data(leaf.bytes),
            ]) ?? false
    }

    /// The ledger is another: whether it has what was not handed in anew is looked at again.
    func reopenParted() throws {
        try db.execute(sql: "UPDATE parted_event SET is_settled = 0 WHERE moved_to IS NULL")
    }

    func settleParted(_ dot: Dot, movedTo sequence: Sequence64?) throws {
        try db.execute(
            sql: """
                UPDATE parted_event SET is_settled = 1, moved_to = ?
                WHERE replica = ? AND sequence = ?
                """,
            arguments: [
                sequence.map { Int64($0.value) }, Data(dot.replica.bytes),
                Int64(dot.sequence.value),
            ])
    }

    /// Those that the office keeps apart, and has not let in since.
    func partedApart() throws -> [RefusedEvent] {
        try Row.fetchAll(
            db,
            sql: """
                SELECT bytes, reason FROM parted_event
                WHERE reason IS NOT NULL AND moved_to IS NULL
                ORDER BY replica, sequence
                """
        ).compactMap { row in
            let new = try NewEvent(bytes: [UInt8](row[0] as Data))
            let dot = new.event.dot
            guard try leaf(of: dot) == nil, try putAwayEvent(dot) == nil else { return nil }
            return RefusedEvent(
                event: new.event, leaf: new.leaf,
                reason: QuarantineReason(rawValue: UInt32(row[1] as Int64)) ?? .invalid)
        }
    }

    /// Entries that were handed in anew: under which name before, and under which own sequence now.
    func movedEntries() throws -> [(from: Dot, to: Sequence64)] {
        try Row.fetchAll(
            db,
            sql: """
                SELECT replica, sequence, moved_to FROM parted_event
                WHERE moved_to IS NOT NULL ORDER BY replica, sequence
                """
        ).compactMap { row in
            ReplicaID(row[0] as Data).map {
                (
                    Dot($0, Sequence64(UInt64(row[1] as Int64))),
                    Sequence64(UInt64(row[2] as Int64))
                )
            }
        }
    }

    func unsettledPartedCount() throws -> Int {
        try Int.fetchOne(db, sql: "SELECT count(*) FROM parted_event WHERE is_settled = 0") ?? 0
    }

    func movedCount() throws -> Int {
        try Int.fetchOne(
            db, sql: "SELECT count(*) FROM parted_event WHERE moved_to IS NOT NULL") ?? 0
    }

    /// From now on this folder is another replica.
    func become(
        _ paired: PairedDevice, chain: ReplicaChain, from origin: LedgerPosition
    ) throws {
        try db.execute(
            sql: """
                UPDATE pairing SET replica = ?, label = ?, server_signing_key = ?,
                    server_receiving_key = ?, paired_at = ?, split_from = ?
                """,
            arguments: [
                Data(paired.replica.bytes), paired.label, Data(paired.serverSigningKey),
                Data(paired.serverReceivingKey), Int64(paired.pairedAt.value),
                Int64(origin.value),
            ])
        try setHead(chain, of: paired.replica)
    }
}
