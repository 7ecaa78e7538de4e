// What devices found damaged in their own copies and had set right: said to the office, for a disk
// that fails once will fail again. No ledger event. Neighbors: SyncRoute hears a report, Committer
// notes it; `devices repairs` shows it.
// Invariant: the newest reports are kept, a bounded number.

internal import Foundation
internal import GRDB
internal import Shared
internal import Store

struct DeviceRepair: Equatable, Sendable {
    let replica: ReplicaID
    let scope: ScopeID
    let cause: RepairCause
    /// Fetched or put aside.
    let entries: UInt64
    let at: Instant
}

struct DeviceRepairTable {
    /// Of all devices: months of trouble.
    static let reportsMax = 1_000

    let db: Database
    init(_ db: Database) { self.db = db }

    func note(_ repair: DeviceRepair) throws {
        try db.execute(
            sql: """
                INSERT INTO device_repair (replica, scope, cause, entries, at)
                VALUES (?, ?, ?, ?, ?)
                """,
            arguments: [
                Data(repair.replica.bytes), Data(repair.scope.bytes),
                Int64(repair.cause.rawValue), Int64(repair.entries), repair.at.milliseconds,
            ])
        try db.execute(
            sql: """
                DELETE FROM device_repair
                WHERE number <= (SELECT max(number) FROM device_repair) - ?
                """, arguments: [Self.reportsMax])
    }

    /// The newest first.
    func list() throws -> [DeviceRepair] {
        try Row.fetchAll(
            db,
            sql: """
                SELECT replica, scope, cause, entries, at FROM device_repair
                ORDER BY number DESC
                """
        ).compactMap { row in
            guard let replica = ReplicaID(row[0] as Data),
                let scope = ScopeID(stored: row[1]),
                let cause = RepairCause(rawValue: UInt32(row[2] as Int64))
            else { return nil }
            return DeviceRepair(
                replica: replica, scope: scope, cause: cause,
                entries: UInt64(row[3] as Int64), at: Instant(milliseconds: row[4]))
        }
    }
}

struct DeviceRepairRecord: Encodable, Equatable {
    let device: String
    let replica: String
    /// Code of the neighborhood, or `community`.
    let scope: String
    let cause: String
    let entries: UInt64
    let at: String
    let text: String
}

extension Views {
    func deviceRepairs() throws -> [DeviceRepairRecord] {
        let labels = try Dictionary(
            devices().map { ($0.replica, $0.label) }, uniquingKeysWith: { first, _ in first })
        return try DeviceRepairTable(tables.db).list().map { repair in
            let code = try code(of: repair.scope)
            return DeviceRepairRecord(
                device: labels[repair.replica] ?? repair.replica.short,
                replica: repair.replica.description, scope: code.isEmpty ? "community" : code,
                cause: repair.cause.name, entries: repair.entries, at: repair.at.text,
                text: repair.cause.sentence)
        }
    }
}
