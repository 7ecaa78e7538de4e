// Devices of which a second folder has shown itself: it pushed entries that cannot stand beside the
// ledger's. What the server saw, kept for the office; no ledger event, for nothing was taken in.
// Source: docs/protocol.md section 7.4. Neighbors: Admission finds it, Committer notes it in its
// transaction; `waiting` and `devices list` show it, `devices settle` puts it away.

internal import Foundation
internal import GRDB
internal import Shared
internal import Store
internal import Texts

/// How a run showed that its author's past is not the ledger's.
enum PartingSign: Int64, Sendable {
    /// It has another event under a sequence that the ledger has.
    case event = 1
    /// It goes on from a chain that the ledger does not have.
    case chain = 2

    var name: String {
        switch self {
        case .event: "event"
        case .chain: "chain"
        }
    }
}

struct PartedCopy: Equatable, Sendable {
    let replica: ReplicaID
    /// Both have the same up to here, as far as the run could say.
    let common: Sequence64
    let sign: PartingSign
    let times: Int
    let firstSeen: Instant
    let lastSeen: Instant
}

struct PartedCopyTable {
    let db: Database
    init(_ db: Database) { self.db = db }

    /// Several copies of one device are one row: they all come from the same folder.
    func note(
        _ replica: ReplicaID, common: Sequence64, sign: PartingSign, at now: Instant
    ) throws {
        try db.execute(
            sql: """
                INSERT INTO parted_copy VALUES (?1, ?2, ?3, 1, ?4, ?4)
                ON CONFLICT (replica) DO UPDATE SET
                    common_sequence = min(common_sequence, excluded.common_sequence),
                    sign = excluded.sign, times = times + 1, last_at = excluded.last_at
                """,
            arguments: [
                Data(replica.bytes), Int64(common.value), sign.rawValue, now.milliseconds,
            ])
    }

    func find(_ replica: ReplicaID) throws -> PartedCopy? {
        try Row.fetchOne(
            db.cachedStatement(
                sql: """
                    SELECT common_sequence, sign, times, first_at, last_at FROM parted_copy
                    WHERE replica = ?
                    """), arguments: [Data(replica.bytes)]
        ).map { row in
            PartedCopy(
                replica: replica, common: Sequence64(UInt64(row[0] as Int64)),
                sign: PartingSign(rawValue: row[1]) ?? .chain, times: row[2],
                firstSeen: Instant(milliseconds: row[3]), lastSeen: Instant(milliseconds: row[4]))
        }
    }

    /// False when none was noted.
    func settle(_ replica: ReplicaID) throws -> Bool {
        try db.execute(
            sql: "DELETE FROM parted_copy WHERE replica = ?", arguments: [Data(replica.bytes)])
        return db.changesCount > 0
    }
}

struct PartedRecord: Encodable, Equatable {
    let commonSequence: UInt64
    /// `event` or `chain`: what of a push showed it.
    let sign: String
    let times: Int
    let firstSeen: String
    let lastSeen: String
    /// In words, with what to do.
    let text: String

    init(_ copy: PartedCopy, label: String) {
        commonSequence = copy.common.value
        sign = copy.sign.name
        times = copy.times
        (firstSeen, lastSeen) = (copy.firstSeen.text, copy.lastSeen.text)
        // A chain does not tell where it left the ledger's.
        let place = copy.sign == .event ? " after its entry \(copy.common)" : ""
        text =
            "a second folder of this device (a copy, or put back from an old one) brought other "
            + "entries\(place); none was taken in, and all are still there. With its next sync it "
            + "goes on under a name of its own and hands them in anew. If it does not come, find "
            + "it; `devices settle \"\(label)\"` puts this line away"
    }
}

extension AppendSession {
    /// The office has dealt with it; it is listed again if it comes again.
    func settle(_ device: DeviceState) throws {
        let wasCopied = try PartedCopyTable(db).settle(device.replica)
        let wasAhead = try AheadDeviceTable(db).remove(device.replica)
        guard wasCopied || wasAhead else {
            throw Refusal(exit: 65, Phrase("no_copy_seen", ["device": .text(device.label)]))
        }
    }
}
