// Signed notes that the office's ledger went on against: proof that it signed two ledgers.
// Source: docs/protocol.md section 3.6. Neighbors: EpochSearch and EpochComparison find them,
// `status` and `doctor` say so.
// Invariants: nothing is deleted from it; a new epoch is accepted all the same, and said to be so.

internal import Foundation
internal import GRDB
internal import Shared
internal import Store

/// A note that a later epoch contradicts.
struct EpochEvidence: Equatable {
    let note: String
    let reason: String
    /// The signed answer that contradicts it, or the note that was signed for the same tree later.
    let against: [UInt8]
}

extension LedgerTables {
    /// True for one that was not known.
    @discardableResult
    func keep(_ evidence: EpochEvidence, at now: Instant) throws -> Bool {
        let count = try Int.fetchOne(db, sql: "SELECT count(*) FROM epoch_evidence") ?? 0
        guard count < Self.refusedCheckpointsMax else { return false }
        try db.execute(
            sql: """
                INSERT OR IGNORE INTO epoch_evidence (note, reason, against, seen_at)
                VALUES (?, ?, ?, ?)
                """,
            arguments: [
                evidence.note, evidence.reason, Data(evidence.against), now.milliseconds,
            ])
        return db.changesCount > 0
    }

    /// In the order in which they were found.
    func epochEvidence() throws -> [EpochEvidence] {
        try Row.fetchAll(
            db, sql: "SELECT note, reason, against FROM epoch_evidence ORDER BY number"
        ).map {
            EpochEvidence(note: $0[0], reason: $0[1], against: [UInt8]($0[2] as Data))
        }
    }

    // MARK: Notes of earlier epochs

    /// Those that have not been compared with the present one.
    func uncomparedNotes() throws -> [String] {
        try String.fetchAll(
            db, sql: "SELECT note FROM orphan_checkpoint WHERE is_compared = 0 ORDER BY number")
    }

    func setCompared(_ note: String) throws {
        try db.execute(
            sql: "UPDATE orphan_checkpoint SET is_compared = 1 WHERE note = ?", arguments: [note])
    }
}
