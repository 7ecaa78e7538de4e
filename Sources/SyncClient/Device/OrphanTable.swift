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
    /// Of these, beyond the last that was signed for this device.
    var unproven = 0
    /// Of these, what the office does not take: it has something else in their place.
    var refused = 0
    /// Others' that have come back, and the last of them when.
    var backCount = 0
    var lastBack: Instant?
}

extension LedgerTables {
    private static let lost = "position > ? AND position < \(Int64(1) << 62)"

    func keepOrphans(
        after position: LedgerPosition, in branch: Int64, of own: ReplicaID, at now: Instant
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
            let isSound = Hash.leaf([UInt8](bytes)) == Hash(row[1] as Data)
            let event = isSound ? try? Event(decoding: [UInt8](bytes)) : nil
            if event == nil { try takeOutDamaged(row[0]) }
            let standing = try standing(ofOrphan: event, leaf: row[1])
            try db.execute(
                sql: """
                    INSERT INTO orphan_event
                        (epoch, position, leaf, reach, received_at, bytes, left_at, is_back,
                         branch, standing)
                    VALUES (?, ?, ?, ?, ?, ?, ?, 0, ?, ?)
                    """,
                arguments: [
                    Int64(epoch.value), row[0] as Int64, row[1] as Data, row[2] as Int64,
                    row[3] as Int64,
                    event?.dot.replica == own ? nil : bytes, now.milliseconds, branch,
                    standing.rawValue,
                ])
        }
        try setCheckpointsAside()
    }

    /// It could not be sent again, and would stop what comes after it: others may have it whole.
    /// Its bytes as they are stay with the orphans.
    private func takeOutDamaged(_ position: Int64) throws {
        try db.execute(
            sql: """
                DELETE FROM event_side
                WHERE dot IN (SELECT dot FROM event WHERE position = ?)
                """, arguments: [position])
        try db.execute(sql: "DELETE FROM event WHERE position = ?", arguments: [position])
    }

    private func standing(ofOrphan event: Event?, leaf: Data) throws -> OrphanStanding {
        if event?.isOfItsEpoch == true { return .ofItsEpoch }
        let isParted = try Bool.fetchOne(
            db, sql: "SELECT EXISTS (SELECT 1 FROM parted_event WHERE leaf = ?)",
            arguments: [leaf])
        return isParted == true ? .handedIn : .open
    }

    /// Those of an earlier epoch stay as evidence; what is signed now is of another origin.
    func setCheckpointsAside() throws {
        try db.execute(
            sql: """
                INSERT OR IGNORE INTO orphan_checkpoint (note)
                SELECT note FROM checkpoint ORDER BY origin
                """)
        try db.execute(sql: "DELETE FROM checkpoint")
        // What differed from a copy that is another now is compared again with what comes.
        for move in [
            "INSERT OR IGNORE INTO orphan_checkpoint (note) SELECT note",
            "DELETE",
        ] {
            try db.execute(
                sql: "\(move) FROM refused_checkpoint WHERE reason = ?",
                arguments: [CheckpointComparison.differsHere])
        }
        // The next epoch may have inherited less.
        try db.execute(sql: "UPDATE orphan_checkpoint SET is_compared = 0")
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

    func strikeOrphans(_ events: [RecordedEvent], at now: Instant) throws {
        // What a copy handed in anew is back as well.
        try strikeOrphans(
            leaves: events.map(\.leaf) + events.compactMap(\.event.reissued?.leaf), at: now)
    }

    /// These are in the ledger.
    func strikeOrphans(leaves: [Hash], at now: Instant) throws {
        let hasAny = try Bool.fetchOne(
            db.cachedStatement(sql: "SELECT EXISTS (SELECT 1 FROM orphan_event)"))
        guard hasAny == true else { return }
        for leaf in leaves {
            try db.cachedStatement(
                sql: """
                    UPDATE orphan_event SET is_back = 1, back_at = ?
                    WHERE leaf = ? AND is_back = 0
                    """
            ).execute(arguments: [now.milliseconds, Data(leaf.bytes)])
        }
    }

    func orphans() throws -> OrphanSummary {
        let row = try Row.fetchOne(
            db,
            sql: """
                SELECT count(*) FILTER (WHERE is_back = 0),
                    min(left_at) FILTER (WHERE is_back = 0),
                    count(*) FILTER (WHERE is_back = 0 AND standing = ?1),
                    count(*) FILTER (WHERE is_back = 0 AND standing = ?2),
                    count(*) FILTER (WHERE is_back = 1), max(back_at)
                FROM orphan_event WHERE bytes IS NOT NULL AND standing NOT IN (?3, ?4)
                """,
            arguments: [
                OrphanStanding.unproven.rawValue, OrphanStanding.refused.rawValue,
                OrphanStanding.ofItsEpoch.rawValue, OrphanStanding.handedIn.rawValue,
            ])
        guard let row else { return OrphanSummary() }
        func instant(_ column: Int) -> Instant? {
            (row[column] as Int64?).map { Instant(milliseconds: $0) }
        }
        return OrphanSummary(
            count: row[0], since: instant(1), unproven: row[2], refused: row[3],
            backCount: row[4], lastBack: instant(5))
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

extension Event {
    /// What the server of an epoch said of itself: no other epoch's has it again.
    fileprivate var isOfItsEpoch: Bool {
        knownKind == .ledgerReopened || knownKind == .serverTLSKeysChanged
    }
}
