// The conflicts as they stood at a position that an admin had been shown, decided again from the
// events up to there: two admins who looked at one screen may both decide.
// Neighbors: Desk asks; Shared/Decide has the rules.

internal import Foundation
internal import GRDB
internal import Shared
internal import Store

struct PastConflicts {
    let views: Views
    let seen: LedgerPosition

    private var tables: LedgerTables { views.tables }

    /// Nil when there was no such conflict then.
    func find(_ id: ConflictID) throws -> Conflict? {
        for entities in try candidates(for: id) {
            let found = try conflicts(about: entities).first { $0.id == id }
            if let found { return found }
        }
        return nil
    }

    /// What one entity's or one group's events up to `seen` disagree about.
    private func conflicts(about entities: [EntityID]) throws -> [Conflict] {
        let histories = try Dictionary(
            uniqueKeysWithValues: entities.map { ($0, try history(of: $0)) })
        var conflicts: [Conflict] = []
        var members: [MemberState] = []
        var entries: [HoursState] = []
        for entity in entities {
            switch decideEntity(histories[entity] ?? []) {
            case .member(let member)?:
                conflicts += member.conflicts
                members.append(member)
            case .hours(let hours)?:
                conflicts += hours.conflicts
                entries.append(hours)
            case .community?, .neighborhood?, .worker?, .device?, .quarantine?, .question?, nil:
                break
            }
        }
        let tied = try tables.tied(by: histories.values.joined(), besides: Set(entities))
            .mapValues(upToSeen)
        entries += tied.values.compactMap { events in
            guard case .hours(let hours)? = decideEntity(events) else { return nil }
            return hours
        }
        let decisions = Set(histories.values.joined()).union(tied.values.joined())
            .filter { [.conflictResolved, .conflictUndone].contains($0.event.knownKind) }
            .sorted { $0.leaf < $1.leaf }
        return conflicts + decideNumbers(members)
            + decideGroup(
                entries: entries, decisions: decisions, repeated: Self.repeated(entries)
            ).conflicts
    }

    private func history(of entity: EntityID) throws -> [RecordedEvent] {
        upToSeen(try tables.events(of: entity))
    }

    private func upToSeen(_ events: [RecordedEvent]) -> [RecordedEvent] {
        events.filter { ($0.observation.position ?? .start) <= seen }
    }

    /// Of entries with one import key all but the lowest leaf hash.
    private static func repeated(_ entries: [HoursState]) -> Set<EntityID> {
        let byKey = Dictionary(grouping: entries.filter { $0.importKey != nil }, by: \.importKey)
        return Set(
            byKey.values.flatMap { same in
                same.sorted { $0.leaf < $1.leaf }.dropFirst().map(\.id)
            })
    }

    // MARK: Where to look

    /// Sets of entities: those of the open conflict, and those of each decision made since.
    private func candidates(for id: ConflictID) throws -> [[EntityID]] {
        let open = try [views.conflict(id)].compactMap(\.self)
        let decided = try decisionsSince().map { event in
            Set(try event.payload.sides(ResolutionField.sides).map(entity(of:)) + [event.entity])
                .sorted()
        }
        return try open.map { conflict in
            Set(try conflict.sides.map(entity(of:)) + [conflict.entity]).sorted()
        } + decided
    }

    func entity(of side: Side) throws -> EntityID {
        try tables.event(side.dot)?.event.entity ?? EntityID(side.dot)
    }

    private func decisionsSince() throws -> [Event] {
        try Data.fetchAll(
            tables.db, sql: "SELECT bytes FROM event WHERE position > ? AND kind = ?",
            arguments: [Int64(seen.value), Int64(Kind.conflictResolved.rawValue)]
        ).map { try Event(decoding: [UInt8]($0)) }
    }
}
