// Whether the keyring beside this database is the one that it knew, and which keys it lacks. The
// events are searched only when a keyring was lost, set back or exchanged; what is missing is noted
// then, and one by one when events come without their keys.
// Source: docs/protocol.md section 5.2. Neighbors: Device and ServerStore bind a keyring when they
// open it; both sides of a sync ask for what is noted here.
// Invariants: a keyring that was not bound is bound in the transaction that notes what it lacks;
// the first event of each reach that names a missing key is noted, so also the first of all; a key
// that is noted is taken only if it opens that one, its maker's. Later ones can be by anybody.

internal import Foundation
internal import GRDB
public import Shared

/// Keys that events here name are not here.
public struct KeyringTrouble: Equatable, Sendable {
    public let missing: Int
    /// The keyring was lost, set back or exchanged, and is not whole again; else they never came.
    public let isReplaced: Bool

    /// What happened and what it means; each program says what to do.
    public var sentence: String {
        let keys = missing == 1 ? "1 data key is" : "\(missing) data keys are"
        let cause =
            isReplaced
            ? "\(Keyring.fileName) was lost, damaged, set back or exchanged for another: "
            : "with some entries no keys came: "
        return "\(cause)\(keys) missing, so some names and texts cannot be read. Entries, hours "
            + "and balances are not touched"
    }
}

/// An event that is kept apart, beside the ledger.
public struct EventBytes: Sendable {
    public let dot: Dot
    public let bytes: [UInt8]

    public init(dot: Dot, bytes: [UInt8]) {
        self.dot = dot
        self.bytes = bytes
    }
}

extension LedgerTables {
    // MARK: Which keyring

    /// It is the keyring that this database knew last, with all keys it had then.
    public func isBound(to keyring: Keyring) throws -> Bool {
        guard let known = try knownMark() else { return false }
        let mark = try keyring.mark
        return known.name == mark.name && known.added <= mark.added
    }

    /// Knows this keyring from now on, and notes the keys that it lacks.
    public func bind(to keyring: Keyring, keptApart: [EventBytes]) throws {
        guard try !isBound(to: keyring) else { return }
        let missing = try search(lackedBy: keyring, keptApart: keptApart)
        try db.execute(sql: "DELETE FROM missing_key")
        for key in missing { try note(key) }
        try save(try keyring.mark, isReplaced: !missing.isEmpty)
    }

    /// Remembers how many keys there are, so that an older copy of the keyring is noticed. Throws
    /// when the keys of this process went to a file that is not the ledger's any more.
    public func remember(_ keyring: Keyring) throws {
        try keyring.checkFile()
        let mark = try keyring.mark
        guard try knownMark()?.name == mark.name else { throw Keyring.Failure.exchanged }
        try db.hot(
            "UPDATE keyring SET added = ?1 WHERE name = ?2 AND added < ?1",
            .int(mark.added), .bytes([UInt8](mark.name)))
    }

    private func knownMark() throws -> KeyringMark? {
        try Row.fetchOne(db.cachedStatement(sql: "SELECT name, added FROM keyring"))
            .map { KeyringMark(name: $0[0], added: $0[1]) }
    }

    private func save(_ mark: KeyringMark, isReplaced: Bool) throws {
        try db.execute(
            sql: "INSERT OR REPLACE INTO keyring VALUES (1, ?, ?, ?)",
            arguments: [mark.name, mark.added, isReplaced])
    }

    // MARK: What it lacks

    private struct Found: Hashable {
        let key: DataKeyID
        let reach: Int64
        let dot: LocalKey
    }

    private func search(lackedBy keyring: Keyring, keptApart: [EventBytes]) throws -> [Found] {
        let here = try keyring.ids()
        var seen: Set<[UInt64]> = []
        var found: [Found] = []
        func look(_ bytes: [UInt8], reach: Int64, dot: LocalKey) {
            for key in Event.sealedKeys(in: bytes) where !here.contains(key) {
                guard seen.insert([key.value, UInt64(reach)]).inserted else { continue }
                found.append(Found(key: key, reach: reach, dot: dot))
            }
        }
        let rows = try Row.fetchCursor(
            db, sql: "SELECT dot, reach, bytes FROM event ORDER BY position")
        while let row = try rows.next() {
            look([UInt8](row[2] as Data), reach: row[1], dot: LocalKey(stored: row[0]))
        }
        for kept in keptApart { look(kept.bytes, reach: 0, dot: try key(kept.dot)) }
        return found
    }

    private func note(_ found: Found) throws {
        try db.hot(
            "INSERT OR IGNORE INTO missing_key (key, reach, dot) VALUES (?, ?, ?)",
            .int(found.key.ordered), .int(found.reach), .int(found.dot.value))
    }

