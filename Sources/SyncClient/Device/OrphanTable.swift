// What a lost branch of the ledger held here, until it is back.
// Neighbors: EpochRewind fills it, AnswerApplication strikes off what comes back, `status` counts.
// Invariant: nothing is deleted from it.

internal import Foundation
internal import GRDB
internal import Shared
internal import Store

/// What has not come back since the office was set back.
struct OrphanSummary: Equatable {
    /// By others.
    var count = 0
    /// Of the oldest of them, when this device went back.
    var since: Instant?
}

extension LedgerTables {
    private static let lost = "position > ? AND position < \(Int64(1) << 62)"

    func keepOrphans(
        after position: LedgerPosition, of own: ReplicaID, at now: Instant
    ) throws {
        let rows = try Row.fetchAll(
            db,
            sql: """
                SELECT position, leaf, reach, received_at, bytes FROM event
                WHERE \(Self.lost) ORDER BY position
                """, arguments: [Int64(clamping: position.value)])
        let epoch = try epoch()
        for row in rows {
            let bytes: Data = row[4]
            let isOwn = (try? Event(decoding: [UInt8](bytes)))?.dot.replica == own
            try db.execute(
                sql: "INSERT INTO orphan_event VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, 0)",
                arguments: [
                    Int64(epoch.value), row[0] as Int64, row[1] as Data, row[2] as Int64,
                    row[3] as Int64, isOwn ? nil : bytes, now.milliseconds,
                ])
        }
        try setCheckpointsAside()
    }

    /// Those of an earlier epoch stay as evidence; what is signed now is of another origin.
    func setCheckpointsAside() throws {
        try db.execute(
            sql: """
                INSERT OR IGNORE INTO orphan_checkpoint (note)
                SELECT note FROM checkpoint ORDER BY origin
                """)
        try db.execute(sql: "DELETE FROM checkpoint")
    }

    /// What was said of the lost branch is said again, if it still holds.
    func forgetTold(after position: LedgerPosition) throws {
        try db.execute(
            sql: "DELETE FROM cursor_tag WHERE position > ?",
            arguments: [Int64(clamping: position.value)])
        for table in ["scope_mismatch", "revocation", "own_decision"] {
            try db.execute(sql: "DELETE FROM \(table)")
        }
    }

    func strikeOrphans(_ events: [RecordedEvent]) throws {
        guard try Bool.fetchOne(db, sql: "SELECT EXISTS (SELECT 1 FROM orphan_event)") == true
        else { return }
        for event in events {
            try db.cachedStatement(sql: "UPDATE orphan_event SET is_back = 1 WHERE leaf = ?")
                .execute(arguments: [Data(event.leaf.bytes)])
        }
    }

    func orphans() throws -> OrphanSummary {
        let row = try Row.fetchOne(
            db,
            sql: """
                SELECT count(*), min(left_at) FROM orphan_event
                WHERE is_back = 0 AND bytes IS NOT NULL
                """)
        guard let row else { return OrphanSummary() }
        return OrphanSummary(
            count: row[0], since: (row[1] as Int64?).map { Instant(milliseconds: $0) })
    }

    /// An answer that told of an epoch which cannot be: its bytes, signed as they are.
    func keepRefusedEpoch(_ answer: [UInt8], reason: String, at now: Instant) throws {
        let count = try Int.fetchOne(db, sql: "SELECT count(*) FROM refused_epoch") ?? 0
        guard count < Self.refusedCheckpointsMax else { return }
        try db.execute(
            sql: "INSERT OR IGNORE INTO refused_epoch (answer, reason, seen_at) VALUES (?, ?, ?)",
            arguments: [Data(answer), reason, now.milliseconds])
    }

    func refusedEpochCount() throws -> Int {
        try Int.fetchOne(db, sql: "SELECT count(*) FROM refused_epoch") ?? 0
    }

    /// Past cursors at or before a position, latest first.
    func pastCursors(upTo position: LedgerPosition) throws -> [LedgerPosition] {
        try Int64.fetchAll(
            db, sql: "SELECT position FROM cursor_tag WHERE position <= ? ORDER BY position DESC",
            arguments: [Int64(clamping: position.value)]
        ).map { LedgerPosition(UInt64($0)) }
    }
}
