// What others changed of the entries that some replicas recorded: what their device has to say
// until somebody has seen it. Neighbors: a device's pages ask; Views+HistoryWords has the words.
// Source: docs/protocol.md sections 9 and 10: what an event changes, and whom it names.

internal import GRDB
public import Shared

public struct OfficeChange: Sendable {
    public let event: Event
    /// The own event or entry that it is about.
    public let about: Dot
    public let position: LedgerPosition
}

extension Views {
    /// Those after a position, the last first; at most so many.
    public func changes(
        to own: [ReplicaID], after position: LedgerPosition, limit: Int
    ) throws -> [OfficeChange] {
        let numbers = try own.compactMap { try tables.replicaNumber($0, create: false) }
        let after = Int64(clamping: position.value)
        let found = try numbers.flatMap { number in
            try changesOfEntities(number, after) + decisionsNaming(number, after)
        }
        let mine = Set(own)
        let others =
            found.filter { !mine.contains($0.event.dot.replica) }
            + (try quarantineDecisions(about: mine, after: after))
        var seen: Set<Dot> = []
        return Array(
            others.filter { seen.insert($0.event.dot).inserted }
                .sorted { $0.position > $1.position }.prefix(limit))
    }

    private func changesOfEntities(_ number: Int64, _ after: Int64) throws -> [OfficeChange] {
        let kinds: [Kind] = [
            .hoursAmended, .hoursVoided, .hoursReinstated, .memberChanged, .memberMoved,
            .conflictResolved, .conflictUndone,
        ]
        let list = kinds.map { String($0.rawValue) }.joined(separator: ", ")
        return try Row.fetchAll(
            db.cachedStatement(
                sql: """
                    SELECT \(LedgerTables.recordedColumns) FROM event
                    WHERE subject >= ?1 AND subject <= ?2 AND position > ?3
                        AND position < \(StoreSchema.unsentBase) AND kind IN (\(list))
                    """), arguments: range(number) + [after]
        ).compactMap { row in
            let recorded = try tables.recorded(row)
            return recorded.change(about: recorded.event.entity.dot)
        }
    }

    /// Decisions about entries alike, of which an own one is another side.
    private func decisionsNaming(_ number: Int64, _ after: Int64) throws -> [OfficeChange] {
        try Row.fetchAll(
            db.cachedStatement(
                sql: """
                    SELECT \(LedgerTables.recordedColumns), entity FROM event_side
                    JOIN event ON event.dot = event_side.dot
                    WHERE entity >= ?1 AND entity <= ?2 AND position > ?3
                        AND position < \(StoreSchema.unsentBase)
                    """), arguments: range(number) + [after]
        ).compactMap { row in
            let side = try tables.dot(LocalKey(stored: row[4]))
            return try tables.recorded(row).change(about: side)
        }
    }

    private func quarantineDecisions(
        about own: Set<ReplicaID>, after: Int64
    ) throws -> [OfficeChange] {
        try Row.fetchAll(
            db.cachedStatement(
                sql: """
                    SELECT \(LedgerTables.recordedColumns) FROM event
                    WHERE \(Self.isNaming) AND position > ?1
                        AND position < \(StoreSchema.unsentBase) AND kind = 43
                    """), arguments: [after]
        ).compactMap { row in
            let recorded = try tables.recorded(row)
            let sides = recorded.event.payload.sides(QuarantineField.events)
            return sides.first { own.contains($0.dot.replica) }
                .flatMap { recorded.change(about: $0.dot) }
        }
    }

    /// All keys of a replica.
    private func range(_ number: Int64) -> StatementArguments {
        [
            number << LocalKey.sequenceBits,
            number << LocalKey.sequenceBits
                | Int64(LocalKey.sequenceMax),
        ]
    }
}

extension RecordedEvent {
    fileprivate func change(about dot: Dot) -> OfficeChange? {
        observation.position.map { OfficeChange(event: event, about: dot, position: $0) }
    }
}
