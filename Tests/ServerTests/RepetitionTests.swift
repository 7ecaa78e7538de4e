// Pushes cut anywhere, repeated, overlapping and out of order: each event is in the ledger once,
// and a request that comes again changes nothing. HISTORIES sets how many are tried.

import Foundation
import Shared
import Store
import TestSupport
import Testing

@testable import SyncServer

@Suite struct RepetitionTests {
    /// A community on disk for each; `make properties` tries more.
    static let historiesByDefault = 60
    static let requestsMax = 8

    static var histories: Int {
        ProcessInfo.processInfo.environment["HISTORIES"].flatMap(Int.init)
            ?? historiesByDefault
    }

    @Test("6: whatever is pushed again, and in whatever pieces, is there once", arguments: 0..<2)
    func once(slice: Int) throws {
        var repeated = 0
        for seed in 0..<Self.histories / 2 {
            var history = try History(seed: UInt64(2 * seed + slice))
            try history.pushPieces()
            repeated += history.repeatedEvents
            try history.check()
        }
        #expect(repeated > Self.histories)
    }
}

private struct History {
    let office: Office
    let seed: UInt64
    var random: SeededRandom
    var device: FieldDevice
    let run: PushedRun
    var repeatedEvents = 0

    init(seed: UInt64) throws {
        self.seed = seed
        random = SeededRandom(seed: seed)
        office = try Office(seed: seed)
        var device = FieldDevice(office, number: 1)
        let (link, here) = (try office.link(), device)
        _ = try office.store.append { try $0.pair(here.pairRequest(link)).get() }
        let members = try (1...3).map { try device.enroll("Member", number: $0) }
        for _ in 0..<random.int(2...9) {
            // One in four names nobody, and goes to quarantine.
            let other = random.chance(1, of: 4) ? Fixed.mei : members[random.int(1...2)]
            _ = device.author.write(.hoursRecorded, .exchange(members[0], to: other))
        }
        run = try device.author.run(community: office.store.community)
        self.device = device
    }

    mutating func pushPieces() throws {
        for _ in 0..<random.int(1...RepetitionTests.requestsMax) {
            let first = random.int(1...run.events.count)
            try pushTwice(first, random.int(first...run.events.count))
        }
        try pushTwice(1, run.events.count)
    }

    /// The second time nothing is new, and the ledger stays as it is.
    private mutating func pushTwice(_ first: Int, _ last: Int) throws {
        let push = Push(runs: [try verified(first, last)])
        let outcomes = try office.store.append { try $0.admit([push]) }
        let size = try office.store.read { $0.position }
        let again = try office.store.append { try $0.admit([push]) }
        #expect(try office.store.read { $0.position } == size, "seed \(seed)")
        for (before, after) in zip(each(outcomes[0]), each(again[0])) {
            let expected = before == .admitted ? .duplicate : before
            #expect(after == expected, "seed \(seed)")
            if after == .duplicate { repeatedEvents += 1 }
        }
    }

    private func each(_ outcomes: [Outcome]) -> [Disposition] {
        outcomes.flatMap { outcome in
            (outcome.first.value...outcome.last.value).map { _ in outcome.disposition }
        }
    }

    /// A piece of the chain as a run of its own, signed where it ends.
    private func verified(_ first: Int, _ last: Int) throws -> VerifiedRun {
        var chain = ReplicaChain(signingKey: device.author.keys.signingPublicKey)
        for bytes in run.events.prefix(last) { chain.append(.leaf(bytes)) }
        let message = Signed.run(
            community: run.community, replica: run.replica, chain: chain)
        let piece = PushedRun(
            community: run.community, epoch: run.epoch, replica: run.replica,
            first: Sequence64(UInt64(first)), chain: chain,
            signature: try device.author.keys.sign(message),
            events: Array(run.events[(first - 1)..<last]))
        return try VerifiedRun.verified(
            [piece.packed()], community: run.community, replica: run.replica,
            signingKey: device.author.keys.signingPublicKey)[0]
    }

    /// Every event once, in the ledger or in quarantine, in the order of the chain.
    func check() throws {
        let (own, sum) = try office.store.read { views in
            (
                try views.tables.entries(after: .start, limit: 1_000).map(\.dot)
                    .filter { $0.replica == run.replica },
                try views.balances().reduce(0) { $0 + $1.balance }
            )
        }
        #expect(own == own.sorted() && Set(own).count == own.count, "seed \(seed)")
        let whole = try verified(1, run.events.count)
        let outcomes = try office.store.append { try $0.admit([Push(runs: [whole])]) }
        let duplicates = each(outcomes[0]).count { $0 == .duplicate }
        #expect(duplicates == own.count, "seed \(seed)")
        #expect(sum == 0, "seed \(seed)")
    }
}
