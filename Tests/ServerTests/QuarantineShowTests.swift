// What an admin is shown of an event that is kept apart, before deciding about it.
// Neighbors: Sources/SyncServer/Quarantine/QuarantineReasons, Store/Views/Views+Described.

import HummingbirdTesting
import Shared
import Store
import TestSupport
import Testing

@testable import SyncServer

struct QuarantineShowTests {
    /// What a device pushed that is kept apart, as `quarantine show` has it.
    private func shown(
        _ make: @escaping @Sendable (inout FieldDevice, [EntityID]) throws -> Void
    ) async throws -> (office: Office, shown: [QuarantineShown]) {
        let office = try Office()
        try await office.serve { client in
            var device = FieldDevice(office, number: 1)
            try await device.pair(client)
            let members = try ["Ana", "Ben"].enumerated().map {
                try device.enroll($0.element, number: Int64($0.offset + 1))
            }
            try make(&device, members)
            try await device.sync(client)
        }
        return (office, try office.store.read { try $0.allShown() })
    }

    @Test("an exchange is told in words: who, how long, when, by whom, on which device")
    func exchange() async throws {
        let (_, all) = try await shown { device, members in
            device.author.home = .neighborhood(device.office.millHill)
            _ = device.author.write(.hoursRecorded, .exchange(members[0], to: members[1]))
        }
        let shown = try #require(all.first)
        #expect(shown.kept.what == "exchange, 90 min, HAR-1 Ana → HAR-2 Ben")
        let says = try #require(shown.says)
        #expect(
            [says.worker, says.about, shown.kept.device, says.home] == [
                "Dana", nil, "tablet", "Mill Hill",
            ])
        #expect(says.recordedAt == "2026-03-24 12:00:00 +00:00")
        #expect(
            says.fields.map { "\($0.name) \($0.value)" } == [
                "form exchange", "gave HAR-1 Ana: 1:30", "received HAR-2 Ben: 1:30",
                "service-date 2026-03-24",
            ])
        #expect(says.fields.compactMap(\.minutes) == [90, 90])
        #expect(
            shown.why == "It is in the book of Mill Hill (MIL), which tablet does not hold.")
        #expect(shown.admitting.contains("sends it to the devices of HAR and MIL. "))
        #expect(shown.admitting.hasSuffix("recorded twice: HAR-1 Ana +1:30, HAR-2 Ben -1:30."))
        #expect(shown.bytes == nil && shown.rejecting.hasPrefix("Rejecting leaves it out"))
    }

    @Test("what the ledger has of the same people and day is named before it is let in twice")
    func alike() async throws {
        let (_, all) = try await shown { device, members in
            let payload = Payload.exchange(members[0], to: members[1])
            _ = device.author.write(.hoursRecorded, payload)
            device.author.home = .neighborhood(device.office.millHill)
            _ = device.author.write(.hoursRecorded, payload)
        }
        let admitting = try #require(all.first).admitting
        #expect(admitting.contains("Of the same people and day the ledger has already: "))
        #expect(admitting.hasSuffix("Look whether it is the same service."))
    }

    @Test("letting it in does what was said it would do")
    func admitted() async throws {
        let (office, all) = try await shown { device, members in
            device.author.home = .neighborhood(device.office.millHill)
            _ = device.author.write(.hoursRecorded, .exchange(members[0], to: members[1]))
        }
        let kept = try #require(all.first?.kept)
        try office.store.append { session in
            _ = try session.decide(
                [try session.views.quarantined(kept.short)], .admit, as: office.ada,
                reason: "a lent tablet")
        }
        let balances = try office.store.read { views in
            try ["HAR-1", "HAR-2"].map {
                try views.statement(of: views.account($0)).balance
            }
        }
        #expect(balances == [90, -90])
        let after = try #require(try office.store.read { try $0.allShown() }.first)
        #expect(after.kept.decided == "admit" && after.decisionReason == "a lent tablet")
    }

    @Test("a role that is not enough is named, and what it would take")
    func role() async throws {
        let (_, all) = try await shown { device, members in
            var grant = Payload.exchange(members[0], to: device.office.harbor)
            grant[HoursField.form] = .integer(HoursForm.grant.rawValue)
            _ = device.author.write(.hoursRecorded, grant)
            device.author.worker = device.office.ada
            _ = device.author.write(.hoursRecorded, .exchange(members[0], to: members[1]))
        }
        #expect(
            all.map(\.why) == [
                "Whoever recorded it may not: on tablet Dana acts as coordinator, and a grant is "
                    + "recorded by the office only.",
                "Whoever recorded it may not: Ada does not record on tablet.",
            ])
        #expect(all[0].kept.what == "grant, 90 min, HAR pot → HAR-1 Ana")
        #expect(all[0].admitting.contains("only the office writes what"))
        #expect(all[0].admitting.hasPrefix("Admitting is not possible: "))
    }

    @Test("a change is told with what it is about, in the words of its form")
    func change() async throws {
        let (_, all) = try await shown { device, members in
            let pot = device.office.harbor
            let gift = device.author.write(
                .hoursRecorded, .exchange(pot, to: members[0], form: .donation))
            let before = try #require(gift.payload.shares(HoursField.shares))
            let after = try #require(
                Payload.exchange(pot, to: members[1]).shares(HoursField.shares))
            device.author.home = .neighborhood(device.office.millHill)
            _ = device.author.write(
                .hoursAmended, subject: gift.entity,
                .change(HoursField.shares, from: .shares(before), to: .shares(after)))
        }
        let says = try #require(all.first?.says)
        #expect(says.about == "donation 2026-03-24: HAR-1 Ana gave 1:30 to HAR pot")
        #expect(
            says.says == "amended who and how long from: HAR-1 Ana gave 1:30 to HAR pot; to: "
                + "HAR-2 Ben gave 1:30 to HAR pot")
        #expect(
            says.fields.map { "\($0.name): \($0.value)" } == [
                "field: shares", "old: HAR-1 Ana gave 1:30 to HAR pot",
                "new: HAR-2 Ben gave 1:30 to HAR pot",
            ])
    }

    @Test("bytes that are no event are shown as far as a screen holds, with the reason")
    func unreadable() async throws {
        let long = [UInt8](repeating: 0xFF, count: 2 * Views.quarantineBytesShownMax)
        let (_, all) = try await shown { device, members in
            device.author.append([0xFF, 0x01])
            device.author.append(long)
            _ = device.author.write(
                .hoursRecorded, .exchange(members[0], to: members[1], minutes: 1_441))
        }
        #expect(
            all.map(\.bytes) == [
                "ff01", String(repeating: "ff", count: Views.quarantineBytesShownMax), nil,
            ])
        #expect(
            all.map(\.why) == [
                "Its content could not be accepted: its bytes are not an event.",
                "Its content could not be accepted: its bytes are not an event.",
                "Its content could not be accepted: minutes must be from 1 to 1440.",
            ])
        #expect(all[0].says == nil && all[0].kept.what == "2 bytes that cannot be read")
        #expect(all[2].says != nil && all.allSatisfy { $0.admitting.contains("not possible") })
    }

    @Test("what a revoked device brings says since when it counts nothing")
    func revoked() async throws {
        let office = try Office()
        try await office.serve { client in
            var device = FieldDevice(office, number: 1)
            try await device.pair(client)
            let ana = try device.enroll("Ana", number: 1)
            try await device.sync(client)
            _ = device.author.write(.hoursRecorded, .exchange(ana, to: office.harbor))
            try office.store.append { session in
                _ = try session.revoke(
                    try session.views.device("tablet"), as: office.ada, reason: "left on a bus")
            }
            _ = try await device.exchange(try device.syncRequest(first: 1), client)
        }
        let why = try office.store.read { try $0.allShown() }.map(\.why)
        #expect(
            why == [
                "tablet had been taken out of use before this came; what it recorded up to its "
                    + "entry 1 counts."
            ])
    }
}

