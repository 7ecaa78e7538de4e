// What only the office writes: grants, opening balances, decisions undone, members renumbered.
// Neighbors: Sources/SyncServer/Setup/Granting, Conflicts/Undoing and Desk.

import HummingbirdTesting
import Shared
import Store
import TestSupport
import Testing

@testable import SyncServer

struct OfficeHoursTests {
    @Test("a grant and an opening balance are on the member's account, and all sums stay zero")
    func grants() async throws {
        let (office, members) = try await Office.sameNumber()
        try office.store.append { session in
            for (form, minutes) in [(HoursForm.grant, Int64(90)), (.openingBalance, -600)] {
                try session.grant(
                    Granting(
                        form: form, member: members[0], minutes: Minutes(minutes),
                        date: day("2026-03-24"), reason: "from the old book"), as: office.ada)
            }
        }
        let (mine, all) = try office.store.read { views in
            (try views.statement(of: members[0]), try views.balances())
        }
        #expect([mine.given, mine.received] == [90, 600])
        #expect(all.reduce(0) { $0 + $1.balance } == 0)
    }

    @Test("what cannot be granted is refused, and nothing is written")
    func refusedGrants() async throws {
        let (office, members) = try await Office.sameNumber()
        let before = try office.store.read { $0.position }
        let cases: [(EntityID, EntityID, Int64)] = [
            (office.dana, members[0], 60), (office.ada, office.harbor, 60),
            (office.ada, members[0], 0), (office.ada, members[0], 600_001),
        ]
        for (worker, member, minutes) in cases {
            #expect(throws: (any Error).self) {
                try office.store.append { session in
                    try session.grant(
                        Granting(
                            form: .grant, member: member, minutes: Minutes(minutes),
                            date: day("2026-03-24"), reason: "x"), as: worker)
                }
            }
        }
        #expect(try office.store.read { $0.position } == before)
    }

    @Test("a grant that a device writes is unauthorized, whoever's device it is")
    func grantByDevice() async throws {
        let office = try Office()
        try await office.serve { client in
            var device = FieldDevice(office, number: 1)
            try await device.pair(client)
            let ana = try device.enroll("Ana", number: 1)
            var grant = Payload.exchange(ana, to: office.harbor)
            grant[HoursField.form] = .integer(HoursForm.grant.rawValue)
            _ = device.author.write(.hoursRecorded, grant)
            let outcomes = try await device.sync(client).outcomes
            #expect(outcomes.map(\.disposition) == [.admitted, .quarantined(.unauthorized)])
        }
    }

    @Test("two members with one number: a conflict until the desk gives one another number")
    func renumbering() async throws {
        let (office, _) = try await Office.sameNumber()
        let (conflict, seen) = try office.store.read { views in
            (try #require(try views.conflicts().first), views.position)
        }
        #expect(conflict.kind == .number)
        #expect(try office.store.read { try $0.openConflictCount() } == 1)
        for choice in [DeskRuling.Choice.take(["A"]), .void, .bothHappened] {
            #expect(throws: (any Error).self) { try resolve(office, conflict, seen, choice) }
        }
        try resolve(office, conflict, seen, .merge(field: "number", value: "2"))
        let numbers = try office.store.read { try $0.members().compactMap(\.number) }
        #expect(numbers.sorted() == [1, 2])
        #expect(try office.store.read { try $0.conflicts() }.isEmpty)
    }

    @Test("the desk gives nobody a number that somebody has, and says who that is")
    func takenNumber() async throws {
        let (office, members) = try await Office.sameNumber()
        let (conflict, seen) = try office.store.read { views in
            (try #require(try views.conflicts().first), views.position)
        }
        let other = try #require(members.first { $0 != conflict.entity })
        let refusal = #expect(throws: Refusal.self) {
            try resolve(office, conflict, seen, .merge(field: "number", value: "1"))
        }
        #expect(refusal?.sentence.contains("\(other.short)) has the number 1 already") ?? false)
        #expect(try office.store.read { $0.position } == seen)
        try resolve(office, conflict, seen, .merge(field: "number", value: "3"))
        #expect(try office.store.read { try $0.openConflictCount() } == 0)
    }

    private func resolve(
        _ office: Office, _ conflict: Conflict, _ seen: LedgerPosition,
        _ choice: DeskRuling.Choice
    ) throws {
        _ = try office.store.append { session in
            try session.resolve(
                conflict.id, as: office.ada, seen: seen,
                DeskRuling(choice: choice, reason: "two cards"))
        }
    }

    @Test("a decision undone is as if never made; twice, or by who is no admin, is refused")
    func undoing() async throws {
        let (office, _) = try await Office.sameNumber()
        let (conflict, seen) = try office.store.read { views in
            (try #require(try views.conflicts().first), views.position)
        }
        try resolve(office, conflict, seen, .merge(field: "number", value: "2"))
        let decision = try #require(try office.store.read { try $0.decisionDots() }.first)
        #expect(throws: Refusal.self) {
            try office.store.append { try $0.undo(decision, as: office.dana, reason: "x") }
        }
        try office.store.append { _ = try $0.undo(decision, as: office.bea, reason: "wrong card") }
        #expect(try office.store.read { try $0.conflicts() }.map(\.id) == [conflict.id])
        #expect(try office.store.read { try $0.decisions() }.map(\.undone) == [true])
        let changes = try office.store.read { views in
            try views.tables.events(of: conflict.entity).map(\.event)
                .filter { $0.knownKind == .conflictUndone }.map(views.change)
        }
        #expect(changes == [nil], "it changes no field of the member")
        #expect(throws: Refusal.self) {
            try office.store.append { try $0.undo(decision, as: office.bea, reason: "again") }
        }
        #expect(throws: Refusal.self) {
            try office.store.append {
                try $0.undo(conflict.entity.dot, as: office.bea, reason: "no decision")
            }
        }
    }
}
