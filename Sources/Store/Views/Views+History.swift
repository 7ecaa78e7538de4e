// Everything that happened to one entity, in ledger order, with who, where and when.
// Neighbors: Views+HistoryWords says what each event did; `history` of both programs prints it.
// Invariant: an event about several entities is in the history of each.

internal import Foundation
internal import GRDB
public import Shared
internal import Texts

extension Views {
    public func history(of entity: EntityID, _ source: HistorySource) throws -> HistoryRecord {
        let apart = try keptApart(of: entity, source)
        let about = try tables.events(of: entity)
        let naming = try eventsNaming(entity, besides: about, apart: apart)
        let devices = try placesOfWriting()
        let events = try (about + naming).inLedgerOrder.map { recorded in
            try record(recorded, of: entity, sent: source.sent, devices)
        }
        let now = try outcome(of: entity)
        return HistoryRecord(
            entity: entity.description, family: try home(of: entity).map { "\($0.family)" },
            subject: try historySubject(entity),
            events: try events + apart.map { try record($0, of: entity, devices) },
            standing: now.standing, needsDecision: now.needsDecision,
            needsAttention: now.needsAttention)
    }

    /// What people call each replica, the server's own among them.
    private func placesOfWriting() throws -> [ReplicaID: String] {
        let server = try officeReplicas().map { ($0, voice("the_server")) }
        return Dictionary(
            try devices().map { ($0.replica, $0.label) } + server, uniquingKeysWith: { $1 })
    }

    /// Not those that were let in after all.
    private func keptApart(
        of entity: EntityID, _ source: HistorySource
    ) throws -> [KeptApart] {
        try source.keptApart.filter {
            try $0.event.entity == entity && tables.leaf(of: $0.event.dot) == nil
        }
    }

    // MARK: Events of other entities that name this one

    private static let naming: [Kind] = [
        .hoursMarkedSame, .hoursMarkedDistinct, .conflictResolved, .conflictUndone,
        .quarantineEntered, .quarantineDecided, .conflictAsked, .conflictReplied,
    ]
    /// As the index of them says it: one that says less does not use it.
    static let isNaming =
        "kind IN (\(naming.map { String($0.rawValue) }.joined(separator: ", ")))"

    private func eventsNaming(
        _ entity: EntityID, besides about: [RecordedEvent], apart: [KeptApart]
    ) throws -> [RecordedEvent] {
        let known = Set(about.map(\.event.dot))
        let own = known.union(apart.map(\.event.dot)).union([entity.dot])
        let rows = try Row.fetchCursor(
            db,
            sql: """
                SELECT \(LedgerTables.recordedColumns) FROM event
                WHERE \(Self.isNaming) ORDER BY position
                """)
        var found: [RecordedEvent] = []
        while let row = try rows.next() {
            let recorded = try tables.recorded(row)
            guard !known.contains(recorded.event.dot) else { continue }
            if try names(recorded.event, entity, own: own) { found.append(recorded) }
        }
        return found
    }

    /// `own` are the entity's events, wherever they are kept.
    private func names(_ event: Event, _ entity: EntityID, own: Set<Dot>) throws -> Bool {
        switch event.knownKind {
        case .hoursMarkedSame, .hoursMarkedDistinct:
            event.payload.entity(TestimonyField.other) == entity
        case .conflictResolved, .conflictUndone:
            event.payload.sides(ResolutionField.sides).contains { own.contains($0.dot) }
        case .conflictAsked: asks(event, about: entity, own: own)
        case .conflictReplied:
            try tables.event(event.entity.dot)
                .map { asks($0.event, about: entity, own: own) } ?? false
        case .quarantineEntered, .quarantineDecided:
            event.payload.sides(QuarantineField.events).contains { own.contains($0.dot) }
        case .communityFounded, .neighborhoodDefined, .workerRegistered, .devicePaired,
            .deviceSplit, .deviceRevoked, .deviceScopeChanged, .serverTLSKeysChanged,
            .ledgerReopened,
            .memberEnrolled, .memberChanged, .memberMoved,
            .hoursRecorded, .hoursAmended, .hoursVoided, .hoursConfirmed, .hoursDisputed,
            .hoursReinstated, nil:
            false
        }
    }

