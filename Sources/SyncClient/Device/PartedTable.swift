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
    /// The own sequence under which it was handed in anew.
    let movedTo: Sequence64?
}

extension LedgerTables {
    /// `isSettled`: the office has it, apart or in its place.
    func keepParted(_ new: NewEvent, isSettled: Bool) throws {
        let reach = try reach(ofEvent: new.event.dot) ?? [new.event.home]
        try db.execute(
            sql: """
                INSERT OR IGNORE INTO parted_event
                    (replica, sequence, leaf, bytes, reach, is_settled) VALUES (?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                Data(new.event.dot.replica.bytes), Int64(new.event.dot.sequence.value),
                Data(new.leaf.bytes), Data(new.bytes), try reachNumber(reach), isSettled,
            ])
    }

    /// Those of which nobody knows yet whether the ledger has them, in the order of recording.
    func unsettledParted() throws -> [PartedEvent] {
        try Row.fetchAll(
            db,
            sql: """
                SELECT bytes, reach, moved_to FROM parted_event WHERE is_settled = 0
                ORDER BY replica, sequence
                """
        ).map { row in
            PartedEvent(
                new: try NewEvent(bytes: [UInt8](row[0] as Data)), reach: try reach(row[1]),
                movedTo: (row[2] as Int64?).map { Sequence64(UInt64($0)) })
        }
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

    /// Where an entry of the name that this folder had before is now; nil if it kept its name.
    func movedTo(_ dot: Dot) throws -> Sequence64? {
        try Int64.fetchOne(
            db, sql: "SELECT moved_to FROM parted_event WHERE replica = ? AND sequence = ?",
            arguments: [Data(dot.replica.bytes), Int64(dot.sequence.value)]
        ).map { Sequence64(UInt64($0)) }
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
