// A device that has used up most of its member numbers is given more, in the same transaction.
// Neighbors: Sources/SyncServer/Pairing/NumberSupply and NumberBlocks.

import Foundation
import GRDB
import HummingbirdTesting
import Shared
import Store
import TestSupport
import Testing

@testable import SyncServer

struct NumberSupplyTests {
    private static func block(
        _ office: Office, _ first: UInt32, _ last: UInt32
    ) -> NumberBlock {
        NumberBlock(neighborhood: office.harbor, first: first, last: last)
    }

    /// Enrolls members with these numbers and sends them.
    private func enroll(
        _ numbers: ClosedRange<Int64>, by device: inout FieldDevice,
        _ client: any TestClientProtocol
    ) async throws {
        let first = device.author.written.count + 1
        let name = SealedPart(
            key: DataKeyID(1), nonce: counting(1, 12), ciphertext: counting(1, 20))
        for number in numbers {
            _ = device.author.write(
                .memberEnrolled,
                [MemberField.number: .integer(number), MemberField.form: .integer(1)],
                sealed: [name])
        }
        let outcomes = try await device.sync(client, first: first).outcomes
        try #require(outcomes.map(\.disposition) == [.admitted])
    }

    private func blocks(_ office: Office, of device: FieldDevice) throws -> [NumberBlock] {
        let device = try office.store.read { views in
            try views.devices().first { $0.replica == device.author.replica }
        }
        return try #require(device).numberBlocks
    }

    private func changes(_ office: Office) throws -> Int {
        try office.store.read {
            try Int.fetchOne(
                $0.tables.db, sql: "SELECT count(*) FROM event WHERE kind = ?",
                arguments: [Int64(Kind.deviceScopeChanged.rawValue)]) ?? 0
        }
    }

    @Test("with a hundred numbers left nothing happens, with one less the next block is there")
    func lowWater() async throws {
        let office = try Office()
        try await office.serve { client in
            var device = FieldDevice(office, number: 1)
            try await device.pair(client)
            try await enroll(1_001...1_400, by: &device, client)
            #expect(try changes(office) == 0)
            try await enroll(1_401...1_401, by: &device, client)
            #expect(try blocks(office, of: device) == [Self.block(office, 1_001, 2_000)])
            // The answer to the very request that used the numbers brings the new ones.
            let kinds = try device.entries.compactMap { entry -> Kind? in
                guard case .bytes(let bytes) = entry.content else { return nil }
                return try Event(decoding: bytes).knownKind
            }
            #expect(kinds.last == .deviceScopeChanged)
            try await enroll(1_402...1_410, by: &device, client)
            #expect(try changes(office) == 1)
            try await enroll(1_411...1_901, by: &device, client)
            #expect(try blocks(office, of: device) == [Self.block(office, 1_001, 2_500)])
        }
    }

