// Groups of entries that may be one service: gathers what `decideGroup` needs, keeps what it says.
// Neighbors: Projector says which groups were touched; Views read standings and postings.

internal import Foundation
internal import GRDB
internal import Shared

/// What `decideGroup` takes, and the group it is about.
struct GroupInput {
    let key: Int64
    let entries: [(key: LocalKey, state: HoursState, events: [RecordedEvent])]
    /// Entries of other groups that decisions tie to these.
    let others: [HoursState]
    let decisions: [RecordedEvent]
    let repeated: Set<EntityID>

    func decided() -> GroupState {
        let all = decideGroup(
            entries: entries.map(\.state) + others, decisions: decisions, repeated: repeated)
        let mine = Set(entries.map(\.state.id))
        return GroupState(
            standings: all.standings.filter { mine.contains($0.key) },
            conflicts: all.conflicts.filter { mine.contains($0.entity) })
    }
}

extension Projector {
    func projectGroup(_ group: Int64) throws {
        let input = try groupInput(group)
        let decided = input.decided()
        for (key, state, events) in input.entries {
            guard let standing = decided.standings[state.id] else { continue }
            try noteStanding(standing, of: state, key: key)
            // Of nearly all entries postings say whom their one event names.
            if !freshEntries.contains(key) { try tables.forgetNamed(by: key) }
            if events.count > 1 || !standing.hasPostings {
                try tables.noteNamed(by: events, about: key)
            }
        }
        try noteConflicts(decided.conflicts, group: group)
    }

    func groupInput(_ group: Int64) throws -> GroupInput {
        let keys = try db.hotInts(
            "SELECT entity FROM hours WHERE group_key = ? ORDER BY entity", .int(group)
        ).map(LocalKey.init(stored:))
        var entries: [(key: LocalKey, state: HoursState, events: [RecordedEvent])] = []
        var decisions: Set<RecordedEvent> = []
        var repeated: Set<EntityID> = []
        for key in keys {
            let events: [RecordedEvent]
            let hours: HoursState
            if let known = decidedHours[key] {
                (hours, events) = known
            } else {
                events = try tables.events(of: key)
                guard case .hours(let state)? = decideEntity(events) else { continue }
                hours = state
            }
            entries.append((key, hours, events))
            decisions.formUnion(events.filter { !$0.event.clusterSides.isEmpty })
            if try isRepeatedImport(hours, key: key) { repeated.insert(hours.id) }
        }
        let tied = try tables.tied(by: decisions, besides: Set(entries.map(\.state.id)))
        decisions.formUnion(tied.values.joined().filter { !$0.event.clusterSides.isEmpty })
        let others = tied.sorted { $0.key < $1.key }.compactMap { _, events -> HoursState? in
            guard case .hours(let hours)? = decideEntity(events) else { return nil }
            return hours
        }
        return GroupInput(
            key: group, entries: entries, others: others,
            decisions: decisions.sorted { $0.leaf < $1.leaf }, repeated: repeated)
    }

    private func noteStanding(
        _ standing: EntryStanding, of hours: HoursState, key: LocalKey
    ) throws {
        // A fresh entry has been noted as counting, and has no postings yet.
        let isFresh = freshEntries.contains(key)
        if !isFresh || standing != .counts {
            try db.hot(
                "UPDATE hours SET standing = ? WHERE entity = ?", .int(standing.rawValue),
                .int(key.value))
        }
        if !isFresh { try db.hot("DELETE FROM posting WHERE entity = ?", .int(key.value)) }
        if standing.hasPostings {
            try notePostings(hours, key: key, contested: standing == .contested)
        }
    }

    private func notePostings(
        _ hours: HoursState, key: LocalKey, contested: Bool
    ) throws {
        for posting in hours.shares.postings(home: hours.home) {
            try db.hot(
                "INSERT INTO posting (account, entity, minutes, contested) VALUES (?, ?, ?, ?)",
                .int(try tables.key(posting.account).value), .int(key.value),
                .int(posting.minutes.value), .int(contested ? 1 : 0))
        }
    }

    private func noteConflicts(_ conflicts: [Conflict], group: Int64) throws {
        try db.hot("DELETE FROM conflict WHERE group_key = ?", .int(group))
        for conflict in conflicts {
            try db.execute(
                sql: "INSERT OR REPLACE INTO conflict (id, group_key) VALUES (?, ?)",
                arguments: [Int64(bitPattern: conflict.id.value), group])
        }
    }
}

extension EntryStanding {
    fileprivate var hasPostings: Bool {
        switch self {
        case .counts, .contested: true
        case .void, .repeatedImport, .dropped: false
        }
    }
}
