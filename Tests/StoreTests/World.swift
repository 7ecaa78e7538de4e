// A community in memory: a ledger and devices, each with the real tables, driven by one seed.
// Keeps beside them what every author had really been shown, as explicit sets of dots.
// Neighbors: PropertyTests compare the two. No network and no signatures: those have their own.

import GRDB
import Shared
import TestSupport

@testable import Store

struct World {
    static let server = Fixed.replica(number: 0)
    static let neighborhoods = (1...2).map { EntityID(Dot(server, Sequence64(UInt64($0)))) }

    var random: SeededRandom
    let ledger: DatabaseQueue
    var ledgerSize: UInt64 = 0
    var serverSequence: UInt64 = 0
    var devices: [Device] = []
    /// What the author of each event had been shown of anything, by dot.
    var shown: [Dot: Set<Dot>] = [:]
    /// Dots by ledger position, from 1.
    var order: [Dot] = []
    var scopeChanges = 0
    /// The sum of all postings after each append that was not zero: there should be none.
    var unbalanced: [LedgerPosition] = []

    struct Device {
        let replica: ReplicaID
        var scopes: Set<ScopeID>
        let store: DatabaseQueue
        var cursor = LedgerPosition.start
        var tag = RootTag.start
        var head: UInt64 = 0
        var sent: UInt64 = 0
        var held: Set<Dot> = []
    }

    init(seed: UInt64) throws {
        random = SeededRandom(seed: seed)
        ledger = try StoreFile.inMemory { _ in }
        for code in ["HAR", "MIL"] {
            try append(
                serverEvent(
                    .neighborhoodDefined, home: .community, about: nil, seen: ledgerSize,
                    own: serverSequence,
                    [NeighborhoodField.name: .text(code), NeighborhoodField.code: .text(code)]))
        }
        let scopes = Self.neighborhoods.map(ScopeID.neighborhood)
        for (number, held) in [[scopes[0]], [scopes[0]], [scopes[1]], scopes].enumerated() {
            devices.append(
                Device(
                    replica: Fixed.replica(number: number + 1),
                    scopes: Set(held + [.community]), store: try StoreFile.inMemory { _ in }))
        }
        for index in devices.indices {
            try pull(index)
            for member in 1...2 { try enroll(index, number: Int64(index * 2 + member)) }
            try push(index)
        }
        for index in devices.indices { try pull(index) }
    }

    // MARK: Writing

    mutating func serverEvent(
        _ kind: Kind, home: ScopeID, about: EntityID?, seen: UInt64, own: UInt64,
        _ payload: Payload
    ) throws -> NewEvent {
        serverSequence += 1
        let dot = Dot(Self.server, Sequence64(serverSequence))
        let tag = try ledger.read { db in
            try LedgerTables(db).rootTag(at: LedgerPosition(seen)) ?? .start
        }
        shown[dot] = Set(order.prefix(Int(seen)))
            .union((0..<own).map { Dot(Self.server, Sequence64($0 + 1)) })
        return NewEvent(
            Event(
                dot: dot,
                context: CausalContext(
                    position: LedgerPosition(seen), rootTag: tag, ownSequence: Sequence64(own)),
                recordedAt: Instant(milliseconds: 0), utcOffsetMinutes: 0, worker: nil,
                home: home, subject: about, kind: kind.number, payload: payload))
    }

