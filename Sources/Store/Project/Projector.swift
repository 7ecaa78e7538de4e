// New events → tables: re-decides the entities they touch, then the groups those are in.
// Neighbors: page application, recording and admission call `project` in their own transaction;
// Shared/Decide has the rules, this file none.
// Invariant: projecting events one by one, in bulk, or again from the start gives the same tables.

internal import Foundation
internal import GRDB
public import Shared

extension LedgerTables {
    /// Brings the projections up to date with events just stored. `mayBeAwaited`: there were own
    /// events without a place, some of which may be about entities that only these bring.
    public func project(_ new: [RecordedEvent], mayBeAwaited: Bool = false) throws {
        var projector = Projector(tables: self, mayBeAwaited: mayBeAwaited)
        try projector.project(new)
    }

    /// Projects entities again whose events changed otherwise.
    public func projectAgain(_ entities: Set<EntityID>) throws {
        var projector = Projector(tables: self)
        // As if all of them were new: what was forgotten with its creation is known again.
        let all = try entities.map { ($0, try self.events(of: $0)) }
        try projector.projectEntities(
            entities, fresh: Dictionary(uniqueKeysWithValues: all))
    }

    /// Throws the projections away and makes them anew from the events. Calls `progress` with the
    /// number of events done.
    public func rebuild(progress: (Int) -> Void) throws {
        for table in [
            "entity", "member", "hours", "posting", "import_key", "conflict", "member_move",
            "named_account",
        ] {
            try db.execute(sql: "DELETE FROM \(table)")
        }
        var last: Int64 = 0
        var done = 0
        while true {
            let rows = try Row.fetchAll(
                db,
                sql: """
                    SELECT \(Self.recordedColumns) FROM event WHERE position > ?
                    ORDER BY position LIMIT \(Projector.rebuildBatch)
                    """, arguments: [last])
            guard let end = rows.last else { return }
            last = end[0]
            try project(try rows.map(recorded))
            done += rows.count
            progress(done)
        }
    }
}

struct Projector {
    /// Events decided together in a rebuild: bounds memory.
    static let rebuildBatch = 5_000

    let tables: LedgerTables
    /// Groups to decide at the end; a decision may name entries of several.
    private var groups: Set<Int64> = []
    /// Entries decided in this batch, so that their group need not decide them again.
    private(set) var decidedHours: [LocalKey: (HoursState, [RecordedEvent])] = [:]
    /// Entries that a decision of this batch names.
    private var sides: Set<EntityID> = []
    /// Entries that this batch brought: they have no postings yet.
    private(set) var freshEntries: Set<LocalKey> = []
    /// Members who moved in this batch.
    private var moved: Set<EntityID> = []
    /// Whether anybody ever did; asked once.
    private var hasMoves: Bool?
    /// Whether what is new may be about something that events were here about before it came.
    private let mayBeAwaited: Bool

    init(tables: LedgerTables, mayBeAwaited: Bool = false) {
        (self.tables, self.mayBeAwaited) = (tables, mayBeAwaited)
    }

    var db: Database { tables.db }

    mutating func project(_ new: [RecordedEvent]) throws {
        let touched = Dictionary(grouping: new, by: \.event.entity)
        sides = Set(new.flatMap { $0.event.clusterSides })
        try projectEntities(Set(touched.keys).union(sides), fresh: touched)
    }

    /// `fresh` holds the new events by entity: one whose creation is the only one among them
    /// needs no reading back.
    mutating func projectEntities(
        _ entities: Set<EntityID>, fresh: [EntityID: [RecordedEvent]]
    ) throws {
        for entity in entities.sorted() {
            try projectEntity(entity, fresh: fresh[entity] ?? [])
        }
        for group in groups.sorted() { try projectGroup(group) }
        try takeAlong(moved)
        moved = []
        groups = []
        decidedHours = [:]
        freshEntries = []
    }

    private mutating func projectEntity(
        _ entity: EntityID, fresh: [RecordedEvent]
    ) throws {
        guard let key = try tables.existingKey(entity.dot) else { return }
        let creation = fresh.first { $0.event.subject == nil }
        let isNew = try creation.map { try remember($0, key: key) } ?? false
        // Nothing about a new entity came before its creation; a decision that names it beside
        // another entry is about that one, and may stand in this batch.
        let isAlone =
            try isNew && fresh.count == 1 && !sides.contains(entity) && !isAwaited(key)
        let events = isAlone ? fresh : try tables.events(of: key)
        guard events.contains(where: { $0.event.subject == nil }) else { return try forget(key) }
        switch decideEntity(events) {
        case .member(let member)?: try projectMember(member, key: key)
        case .hours(let hours)?: try projectHours(hours, key: key, events: events, isNew: isNew)
        case .community?, .neighborhood?, .worker?, .device?, .quarantine?, .question?: break
        case nil: try forget(key)
        }
    }

    /// A device that went back to what two branches have in common keeps its own events, also about
    /// what comes back later.
    private func isAwaited(_ key: LocalKey) throws -> Bool {
        guard mayBeAwaited else { return false }
        return try db.hotInt("SELECT 1 FROM event WHERE subject = ? LIMIT 1", .int(key.value))
            != nil
    }

    /// Notes what the entity is and where it is delivered. True if it was not here before.
    private func remember(_ creation: RecordedEvent, key: LocalKey) throws -> Bool {
        guard let family = creation.event.knownKind?.descriptor.creates else { return false }
        let isNew = try db.hot(
            """
            INSERT OR IGNORE INTO entity (entity, family, home, reach)
            SELECT ?1, ?2, ?3, reach FROM event WHERE dot = ?1
            """, .int(key.value), .int(Int64(family.rawValue)),
            .int(try tables.scopeNumber(creation.event.home)))
        if !isNew {
            try db.hot(
                """
                UPDATE entity SET reach = (SELECT reach FROM event WHERE dot = ?1)
                WHERE entity = ?1
                """, .int(key.value))
        }
        return isNew
    }

