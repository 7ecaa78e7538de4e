// Events into the table and out of it, by entity, dot and position.
// Neighbors: admission and page application insert; Project/ loads what an entity needs.

internal import Foundation
internal import GRDB
public import Shared

/// An event about to be stored, with its bytes as its author wrote them.
public struct NewEvent: Sendable {
    public let event: Event
    public let leaf: Hash
    public let bytes: [UInt8]

    public init(event: Event, leaf: Hash, bytes: [UInt8]) {
        self.event = event
        self.leaf = leaf
        self.bytes = bytes
    }

    /// Decodes and hashes.
    public init(bytes: [UInt8]) throws(EventError) {
        self.init(event: try Event(decoding: bytes), leaf: .leaf(bytes), bytes: bytes)
    }
}

/// What the server says of an admitted event.
public struct Admitted: Sendable {
    public let position: LedgerPosition
    public let reach: [ScopeID]
    public let receivedAt: Instant
    public let contextUnknown: Bool

    public init(
        position: LedgerPosition, reach: [ScopeID], receivedAt: Instant, contextUnknown: Bool
    ) {
        self.position = position
        self.reach = reach
        self.receivedAt = receivedAt
        self.contextUnknown = contextUnknown
    }
}

extension LedgerTables {
    /// Stores an admitted event and makes it a leaf of the trees of its reach (those in `holding`;
    /// nil: all, and the ledger's own).
    public func insert(
        _ new: NewEvent, _ admitted: Admitted, holding: Set<ScopeID>? = nil
    ) throws {
        let position = Int64(admitted.position.value)
        try insertRow(
            new, position: position, receivedAt: admitted.receivedAt, reach: admitted.reach,
            contextUnknown: admitted.contextUnknown)
        if new.event.knownKind == .ledgerReopened { try noteEpoch(new.event, at: position) }
        try growTrees(
            leaf: new.leaf, position: position, reach: admitted.reach, holding: holding)
    }

    /// Stores an own event that the ledger does not have yet.
    public func insertUnsent(_ new: NewEvent, reach: [ScopeID]) throws {
        let position = StoreSchema.unsentBase + Int64(new.event.dot.sequence.value)
        try insertRow(
            new, position: position, receivedAt: new.event.recordedAt, reach: reach,
            contextUnknown: false)
    }

    /// Gives an own event its place; nil if it is not here or has its place already.
    ///
    /// Its place alone changes no projection: what has seen it comes later in the ledger, and is
    /// decided then. So `mustProject` is set only if the server saw its reach or context otherwise.
    public func admitOwn(
        _ dot: Dot, _ admitted: Admitted, holding: Set<ScopeID>
    ) throws -> (recorded: RecordedEvent, mustProject: Bool)? {
        guard let key = try existingKey(dot), let unsent = try event(dot),
            unsent.observation.position == nil
        else { return nil }
        let position = Int64(admitted.position.value)
        let reach = try reachNumber(admitted.reach)
        let before = try db.hotInt("SELECT reach FROM event WHERE dot = ?", .int(key.value))
        try db.hot(
            """
            UPDATE event SET position = ?, received_at = ?, reach = ?, context_unknown = ?
            WHERE dot = ?
            """, .int(position), .int(admitted.receivedAt.milliseconds), .int(reach),
            .int(admitted.contextUnknown ? 1 : 0), .int(key.value))
        try growTrees(
            leaf: unsent.leaf, position: position, reach: admitted.reach, holding: holding)
        let recorded = RecordedEvent(
            event: unsent.event, leaf: unsent.leaf, position: admitted.position,
            contextUnknown: admitted.contextUnknown)
        return (recorded, admitted.contextUnknown || before != reach)
    }

    /// Takes an unsent own event out of the state; its bytes are kept by the caller.
    public func removeUnsent(_ dot: Dot) throws {
        guard let key = try existingKey(dot) else { return }
        try db.execute(
            sql: "DELETE FROM event WHERE dot = ? AND position >= ?",
            arguments: [key.value, StoreSchema.unsentBase])
    }

    private func insertRow(
        _ new: NewEvent, position: Int64, receivedAt: Instant, reach: [ScopeID],
        contextUnknown: Bool
    ) throws {
        let dot = try key(new.event.dot)
        let subject = try new.event.subject.map { try key($0).value }
        try db.hot(
            """
            INSERT INTO event (position, dot, subject, kind, received_at, reach,
                               context_unknown, leaf, bytes)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            """, .int(position), .int(dot.value), .int(subject), .int(Int64(new.event.kind.value)),
            .int(receivedAt.milliseconds), .int(try reachNumber(reach)),
            .int(contextUnknown ? 1 : 0), .bytes(new.leaf.bytes), .bytes(new.bytes))
        for side in new.event.clusterSides {
            try db.cachedStatement(
                sql: "INSERT OR IGNORE INTO event_side (entity, dot) VALUES (?, ?)"
            ).execute(arguments: [try key(side).value, dot.value])
        }
    }

    // MARK: Reading

    static let recordedColumns = "position, context_unknown, leaf, bytes"

