// Own events that reach only neighborhoods this device does not hold: they are part of what it
// wrote, and of no book that it shows. Neighbors: ScopeTaking and AnswerApplication put them here,
// an own event is looked for here too, EpochRewind takes back what a lost branch had.
// Invariant: the bytes stay until the event is among the others again.

internal import Foundation
internal import GRDB
internal import Shared
internal import Store

/// An event with its place in the ledger, kept outside of the events that are shown.
struct PlacedEvent {
    let new: NewEvent
    let admitted: Admitted
}

extension LedgerTables {
    func putAway(_ event: PlacedEvent) throws {
        try db.execute(
            sql: "INSERT OR REPLACE INTO put_away_event VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            arguments: [
                Data(event.new.event.dot.replica.bytes),
                Int64(event.new.event.dot.sequence.value), Int64(event.admitted.position.value),
                try reachNumber(event.admitted.reach), event.admitted.receivedAt.milliseconds,
                event.admitted.contextUnknown, Data(event.new.leaf.bytes), Data(event.new.bytes),
            ])
    }

    func putAwayEvent(_ dot: Dot) throws -> PlacedEvent? {
        try Row.fetchOne(
            db.cachedStatement(
                sql: "SELECT * FROM put_away_event WHERE replica = ? AND sequence = ?"),
            arguments: [Data(dot.replica.bytes), Int64(dot.sequence.value)]
        ).map(putAwayEvent)
    }

    private func putAwayEvent(_ row: Row) throws -> PlacedEvent {
        PlacedEvent(
            new: try NewEvent(bytes: [UInt8](row["bytes"] as Data)),
            admitted: Admitted(
                position: LedgerPosition(UInt64(row["position"] as Int64)),
                reach: try reach(row["reach"]),
                receivedAt: Instant(milliseconds: row["received_at"]),
                contextUnknown: row["context_unknown"]))
    }

    func forgetPutAway(_ dot: Dot) throws {
        try db.execute(
            sql: "DELETE FROM put_away_event WHERE replica = ? AND sequence = ?",
            arguments: [Data(dot.replica.bytes), Int64(dot.sequence.value)])
    }

    func putAwayLeaves(of replica: ReplicaID) throws -> [(Sequence64, Hash)] {
        try Row.fetchAll(
            db, sql: "SELECT sequence, leaf FROM put_away_event WHERE replica = ?",
            arguments: [Data(replica.bytes)]
        ).compactMap { row in
            Hash(row[1] as Data).map { (Sequence64(UInt64(row[0] as Int64)), $0) }
        }
    }

    func putAwayCount() throws -> Int {
        try Int.fetchOne(db, sql: "SELECT count(*) FROM put_away_event") ?? 0
    }

    /// The last one of a replica.
    func lastPutAway(of replica: ReplicaID) throws -> Sequence64 {
        let last = try Int64.fetchOne(
            db, sql: "SELECT max(sequence) FROM put_away_event WHERE replica = ?",
            arguments: [Data(replica.bytes)])
        return last.map { Sequence64(UInt64($0)) } ?? .none
    }

    /// The ledger no longer has those after a position: they are unsent again; what the folder
    /// recorded under a name that it had before is looked for, and handed in anew if nobody else
    /// brings it: without its neighborhood's other entries this device cannot prove it.
    func takeBackPutAway(after position: LedgerPosition, of replica: ReplicaID) throws {
        let rows = try Row.fetchAll(
            db, sql: "SELECT * FROM put_away_event WHERE position > ?",
            arguments: [Int64(clamping: position.value)])
        for event in try rows.map(putAwayEvent) {
            let dot = event.new.event.dot
            if dot.replica == replica {
                try insertUnsent(event.new, reach: event.admitted.reach)
            } else {
                try keepParted(event.new, apart: nil, reach: event.admitted.reach)
            }
            try forgetPutAway(dot)
        }
    }
}
