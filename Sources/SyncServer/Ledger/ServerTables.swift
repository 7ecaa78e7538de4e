// Access to the server's own tables: paired devices, run signatures.
// Neighbors: Quarantine/ and Pairing/ have tables of their own; ServerSchema makes them;
// AppendSession's users write, Commands read.

internal import Foundation
internal import GRDB
internal import Shared
internal import Store

/// Which replica is which `device.paired`, and what each last reported.
struct DeviceTable {
    let db: Database
    init(_ db: Database) { self.db = db }

    struct Pairing {
        let entity: EntityID
        let pairedAt: LedgerPosition
    }

    /// What a device said at its last sync: a claim.
    struct Report: Equatable, Sendable {
        let syncedAt: Instant
        let ownSequence: Sequence64
        let cursor: LedgerPosition
        /// Nil for one from before it was measured.
        var clock: ClockOffset?
        /// As its requests name it; nil for one that names none.
        var program: String?
    }

    func pairing(of replica: ReplicaID) throws -> Pairing? {
        try Row.fetchOne(
            db.cachedStatement(
                sql: "SELECT entity, paired_at FROM paired_device WHERE replica = ?"),
            arguments: [Data(replica.bytes)]
        ).flatMap { row in
            EntityID(stored: row[0]).map {
                Pairing(entity: $0, pairedAt: LedgerPosition(UInt64(row[1] as Int64)))
            }
        }
    }

    func replicas() throws -> [ReplicaID] {
        try Data.fetchAll(db, sql: "SELECT replica FROM paired_device ORDER BY paired_at")
            .compactMap { ReplicaID($0) }
    }

    func insert(_ replica: ReplicaID, entity: EntityID, pairedAt: LedgerPosition) throws {
        try db.execute(
            sql: "INSERT INTO paired_device (replica, entity, paired_at) VALUES (?, ?, ?)",
            arguments: [
                Data(replica.bytes), Data(entity.bytes), Int64(pairedAt.value),
            ])
    }

    func report(of replica: ReplicaID) throws -> Report? {
        try Row.fetchOne(
            db.cachedStatement(
                sql: """
                    SELECT synced_at, own_sequence, cursor, clock_offset, program
                    FROM device_report WHERE replica = ?
                    """),
            arguments: [Data(replica.bytes)]
        ).map { row in
            Report(
                syncedAt: Instant(milliseconds: row[0]),
                ownSequence: Sequence64(UInt64(row[1] as Int64)),
                cursor: LedgerPosition(UInt64(row[2] as Int64)),
                clock: (row[3] as Int64?).map(ClockOffset.init(milliseconds:)),
                program: row[4])
        }
    }

    /// The device has no own events beyond that after all.
    func awaitNoMore(of replica: ReplicaID, beyond sequence: Sequence64) throws {
        try db.execute(
            sql: "UPDATE device_report SET own_sequence = min(own_sequence, ?) WHERE replica = ?",
            arguments: [Int64(sequence.value), Data(replica.bytes)])
    }

    func setReport(_ report: Report, of replica: ReplicaID) throws {
        try db.cachedStatement(
            sql: """
                INSERT OR REPLACE INTO device_report
                    (replica, synced_at, own_sequence, cursor, clock_offset, program)
                VALUES (?, ?, ?, ?, ?, ?)
                """
        ).execute(arguments: [
            Data(replica.bytes), report.syncedAt.milliseconds,
            Int64(report.ownSequence.value), Int64(report.cursor.value),
            report.clock?.milliseconds, report.program,
        ])
    }
}

/// Every accepted signature of a run: proof of authorship for whoever has the events.
struct RunSignatureTable {
    let db: Database
    init(_ db: Database) { self.db = db }

    func insert(_ run: VerifiedRun) throws {
        try db.cachedStatement(
            sql: """
                INSERT INTO run_signature (replica, last_sequence, chain, signature)
                VALUES (?, ?, ?, ?)
                """
        ).execute(arguments: [
            Data(run.replica.bytes), Int64(run.last.value), Data(run.chain.hash.bytes),
            Data(run.signature),
        ])
    }

    struct Entry: Sendable {
        let replica: ReplicaID
        let last: Sequence64
        let signature: [UInt8]
    }

    func all() throws -> [Entry] {
        try Row.fetchAll(
            db, sql: "SELECT replica, last_sequence, signature FROM run_signature ORDER BY number"
        ).compactMap { row in
            ReplicaID(row[0] as Data).map {
                Entry(
                    replica: $0, last: Sequence64(UInt64(row[1] as Int64)),
                    signature: [UInt8](row[2] as Data))
            }
        }
    }
}
