// Batches, their rows and parked slips, in and out of the database, within one transaction.
// Neighbors: ClientSchema+Pages makes the tables, SlipRecording writes a row beside its event.
// Invariants: a line of a batch is given once; a parked slip is never deleted, and is settled once.

internal import Foundation
internal import GRDB
internal import Shared
internal import Store

extension LedgerTables {
    // MARK: Batches

    func beginBatch(_ cover: SlipCover, at now: Instant) throws -> BatchNumber {
        try db.execute(
            sql: """
                INSERT INTO slip_batch (cover_slips, cover_minutes, carried, begun_at)
                VALUES (?, ?, ?, ?)
                """,
            arguments: [
                cover.slips, cover.minutes?.value, SlipField.carriedFirst.stored,
                now.milliseconds,
            ])
        return BatchNumber(db.lastInsertedRowID)
    }

    func batch(_ number: BatchNumber) throws -> SlipBatch? {
        try Row.fetchOne(
            db.cachedStatement(sql: "SELECT * FROM slip_batch WHERE number = ?"),
            arguments: [number.value]
        ).map(SlipBatch.init)
    }

    /// Unfinished ones, the last first.
    func openBatches() throws -> [SlipBatch] {
        try Row.fetchAll(
            db, sql: "SELECT * FROM slip_batch WHERE finished_at IS NULL ORDER BY number DESC"
        ).map(SlipBatch.init)
    }

    /// The last first.
    func finishedBatches(limit: Int) throws -> [SlipBatch] {
        try Row.fetchAll(
            db,
            sql: """
                SELECT * FROM slip_batch WHERE finished_at IS NOT NULL
                ORDER BY finished_at DESC, number DESC LIMIT ?
                """, arguments: [limit]
        ).map(SlipBatch.init)
    }

    func setCover(_ cover: SlipCover, of batch: BatchNumber) throws {
        try db.execute(
            sql: "UPDATE slip_batch SET cover_slips = ?, cover_minutes = ? WHERE number = ?",
            arguments: [cover.slips, cover.minutes?.value, batch.value])
    }

    func setCarried(_ fields: Set<SlipField>, in batch: BatchNumber) throws {
        try db.execute(
            sql: "UPDATE slip_batch SET carried = ? WHERE number = ?",
            arguments: [fields.stored, batch.value])
    }

    /// Nil: it goes on.
    func setFinished(_ at: Instant?, _ batch: BatchNumber) throws {
        try db.execute(
            sql: "UPDATE slip_batch SET finished_at = ? WHERE number = ?",
            arguments: [at?.milliseconds, batch.value])
    }

    // MARK: Rows

    func rows(of batch: BatchNumber) throws -> [SlipRow] {
        try Row.fetchAll(
            db.cachedStatement(
                sql: """
                    SELECT batch, line, slip, entry, minutes, undone FROM slip_row
                    WHERE batch = ? ORDER BY line
                    """), arguments: [batch.value]
        ).map(SlipRow.init)
    }

    func row(withToken token: String) throws -> SlipRow? {
        try Row.fetchOne(
            db.cachedStatement(
                sql: """
                    SELECT batch, line, slip, entry, minutes, undone FROM slip_row
                    WHERE token = ?
                    """), arguments: [token]
        ).map(SlipRow.init)
    }

