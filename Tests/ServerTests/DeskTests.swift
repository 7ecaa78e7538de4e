// Resolving: each choice settles its conflict, and two admins who had not seen each other disagree
// in sight. Neighbors: Sources/SyncServer/Conflicts; the rules themselves are Shared's.

import HummingbirdTesting
import Shared
import Store
import TestSupport
import Testing

@testable import SyncServer

/// Two devices that disagree about one member's name and date, one entry's minutes, and an entry
/// that both recorded.
struct DisputedBook {
    let office: Office
    var conflicts: [Conflict] { get throws { try office.store.read { try $0.conflicts() } } }
    var position: LedgerPosition { get throws { try office.store.read { $0.position } } }

    init() async throws {
        let office = try Office()
        self.office = office
        try await office.serve { client in
            var one = FieldDevice(office, number: 1)
            var two = FieldDevice(office, number: 2)
            for device in [one, two] { try await device.pair(client) }
            let ana = try one.enroll("Ana", number: 1)
            let luis = try one.enroll("Luis", number: 2)
            let entry = one.author.write(.hoursRecorded, .exchange(ana, to: luis)).entity
            try await one.sync(client)
            try await two.sync(client)
            for (minutes, name) in [(Int64(60), "Anna"), (75, "Ana María")] {
                var device = minutes == 60 ? one : two
                try device.dispute(member: ana, name: name, entry: entry, minutes, luis)
                try await device.sync(client, first: minutes == 60 ? 4 : 1)
            }
        }
    }

    func conflict(_ about: ConflictKind) throws -> Conflict {
        try #require(try conflicts.first { $0.about == about })
    }

    /// Another device, which has seen neither side, says another length.
    func amendOnceMore(minutes: Int64) async throws {
        let conflict = try conflict(.amend)
        guard
            case .hours(let hours)? = try office.store.read({
                try $0.state(of: conflict.entity)
            })
        else { throw StoreDamage.missing("the disputed entry") }
        try await office.serve { client in
            var device = FieldDevice(office, number: 3)
            try await device.pair(client)
            let people = hours.shares
            let shares = Shares(
                providers: [
                    Party(account: people.providers[0].account, minutes: Minutes(minutes))
                ],
                recipients: [
                    Party(account: people.recipients[0].account, minutes: Minutes(minutes))
                ])
            _ = device.author.write(
                .hoursAmended, subject: conflict.entity,
                .change(HoursField.shares, from: nil, to: .shares(shares)))
            try await device.sync(client)
        }
    }

    @discardableResult
    func resolve(
        _ conflict: Conflict, as worker: EntityID? = nil, seen: LedgerPosition? = nil,
        _ choice: DeskRuling.Choice
    ) throws -> LedgerPosition {
        let seen = try seen ?? position
        return try office.store.append { session in
            try session.resolve(
                conflict.id, as: worker ?? office.ada, seen: seen,
                DeskRuling(choice: choice, reason: "asked Ana"))
        }
    }
}

extension FieldDevice {
    /// Changes the member's name and the entry's minutes, and records another entry of 30.
    fileprivate mutating func dispute(
        member: EntityID, name: String, entry: EntityID, _ minutes: Int64, _ other: EntityID
    ) throws {
        let key = DataKey(
            id: DataKeyID(UInt64(minutes)), subjects: [member],
            key: counting(UInt8(minutes), 32))
        keys.append(key)
        let sealed = try key.seal(
            [ChangeField.new: .text(name)], kind: Kind.memberChanged.number,
            community: office.store.community, nonce: counting(1, 12))
        _ = author.write(
            .memberChanged, subject: member,
            [ChangeField.field: .integer(Int64(MemberField.name.value))], sealed: [sealed])
        let shares = Shares(
            providers: [Party(account: member, minutes: Minutes(minutes))],
            recipients: [Party(account: other, minutes: Minutes(minutes))])
        _ = author.write(
            .hoursAmended, subject: entry,
            .change(HoursField.shares, from: nil, to: .shares(shares)))
        _ = author.write(
            .hoursRecorded,
            .exchange(member, to: other, minutes: minutes, on: day("2026-04-01")))
    }
}