    /// Records on a device, having been shown all it holds. `forged`: a root tag of no ledger.
    mutating func record(
        _ index: Int, _ kind: Kind, home: ScopeID, about: EntityID?, _ payload: Payload,
        sealed: Bool = false, importKey: ImportKey? = nil, forged: Bool = false
    ) throws {
        devices[index].head += 1
        let device = devices[index]
        let dot = Dot(device.replica, Sequence64(device.head))
        let tag = forged ? RootTag(of: .of([1])) : device.tag
        let part = SealedPart(
            key: DataKeyID(1), nonce: Array(repeating: 0, count: 12),
            ciphertext: dot.bytes)
        let new = NewEvent(
            Event(
                dot: dot,
                context: CausalContext(
                    position: device.cursor, rootTag: tag,
                    ownSequence: Sequence64(device.head - 1)),
                recordedAt: Instant(milliseconds: 0), utcOffsetMinutes: 0, worker: nil,
                home: home, subject: about, kind: kind.number, payload: payload,
                sealed: sealed ? [part] : [], importKey: importKey))
        shown[dot] =
            forged ? device.held.filter { $0.replica == device.replica } : device.held
        devices[index].held.insert(dot)
        try device.store.write { db in
            let tables = LedgerTables(db)
            try tables.insertUnsent(new, reach: [home])
            try tables.project([new.recorded])
            try tables.finish()
        }
    }

    mutating func enroll(_ index: Int, number: Int64) throws {
        let homes = devices[index].scopes.filter { $0 != .community }.sorted()
        try record(
            index, .memberEnrolled, home: homes[Int(number) % homes.count], about: nil,
            [MemberField.number: .integer(number)], sealed: true)
    }

    // MARK: Sync

    mutating func append(_ new: NewEvent) throws {
        ledgerSize += 1
        order.append(new.event.dot)
        let position = LedgerPosition(ledgerSize)
        try ledger.write { db in
            let tables = LedgerTables(db)
            let known = try tables.rootTag(at: new.event.context.position)
            let admitted = Admitted(
                position: position, reach: try reach(of: new.event, tables),
                receivedAt: Instant(milliseconds: 0),
                contextUnknown: known != new.event.context.rootTag)
            try tables.insert(new, admitted)
            try tables.project([
                RecordedEvent(
                    event: new.event, leaf: new.leaf, position: position,
                    contextUnknown: admitted.contextUnknown)
            ])
            try tables.finish()
        }
        let sum = try ledger.read { db in
            try Int64.fetchOne(db, sql: "SELECT sum(minutes) FROM posting") ?? 0
        }
        if sum != 0 { unbalanced.append(position) }
    }

    private func reach(of event: Event, _ tables: LedgerTables) throws -> [ScopeID] {
        let views = tables.views
        if let subject = event.subject {
            let sides = event.payload.sides(ResolutionField.sides).map { EntityID($0.dot) }
            let isCluster =
                event.payload.integer(ResolutionField.conflict)
                == ConflictKind.duplicate.rawValue
            let other = event.payload.entity(TestimonyField.other).map { [$0] } ?? []
            let about = [subject] + (isCluster ? sides : []) + (event.isMark ? other : [])
            return Set(try about.flatMap { try views.reach(of: $0) ?? [] }).sorted()
        }
        let accounts = event.payload.shares(HoursField.shares)?.accounts ?? []
        let homes = try accounts.compactMap { try views.home(of: $0)?.home }
        return Set(homes + [event.home]).sorted()
    }

    /// Sends up to `limit` unsent events, in order.
    mutating func push(_ index: Int, limit: Int = 1_000) throws {
        let device = devices[index]
        let unsent = try device.store.read { db in
            try LedgerTables(db).unsent(after: Sequence64(device.sent), limit: limit)
        }
        for new in unsent { try append(new) }
        devices[index].sent += UInt64(unsent.count)
    }

