// What a revoked device is told of what it brought: each decision once, and nothing else.
// Neighbors: Sources/SyncServer/Pull/RevocationReader.

import Foundation
import GRDB
import HummingbirdTesting
import Shared
import Store
import TestSupport
import Testing

@testable import SyncServer

struct RevocationTests {
    /// A revoked device that brought entries afterwards.
    private struct Case {
        let office: Office
        var device: FieldDevice
        let late: [Event]
        /// Position of the revocation.
        let revokedAt: LedgerPosition
    }

    private func revoked(bringing count: Int) async throws -> Case {
        let office = try Office()
        return try await office.serve { client in
            var device = FieldDevice(office, number: 1)
            try await device.pair(client)
            let ana = try device.enroll("Ana", number: 1)
            try await device.sync(client)
            let position = try office.store.append { session in
                try session.revoke(
                    try session.views.device("tablet"), as: office.ada, reason: "left on a bus")
            }
            office.clock.advance(days: 2)
            let late = (0..<count).map { _ in
                device.author.write(.hoursRecorded, .exchange(ana, to: office.harbor))
            }
            try await device.sync(client, first: 2)
            return Case(office: office, device: device, late: late, revokedAt: position)
        }
    }

    private func decide(
        _ it: Case, _ events: [Event], _ choice: QuarantineChoice
    ) throws {
        try it.office.store.append {
            _ = try $0.decide(
                Set(events.map(\.dot)), choice, as: it.office.ada, reason: "it was so")
        }
    }

    private func ask(_ it: Case, decidedTo: LedgerPosition = .start) async throws -> SyncResponse {
        try await it.office.serve { client in
            var request = try it.device.syncRequest(pushing: false)
            request.decidedTo = decidedTo
            return try await it.device.exchange(request, client)
        }
    }

    @Test("21: it is told when it was revoked, and of each decision once")
    func told() async throws {
        let it = try await revoked(bringing: 3)
        let before = try #require(try await ask(it).revocation)
        #expect(before.revokedAt == Instant(milliseconds: 1_774_353_600_000))
        #expect(before.asOf == Sequence64(1) && before.decided.isEmpty)
        try decide(it, [it.late[1]], .reject)
        try decide(it, [it.late[0]], .admit)
        let answer = try await ask(it, decidedTo: before.decidedTo)
        let told = try #require(answer.revocation)
        let place = try it.office.store.read {
            try $0.tables.event(it.late[0].dot)?.observation.position
        }
        #expect(
            told.decided == [
                .init(sequence: it.late[1].dot.sequence, choice: .reject, position: nil),
                .init(sequence: it.late[0].dot.sequence, choice: .admit, position: place),
            ])
        #expect(!answer.more && place != nil)
        let again = try #require(try await ask(it, decidedTo: told.decidedTo).revocation)
        #expect(again.decided.isEmpty && again.decidedTo == told.decidedTo)
    }

    @Test("21: it is told nothing else, whatever happened since")
    func nothingElse() async throws {
        let it = try await revoked(bringing: 1)
        try await it.office.serve { client in
            var other = FieldDevice(it.office, number: 2)
            try await other.pair(client)
            _ = try other.enroll("Luis", number: 2)
            _ = other.author.write(
                .hoursRecorded, .exchange(it.late[0].entity, to: it.office.harbor))
            try await other.sync(client)
        }
        try decide(it, it.late, .admit)
        let answer = try await ask(it)
        #expect(answer.page.isEmpty && answer.keys == nil && answer.checkpoints.isEmpty)
        #expect(answer.directory.isEmpty && answer.scopes.isEmpty)
        #expect(answer.cursor == it.device.cursor)
        #expect(answer.revocation?.decided.map(\.sequence) == it.late.map(\.dot.sequence))
    }

    @Test("more decisions than an answer carries come with the next, none twice")
    func paged() async throws {
        let it = try await revoked(bringing: 5)
        try decide(it, it.late, .reject)
        let device = try it.office.store.read { try $0.device("tablet") }
        var told: [Sequence64] = []
        var decidedTo = LedgerPosition.start
        var more = true
        while more, told.count <= it.late.count {
            let part = try it.office.store.read {
                try $0.revocation(of: device, decidedAfter: decidedTo, limit: 2)
            }
            told += part.revocation.decided.map(\.sequence)
            (decidedTo, more) = (part.revocation.decidedTo, part.more)
        }
        #expect(told == it.late.map(\.dot.sequence))
    }

    @Test("a device that is in use learns of decisions from its page, and is told no revocation")
    func inUse() async throws {
        let office = try Office()
        try await office.serve { client in
            var device = FieldDevice(office, number: 1)
            try await device.pair(client)
            device.author.home = .neighborhood(office.millHill)
            let refused = device.author.write(.hoursRecorded, .exchange())
            try await device.sync(client)
            try office.store.append {
                _ = try $0.decide([refused.dot], .reject, as: office.ada, reason: "x")
            }
            let answer = try await device.sync(client, pushing: false)
            #expect(answer.revocation == nil)
            let kinds = try device.entries.compactMap { entry -> Kind? in
                guard case .bytes(let bytes) = entry.content else { return nil }
                return try Event(decoding: bytes).knownKind
            }
            #expect(kinds.last == .quarantineDecided)
        }
    }

    @Test("decisions of a ledger from before their places were kept are found in it")
    func migration() throws {
        let database = try DatabaseQueue()
        var migrator = DatabaseMigrator()
        StoreSchema.register(in: &migrator)
        ServerSchema.register(in: &migrator)
        try migrator.migrate(database, upTo: "server 5: whose member numbers are whose")
        var author = Author()
        author.home = .community
        let kept = Side(dot: Dot(Fixed.replica(9), Sequence64(4)), leaf: .of([4]))
        let decision = author.write(
            .quarantineDecided, subject: Fixed.entity(7),
            [
                QuarantineField.events: .sides([kept]),
                QuarantineField.choice: .integer(QuarantineChoice.reject.rawValue),
            ])
        try database.write { db in
            let tables = LedgerTables(db)
            try tables.insert(
                try NewEvent(bytes: decision.encoded()),
                Admitted(
                    position: LedgerPosition(1), reach: [.community],
                    receivedAt: Instant(milliseconds: 0), contextUnknown: false))
            try tables.finish()
            try db.execute(
                sql: """
                    INSERT INTO quarantine
                        (replica, sequence, leaf, reason, received_at, bytes, choice)
                    VALUES (?, ?, ?, ?, 0, x'010203', ?)
                    """,
                arguments: [
                    Data(kept.dot.replica.bytes), Int64(kept.dot.sequence.value),
                    Data(kept.leaf.bytes), Int64(QuarantineReason.revoked.rawValue),
                    QuarantineChoice.reject.rawValue,
                ])
        }
        try migrator.migrate(database)
        let found = try database.read { db in
            try QuarantineTable(db).decisions(
                about: kept.dot.replica, after: .start, limit: 10)
        }
        #expect(found.map(\.decidedAt) == [LedgerPosition(1)])
        #expect(found.map(\.choice) == [.reject])
    }
}