    private func asks(_ event: Event, about entity: EntityID, own: Set<Dot>) -> Bool {
        event.payload.entity(QuestionField.about) == entity
            || event.payload.sides(QuestionField.sides).contains { own.contains($0.dot) }
    }

    // MARK: Records

    private func record(
        _ recorded: RecordedEvent, of entity: EntityID, sent: Dot?,
        _ devices: [ReplicaID: String]
    ) throws -> HistoryEventRecord {
        let event = recorded.event
        let position = recorded.observation.position
        let isSent =
            sent.map { event.dot.replica == $0.replica && event.dot.sequence <= $0.sequence }
            ?? false
        return try record(
            event, of: entity, devices, receivedAt: tables.receivedAt(event.dot),
            position: position,
            place: position != nil ? .admitted : isSent ? .sent : .onThisDevice, apart: nil)
    }

    private func record(
        _ apart: KeptApart, of entity: EntityID, _ devices: [ReplicaID: String]
    ) throws -> HistoryEventRecord {
        try record(
            apart.event, of: entity, devices, receivedAt: apart.receivedAt, position: nil,
            place: .keptApart, apart: voice(apart.reason.phrase), decided: apart.decided)
    }

    private func record(
        _ event: Event, of entity: EntityID, _ devices: [ReplicaID: String],
        receivedAt: Instant?, position: LedgerPosition?, place: HistoryEventRecord.Place,
        apart: String?, decided: String? = nil
    ) throws -> HistoryEventRecord {
        HistoryEventRecord(
            event: event.dot.description,
            kind: event.kindName,
            what: try words(of: event, seenFrom: entity),
            unreadable: !event.sealed.isEmpty && reader.open(event).isEmpty,
            worker: try event.worker.flatMap(workerName),
            workerID: event.worker?.description, device: devices[event.dot.replica],
            replica: event.dot.replica.description,
            anew: event.reissued.map { lost in
                let device = devices[lost.origin.replica] ?? lost.origin.replica.short
                return "entry \(lost.origin.sequence) of \(device), of which the folder was a copy"
            },
            recordedAt: event.recordedAt.text(utcOffsetMinutes: event.utcOffsetMinutes),
            recordedAtMilliseconds: event.recordedAt.milliseconds,
            recordedAtOffsetMinutes: event.utcOffsetMinutes,
            receivedAt: receivedAt?.text,
            clock: ClockOffset(
                recordedAt: event.recordedAt, receivedAt: receivedAt,
                shownEntryReceivedAt: try tables.lastReceived(upTo: event.context.position)
            )?.words(voice), position: position?.value, place: place, apart: apart,
            decided: decided, reason: reason(of: event))
    }
}

extension [RecordedEvent] {
    /// By position; those without one last, by their own sequence.
    fileprivate var inLedgerOrder: [RecordedEvent] {
        sorted { one, other in
            switch (one.observation.position, other.observation.position) {
            case (let one?, let other?): one < other
            case (_?, nil): true
            case (nil, _?): false
            case (nil, nil): one.event.dot.sequence < other.event.dot.sequence
            }
        }
    }
}

extension LedgerTables {
    /// When the office received the last entry here that stands at or before a position. A later
    /// one may show an earlier time, if the office's clock was set; the last is what counts.
    fileprivate func lastReceived(upTo position: LedgerPosition) throws -> Instant? {
        try Int64.fetchOne(
            db.cachedStatement(
                sql: """
                    SELECT received_at FROM event WHERE position <= ?
                    ORDER BY position DESC LIMIT 1
                    """),
            arguments: [Int64(min(position.value, UInt64(StoreSchema.unsentBase - 1)))]
        ).map { Instant(milliseconds: $0) }
    }

    /// When it came to the office, by the office's clock; nil for one that has no place yet.
    public func receivedAt(_ dot: Dot) throws -> Instant? {
        guard let key = try existingKey(dot) else { return nil }
        return try Int64.fetchOne(
            db.cachedStatement(
                sql: """
                    SELECT received_at FROM event
                    WHERE dot = ? AND position < \(StoreSchema.unsentBase)
                    """), arguments: [key.value]
        ).map { Instant(milliseconds: $0) }
    }
}
