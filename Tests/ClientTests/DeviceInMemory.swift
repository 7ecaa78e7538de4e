// A paired device whose database and keys are in memory (or in a folder, for the program to open),
// with a fixed clock and repeatable randomness. Neighbors: OfficeInMemory, and every suite here
// that records or syncs.

import Foundation
import GRDB
import Shared
import Store
import Synchronization
import TestSupport

@testable import SyncClient

final class RandomInMemory: Sendable {
    private let random: Mutex<SeededRandom>
    init(seed: UInt64) { random = Mutex(SeededRandom(seed: seed)) }
    func bytes(_ count: Int) -> [UInt8] { random.withLock { $0.bytes(count) } }
}

struct Bench {
    let office: OfficeInMemory
    let device: Device
    let keys: ReplicaKeys
    /// The neighborhood it holds.
    let home: EntityID

    init(
        office: OfficeInMemory, keys: ReplicaKeys = Fixed.device, seed: UInt64 = 7,
        workers: [EntityID] = [OfficeInMemory.dana], home: EntityID = OfficeInMemory.harbor,
        alsoHolding others: [EntityID] = [], numberBlocks: [NumberBlock] = [],
        folder: URL? = nil
    ) throws {
        let random = RandomInMemory(seed: seed)
        let paired = try office.pair(
            keys, neighborhoods: [home] + others, workers: workers, numberBlocks: numberBlocks)
        let database: any DatabaseWriter =
            try folder.map { try StoreFile.open(folder: $0, register: ClientSchema.register) }
            ?? StoreFile.inMemory(register: ClientSchema.register)
        try database.write { db in
            let tables = LedgerTables(db)
            try tables.save(paired, chain: ReplicaChain(signingKey: keys.signingPublicKey))
            try tables.finish()
        }
        self.office = office
        self.keys = keys
        self.home = home
        device = try Device(
            folder: folder, database: database,
            keyring: try folder.map { try Keyring(folder: $0) } ?? Keyring(DatabaseQueue()),
            environment: Environment(
                now: { Instant(milliseconds: 1_774_353_600_000) }, utcOffsetMinutes: { 0 },
                randomBytes: { random.bytes($0) }))
    }

    /// Paired and synced once.
    static func ready(_ office: OfficeInMemory) throws -> Bench {
        let bench = try Bench(office: office)
        _ = try bench.sync()
        return bench
    }

    func sync() throws -> SyncReport {
        try SyncSession(device: device, keys: keys, transport: office).run()
    }

    @discardableResult
    func record(_ make: (LocalBook) throws -> [Draft]) throws -> [Event] {
        try Recording(device: device, worker: OfficeInMemory.dana.description)
            .record { book, _ in try make(book) }
    }

    func enroll(_ number: Int64, _ name: String = "Ana Ruiz") throws -> EntityID {
        let events = try record { _ in
            [
                Draft(
                    .memberEnrolled, home: .neighborhood(home),
                    values: [
                        MemberField.name: .text(name), MemberField.number: .integer(number),
                    ], subjects: .itself)
            ]
        }
        return events[0].entity
    }

    @discardableResult
    func exchange(_ provider: EntityID, _ recipient: EntityID, _ minutes: Int64) throws -> Event {
        let events = try record { book in
            let drafts = HoursDrafts(book: book, today: day("2026-11-22"))
            let shares = try drafts.shares(
                providers: [provider], recipients: [recipient], minutes: Minutes(minutes))
            return [
                try drafts.draft(
                    form: .exchange, shares: shares,
                    values: [
                        HoursField.serviceDate: .date(day("2026-03-24")),
                        HoursField.description: .text("played cards"),
                    ])
            ]
        }
        return events[0]
    }

    func statement(_ account: EntityID) throws -> StatementRecord {
        try device.read { try $0.views.statement(of: account) }
    }

    func unsent() throws -> UInt64 { try device.read { try $0.unsentCount } }

    func digest() throws -> ScopeDigest {
        try device.read { try $0.tables.digest(of: .neighborhood(home)) }
    }
}
