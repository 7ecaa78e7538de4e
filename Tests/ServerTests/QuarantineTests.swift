// What is kept apart: said in the ledger, decided by an admin, and a revoked device.
// Neighbors: Sources/SyncServer/Quarantine.

import HummingbirdTesting
import Shared
import Store
import TestSupport
import Testing

@testable import SyncServer

struct QuarantineTests {
    /// A device that recorded in a neighborhood it does not hold, and something good after it.
    private struct Case {
        let office: Office
        var device: FieldDevice
        let refused: Event
        let members: [EntityID]
    }

    private func outOfScope() async throws -> Case {
        let office = try Office()
        return try await office.serve { client in
            var device = FieldDevice(office, number: 1)
            try await device.pair(client)
            let members = try [1, 2].map { try device.enroll("Member \($0)", number: $0) }
            device.author.home = .neighborhood(office.millHill)
            let refused = device.author.write(
                .hoursRecorded, .exchange(members[0], to: members[1]))
            device.author.home = .neighborhood(office.harbor)
            _ = device.author.write(.hoursRecorded, .exchange(members[1], to: members[0]))
            let outcomes = try await device.sync(client).outcomes
            #expect(
                outcomes.map(\.disposition) == [.admitted, .quarantined(.outOfScope), .admitted])
            return Case(office: office, device: device, refused: refused, members: members)
        }
    }

    private func states(_ office: Office) throws -> [QuarantineState] {
        try office.store.read { views in
            try views.entities(.quarantine).compactMap {
                if case .quarantine(let state)? = try views.state(of: $0) { state } else { nil }
            }
        }
    }

    @Test("32: the ledger says what is kept apart and why, and nothing of what it says")
    func entered() async throws {
        let office = try await outOfScope()
        let state = try #require(try states(office.office).first)
        #expect(state.events.map(\.dot) == [office.refused.dot])
        #expect(state.events.map(\.leaf) == [.leaf(office.refused.encoded())])
        #expect(state.cause == .outOfScope)
        #expect(state.decided.isEmpty)
    }

    @Test("two hundred of one reason are one entry of the ledger, one more is two")
    func batched() async throws {
        for (count, expected) in [(Limits.sidesMax, 1), (Limits.sidesMax + 1, 2)] {
            let office = try Office()
            try await office.serve { client in
                var device = FieldDevice(office, number: 1)
                try await device.pair(client)
                device.author.home = .neighborhood(office.millHill)
                for _ in 0..<count { _ = device.author.write(.hoursRecorded, .exchange()) }
                try await device.sync(client)
            }
            #expect(try states(office).count == expected)
        }
    }

    @Test("an admitted one gets its place, byte for byte, and comes to its device")
    func admit() async throws {
        var it = try await outOfScope()
        let office = it.office
        let before = try office.store.read { $0.position }
        try office.store.append {
            _ = try $0.decide([it.refused.dot], .admit, as: office.ada, reason: "a lent tablet")
        }
        let (stored, balances) = try office.store.read { views in
            (try views.tables.event(it.refused.dot), try views.balances())
        }
        #expect(stored?.leaf == .leaf(it.refused.encoded()))
        #expect(stored?.observation.position == before.next)
        #expect(balances.reduce(0) { $0 + $1.balance } == 0)
        #expect(try states(office)[0].decided == [.leaf(it.refused.encoded()): .admit])
        let device = it.device
        it.device = try await office.serve { client in
            var device = device
            let again = try await device.sync(client).outcomes
            #expect(again.map(\.disposition) == [.duplicate])
            return device
        }
        let own = it.device.entries.compactMap { entry in
            if case .own(let sequence) = entry.content { sequence } else { nil }
        }
        #expect(own.contains(it.refused.dot.sequence))
    }

    @Test("a rejected one stays apart, and is answered as before")
    func reject() async throws {
        let it = try await outOfScope()
        let office = it.office
        try office.store.append {
            _ = try $0.decide([it.refused.dot], .reject, as: office.bea, reason: "not ours")
        }
        #expect(try office.store.read { try $0.tables.event(it.refused.dot) } == nil)
        try await office.serve { client in
            var device = it.device
            let again = try await device.sync(client).outcomes
            #expect(
                again.map(\.disposition) == [.duplicate, .quarantined(.outOfScope), .duplicate])
        }
        let records = try office.store.read { try $0.quarantineRecords() }
        #expect(records.map(\.decided) == ["reject"])
    }

    @Test("what cannot be decided is refused with a sentence, and nothing is written")
    func refusals() async throws {
        let it = try await outOfScope()
        let office = it.office
        let before = try office.store.read { $0.position }
        let cases: [(Dot, EntityID)] = [
            (it.refused.dot, office.dana), (it.members[0].dot, office.ada),
        ]
        for (dot, worker) in cases {
            #expect(throws: Refusal.self) {
                try office.store.append {
                    _ = try $0.decide([dot], .admit, as: worker, reason: "x")
                }
            }
        }
        #expect(try office.store.read { $0.position } == before)
        try office.store.append {
            _ = try $0.decide([it.refused.dot], .reject, as: office.ada, reason: "x")
        }
        #expect(throws: Refusal.self) {
            try office.store.append {
                _ = try $0.decide([it.refused.dot], .admit, as: office.ada, reason: "x")
            }
        }
    }

    @Test("what only the office writes is never admitted, whoever asks")
    func serverKinds() async throws {
        let office = try Office()
        let dots = try await office.serve { client in
            var device = FieldDevice(office, number: 1)
            try await device.pair(client)
            let ana = try device.enroll("Ana", number: 1)
            var grant = Payload.exchange(ana, to: office.harbor)
            grant[HoursField.form] = .integer(HoursForm.grant.rawValue)
            let events = [
                device.author.write(.hoursRecorded, grant),
                device.author.write(
                    .deviceRevoked, subject: ana, [RevocationField.asOf: .integer(0)]),
            ]
            device.author.append([1, 2, 3])
            try await device.sync(client)
            return events.map(\.dot) + [Dot(device.author.replica, Sequence64(4))]
        }
        for dot in dots {
            #expect(throws: Refusal.self) {
                try office.store.append {
                    _ = try $0.decide([dot], .admit, as: office.ada, reason: "x")
                }
            }
        }
    }

    @Test("21: what a revoked device brings is kept for an admin, and it gets nothing more")
    func revoked() async throws {
        let office = try Office()
        try await office.serve { client in
            var device = FieldDevice(office, number: 1)
            try await device.pair(client)
            let ana = try device.enroll("Ana", number: 1)
            try await device.sync(client)
            let late = device.author.write(.hoursRecorded, .exchange(ana, to: office.harbor))
            try office.store.append { session in
                _ = try session.revoke(
                    try session.views.device("tablet"), as: office.ada, reason: "left on a bus")
            }
            let answer = try await device.exchange(
                try device.syncRequest(first: 1), client)
            #expect(
                answer.outcomes.map(\.disposition) == [.duplicate, .quarantined(.revoked)])
            #expect(answer.page.isEmpty && answer.keys == nil && answer.checkpoints.isEmpty)
            #expect(answer.cursor == device.cursor)
            #expect(answer.advice.contains("revoked"))
            try office.store.append {
                _ = try $0.decide([late.dot], .admit, as: office.ada, reason: "found again")
            }
            #expect(try office.store.read { try $0.tables.event(late.dot) } != nil)
        }
        #expect(throws: Refusal.self) {
            try office.store.append { session in
                _ = try session.revoke(
                    try session.views.device("tablet"), as: office.ada, reason: "again")
            }
        }
    }

    @Test("only an admin revokes, and only a device that there is")
    func revoking() async throws {
        let office = try Office()
        try await office.serve { client in
            try await FieldDevice(office, number: 1).pair(client)
        }
        #expect(throws: Refusal.self) {
            try office.store.append { session in
                _ = try session.revoke(
                    try session.views.device("tablet"), as: office.dana, reason: "x")
            }
        }
        #expect(throws: Refusal.self) { try office.store.read { try $0.device("phone") } }
    }

    @Test("waiting lists what devices said they hold, and what is kept apart")
    func waiting() async throws {
        let it = try await outOfScope()
        let records = try it.office.store.read { try $0.waitingRecords() }
        #expect(records.map(\.what) == ["quarantine"])
        #expect(records.map(\.count) == [1])
    }
}