    /// Fetches up to `limit` ledger positions.
    mutating func pull(_ index: Int, limit: Int = 10_000) throws {
        let from = devices[index].cursor.value
        let to = min(ledgerSize, from + UInt64(limit))
        let replica = devices[index].replica
        let scopes = devices[index].scopes
        let entries = try ledger.read { db in
            try LedgerTables(db).entries(
                in: scopes, after: LedgerPosition(from), limit: limit)
        }.filter { $0.position.value <= to }
        try devices[index].store.write { db in
            let tables = LedgerTables(db)
            var fresh: [RecordedEvent] = []
            for entry in entries {
                let admitted = entry.admitted
                let new = try NewEvent(bytes: entry.bytes)
                if entry.dot.replica == replica {
                    let own = try tables.admitOwn(entry.dot, admitted, holding: scopes)
                    if let own, own.mustProject { fresh.append(own.recorded) }
                    continue
                }
                try tables.insert(new, admitted, holding: scopes)
                fresh.append(
                    RecordedEvent(
                        event: new.event, leaf: new.leaf, position: entry.position,
                        contextUnknown: entry.contextUnknown))
            }
            try tables.project(fresh, mayBeAwaited: true)
            try tables.finish()
        }
        devices[index].held.formUnion(entries.map(\.dot))
        devices[index].cursor = LedgerPosition(to)
        devices[index].tag = try ledger.read { db in
            try LedgerTables(db).rootTag(at: LedgerPosition(to)) ?? .start
        }
    }

    // MARK: Scopes

    /// Takes a neighborhood in with all its entries up to the cursor, or lets one go after what is
    /// unsent is safe.
    mutating func changeScope(_ index: Int) throws {
        scopeChanges += 1
        let held = devices[index].scopes.filter { $0 != .community }.sorted()
        if held.count == 1,
            let new = Self.neighborhoods.map(ScopeID.neighborhood)
                .first(where: { !held.contains($0) })
        {
            return try widen(index, by: new)
        }
        // Own entries come back before the scope goes, or they would stay unsent for ever.
        try push(index)
        try pull(index)
        devices[index].scopes.remove(held[random.int(0...held.count - 1)])
    }

    private mutating func widen(_ index: Int, by scope: ScopeID) throws {
        let device = devices[index]
        let entries = try ledger.read { db in
            try LedgerTables(db).entries(in: [scope], after: .start, limit: 100_000)
        }.filter { $0.position <= device.cursor }
        try device.store.write { db in
            let tables = LedgerTables(db)
            // What it kept from an earlier time in this scope is in the tree already.
            let kept = try tables.entries(in: [scope], after: .start, limit: 100_000).count
            var fresh: [RecordedEvent] = []
            for entry in entries.dropFirst(kept) {
                let new = try NewEvent(bytes: entry.bytes)
                if try tables.event(entry.dot) != nil {
                    try tables.growTrees(
                        leaf: new.leaf, position: Int64(entry.position.value), reach: [scope],
                        holding: [scope])
                    continue
                }
                try tables.insert(new, entry.admitted, holding: [scope])
                fresh.append(
                    RecordedEvent(
                        event: new.event, leaf: new.leaf, position: entry.position,
                        contextUnknown: entry.contextUnknown))
            }
            try tables.project(fresh)
            try tables.finish()
        }
        devices[index].held.formUnion(entries.map(\.dot))
        devices[index].scopes.insert(scope)
    }

    mutating func settle() throws {
        for index in devices.indices { try push(index) }
        for index in devices.indices { try pull(index) }
    }
}

extension StoredEntry {
    var admitted: Admitted {
        Admitted(
            position: position, reach: reach, receivedAt: receivedAt,
            contextUnknown: contextUnknown)
    }
}

extension Event {
    fileprivate var isMark: Bool {
        knownKind == .hoursMarkedSame || knownKind == .hoursMarkedDistinct
    }
}

extension NewEvent {
    init(_ event: Event) {
        let bytes = event.encoded()
        self.init(event: event, leaf: .leaf(bytes), bytes: bytes)
    }

    var recorded: RecordedEvent { RecordedEvent(event: event, leaf: leaf, position: nil) }
}

extension LedgerTables {
    /// Views that can open nothing: state never needs a key.
    var views: Views {
        let noKeys = try? Keyring(DatabaseQueue())
        guard let noKeys else { preconditionFailure("an empty keyring in memory") }
        return Views(
            tables: self, reader: SealedReader(keyring: noKeys, community: Fixed.community),
            position: .start)
    }
}