/// One event kept apart that needs another: a revoked device enrolled Ana, then recorded for her.
struct QuarantineNeedTests {
    private func revoked() async throws -> (office: Office, enrolled: Dot, exchange: Dot) {
        let office = try Office()
        return try await office.serve { client in
            var device = FieldDevice(office, number: 1)
            try await device.pair(client)
            try office.store.append { session in
                _ = try session.revoke(
                    try session.views.device("tablet"), as: office.ada, reason: "left on a bus")
            }
            let ana = try device.enroll("Ana", number: 1)
            let exchange = device.author.write(
                .hoursRecorded, .exchange(ana, to: office.harbor, form: .redemption))
            _ = try await device.exchange(try device.syncRequest(first: 1), client)
            return (office, ana.dot, exchange.dot)
        }
    }

    private func decide(
        _ dots: Set<Dot>, _ choice: QuarantineChoice, _ office: Office
    ) throws {
        try office.store.append {
            _ = try $0.decide(dots, choice, as: office.ada, reason: "it was so")
        }
    }

    @Test("a member whose enrollment is kept apart is named, and said to be not admitted yet")
    func named() async throws {
        let it = try await revoked()
        let label = "HAR-1 Ana (not admitted yet)"
        let records = try it.office.store.read { try $0.quarantineRecords() }
        #expect(records[1].what.contains(label))
        let shown = try #require(try it.office.store.read { try $0.allShown() }.last)
        #expect(shown.kept.what.contains(label))
        #expect(try #require(shown.says).fields.contains { $0.value == "\(label): 1:30" })
        try decide([it.enrolled], .admit, it.office)
        let after = try it.office.store.read { try $0.quarantineRecords() }
        #expect(after[1].what.contains("HAR-1 Ana") && !after[1].what.contains("("))
    }