    func add(_ row: SlipRow, token: String) throws {
        try db.execute(
            sql: """
                INSERT INTO slip_row (batch, line, token, slip, entry, minutes)
                VALUES (?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                row.batch.value, row.line, token, row.slip, Data(row.entry.bytes),
                row.minutes.value,
            ])
    }

    func setUndone(_ line: Int64, of batch: BatchNumber) throws {
        try db.execute(
            sql: "UPDATE slip_row SET undone = 1 WHERE batch = ? AND line = ?",
            arguments: [batch.value, line])
    }

    // MARK: Parked slips

    /// Does nothing when the same form comes again.
    func park(
        _ typed: TypedSlip, beside above: TypedSlip, in batch: BatchNumber, token: String,
        at now: Instant
    ) throws {
        try db.execute(
            sql: """
                INSERT OR IGNORE INTO parked_slip (batch, token, slip, typed, parked_at)
                VALUES (?, ?, ?, ?, ?)
                """,
            arguments: [
                batch.value, token, SlipNumber(typed.slip)?.folded ?? "",
                String(
                    decoding: try JSONEncoder().encode(KeptSlip(typed, beside: above)),
                    as: UTF8.self),
                now.milliseconds,
            ])
    }

    /// Those nobody has settled, in the order they were parked.
    func parkedSlips() throws -> [ParkedSlip] {
        try Row.fetchAll(
            db,
            sql: """
                SELECT number, batch, typed, parked_at FROM parked_slip
                WHERE settled_at IS NULL ORDER BY number
                """
        ).map(ParkedSlip.init)
    }

    func parkedCount() throws -> Int {
        try Int.fetchOne(
            db.cachedStatement(
                sql: "SELECT count(*) FROM parked_slip WHERE settled_at IS NULL")) ?? 0
    }

    /// Nil when there is none, or it is settled.
    func parkedSlip(_ number: ParkedNumber) throws -> ParkedSlip? {
        try Row.fetchOne(
            db,
            sql: """
                SELECT number, batch, typed, parked_at FROM parked_slip
                WHERE number = ? AND settled_at IS NULL
                """, arguments: [number.value]
        ).map(ParkedSlip.init)
    }

    /// What was typed is gone then: the entry says it.
    func settle(_ number: ParkedNumber, as entry: EntityID, at now: Instant) throws {
        try db.execute(
            sql: """
                UPDATE parked_slip SET settled_at = ?, entry = ?, typed = '{}'
                WHERE number = ? AND settled_at IS NULL
                """, arguments: [now.milliseconds, Data(entry.bytes), number.value])
    }

    /// What was typed is gone then: nobody is to be named by what does not count.
    func throwAway(_ number: ParkedNumber, reason: String, at now: Instant) throws {
        try db.execute(
            sql: """
                UPDATE parked_slip SET settled_at = ?, reason = ?, typed = '{}'
                WHERE number = ? AND settled_at IS NULL
                """, arguments: [now.milliseconds, reason, number.value])
    }
}

extension SlipBatch {
    fileprivate init(_ row: Row) {
        number = BatchNumber(row["number"])
        cover = SlipCover(
            slips: row["cover_slips"], minutes: (row["cover_minutes"] as Int64?).map(Minutes.init))
        carried = Set(stored: row["carried"])
        begunAt = Instant(milliseconds: row["begun_at"])
        finishedAt = (row["finished_at"] as Int64?).map { Instant(milliseconds: $0) }
    }
}

extension SlipRow {
    fileprivate init(_ row: Row) throws {
        guard let entry = EntityID(stored: row["entry"]) else {
            throw StoreDamage.missing("the entry of a slip")
        }
        self.entry = entry
        batch = BatchNumber(row["batch"])
        line = row["line"]
        slip = row["slip"]
        minutes = Minutes(row["minutes"])
        isUndone = row["undone"]
    }
}

/// As `parked_slip.typed` holds it. Slips that were parked by a program that knew of no row above
/// are the words alone.
private struct KeptSlip: Codable {
    private enum CodingKeys: CodingKey { case above }

    let typed: TypedSlip
    let above: TypedSlip

    init(_ typed: TypedSlip, beside above: TypedSlip) { (self.typed, self.above) = (typed, above) }

    init(from decoder: any Decoder) throws {
        typed = try TypedSlip(from: decoder)
        above =
            try decoder.container(keyedBy: CodingKeys.self)
            .decodeIfPresent(TypedSlip.self, forKey: .above) ?? TypedSlip()
    }

    func encode(to encoder: any Encoder) throws {
        try typed.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(above, forKey: .above)
    }
}

extension ParkedSlip {
    fileprivate init(_ row: Row) throws {
        number = ParkedNumber(row["number"])
        batch = BatchNumber(row["batch"])
        let text: String = row["typed"]
        guard let kept = try? JSONDecoder().decode(KeptSlip.self, from: Data(text.utf8)) else {
            throw StoreDamage.missing("what was typed of a parked slip")
        }
        (typed, above) = (kept.typed, kept.above)
        parkedAt = Instant(milliseconds: row["parked_at"])
    }
}

extension Set<SlipField> {
    fileprivate var stored: String {
        SlipField.allCases.filter(contains).map(\.rawValue).joined(separator: " ")
    }

    fileprivate init(stored: String) {
        self.init(stored.split(separator: " ").compactMap { SlipField(rawValue: String($0)) })
    }
}