    func recorded(_ row: Row) throws -> RecordedEvent {
        let position: Int64 = row[0]
        let bytes: Data = row[3]
        let leafBytes: Data = row[2]
        guard let event = try? Event(decoding: [UInt8](bytes)), let leaf = Hash(leafBytes) else {
            throw StoreDamage.unreadable(position: position)
        }
        return RecordedEvent(
            event: event, leaf: leaf,
            position: position < StoreSchema.unsentBase
                ? LedgerPosition(UInt64(position)) : nil,
            contextUnknown: row[1])
    }

    public func event(_ dot: Dot) throws -> RecordedEvent? {
        guard let key = try existingKey(dot) else { return nil }
        return try Row.fetchOne(
            db.cachedStatement(
                sql: "SELECT \(Self.recordedColumns) FROM event WHERE dot = ?"),
            arguments: [key.value]
        ).map(recorded)
    }

    public func leaf(of dot: Dot) throws -> Hash? {
        guard let key = try existingKey(dot) else { return nil }
        let blob = try Data.fetchOne(
            db.cachedStatement(sql: "SELECT leaf FROM event WHERE dot = ?"),
            arguments: [key.value])
        return blob.flatMap { Hash($0) }
    }

    /// Whether an event of a replica with a higher sequence is here.
    public func hasEvent(of replica: ReplicaID, beyond sequence: Sequence64) throws -> Bool {
        guard let number = try replicaNumber(replica, create: false),
            let after = LocalKey(replicaNumber: number, sequence: sequence.value)
        else { return false }
        let last = after.value | Int64(LocalKey.sequenceMax)
        return try db.hotInt(
            "SELECT 1 FROM event WHERE dot > ? AND dot <= ? LIMIT 1", .int(after.value), .int(last))
            != nil
    }

    /// All events about an entity, its creation first, then by position.
    public func events(of entity: EntityID) throws -> [RecordedEvent] {
        guard let key = try existingKey(entity.dot) else { return [] }
        return try events(of: key)
    }

    func events(of key: LocalKey) throws -> [RecordedEvent] {
        try Row.fetchAll(
            db.cachedStatement(
                sql: """
                    SELECT \(Self.recordedColumns) FROM event WHERE dot = ?1 AND subject IS NULL
                    UNION ALL
                    SELECT \(Self.recordedColumns) FROM event WHERE subject = ?1
                    UNION ALL
                    SELECT \(Self.recordedColumns) FROM event WHERE dot IN
                        (SELECT dot FROM event_side WHERE entity = ?1)
                        AND subject IS NOT ?1
                    ORDER BY position
                    """), arguments: [key.value]
        ).map(recorded)
    }

    /// Unsent own events after a sequence, in order, with their bytes.
    public func unsent(after sequence: Sequence64, limit: Int) throws -> [NewEvent] {
        let first = StoreSchema.unsentBase + Int64(sequence.value)
        let rows = try Row.fetchAll(
            db,
            sql: "SELECT position, bytes FROM event WHERE position > ? ORDER BY position LIMIT ?",
            arguments: [first, limit])
        return try rows.map { row in
            let bytes: Data = row[1]
            do {
                return try NewEvent(bytes: [UInt8](bytes))
            } catch {
                throw StoreDamage.unreadable(position: row[0])
            }
        }
    }

    public func hasUnsent() throws -> Bool {
        let first = "SELECT 1 FROM event WHERE position >= \(StoreSchema.unsentBase) LIMIT 1"
        return try Int.fetchOne(db.cachedStatement(sql: first)) != nil
    }

    public func unsentCount() throws -> Int {
        try Int.fetchOne(
            db, sql: "SELECT count(*) FROM event WHERE position >= ?",
            arguments: [StoreSchema.unsentBase]) ?? 0
    }

    /// The last admitted position here: on the server, the ledger's size.
    public func lastPosition() throws -> LedgerPosition {
        let last = try Int64.fetchOne(
            db.cachedStatement(sql: "SELECT max(position) FROM event WHERE position < ?"),
            arguments: [StoreSchema.unsentBase])
        return LedgerPosition(UInt64(last ?? 0))
    }

    // MARK: Heads of replicas

    /// The chain of a replica's events here; nil before `setHead`.
    public func head(of replica: ReplicaID) throws -> ReplicaChain? {
        let row = try Row.fetchOne(
            db.cachedStatement(sql: "SELECT last_sequence, chain FROM replica WHERE id = ?"),
            arguments: [Data(replica.bytes)])
        guard let row, let blob = row[1] as Data?, let hash = Hash(blob) else { return nil }
        let sequence: Int64 = row[0]
        return ReplicaChain(sequence: Sequence64(UInt64(sequence)), hash: hash)
    }

    public func setHead(_ chain: ReplicaChain, of replica: ReplicaID) throws {
        guard let number = try replicaNumber(replica, create: true) else { return }
        try db.cachedStatement(
            sql: "UPDATE replica SET last_sequence = ?, chain = ? WHERE number = ?"
        ).execute(arguments: [
            Int64(chain.sequence.value), Data(chain.hash.bytes), number,
        ])
    }
}

extension Event {
    /// Entries that a decision about a cluster, or its undoing, names besides its subject.
    var clusterSides: [EntityID] {
        guard knownKind == .conflictResolved || knownKind == .conflictUndone,
            payload.integer(ResolutionField.conflict) == ConflictKind.duplicate.rawValue
        else { return [] }
        return payload.sides(ResolutionField.sides).map { EntityID($0.dot) }
    }
}