    /// The creation went away: a quarantined own event leaves the state.
    private mutating func forget(_ key: LocalKey) throws {
        if let group = try groupKey(key) { groups.insert(group) }
        for table in [
            "entity", "member", "hours", "posting", "import_key", "conflict", "named_account",
        ] {
            try db.execute(
                sql: "DELETE FROM \(table) WHERE entity = ?", arguments: [key.value])
        }
    }

    // MARK: Members

    private mutating func projectMember(_ member: MemberState, key: LocalKey) throws {
        if !member.former.isEmpty, try noteMoves(member, key: key) {
            moved.insert(member.id)
            hasMoves = true
        }
        try db.hot(
            """
            INSERT INTO member (entity, home, number, canonical) VALUES (?1, ?2, ?3, ?1)
            ON CONFLICT (entity) DO UPDATE SET number = excluded.number, home = excluded.home
            """, .int(key.value), .int(try tables.scopeNumber(member.home)), .int(member.number))
        if let importKey = member.importKey {
            try noteImport(importKey, key: key, leaf: member.leaf)
            try db.hot(
                """
                UPDATE member SET canonical = ?
                WHERE entity IN (SELECT entity FROM import_key WHERE key = ?)
                """, .int(try firstImport(importKey).value), .bytes(importKey.value.bytes))
        }
        try noteConflicts(member.conflicts, entity: key)
    }

    // MARK: Hours

    private mutating func projectHours(
        _ hours: HoursState, key: LocalKey, events: [RecordedEvent], isNew: Bool
    ) throws {
        let group = Int64(bitPattern: hours.groupKey.value)
        let before = isNew ? nil : try groupKey(key)
        try db.hot(
            """
            INSERT INTO hours (entity, form, service_date, group_key, standing, category, slip)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (entity) DO UPDATE SET form = excluded.form,
                service_date = excluded.service_date, group_key = excluded.group_key,
                category = excluded.category, slip = excluded.slip
            """, .int(key.value), .int(hours.form.rawValue), .int(Int64(hours.serviceDate.code)),
            .int(group), .int(EntryStanding.counts.rawValue), .text(hours.category),
            .text(hours.slipNumber?.folded))
        if try anybodyMoved() { try extendReach(of: key, by: events) }
        decidedHours[key] = (hours, events)
        groups.insert(group)
        if let before { groups.insert(before) } else { freshEntries.insert(key) }
        try touchGroupsDecidedWith(key, events: events)
        if let importKey = hours.importKey {
            try noteImport(importKey, key: key, leaf: hours.leaf)
            try touchRepeatedImports(importKey)
        }
        if before != nil || !hours.conflicts.isEmpty {
            try noteConflicts(hours.conflicts, entity: key)
        }
    }

    private mutating func anybodyMoved() throws -> Bool {
        if let hasMoves { return hasMoves }
        let found = try db.hotInt("SELECT 1 FROM member_move LIMIT 1") != nil
        hasMoves = found
        return found
    }

    private func groupKey(_ key: LocalKey) throws -> Int64? {
        try db.hotInt("SELECT group_key FROM hours WHERE entity = ?", .int(key.value))
    }

    /// A change of this entry may end or reopen a decision about entries of other groups.
    private mutating func touchGroupsDecidedWith(
        _ key: LocalKey, events: [RecordedEvent]
    ) throws {
        for entity in try tables.tied(by: events).keys {
            guard let other = try tables.existingKey(entity.dot) else { continue }
            if let group = try groupKey(other) { groups.insert(group) }
        }
    }

    // MARK: Imports

    private func noteImport(_ importKey: ImportKey, key: LocalKey, leaf: Hash) throws {
        try db.hot(
            "INSERT OR IGNORE INTO import_key (key, entity, leaf) VALUES (?, ?, ?)",
            .bytes(importKey.value.bytes), .int(key.value), .bytes(leaf.bytes))
    }

    /// The entity that stands for all with this key: the lowest leaf hash.
    private func firstImport(_ importKey: ImportKey) throws -> LocalKey {
        let first = try db.hotInt(
            "SELECT entity FROM import_key WHERE key = ? ORDER BY leaf LIMIT 1",
            .bytes(importKey.value.bytes))
        guard let first else { throw StoreDamage.missing("an import key") }
        return LocalKey(stored: first)
    }

    private mutating func touchRepeatedImports(_ importKey: ImportKey) throws {
        let others = try db.hotInts(
            """
            SELECT hours.group_key FROM import_key
            JOIN hours ON hours.entity = import_key.entity WHERE import_key.key = ?
            """, .bytes(importKey.value.bytes))
        groups.formUnion(others)
    }

    func isRepeatedImport(_ hours: HoursState, key: LocalKey) throws -> Bool {
        guard let importKey = hours.importKey else { return false }
        return try firstImport(importKey) != key
    }

    func noteConflicts(_ conflicts: [Conflict], entity key: LocalKey) throws {
        try db.hot("DELETE FROM conflict WHERE entity = ?", .int(key.value))
        for conflict in conflicts {
            try db.execute(
                sql: "INSERT OR REPLACE INTO conflict (id, entity) VALUES (?, ?)",
                arguments: [Int64(bitPattern: conflict.id.value), key.value])
        }
    }
}
