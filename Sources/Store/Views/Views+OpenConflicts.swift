// Which conflicts are open. They are decided again from events when read, so what is shown is what
// the rules say now. Neighbors: the projector notes where they are; Views+Conflicts puts them in
// words, the desk works them off.

internal import Foundation
internal import GRDB
public import Shared

extension Views {
    /// Open conflicts, ascending by id.
    public func conflicts() throws -> [Conflict] { try conflicts(knowing: [], at: position) }

    /// The same, deciding anew only what may have changed since `known` were all that was open,
    /// at `before`.
    public func conflicts(
        knowing known: [Conflict], at before: LedgerPosition
    ) throws -> [Conflict] {
        let touched = try known.isEmpty ? Touched() : touched(since: before)
        let reusable = Dictionary(
            uniqueKeysWithValues: (touched.isEverything ? [] : known)
                .filter { touched.entities.isDisjoint(with: $0.entities) }.map { ($0.id, $0) })
        var found: [ConflictID: Conflict] = [:]
        for place in try conflictPlaces() where found[place.id] == nil {
            if let same = reusable[place.id], !touched.contains(place) {
                found[place.id] = same
            } else {
                for conflict in try conflicts(at: place) { found[conflict.id] = conflict }
            }
        }
        return (found.values + (try numberConflicts())).sorted { $0.id < $1.id }
    }

    /// The open one with that id.
    public func conflict(_ id: ConflictID) throws -> Conflict? {
        let place = try Row.fetchOne(
            db, sql: "SELECT id, entity, group_key FROM conflict WHERE id = ?",
            arguments: [Int64(bitPattern: id.value)]
        ).map(ConflictPlace.init)
        guard let place else { return try numberConflicts().first { $0.id == id } }
        return try conflicts(at: place).first { $0.id == id }
    }

    private func conflictPlaces() throws -> [ConflictPlace] {
        try Row.fetchAll(db, sql: "SELECT id, entity, group_key FROM conflict ORDER BY id")
            .map(ConflictPlace.init)
    }

    /// All that one entity's, or one group's, events disagree about.
    private func conflicts(at place: ConflictPlace) throws -> [Conflict] {
        switch place.of {
        case .entity(let key): return try conflicts(ofEntity: LocalKey(stored: key))
        case .group(let group):
            return try Projector(tables: tables).groupInput(group).decided().conflicts
        }
    }

    func conflicts(ofEntity key: LocalKey) throws -> [Conflict] {
        switch decideEntity(try tables.events(of: key)) {
        case .member(let member)?: member.conflicts
        case .hours(let hours)?: hours.conflicts
        case .community?, .neighborhood?, .worker?, .device?, .quarantine?, .question?, nil: []
        }
    }

    // MARK: What may have changed

    /// Of entries since: beyond it everything is decided anew, which then costs less.
    private static let touchedEventsMax = 2_000

    private func touched(since before: LedgerPosition) throws -> Touched {
        var touched = Touched()
        guard before <= position, position.value - before.value <= UInt64(Self.touchedEventsMax)
        else {
            touched.isEverything = true
            return touched
        }
        let new = try Data.fetchAll(
            db, sql: "SELECT bytes FROM event WHERE position > ? AND position <= ?",
            arguments: [Int64(before.value), Int64(position.value)]
        ).map { try Event(decoding: [UInt8]($0)) }
        touched.entities = Set(new.flatMap { [$0.entity] + $0.clusterSides })
        // A change of one entry may end or reopen what was decided about others.
        for entity in touched.entities.sorted() {
            guard let key = try tables.existingKey(entity.dot) else { continue }
            let events = try tables.events(of: key)
            touched.entities.formUnion(try tables.tied(by: events).keys)
            touched.keys.insert(key.value)
        }
        for entity in touched.entities.sorted() {
            guard let key = try tables.existingKey(entity.dot) else { continue }
            let group = try Int64.fetchOne(
                db.cachedStatement(sql: "SELECT group_key FROM hours WHERE entity = ?"),
                arguments: [key.value])
            if let group { touched.groups.insert(group) }
        }
        return touched
    }
}

/// Where the projector noted a conflict.
private struct ConflictPlace {
    enum Of {
        case entity(Int64)
        case group(Int64)
    }

    let id: ConflictID
    let of: Of

    init(_ row: Row) {
        id = ConflictID(UInt64(bitPattern: row[0]))
        if let entity = row[1] as Int64? { of = .entity(entity) } else { of = .group(row[2]) }
    }
}

private struct Touched {
    var isEverything = false
    var entities: Set<EntityID> = []
    var keys: Set<Int64> = []
    var groups: Set<Int64> = []

    func contains(_ place: ConflictPlace) -> Bool {
        switch place.of {
        case .entity(let key): keys.contains(key)
        case .group(let group): groups.contains(group)
        }
    }
}

extension Conflict {
    /// What it is about, and what its sides may be about: an entry is named as its creation is.
    public var entities: Set<EntityID> { Set(sides.map { EntityID($0.dot) } + [entity]) }
}
