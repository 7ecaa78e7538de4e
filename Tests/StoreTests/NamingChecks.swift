// Whose history an event is in: what the tables find at once is what reading every event finds.
// Neighbors: PropertyTests run these on each of their histories; LedgerTables+Named is the table.

import GRDB
import Shared
import Testing

@testable import Store

extension PropertyTests {
    func checkNaming(_ world: World, _ seed: UInt64) throws {
        try world.ledger.write { db in
            let tables = LedgerTables(db)
            let all = AllRead(try world.order.compactMap(tables.event))
            for member in try tables.views.entities(.member) {
                for before in [world.ledgerSize / 2, world.ledgerSize + 1] {
                    let position = LedgerPosition(before)
                    #expect(
                        try tables.history(of: member, before: position)
                            == all.history(of: member, before: position),
                        "history of \(member.short) before \(before), seed \(seed)")
                }
                #expect(
                    try Self.pages(of: member, tables) == all.about(member),
                    "pages of \(member.short), seed \(seed)")
            }
            let known = try Self.named(db)
            try db.execute(sql: "DELETE FROM named_account")
            try tables.fillNamedAccounts()
            #expect(try Self.named(db) == known, "an upgrade names the same, seed \(seed)")
        }
    }

    private static func named(_ db: Database) throws -> [String] {
        try Row.fetchAll(db, sql: "SELECT account, entity FROM named_account ORDER BY 1, 2")
            .map { "\($0)" }
    }

    /// Of the search, from its newest page on.
    private static func pages(
        of member: EntityID, _ tables: LedgerTables
    ) throws -> [LedgerPosition] {
        var places: [LedgerPosition] = []
        var next = try Optional(tables.lastPosition().next)
        while let before = next {
            let page = try tables.newest(
                LedgerSearch(account: member, before: before), limit: 2, isFor: { _ in true })
            places += page.entries.map(\.position)
            next = page.goOnBefore
        }
        return places
    }
}

/// Every event, looked at one by one.
private struct AllRead {
    let events: [RecordedEvent]
    init(_ events: [RecordedEvent]) { self.events = events }

    func history(of member: EntityID, before position: LedgerPosition) -> [LedgerPosition] {
        places(events.placed(before: position), member).sorted()
    }

    /// The newest first; of an entry that names them, also what came before it did.
    func about(_ member: EntityID) -> [LedgerPosition] {
        places(events, member).sorted().reversed()
    }

    private func places(_ events: [RecordedEvent], _ member: EntityID) -> Set<LedgerPosition> {
        let entries = Set(
            events.filter { $0.event.accountsNamed.contains(member) }.map(\.event.entity))
        let found = events.filter { recorded in
            let about = [recorded.event.entity] + recorded.event.clusterSides
            return about.contains(member) || about.contains(where: entries.contains)
        }
        return Set(found.compactMap(\.observation.position))
    }
}