    @Test("two devices that run short get blocks of their own")
    func twoDevices() async throws {
        let office = try Office()
        try await office.serve { client in
            var one = FieldDevice(office, number: 1)
            var two = FieldDevice(office, number: 2)
            try await one.pair(client)
            try await two.pair(client)
            try await enroll(1_001...1_450, by: &one, client)
            try await enroll(1_501...1_950, by: &two, client)
            #expect(
                try blocks(office, of: one) == [
                    Self.block(office, 1_001, 1_500), Self.block(office, 2_001, 2_500),
                ])
            #expect(
                try blocks(office, of: two) == [
                    Self.block(office, 1_501, 2_000), Self.block(office, 2_501, 3_000),
                ])
        }
    }

    @Test("a device whose numbers somebody else uses up gets more all the same")
    func usedUpByAnother() async throws {
        let office = try Office()
        try await office.serve { client in
            let one = FieldDevice(office, number: 1)
            var two = FieldDevice(office, number: 2)
            try await one.pair(client)
            try await two.pair(client)
            try await enroll(1_001...1_450, by: &two, client)
            #expect(
                try blocks(office, of: one) == [
                    Self.block(office, 1_001, 1_500), Self.block(office, 2_001, 2_500),
                ])
            #expect(try blocks(office, of: two) == [Self.block(office, 1_501, 2_000)])
        }
    }

    @Test("a block never has a number that a member is known to have")
    func clearOfImports() async throws {
        let office = try Office()
        try await office.serve { client in
            var one = FieldDevice(office, number: 1)
            try await one.pair(client)
            try await enroll(1_700...1_702, by: &one, client)
            try await FieldDevice(office, number: 2).pair(client)
            #expect(
                try blocks(office, of: FieldDevice(office, number: 2)) == [
                    Self.block(office, 1_703, 2_202)
                ])
        }
    }

    @Test("when all numbers are set apart a device pairs without any, and recording goes on")
    func noneLeft() async throws {
        let office = try Office()
        try office.store.append { session in
            try NumberBlockTable(session.views).insert(
                .init(
                    replica: Fixed.replica(9),
                    block: Self.block(office, 9_999_000, UInt32(Limits.memberNumberMax) - 499)))
        }
        try await office.serve { client in
            var device = FieldDevice(office, number: 1)
            try await device.pair(client)
            #expect(try blocks(office, of: device).isEmpty)
            try await enroll(1...2, by: &device, client)
            #expect(try changes(office) == 0)
        }
    }

    @Test("a revoked device gets no more")
    func revoked() async throws {
        let office = try Office()
        try await office.serve { client in
            let one = FieldDevice(office, number: 1)
            var two = FieldDevice(office, number: 2)
            try await one.pair(client)
            try await two.pair(client)
            try office.store.append { session in
                let device = try #require(
                    try session.views.devices().first { $0.replica == one.author.replica })
                try session.revoke(device, as: office.ada, reason: "left on a bus")
            }
            try await enroll(1_001...1_450, by: &two, client)
            #expect(try changes(office) == 0)
        }
    }

    @Test("what a device holds is changed by an admin, to where its workers serve, or not at all")
    func neighborhoods() async throws {
        let office = try Office()
        try await office.serve { client in
            try await FieldDevice(office, number: 1).pair(client)
        }
        let refused: [(places: [EntityID], worker: EntityID, why: String)] = [
            ([], office.ada, "at least one"), ([office.harbor], office.ada, "just these already"),
            ([office.harbor, office.millHill], office.ada, "serves MIL"),
            ([office.millHill], office.dana, "only an admin"),
        ]
        for (places, worker, why) in refused {
            let refusal = #expect(throws: Refusal.self) {
                try office.store.append { session in
                    try session.setScope(
                        of: try session.views.device("tablet"), to: places, as: worker,
                        reason: "other rounds")
                }
            }
            #expect(refusal?.sentence.contains(why) ?? false)
        }
        #expect(try changes(office) == 0)
    }

    @Test("the history of the device says what it was given, in words")
    func words() async throws {
        let office = try Office()
        try await office.serve { client in
            var device = FieldDevice(office, number: 1)
            try await device.pair(client)
            try await enroll(1_001...1_450, by: &device, client)
        }
        let history = try office.store.read { views in
            try views.history(
                of: try #require(try views.devices().first).id, HistorySource(keptApart: []))
        }
        #expect(
            history.events.last?.what
                == "from now on it holds HAR, and gives out HAR-1001 to HAR-2000")
    }

    @Test("blocks of a ledger from before they were kept by device are found in it")
    func migration() throws {
        let database = try DatabaseQueue()
        var migrator = DatabaseMigrator()
        StoreSchema.register(in: &migrator)
        ServerSchema.register(in: &migrator)
        try migrator.migrate(database, upTo: "server 3: member events")
        let block = NumberBlock(neighborhood: Fixed.harbor, first: 1_101, last: 1_600)
        var author = Author()
        author.home = .community
        let paired = author.write(
            .devicePaired,
            [
                DeviceField.signingKey: .data(Fixed.device.signingPublicKey),
                DeviceField.numberBlocks: .blocks([block]),
            ])
        try database.write { db in
            let tables = LedgerTables(db)
            try tables.insert(
                try NewEvent(bytes: paired.encoded()),
                Admitted(
                    position: LedgerPosition(1), reach: [.community],
                    receivedAt: Instant(milliseconds: 0), contextUnknown: false))
            try tables.finish()
            try DeviceTable(db).insert(
                author.replica, entity: paired.entity, pairedAt: LedgerPosition(1))
        }
        try migrator.migrate(database)
        try database.read { db in
            let tables = LedgerTables(db)
            let views = Views(
                tables: tables,
                reader: SealedReader(
                    keyring: try Keyring(DatabaseQueue()), community: Fixed.community),
                position: LedgerPosition(1))
            #expect(
                try NumberBlockTable(views).newest(of: author.replica, in: Fixed.harbor) == block)
        }
    }
}
