// One transaction's view of the shared tables: numbers of replicas, scopes and reaches, and the
// trees being appended to. Neighbors: Tables/ adds events, Project/ the projections, Views/ reads.
// Invariant: made inside a transaction and not used after it; `finish` is called before commit.

public import Foundation
public import GRDB
public import Shared

public final class LedgerTables {
    public let db: Database
    private var replicaNumbers: [ReplicaID: Int64] = [:]
    private var replicaIDs: [Int64: ReplicaID] = [:]
    private var scopeNumbers: [ScopeID: Int64] = [:]
    private var scopeIDs: [Int64: ScopeID] = [:]
    private var reachNumbers: [[ScopeID]: Int64] = [:]
    private var reachLists: [Int64: [ScopeID]] = [:]
    var trees: [Int64: MerkleTree] = [:]

    public init(_ db: Database) { self.db = db }

    // MARK: Replicas and dots

    func replicaNumber(_ id: ReplicaID, create: Bool) throws -> Int64? {
        if let number = replicaNumbers[id] { return number }
        let bytes = HotValue.bytes(id.bytes)
        var number = try db.hotInt("SELECT number FROM replica WHERE id = ?", bytes)
        if number == nil, create {
            try db.hot("INSERT INTO replica (id) VALUES (?)", bytes)
            number = db.lastInsertedRowID
        }
        if let number {
            replicaNumbers[id] = number
            replicaIDs[number] = id
        }
        return number
    }

    func replicaID(_ number: Int64) throws -> ReplicaID {
        if let id = replicaIDs[number] { return id }
        let blob = try Data.fetchOne(
            db.cachedStatement(sql: "SELECT id FROM replica WHERE number = ?"),
            arguments: [number])
        guard let id = blob.flatMap({ ReplicaID($0) }) else {
            throw StoreDamage.missing("replica \(number)")
        }
        replicaIDs[number] = id
        return id
    }

    /// Nil for a dot of a replica that this database has never heard of.
    func existingKey(_ dot: Dot) throws -> LocalKey? {
        try replicaNumber(dot.replica, create: false)
            .flatMap { LocalKey(replicaNumber: $0, sequence: dot.sequence.value) }
    }

    /// Numbers the replica if need be: an account may be heard of before its member.
    func key(_ dot: Dot) throws -> LocalKey {
        guard let number = try replicaNumber(dot.replica, create: true),
            let key = LocalKey(replicaNumber: number, sequence: dot.sequence.value)
        else { throw StoreDamage.missing("a sequence of that size") }
        return key
    }

    func key(_ entity: EntityID) throws -> LocalKey { try key(entity.dot) }

    func dot(_ key: LocalKey) throws -> Dot {
        Dot(try replicaID(key.replicaNumber), Sequence64(key.sequence))
    }

    func entity(_ key: LocalKey) throws -> EntityID { EntityID(try dot(key)) }

    // MARK: Scopes and reaches

    /// Nil for a scope that this database has never heard of.
    func existingScopeNumber(_ scope: ScopeID) throws -> Int64? {
        if let number = scopeNumbers[scope] { return number }
        let number = try Int64.fetchOne(
            db.cachedStatement(sql: "SELECT number FROM scope WHERE id = ?"),
            arguments: [Data(scope.bytes)])
        if let number {
            scopeNumbers[scope] = number
            scopeIDs[number] = scope
        }
        return number
    }

    func scopeNumber(_ scope: ScopeID) throws -> Int64 {
        if let number = try existingScopeNumber(scope) { return number }
        try db.cachedStatement(sql: "INSERT INTO scope (id) VALUES (?)")
            .execute(arguments: [Data(scope.bytes)])
        scopeNumbers[scope] = db.lastInsertedRowID
        scopeIDs[db.lastInsertedRowID] = scope
        return db.lastInsertedRowID
    }

    func scopeID(_ number: Int64) throws -> ScopeID {
        if let id = scopeIDs[number] { return id }
        let blob = try Data.fetchOne(
            db.cachedStatement(sql: "SELECT id FROM scope WHERE number = ?"), arguments: [number])
        guard let blob, let id = ScopeID(stored: blob) else {
            throw StoreDamage.missing("scope \(number)")
        }
        scopeIDs[number] = id
        scopeNumbers[id] = number
        return id
    }

    public func reachNumber(_ reach: [ScopeID]) throws -> Int64 {
        if let number = reachNumbers[reach] { return number }
        let blob = Data(try reach.flatMap { UInt64(try scopeNumber($0)).bigEndianBytes })
        var number = try Int64.fetchOne(
            db.cachedStatement(sql: "SELECT number FROM reach WHERE scopes = ?"),
            arguments: [blob])
        if number == nil {
            try db.cachedStatement(sql: "INSERT INTO reach (scopes) VALUES (?)")
                .execute(arguments: [blob])
            number = db.lastInsertedRowID
        }
        let result = number ?? db.lastInsertedRowID
        reachNumbers[reach] = result
        reachLists[result] = reach
        return result
    }

    public func reach(_ number: Int64) throws -> [ScopeID] {
        if let reach = reachLists[number] { return reach }
        let blob = try Data.fetchOne(
            db.cachedStatement(sql: "SELECT scopes FROM reach WHERE number = ?"),
            arguments: [number])
        guard let blob else { throw StoreDamage.missing("reach \(number)") }
        let bytes = [UInt8](blob)
        let reach = try stride(from: 0, to: bytes.count, by: 8).map { start in
            try scopeID(Int64(bytes[start..<start + 8].reduce(0) { $0 << 8 | UInt64($1) }))
        }
        reachLists[number] = reach
        return reach
    }
}

/// The database contradicts itself: not the user's doing, never ignored.
public enum StoreDamage: Error, CustomStringConvertible {
    case missing(String)
    case unreadable(position: Int64)
    /// A database that was cut off to nothing: there was more in it.
    case empty(path: String)
    public var description: String {
        switch self {
        case .missing(let what): "the database lacks \(what); restore it from a backup or a device"
        case .unreadable(let position): "the event at \(position) is damaged"
        case .empty(let path):
            "\(path) is damaged: nothing is left in it (0 bytes). Restore it from a backup, and "
                + "keep the folder until then; if it was never used, delete the folder and begin "
                + "anew"
        }
    }
}

extension ScopeID {
    /// No bytes for the community, else an entity id's 24.
    public init?(stored: Data) {
        if stored.isEmpty {
            self = .community
        } else {
            guard let place = EntityID(stored: stored) else { return nil }
            self = .neighborhood(place)
        }
    }
}

extension EntityID {
    /// The 24 bytes of its dot.
    public init?(stored: Data) {
        let bytes = [UInt8](stored)
        guard bytes.count == 24, let replica = ReplicaID(bytes.prefix(16)) else { return nil }
        let sequence = bytes.suffix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        self.init(Dot(replica, Sequence64(sequence)))
    }
}
