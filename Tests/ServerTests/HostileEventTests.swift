// Validly signed nonsense: whatever a paired device signs, each event gets an outcome of its own,
// nothing wedges the queue, and what is admitted keeps the sums at zero (cases 18 and 32).
// Neighbors: Office; Shared's own tests fuzz the decoders.

import HummingbirdTesting
import Shared
import Store
import TestSupport
import Testing

@testable import SyncServer

struct HostileEventTests {
    @Test("signed nonsense is admitted inert or quarantined, never retried", arguments: 1...12)
    func nonsense(_ seed: UInt64) async throws {
        let office = try Office(seed: seed)
        try await office.serve { client in
            var random = SeededRandom(seed: seed)
            var device = FieldDevice(office, number: 1)
            try await device.pair(client)
            let ana = try device.enroll("Ana", number: 1)
            let luis = try device.enroll("Luis", number: 2)
            _ = device.author.write(.hoursRecorded, .exchange(ana, to: luis))
            for _ in 1...200 {
                let forged = device.forged(&random, accounts: [ana, luis, office.harbor])
                device.author.append(forged)
            }
            let last = try device.enroll("Mei", number: 3)
            let outcomes = try await device.sync(client).outcomes
            #expect(
                outcomes.allSatisfy { outcome in
                    if case .quarantined = outcome.disposition { return true }
                    return outcome.disposition == .admitted
                })
            #expect(outcomes.first?.disposition == .admitted)
            #expect(outcomes.last?.disposition == .admitted)
            var other = FieldDevice(office, number: 2)
            try await other.pair(client)
            #expect(try await !other.sync(client).more)
            #expect(
                other.entries.contains { entry in
                    guard case .bytes(let bytes) = entry.content else { return false }
                    return (try? Event(decoding: bytes))?.dot == last.dot
                })
        }
        let (balances, conflicts) = try office.store.read { views in
            (try views.balances(), try views.conflicts().map(views.record))
        }
        #expect(balances.reduce(0) { $0 + $1.balance } == 0)
        #expect(conflicts.count < 1_000)
        let shown = try office.store.read { try $0.allShown() }
        #expect(shown.allSatisfy { ($0.says == nil) != ($0.bytes == nil) }, "one or the other")
    }
}

extension FieldDevice {
    /// The next event, with anything in it.
    fileprivate func forged(_ random: inout SeededRandom, accounts: [EntityID]) -> [UInt8] {
        var event = Event(
            dot: Dot(author.replica, author.chain.sequence.next),
            context: random.context(author.replica), recordedAt: random.instant(),
            utcOffsetMinutes: Int32(truncatingIfNeeded: random.next()), worker: office.dana,
            home: .neighborhood(office.harbor), subject: nil, kind: random.kind(), payload: [:])
        let own = (1...author.chain.sequence.value).map {
            EntityID(Dot(author.replica, Sequence64($0)))
        }
        let entities = accounts + own
        if random.chance(1, of: 2) { event.subject = random.entity(entities) }
        if random.chance(1, of: 20) { event.worker = random.entity(entities) }
        if random.chance(1, of: 20) { event.home = .community }
        if random.chance(1, of: 4) {
            event.importKey = ImportKey(Bytes16(prefixOf: .of([UInt8(random.int(0...2))])))
        }
        for _ in 0...random.int(0...7) {
            let field = FieldNumber(UInt32(random.int(1...8)))
            event.payload[field] = random.value(entities)
        }
        var bytes = event.encoded()
        if random.chance(1, of: 10) {
            bytes[random.int(0...bytes.count - 1)] ^= UInt8(1) << UInt8(random.int(0...7))
        }
        return bytes
    }
}

extension SeededRandom {
    fileprivate mutating func count() -> UInt64 {
        switch int(0...3) {
        case 0: UInt64(int(0...30))
        case 1: Limits.countMax - UInt64(int(0...3))
        default: next() % Limits.countMax
        }
    }

    fileprivate mutating func instant() -> Instant {
        Instant(milliseconds: Int64(bitPattern: next()))
    }

    fileprivate mutating func context(_ own: ReplicaID) -> CausalContext {
        let tag = RootTag(chance(1, of: 2) ? bytes(4) : []) ?? .start
        let extras = (0..<int(0...3)).map { _ in
            Dot(chance(1, of: 2) ? own : Fixed.replica(7), Sequence64(max(1, count())))
        }
        return CausalContext(
            position: LedgerPosition(count()), rootTag: tag, ownSequence: Sequence64(count()),
            extras: extras)
    }

    fileprivate mutating func kind() -> KindNumber {
        let known = Kind.allCases.map(\.number)
        return chance(1, of: 8)
            ? KindNumber(UInt32(truncatingIfNeeded: next())) : known[int(0...known.count - 1)]
    }

    fileprivate mutating func entity(_ known: [EntityID]) -> EntityID {
        chance(1, of: 8)
            ? EntityID(Dot(Fixed.replica(3), Sequence64(max(1, count()))))
            : known[int(0...known.count - 1)]
    }

    fileprivate mutating func value(_ entities: [EntityID]) -> Value {
        switch int(0...8) {
        case 0: .text(String(repeating: "a", count: int(0...50)))
        case 1: .integer(Int64(int(0...9)))
        case 2: .integer(Int64(bitPattern: next()))
        case 3: .date(day("2026-03-2\(int(0...9))"))
        case 4: .entity(entity(entities))
        case 5, 6: .shares(shares(entities))
        case 7: .flag(chance(1, of: 2))
        default: .data(bytes(int(0...40)))
        }
    }

    private mutating func shares(_ entities: [EntityID]) -> Shares {
        let minutes = Minutes(chance(1, of: 8) ? Int64(UInt32.max) : Int64(int(1...120)))
        return Shares(
            providers: [Party(account: entity(entities), minutes: minutes)],
            recipients: [Party(account: entity(entities), minutes: minutes)])
    }
}
