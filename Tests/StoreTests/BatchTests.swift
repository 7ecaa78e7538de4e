// Events projected in one batch, as a rebuild and a device's first page do, give the same tables as
// one by one. Found by the simulator: an entry that a decision names beside another one came out as
// counting when both were in the batch and the other had moved to another day since.
// Neighbors: Projector; PropertyTests look for the same at random.

import GRDB
import Shared
import Testing

@testable import Store

@Suite("One batch or many")
struct BatchTests {
    @Test("a decision about two entries holds for one although the other has moved since")
    func movedSide() throws {
        var world = try World(seed: 1)
        let members = try world.devices[0].store.read { db in
            try LedgerTables(db).views.entities(.member)
        }
        let home = ScopeID.neighborhood(World.neighborhoods[0])
        for device in [0, 1] {
            try world.record(
                device, .hoursRecorded, home: home, about: nil,
                exchange(members[0], members[1], day: 1))
        }
        for device in [0, 1] { try world.push(device) }
        let conflict = try #require(
            try world.ledger.read { try LedgerTables($0).views.conflicts() }
                .first { $0.kind == .duplicate })
        try world.append(
            world.serverEvent(
                .conflictResolved, home: home, about: conflict.entity, seen: world.ledgerSize,
                own: world.serverSequence,
                [
                    ResolutionField.conflict: .integer(ConflictKind.duplicate.rawValue),
                    ResolutionField.sides: .sides(conflict.sides),
                    ResolutionField.choice: .integer(Choice.void.rawValue),
                ]))
        try world.pull(0)
        try world.record(
            0, .hoursAmended, home: home, about: conflict.entity,
            [
                ChangeField.field: .integer(Int64(HoursField.serviceDate.value)),
                ChangeField.new: .date(day(2)),
            ])
        try world.push(0)
        try world.ledger.write { db in
            let before = try standings(db)
            #expect(Set(before) == [EntryStanding.void.rawValue])
            try LedgerTables(db).rebuild { _ in }
            #expect(try standings(db) == before)
        }
    }

    @Test("an own change that was here before the entry it is about counts when that comes")
    func awaited() throws {
        var world = try World(seed: 1)
        let members = try world.devices[0].store.read { db in
            try LedgerTables(db).views.entities(.member)
        }
        let home = ScopeID.neighborhood(World.neighborhoods[0])
        try world.record(
            1, .hoursRecorded, home: home, about: nil, exchange(members[0], members[1], day: 1))
        let entry = EntityID(Dot(world.devices[1].replica, Sequence64(world.devices[1].head)))
        try world.record(
            0, .hoursAmended, home: home, about: entry,
            [
                ChangeField.field: .integer(Int64(HoursField.shares.value)),
                ChangeField.new: .shares(shares(members[0], members[1], minutes: 60)),
            ])
        try world.push(1)
        try world.pull(0)
        try world.devices[0].store.write { db in
            #expect(try minutes(db) == [-60, 60])
            try LedgerTables(db).rebuild { _ in }
            #expect(try minutes(db) == [-60, 60])
        }
    }

    private func minutes(_ db: Database) throws -> [Int64] {
        try Int64.fetchAll(db, sql: "SELECT minutes FROM posting ORDER BY minutes")
    }

    private func shares(
        _ provider: EntityID, _ recipient: EntityID, minutes: Int64 = 30
    ) -> Shares {
        Shares(
            providers: [Party(account: provider, minutes: Minutes(minutes))],
            recipients: [Party(account: recipient, minutes: Minutes(minutes))])
    }

    private func standings(_ db: Database) throws -> [Int64] {
        try Int64.fetchAll(db, sql: "SELECT standing FROM hours ORDER BY entity")
    }

    private func day(_ number: Int) throws -> CivilDate {
        try #require(CivilDate(year: 2026, month: 3, day: number))
    }

    private func exchange(
        _ provider: EntityID, _ recipient: EntityID, day number: Int
    ) throws -> Payload {
        [
            HoursField.form: .integer(HoursForm.exchange.rawValue),
            HoursField.shares: .shares(shares(provider, recipient)),
            HoursField.serviceDate: .date(try day(number)),
        ]
    }
}
