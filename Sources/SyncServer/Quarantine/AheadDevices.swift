// Devices that showed more of the ledger than there is: the folder was put back from an older copy.
// What the server saw, kept for the office; no ledger event.
// Neighbors: SyncRoute finds it, Committer notes it; `waiting` and `devices list` show it.
// Invariant: one row a device, gone once that device syncs again or `devices settle` puts it away.

internal import Foundation
internal import GRDB
internal import Shared
internal import Store

struct AheadDevice: Equatable, Sendable {
    /// The ledger that the device has seen went at least this far.
    let position: LedgerPosition
    let firstSeen: Instant
    let lastSeen: Instant
}

/// What a device showed of a ledger that is not here.
struct SeenAhead: Equatable, Sendable {
    let position: LedgerPosition
    /// The newest that it says it knows.
    let epoch: Epoch
}

struct AheadDeviceTable {
    let db: Database
    init(_ db: Database) { self.db = db }

    func note(_ seen: SeenAhead, of replica: ReplicaID, at now: Instant) throws {
        try db.execute(
            sql: """
                INSERT INTO ahead_device (replica, position, first_at, last_at, epoch)
                VALUES (?1, ?2, ?3, ?3, ?4)
                ON CONFLICT (replica) DO UPDATE SET
                    position = max(position, excluded.position), last_at = excluded.last_at,
                    epoch = max(epoch, excluded.epoch)
                """,
            arguments: [
                Data(replica.bytes), Int64(seen.position.value), now.milliseconds,
                Int64(seen.epoch.value),
            ])
    }

    /// The latest epoch that a device said it knows: claims, ascending.
    func epochs() throws -> [Epoch] {
        try Int64.fetchAll(db, sql: "SELECT DISTINCT epoch FROM ahead_device ORDER BY epoch")
            .compactMap { UInt32(exactly: $0).map(Epoch.init) }
    }

    func find(_ replica: ReplicaID) throws -> AheadDevice? {
        try Row.fetchOne(
            db.cachedStatement(
                sql: "SELECT position, first_at, last_at FROM ahead_device WHERE replica = ?"),
            arguments: [Data(replica.bytes)]
        ).map { row in
            AheadDevice(
                position: LedgerPosition(UInt64(row[0] as Int64)),
                firstSeen: Instant(milliseconds: row[1]), lastSeen: Instant(milliseconds: row[2]))
        }
    }

    func count() throws -> Int {
        try Int.fetchOne(db, sql: "SELECT count(*) FROM ahead_device") ?? 0
    }

    func removeAll() throws { try db.execute(sql: "DELETE FROM ahead_device") }

    /// False when none was noted.
    @discardableResult
    func remove(_ replica: ReplicaID) throws -> Bool {
        try db.cachedStatement(sql: "DELETE FROM ahead_device WHERE replica = ?")
            .execute(arguments: [Data(replica.bytes)])
        return db.changesCount > 0
    }
}

struct AheadRecord: Encodable, Equatable {
    let position: UInt64
    /// Where this ledger ends now.
    let ledgerEnd: UInt64
    let firstSeen: String
    let lastSeen: String
    /// In words, with what to do.
    let text: String

    init(_ device: AheadDevice, ledgerEnd: LedgerPosition) {
        position = device.position.value
        self.ledgerEnd = ledgerEnd.value
        (firstSeen, lastSeen) = (device.firstSeen.text, device.lastSeen.text)
        let seen =
            device.position > ledgerEnd
            ? "has seen the ledger up to position \(device.position); this one ends at "
                + "\(ledgerEnd): the folder was put back from an older copy"
            : "has seen a ledger up to position \(device.position) that is not this one: the "
                + "folder was put back from an older copy and has gone on, or was altered"
        text =
            "\(seen). Keep this folder, and do not go on with it if a newer copy exists. What the "
            + "device holds stays on it"
    }
}
