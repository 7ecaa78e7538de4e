// What only a device asks: its own events' bytes, what its scopes hold, and what others wrote.
// Neighbors: SyncSession sends and applies, `explain` shows.

internal import Foundation
internal import GRDB
public import Shared

extension LedgerTables {
    /// An event as its author wrote it; nil when it is not here. Of a damaged one that has its
    /// place in the ledger it throws that place: it can be put aside and fetched again.
    public func bytes(of dot: Dot) throws -> NewEvent? {
        guard let key = try existingKey(dot),
            let row = try Row.fetchOne(
                db.cachedStatement(sql: "SELECT position, bytes FROM event WHERE dot = ?"),
                arguments: [key.value])
        else { return nil }
        do {
            return try NewEvent(bytes: [UInt8](row[1] as Data))
        } catch {
            guard let place = LedgerPosition(admitted: row[0]) else {
                throw StoreDamage.missing("a readable event \(dot.short)")
            }
            throw StoreDamage.unreadable(position: Int64(place.value))
        }
    }

    /// Events of a replica beyond a sequence that have a place in the ledger here, in order.
    public func placed(of replica: ReplicaID, after sequence: Sequence64) throws -> [NewEvent] {
        guard let number = try replicaNumber(replica, create: false),
            let after = LocalKey(replicaNumber: number, sequence: sequence.value)
        else { return [] }
        return try Row.fetchAll(
            db,
            sql: """
                SELECT bytes, position FROM event WHERE dot > ? AND dot <= ?
                    AND position < \(StoreSchema.unsentBase) ORDER BY dot
                """, arguments: [after.value, after.value | Int64(LocalKey.sequenceMax)]
        ).map { row in
            do {
                return try NewEvent(bytes: [UInt8](row[0] as Data))
            } catch {
                throw StoreDamage.unreadable(position: row[1])
            }
        }
    }

    /// Forgets the trees of other scopes: a new device learns which are its own only when its
    /// back-fill reaches its pairing.
    public func dropTrees(except scopes: Set<ScopeID>) throws {
        let kept = try scopes.sorted().map { try scopeNumber($0) }
        let list = kept.map(String.init).joined(separator: ", ")
        try db.execute(sql: "DELETE FROM scope_entry WHERE scope NOT IN (\(list))")
        try db.execute(sql: "DELETE FROM tree_node WHERE tree NOT IN (\(list))")
        try db.execute(sql: "DELETE FROM tree WHERE number NOT IN (\(list))")
        trees = trees.filter { kept.contains($0.key) }
    }

    /// The last sequence of each replica among the events here at or before a position, ascending
    /// by replica. The ledger takes a replica's events in order, so those before it are there too;
    /// save what came back by an offer, ahead of its chain, which stands for none before it.
    public func lastSequences(upTo position: LedgerPosition) throws -> [Dot] {
        let rows = try Row.fetchAll(
            db,
            sql: """
                SELECT replica.id,
                    max(dot & \(LocalKey.sequenceMax)) FILTER (WHERE position <= ?1) AS seen,
                    min(dot & \(LocalKey.sequenceMax)) FILTER (WHERE position > ?1)
                FROM event JOIN replica ON replica.number = dot >> \(LocalKey.sequenceBits)
                GROUP BY replica.number HAVING seen IS NOT NULL ORDER BY replica.id
                """, arguments: [Int64(position.value)])
        return try rows.map { row in
            guard let replica = ReplicaID(row[0] as Data) else {
                throw StoreDamage.missing("a replica")
            }
            let (last, later) = (row[1] as Int64, row[2] as Int64?)
            return Dot(replica, Sequence64(UInt64(min(last, (later ?? .max) - 1))))
        }
    }

    /// How many events of each kind are here, by the kind's name.
    public func eventCounts() throws -> [String: Int] {
        let rows = try Row.fetchAll(db, sql: "SELECT kind, count(*) FROM event GROUP BY kind")
        return Dictionary(
            uniqueKeysWithValues: rows.map { row in
                let number = UInt32(row[0] as Int64)
                return (Kind(rawValue: number)?.name ?? "kind \(number)", row[1] as Int)
            })
    }

    /// The event at a position; nil when it is not here.
    public func event(at position: LedgerPosition) throws -> RecordedEvent? {
        try Row.fetchOne(
            db.cachedStatement(
                sql: "SELECT \(Self.recordedColumns) FROM event WHERE position = ?"),
            arguments: [Int64(position.value)]
        ).map(recorded)
    }
}
