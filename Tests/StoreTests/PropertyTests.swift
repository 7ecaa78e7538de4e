// Histories with concurrency, partial syncs, forged contexts, stale and undone decisions, changes
// of scope and repeated imports: whatever happened, the promises hold at the end. HISTORIES sets
// how many.

import Foundation
import GRDB
import Shared
import TestSupport
import Testing

@testable import Store

@Suite struct PropertyTests {
    static let stepsPerHistory = 80
    /// Other orders tried of each history.
    static let extensionsPerHistory = 2
    /// So many are sure to have every feature of the generator.
    static let historiesWithAll = 100
    static var histories: Int {
        ProcessInfo.processInfo.environment["HISTORIES"].flatMap(Int.init) ?? 500
    }

    /// Two slices, one a core.
    @Test(arguments: 0..<2)
    func everyHistoryConvergesConservesCreditsAndRebuildsTheSame(slice: Int) throws {
        var statistics = Statistics()
        let histories = Self.histories / 2
        let first = UInt64(slice * histories) + 1
        for seed in first..<first + UInt64(histories) {
            var world = try World(seed: seed)
            for _ in 0..<Self.stepsPerHistory { try world.step() }
            try world.settle()
            try statistics.note(world)
            try check(world, seed)
        }
        print(statistics)
        #expect(statistics.withConcurrency * 2 >= histories)
        #expect(statistics.withConflict * 2 >= histories)
        guard histories >= Self.historiesWithAll else { return }
        #expect(statistics.withStaleDecision > 0)
        #expect(statistics.withScopeChange * 5 >= histories)
        #expect(statistics.withCrossing * 10 >= histories)
        #expect(statistics.medianLength >= 30)
    }

    private func check(_ world: World, _ seed: UInt64) throws {
        #expect(world.unbalanced.isEmpty, "zero sum at every position, seed \(seed)")
        try checkContexts(world, seed)
        try checkReference(world, seed)
        try checkNaming(world, seed)
        let server = try Snapshot(world.ledger, scopes: nil)
        #expect(server.sum == 0, "seed \(seed)")
        let rebuilt = try rebuiltDump(world.ledger)
        #expect(try dump(world.ledger) == rebuilt, "server rebuild, seed \(seed)")
        for device in world.devices {
            let here = try Snapshot(device.store, scopes: device.scopes)
            let there = try Snapshot(world.ledger, scopes: device.scopes)
            #expect(here.sum == 0, "seed \(seed)")
            #expect(here.digests == there.digests, "seed \(seed)")
            #expect(here.balances == there.balances, "seed \(seed)")
            #expect(here.conflicts == there.conflicts, "seed \(seed)")
            let unsent = try device.store.read { db in try LedgerTables(db).unsentCount() }
            #expect(unsent == 0, "nothing pending, seed \(seed)")
            #expect(
                try dump(device.store) == rebuiltDump(device.store),
                "device rebuild, seed \(seed)")
        }
    }

    /// The compact context says what the explicit set of dots says, about events of one entity.
    private func checkContexts(_ world: World, _ seed: UInt64) throws {
        try world.ledger.read { db in
            let tables = LedgerTables(db)
            let events = try world.order.compactMap { try tables.event($0) }
            for (_, about) in Dictionary(grouping: events, by: \.event.entity) {
                for one in about {
                    for other in about where one.event.dot != other.event.dot {
                        let truth = world.shown[one.event.dot, default: []]
                            .contains(other.event.dot)
                        #expect(
                            one.observation.covers(other.observation) == truth,
                            "seed \(seed): \(one.event.dot.short) \(other.event.dot.short)")
                    }
                }
            }
        }
    }

    /// The tables say what the deciders say of all events at once, in whatever order they came.
    private func checkReference(_ world: World, _ seed: UInt64) throws {
        let (events, tables) = try world.ledger.read { db in
            let tables = LedgerTables(db)
            return (try world.order.compactMap(tables.event), try Self.projected(tables))
        }
        let reference = Reference(events)
        let missing = Set(reference.lines).symmetricDifference(tables)
        #expect(missing.isEmpty, "tables and deciders, seed \(seed)")
        let naive = NaiveBook(
            events.map { Fact($0.event, leaf: $0.leaf, seen: world.shown[$0.event.dot] ?? []) })
        let wrong = Set(naive.lines()).symmetricDifference(reference.lines)
        #expect(wrong.isEmpty, "deciders and the page, seed \(seed)")
        var random = SeededRandom(seed: seed)
        for number in 0..<Self.extensionsPerHistory {
            let other = world.linearExtension(events, &random)
            #expect(
                Set(Reference(other).lines).symmetricDifference(reference.lines).isEmpty,
                "linear extension \(number), seed \(seed)")
        }
    }

    /// The server's projections in the words of the reference.
    private static func projected(_ tables: LedgerTables) throws -> Set<String> {
        let views = tables.views
        var lines = Set(try views.conflicts().map(BookLine.conflict))
        let rows = try Row.fetchAll(tables.db, sql: "SELECT entity, standing FROM hours")
        for row in rows {
            let id = EntityID(try tables.dot(LocalKey(stored: row[0])))
            guard case .hours(let hours)? = try views.state(of: id) else { continue }
            lines.insert(
                BookLine.entry(
                    hours, standing: EntryStanding(rawValue: row[1])?.name ?? "?"))
        }
        for id in try views.entities(.member) {
            guard case .member(let member)? = try views.state(of: id) else { continue }
            lines.insert(BookLine.member(member))
        }
        let sums = try Row.fetchAll(
            tables.db,
            sql: "SELECT account, sum(minutes) FROM posting WHERE contested = 0 GROUP BY account")
        for row in sums {
            let account = EntityID(try tables.dot(LocalKey(stored: row[0])))
            lines.insert(BookLine.account(account, balance: row[1]))
        }
        return lines
    }

    /// Every projection table as text, rows in key order.
    private func dump(_ store: DatabaseQueue) throws -> [String] {
        try store.read(Self.rows)
    }

    private func rebuiltDump(_ store: DatabaseQueue) throws -> [String] {
        try store.write { db in
            let tables = LedgerTables(db)
            try tables.rebuild { _ in }
            return try Self.rows(db)
        }
    }

    private static func rows(_ db: Database) throws -> [String] {
        let tables = [
            "entity", "member", "hours", "posting", "import_key", "conflict", "named_account",
        ]
        return try tables.flatMap { table in
            try Row.fetchAll(db, sql: "SELECT * FROM \(table) ORDER BY 1, 2").map {
                "\(table) \($0)"
            }
        }
    }
}