    @Test("one that was rejected is said to be left out, and what needs it can only follow it")
    func rejected() async throws {
        let it = try await revoked()
        try decide([it.enrolled], .reject, it.office)
        let shown = try #require(try it.office.store.read { try $0.allShown() }.last)
        #expect(shown.kept.what.contains("HAR-1 Ana (not admitted)"))
        #expect(!shown.isAdmissible && shown.decideFirst.isEmpty)
        #expect(shown.admitting.contains(" needs \(it.enrolled.short), which was rejected"))
    }

    @Test("somebody whom nobody enrolled is not said to be of another neighborhood")
    func stranger() throws {
        let office = try Office()
        let nobody = EntityID(Dot(Fixed.keys(signing: 9, receiving: 9).replica, Sequence64(1)))
        let label = try office.store.read { try $0.label(of: nobody) }
        #expect(label.hasSuffix(" (not known at the office)"))
    }

    @Test("what has to be decided first is named, and admitting is not offered before")
    func decideFirst() async throws {
        let it = try await revoked()
        let shown = try it.office.store.read { try $0.allShown() }
        #expect(shown.map(\.isAdmissible) == [true, false])
        #expect(shown.map(\.decideFirst) == [[], [it.enrolled.short]])
        #expect(
            shown[1].admitting.contains("decide first about \(it.enrolled.short), or admit them"))
        #expect(throws: Refusal.self) { try decide([it.exchange], .admit, it.office) }
    }

    @Test("both at once are decided in the order of their chain, in one transaction")
    func together() async throws {
        let it = try await revoked()
        try decide([it.exchange, it.enrolled], .admit, it.office)
        let balance = try it.office.store.read { views in
            try views.statement(of: views.account("HAR-1")).balance
        }
        #expect(balance == 90)
        #expect(
            try it.office.store.read { try $0.quarantineRecords() }.map(\.decided)
                == ["admit", "admit"])
    }

    @Test("an event that breaks a limit can be read: the rule is named")
    func brokenRule() async throws {
        let office = try Office()
        try await office.serve { client in
            var device = FieldDevice(office, number: 1)
            try await device.pair(client)
            let ana = try device.enroll("Ana", number: 1)
            _ = device.author.write(.hoursRecorded, .exchange(ana, to: ana))
            try await device.sync(client)
        }
        let shown = try #require(try office.store.read { try $0.allShown() }.first)
        #expect(!shown.isAdmissible)
        #expect(shown.admitting.contains("breaks a rule: shares names somebody twice; reject it"))
        #expect(!shown.admitting.contains("cannot be read"))
    }
}

extension Views {
    /// Everything in quarantine, in the order it came.
    func allShown() throws -> [QuarantineShown] {
        try QuarantineTable(tables.db).list().map { try quarantineShown($0.dot) }
    }
}