    /// An event came without these keys, and they are not in the keyring.
    public func noteMissing(_ keys: Set<DataKeyID>, namedBy dot: Dot) throws {
        if keys.isEmpty { return }
        let local = try key(dot)
        let reach = try db.hotInt("SELECT reach FROM event WHERE dot = ?", .int(local.value))
        for key in keys.sorted() { try note(Found(key: key, reach: reach ?? 0, dot: local)) }
    }

    public func isMissing(_ key: DataKeyID) throws -> Bool {
        try db.hotInt("SELECT 1 FROM missing_key WHERE key = ?", .int(key.ordered)) != nil
    }

    public func lacksKeys() throws -> Bool {
        try db.hotInt("SELECT EXISTS (SELECT 1 FROM missing_key)") == 1
    }

    public func missingKeyCount() throws -> Int {
        try Int.fetchOne(db, sql: "SELECT count(DISTINCT key) FROM missing_key") ?? 0
    }

    /// Nil while every key is here.
    public func keyringTrouble() throws -> KeyringTrouble? {
        let count = try missingKeyCount()
        if count == 0 { return nil }
        return KeyringTrouble(
            missing: count,
            isReplaced: try db.hotInt("SELECT is_replaced FROM keyring") == 1)
    }

    /// The first after `after`, ascending, each once; `among` bounds them to what these scopes and
    /// this replica have to do with, the histories of members who moved to them among it.
    public func missingKeys(
        after: DataKeyID?, limit: Int, among: (scopes: Set<ScopeID>, replica: ReplicaID)? = nil
    ) throws -> [WantedKey] {
        let rows = try Row.fetchCursor(
            db,
            sql: "SELECT key, reach, dot FROM missing_key WHERE key > ? OR ? ORDER BY key, reach",
            arguments: [(after ?? DataKeyID(0)).ordered, after == nil])
        var missing: [WantedKey] = []
        var along: Set<LedgerPosition>?
        while missing.count < limit, let row = try rows.next() {
            let key = DataKeyID(ordered: row[0])
            let named = try dot(LocalKey(stored: row[2]))
            guard missing.last?.key != key else { continue }
            if let among {
                let number: Int64 = row[1]
                let isTheirs =
                    number == 0
                    ? named.replica == among.replica
                    : try !among.scopes.isDisjoint(with: reach(number))
                if !isTheirs {
                    let places = try along ?? placesAlong(movedTo: among.scopes)
                    along = places
                    guard !places.isEmpty, let place = try position(of: named),
                        places.contains(place)
                    else { continue }
                }
            }
            missing.append(WantedKey(key: key, event: try firstUse(of: key) ?? named))
        }
        return missing
    }

    /// The first event in the ledger's order that names a missing key; one that is kept apart only
    /// when there is no other.
    private func firstUse(of key: DataKeyID) throws -> Dot? {
        try db.hotInt(
            """
            SELECT missing_key.dot FROM missing_key LEFT JOIN event ON event.dot = missing_key.dot
            WHERE key = ? ORDER BY position IS NULL, position LIMIT 1
            """, .int(key.ordered)
        ).map { try dot(LocalKey(stored: $0)) }
    }

    /// They are in the keyring now.
    public func forgetMissing(_ keys: some Sequence<DataKeyID>) throws {
        for key in keys {
            try db.hot("DELETE FROM missing_key WHERE key = ?", .int(key.ordered))
        }
        if try !lacksKeys() { try db.hot("UPDATE keyring SET is_replaced = 0") }
    }

    // MARK: What comes

    /// Of keys that came: those that may be kept. One that is missed must open the first event that
    /// names it, so that nobody can put another in its place, nor keep it out by naming it;
    /// `bytes` finds an event that is kept apart.
    public func sound(
        _ keys: [DataKey], community: CommunityID, keptApart bytes: (Dot) throws -> [UInt8]?
    ) throws -> (missed: [DataKey], others: [DataKey]) {
        guard try lacksKeys() else { return ([], keys) }
        var missed: [DataKey] = []
        var others: [DataKey] = []
        for key in keys {
            guard let named = try firstUse(of: key.id) else {
                others.append(key)
                continue
            }
            let content = try self.bytes(of: named)?.bytes ?? bytes(named)
            guard let content, let event = try? Event(decoding: content) else { continue }
            if key.opens(event, community: community) { missed.append(key) }
        }
        return (missed, others)
    }
}

extension DataKey {
    /// Whether it opens a part of the event that names it: then whoever wrote the event had it.
    public func opens(_ event: Event, community: CommunityID) -> Bool {
        event.sealed.contains { part in
            part.key == id && (try? open(part, kind: event.kind, community: community)) != nil
        }
    }
}

extension DataKeyID {
    /// SQLite's integers are signed: with the first bit turned over they order as ids do.
    fileprivate var ordered: Int64 { Int64(bitPattern: value ^ (1 << 63)) }
    fileprivate init(ordered: Int64) { self.init(UInt64(bitPattern: ordered) ^ (1 << 63)) }
}
