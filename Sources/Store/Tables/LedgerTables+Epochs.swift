// Epochs: in which the ledger is, what each inherited, and taking a device's copy back to a prefix.
// Source: docs/protocol.md section 3.6. Neighbors: `insert` notes each `ledger.reopened`; the
// server's Reopening and the device's EpochRewind use the rest.
// Invariant: the table says what the `ledger.reopened` events that are here say, and nothing else.

internal import Foundation
internal import GRDB
public import Shared

extension LedgerTables {
    /// Ascending.
    public func reopenings() throws -> [Reopening] {
        try Row.fetchAll(
            db.cachedStatement(
                sql: """
                    SELECT event.bytes FROM epoch JOIN event USING (position) ORDER BY number
                    """)
        ).compactMap { row in
            (try? Event(decoding: [UInt8](row[0] as Data))).flatMap(Reopening.init)
        }
    }

    /// The newest `ledger.reopened` that is here, as its author wrote it.
    public func newestReopening() throws -> [UInt8]? {
        try Data.fetchOne(
            db,
            sql: """
                SELECT event.bytes FROM epoch JOIN event USING (position)
                ORDER BY number DESC LIMIT 1
                """
        ).map { [UInt8]($0) }
    }

    public func epoch() throws -> Epoch {
        let number = try Int64.fetchOne(
            db.cachedStatement(sql: "SELECT max(number) FROM epoch"))
        return number.flatMap(UInt32.init(exactly:)).map(Epoch.init) ?? .first
    }

    func noteEpoch(_ event: Event, at position: Int64) throws {
        guard let reopening = Reopening(event) else { return }
        try db.execute(
            sql: "INSERT OR IGNORE INTO epoch VALUES (?, ?, ?, ?, ?, ?)",
            arguments: [
                Int64(reopening.epoch.value), position, Int64(reopening.inheritedSize.value),
                Data(reopening.inheritedRoot.bytes), Data(reopening.serverSigningKey),
                Data(reopening.serverReceivingKey),
            ])
    }

    // MARK: Back to a prefix (device)

    /// Takes every scope's tree back to its leaves at or before a position.
    public func truncateTrees(after position: LedgerPosition) throws {
        trees = [:]
        let end = Int64(clamping: position.value)
        try db.execute(sql: "DELETE FROM scope_entry WHERE position > ?", arguments: [end])
        for number in try Int64.fetchAll(db, sql: "SELECT number FROM tree ORDER BY number") {
            let size =
                try Int64.fetchOne(
                    db, sql: "SELECT count(*) FROM scope_entry WHERE scope = ?",
                    arguments: [number]) ?? 0
            let nodes = MerkleTree.nodeCount(size: UInt64(size))
            try db.execute(
                sql: "DELETE FROM tree_node WHERE tree = ? AND number >= ?",
                arguments: [number, Int64(nodes)])
            try db.execute(
                sql: "UPDATE tree SET size = ? WHERE number = ?", arguments: [size, number])
        }
    }

    /// Takes admitted events after a position out of the ledger's part: a replica's own become
    /// unsent again, others' go. The caller has kept those, and projects anew.
    public func withdraw(after position: LedgerPosition, own replica: ReplicaID) throws {
        let end = Int64(clamping: position.value)
        guard let number = try replicaNumber(replica, create: true) else { return }
        let mask = LocalKey.sequenceMax
        try db.execute(
            sql: "DELETE FROM epoch WHERE position > ?", arguments: [end])
        try db.execute(
            sql: """
                UPDATE event SET position = \(StoreSchema.unsentBase) + (dot & \(mask)),
                    context_unknown = 0
                WHERE position > ? AND position < \(StoreSchema.unsentBase)
                    AND dot >> \(LocalKey.sequenceBits) = ?
                """, arguments: [end, number])
        let gone = """
            SELECT dot FROM event WHERE position > ? AND position < \(StoreSchema.unsentBase)
            """
        for table in ["event_side", "missing_key"] {
            try db.execute(
                sql: "DELETE FROM \(table) WHERE dot IN (\(gone))", arguments: [end])
        }
        try db.execute(
            sql: "DELETE FROM event WHERE position > ? AND position < \(StoreSchema.unsentBase)",
            arguments: [end])
    }

    /// The last own event that has a place in the ledger here.
    public func lastPlaced(of replica: ReplicaID) throws -> Sequence64 {
        guard let number = try replicaNumber(replica, create: false) else { return .none }
        let last = try Int64.fetchOne(
            db,
            sql: """
                SELECT max(dot & \(LocalKey.sequenceMax)) FROM event
                WHERE position < \(StoreSchema.unsentBase)
                    AND dot >> \(LocalKey.sequenceBits) = ?
                """, arguments: [number])
        return last.map { Sequence64(UInt64($0)) } ?? .none
    }
}
