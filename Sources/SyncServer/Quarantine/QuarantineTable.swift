// Events kept apart, byte for byte, with what the ledger says of each.
// Neighbors: Entering writes them inside the append transaction, QuarantineDesk decides about them.

internal import Foundation
internal import GRDB
internal import Shared
internal import Store

/// Events kept apart for an admin, byte for byte.
struct QuarantineTable {
    let db: Database
    init(_ db: Database) { self.db = db }

    struct Entry: Sendable {
        let dot: Dot
        let leaf: Hash
        let reason: QuarantineReason
        let receivedAt: Instant
        let byteCount: Int
        /// The `quarantine.entered` that names it; nil for one from before there were such events.
        let entered: EntityID?
        let choice: QuarantineChoice?
        /// In whose book it would be; nil where that cannot be read.
        let home: ScopeID?
    }

    /// Those that wait, of one home.
    struct Waiting: Sendable {
        let home: ScopeID?
        let count: Int
        /// Of the oldest.
        let since: Instant
    }

    private static let columns =
        "replica, sequence, leaf, reason, received_at, length(bytes), entered, choice, home"

    func insert(
        _ received: ReceivedEvent, of replica: ReplicaID, _ reason: QuarantineReason,
        at now: Instant
    ) throws {
        try db.cachedStatement(
            sql: """
                INSERT INTO quarantine (replica, sequence, leaf, reason, received_at, bytes, home)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                """
        ).execute(arguments: [
            Data(replica.bytes), Int64(received.sequence.value), Data(received.leaf.bytes),
            Int64(reason.rawValue), now.milliseconds, Data(received.bytes),
            (try? Event(decoding: received.bytes)).map { Data($0.home.bytes) },
        ])
    }

    func find(_ dot: Dot) throws -> Entry? {
        try Row.fetchOne(
            db.cachedStatement(
                sql: """
                    SELECT \(Self.columns) FROM quarantine WHERE replica = ? AND sequence = ?
                    """),
            arguments: [Data(dot.replica.bytes), Int64(dot.sequence.value)]
        ).flatMap(Self.entry)
    }

    func list() throws -> [Entry] {
        try Row.fetchAll(db, sql: "SELECT \(Self.columns) FROM quarantine ORDER BY number")
            .compactMap(Self.entry)
    }

    /// Those that wait, in the order they came.
    func undecided() throws -> [Entry] {
        try Row.fetchAll(
            db,
            sql: "SELECT \(Self.columns) FROM quarantine WHERE choice IS NULL ORDER BY number"
        ).compactMap(Self.entry)
    }

    /// Counted without reading one of them.
    func waiting() throws -> [Waiting] {
        try Row.fetchAll(
            db.cachedStatement(
                sql: """
                    SELECT home, count(*), min(received_at) FROM quarantine
                    WHERE choice IS NULL GROUP BY home
                    """)
        ).map { row in
            Waiting(
                home: (row[0] as Data?).flatMap(Self.home), count: row[1],
                since: Instant(milliseconds: row[2]))
        }
    }

    func bytes(_ dot: Dot) throws -> [UInt8]? {
        try Data.fetchOne(
            db.cachedStatement(
                sql: "SELECT bytes FROM quarantine WHERE replica = ? AND sequence = ?"),
            arguments: [Data(dot.replica.bytes), Int64(dot.sequence.value)]
        ).map { [UInt8]($0) }
    }

    /// For the search for keys that are missing.
    func keptApart() throws -> [EventBytes] {
        try Row.fetchAll(db, sql: "SELECT replica, sequence, bytes FROM quarantine").compactMap {
            row in
            ReplicaID(row[0] as Data).map {
                EventBytes(
                    dot: Dot($0, Sequence64(UInt64(row[1] as Int64))),
                    bytes: [UInt8](row[2] as Data))
            }
        }
    }

    func setEntered(_ entity: EntityID, of dot: Dot) throws {
        try db.cachedStatement(
            sql: "UPDATE quarantine SET entered = ? WHERE replica = ? AND sequence = ?"
        ).execute(arguments: [
            Data(entity.bytes), Data(dot.replica.bytes), Int64(dot.sequence.value),
        ])
    }

    /// Events of a replica that were kept apart and are in the ledger now.
    func letIn(of replica: ReplicaID) throws -> [Dot] {
        try Int64.fetchAll(
            db.cachedStatement(
                sql: "SELECT sequence FROM quarantine WHERE replica = ? AND choice = ?"),
            arguments: [Data(replica.bytes), QuarantineChoice.admit.rawValue]
        ).map { Dot(replica, Sequence64(UInt64($0))) }
    }

    /// `position` is that of the `quarantine.decided`, which names this event alone.
    func setChoice(
        _ choice: QuarantineChoice, of dot: Dot, at position: LedgerPosition
    ) throws {
        try db.execute(
            sql: """
                UPDATE quarantine SET choice = ?, decided_at = ?
                WHERE replica = ? AND sequence = ?
                """,
            arguments: [
                choice.rawValue, Int64(position.value), Data(dot.replica.bytes),
                Int64(dot.sequence.value),
            ])
    }

    /// Decisions about events of a replica after a position, with their own, in ledger order.
    func decisions(
        about replica: ReplicaID, after position: LedgerPosition, limit: Int
    ) throws -> [(sequence: Sequence64, choice: QuarantineChoice, decidedAt: LedgerPosition)] {
        try Row.fetchAll(
            db,
            sql: """
                SELECT sequence, choice, decided_at FROM quarantine
                WHERE replica = ? AND decided_at > ? ORDER BY decided_at LIMIT ?
                """,
            arguments: [Data(replica.bytes), Int64(position.value), limit]
        ).compactMap { row in
            QuarantineChoice(rawValue: row[1]).map {
                (
                    Sequence64(UInt64(row[0] as Int64)), $0,
                    LedgerPosition(UInt64(row[2] as Int64))
                )
            }
        }
    }

    private static func entry(_ row: Row) -> Entry? {
        guard let replica = ReplicaID(row[0] as Data), let leaf = Hash(row[2] as Data) else {
            return nil
        }
        return Entry(
            dot: Dot(replica, Sequence64(UInt64(row[1] as Int64))), leaf: leaf,
            reason: QuarantineReason(rawValue: UInt32(row[3] as Int64)) ?? .invalid,
            receivedAt: Instant(milliseconds: row[4]), byteCount: row[5],
            entered: (row[6] as Data?).flatMap { EntityID(stored: $0) },
            choice: (row[7] as Int64?).flatMap(QuarantineChoice.init(rawValue:)),
            home: (row[8] as Data?).flatMap(home))
    }

    private static func home(_ stored: Data) -> ScopeID? {
        stored.isEmpty ? .community : EntityID(stored: stored).map(ScopeID.neighborhood)
    }
}