/// What one store shows of some scopes.
private struct Snapshot {
    let sum: Int64
    let digests: [ScopeDigest]
    let balances: [String]
    let conflicts: [String]

    init(_ store: DatabaseQueue, scopes: Set<ScopeID>?) throws {
        (sum, digests, balances, conflicts) = try store.read { db in
            let tables = LedgerTables(db)
            let views = tables.views
            let sum = try Int64.fetchOne(db, sql: "SELECT sum(minutes) FROM posting") ?? 0
            let digests = try (scopes ?? []).sorted().map(tables.digest)
            let balances = try views.accounts(in: scopes).map { try views.statement(of: $0) }.map {
                "\($0.account) \($0.given) \($0.received) \($0.contested)"
            }.sorted()
            let conflicts = try views.conflicts().filter { conflict in
                guard let scopes else { return true }
                return try !scopes.isDisjoint(with: views.reach(of: conflict.entity) ?? [])
            }
            return (sum, digests, balances, conflicts.map { "\($0)" })
        }
    }
}

/// What the histories were like, so that a tame generator is noticed.
private struct Statistics: CustomStringConvertible {
    private(set) var withConcurrency = 0
    private(set) var withConflict = 0
    private(set) var withCrossing = 0
    private(set) var withStaleDecision = 0
    private(set) var withScopeChange = 0
    private var lengths: [Int] = []

    mutating func note(_ world: World) throws {
        withScopeChange += world.scopeChanges > 0 ? 1 : 0
        try world.ledger.read { db in
            let tables = LedgerTables(db)
            let events = try world.order.compactMap { try tables.event($0) }
            let grouped = Dictionary(grouping: events, by: \.event.entity).values
            let concurrent = grouped.contains { about in
                about.contains { one in
                    about.contains { $0.observation.isConcurrent(with: one.observation) }
                }
            }
            withConcurrency += concurrent ? 1 : 0
            withConflict += try tables.views.openConflictCount() > 0 ? 1 : 0
            let reaches = try events.compactMap { try tables.reach(ofEvent: $0.event.dot) }
            withCrossing += reaches.contains { $0.count > 1 } ? 1 : 0
            let stale = events.contains {
                $0.event.knownKind == .conflictResolved
                    && $0.observation.context.position.value + 1
                        < $0.observation.position?.value ?? 0
            }
            withStaleDecision += stale ? 1 : 0
            lengths.append(events.count)
        }
    }

    var medianLength: Int { lengths.sorted()[lengths.count / 2] }

    var description: String {
        "\(lengths.count) histories, median \(medianLength) events; with concurrent changes of one "
            + "entity \(percent(withConcurrency)), a change of scope \(percent(withScopeChange)), "
            + "entries across neighborhoods \(percent(withCrossing)), open conflicts "
            + "\(percent(withConflict)), stale decisions \(percent(withStaleDecision))"
    }

    private func percent(_ count: Int) -> String { "\(100 * count / lengths.count) %" }
}
