// A void that had not seen an amendment: contested until an admin takes a side.
// Neighbors: Sources/SyncServer/Conflicts; the rule is Shared's DecideVoid.

import HummingbirdTesting
import Shared
import Store
import TestSupport
import Testing

@testable import SyncServer

struct DeskVoidTests {
    /// One device voids the entry, another changes it to 75 minutes; neither saw the other.
    private func disputedVoid() async throws -> Office {
        let office = try Office()
        try await office.serve { client in
            var one = FieldDevice(office, number: 1)
            var two = FieldDevice(office, number: 2)
            for device in [one, two] { try await device.pair(client) }
            let ana = try one.enroll("Ana", number: 1)
            let luis = try one.enroll("Luis", number: 2)
            let entry = one.author.write(.hoursRecorded, .exchange(ana, to: luis)).entity
            try await one.sync(client)
            try await two.sync(client)
            _ = one.author.write(.hoursVoided, subject: entry, [:])
            let shares = Shares(
                providers: [Party(account: ana, minutes: Minutes(75))],
                recipients: [Party(account: luis, minutes: Minutes(75))])
            _ = two.author.write(
                .hoursAmended, subject: entry,
                .change(HoursField.shares, from: nil, to: .shares(shares)))
            try await one.sync(client, first: 4)
            try await two.sync(client)
        }
        return office
    }

    private func rule(
        _ office: Office, as worker: EntityID? = nil, seen: LedgerPosition? = nil,
        _ choice: DeskRuling.Choice
    ) throws {
        let (conflicts, position) = try office.store.read { (try $0.conflicts(), $0.position) }
        let conflict = try #require(conflicts.first)
        _ = try office.store.append { session in
            try session.resolve(
                conflict.id, as: worker ?? office.ada, seen: seen ?? position,
                DeskRuling(choice: choice, reason: "asked both"))
        }
    }

    /// The name of the side that is, or is not, the void.
    private func side(_ office: Office, void: Bool) throws -> String {
        let record = try office.store.read { try $0.record(try $0.conflicts()[0]) }
        return try #require(record.sides.first { ($0.says == "void") == void }?.letter)
    }

    private func entries(_ office: Office) throws -> [HoursRecord] {
        try office.store.read { try $0.hours() }
    }

    @Test("nothing of it counts, and both sides are told")
    func arises() async throws {
        let office = try await disputedVoid()
        #expect(try office.store.read { try $0.conflicts() }.map(\.kind) == [.void])
        #expect(try entries(office).map(\.standing) == ["contested"])
        #expect(try office.store.read { try $0.balances() }.allSatisfy { $0.balance == 0 })
    }

    @Test("taking the amendment lets the entry stand as amended")
    func stands() async throws {
        let office = try await disputedVoid()
        try rule(office, .take([try side(office, void: false)]))
        #expect(try office.store.read { try $0.conflicts() }.isEmpty)
        let entry = try #require(try entries(office).first)
        #expect(entry.standing == "counts")
        #expect(entry.providers.map(\.minutes) == [75])
    }

    @Test("taking the void, or deciding void, ends the entry", arguments: [true, false])
    func ends(_ takes: Bool) async throws {
        let office = try await disputedVoid()
        try rule(office, takes ? .take([try side(office, void: true)]) : .void)
        #expect(try office.store.read { try $0.conflicts() }.isEmpty)
        #expect(try entries(office).map(\.standing) == ["void"])
    }

    @Test("two admins who had not seen each other: a resolution")
    func resolution() async throws {
        let office = try await disputedVoid()
        let seen = try office.store.read { $0.position }
        let conflict = try #require(try office.store.read { try $0.conflicts() }.first)
        for (worker, choice) in [
            (office.ada, DeskRuling.Choice.void),
            (office.bea, .take([try side(office, void: false)])),
        ] {
            _ = try office.store.append { session in
                try session.resolve(
                    conflict.id, as: worker, seen: seen,
                    DeskRuling(choice: choice, reason: "asked"))
            }
        }
        #expect(try office.store.read { try $0.conflicts() }.map(\.kind) == [.resolution])
        #expect(try entries(office).map(\.standing) == ["contested"])
    }

    @Test("a value of the desk's own, or both, is refused with what to do")
    func refused() async throws {
        let office = try await disputedVoid()
        for choice in [DeskRuling.Choice.merge(field: "minutes", value: "60"), .bothHappened] {
            #expect(throws: (any Error).self) { try rule(office, choice) }
        }
    }
}