struct DeskTests {
    @Test("three kinds of conflict arise")
    func arise() async throws {
        let dispute = try await DisputedBook()
        #expect(
            Set(try dispute.conflicts.map(\.kind)) == [.field, .amend, .duplicate])
    }

    @Test("taking a side of a sealed field settles it, readable with a key of the member's")
    func takeSealed() async throws {
        let dispute = try await DisputedBook()
        let conflict = try dispute.conflict(.field)
        try dispute.resolve(conflict, .take(["B"]))
        #expect(try !dispute.conflicts.contains { $0.about == .field })
        let name = try dispute.office.store.read { views in
            guard case .member(let ana)? = try views.state(of: conflict.entity) else {
                return String?.none
            }
            return try views.name(of: ana)
        }
        #expect(["Anna", "Ana María"].contains(name))
    }

    static let amending: [DeskRuling.Choice] = [
        .take(["a"]), .merge(field: "minutes", value: "1:10"), .void,
    ]

    @Test("each choice settles an amendment, and all sums stay zero", arguments: amending)
    func amend(_ choice: DeskRuling.Choice) async throws {
        let dispute = try await DisputedBook()
        try dispute.resolve(try dispute.conflict(.amend), choice)
        #expect(try !dispute.conflicts.contains { $0.about == .amend })
        let balances = try dispute.office.store.read { try $0.balances() }
        #expect(balances.reduce(0) { $0 + $1.balance } == 0)
    }

    static let duplicated: [(DeskRuling.Choice, Int64)] = [
        (.take(["A"]), -1), (.bothHappened, 135), (.void, 0),
    ]

    @Test("each choice settles a duplicate", arguments: duplicated)
    func duplicate(_ choice: DeskRuling.Choice, expected: Int64) async throws {
        let dispute = try await DisputedBook()
        let conflict = try dispute.conflict(.duplicate)
        try dispute.resolve(conflict, choice)
        #expect(try !dispute.conflicts.contains { $0.about == .duplicate })
        let given = try dispute.office.store.read { views in
            try views.hours().filter { $0.serviceDate == "2026-04-01" && $0.standing == "counts" }
                .reduce(0) { $0 + $1.providers.reduce(0) { $0 + $1.minutes } }
        }
        #expect(expected < 0 ? [60, 75].contains(given) : given == expected)
    }

    @Test(
        "two admins resolving from stale views: a resolution conflict",
        arguments: [
            ConflictKind.amend, .duplicate, .field,
        ])
    func staleViews(_ about: ConflictKind) async throws {
        let dispute = try await DisputedBook()
        let conflict = try dispute.conflict(about)
        let seen = try dispute.position
        try dispute.resolve(conflict, as: dispute.office.ada, seen: seen, .take(["A"]))
        #expect(try !dispute.conflicts.contains { $0.id == conflict.id })
        try dispute.resolve(conflict, as: dispute.office.bea, seen: seen, .take(["B"]))
        let open = try #require(try dispute.conflicts.first { $0.id == conflict.id })
        #expect(open.kind == .resolution)
        try dispute.resolve(open, as: dispute.office.ada, .take(["A"]))
        #expect(try !dispute.conflicts.contains { $0.id == conflict.id })
    }

    @Test("what an admin could not have seen, and who is no admin, is refused")
    func refused() async throws {
        let dispute = try await DisputedBook()
        let conflict = try dispute.conflict(.amend)
        #expect(throws: Refusal.self) {
            try dispute.resolve(conflict, as: dispute.office.dana, .take(["A"]))
        }
        #expect(throws: Refusal.self) {
            try dispute.resolve(conflict, seen: LedgerPosition(3), .take(["A"]))
        }
        #expect(throws: Refusal.self) {
            try dispute.resolve(conflict, seen: LedgerPosition(1_000), .take(["A"]))
        }
        for choice in [DeskRuling.Choice.take(["Z"]), .bothHappened, .merge(field: "x", value: "")]
        {
            #expect(throws: (any Error).self) { try dispute.resolve(conflict, choice) }
        }
    }

    @Test(
        "an admin's own minutes keep the limits of the entry's form, and nothing is written",
        arguments: ["0", "1441", "600001"])
    func limits(_ minutes: String) async throws {
        let dispute = try await DisputedBook()
        let conflict = try dispute.conflict(.amend)
        let before = try dispute.position
        #expect(throws: ShapeFault.self) {
            try dispute.resolve(conflict, .merge(field: "minutes", value: minutes))
        }
        #expect(try dispute.position == before)
    }

    @Test("a decision reaches the devices, and its reason is sealed")
    func travels() async throws {
        let dispute = try await DisputedBook()
        try dispute.resolve(try dispute.conflict(.amend), .take(["A"]))
        let office = dispute.office
        try await office.serve { client in
            var fresh = FieldDevice(office, number: 9)
            try await fresh.pair(client)
            try await fresh.sync(client)
            let decision = try #require(
                try fresh.entries.compactMap { entry -> Event? in
                    guard case .bytes(let bytes) = entry.content else { return nil }
                    let event = try Event(decoding: bytes)
                    return event.knownKind == .conflictResolved ? event : nil
                }.first)
            let part = try #require(decision.sealed.first)
            let key = try #require(fresh.received.first { $0.id == part.key })
            let opened = try key.open(
                part, kind: decision.kind, community: office.store.community)
            #expect(opened.text(ResolutionField.reason) == "asked Ana")
        }
    }
}
