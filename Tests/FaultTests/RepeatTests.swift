// Rows 6 and 19 of the list of faults: requests that come twice, late, in another order or with a
// gap, from a real device to a real server. Neighbors: Post catches what a device would send, and
// sends it again; Invariants checks.

import FaultInjection
import Foundation
import Shared
import Store
import TestSupport
import Testing

@testable import SyncClient
@testable import SyncServer

@Suite("Faults of requests", .serialized)
struct RepeatTests {
    @Test("fault 6: requests come twice, late and in any order")
    func repeated() async throws {
        let rounds = FaultRun.choose(short: 4, long: 60)
        var broken: [Breach] = []
        var sent = 0
        for round in 1...rounds {
            let start = try await Start()
            defer { start.town.remove() }
            var told = Told()
            told.saved = Start.saved
            let found = try await start.town.serving { [told] port in
                try await apart {
                    try Self.deliverAll(start, port, seed: UInt64(round), told)
                }
            }
            told = found.told
            sent += found.sent
            broken += found.broken
            broken += try await start.town.broken(told, devices: Start.devices)
        }
        for breach in broken.prefix(10) { Issue.record("\(breach)") }
        #expect(sent >= rounds * 10)
        try FaultReport.row(
            6, "requests repeated, late, in any order", times: sent, broken: broken)
    }

    private struct Found {
        var told: Told
        var sent = 0
        var broken: [Breach] = []
    }

    /// Three requests of growing runs are caught on their way; then each is delivered, some twice,
    /// in an order of chance, with the device's own syncs between them.
    private static func deliverAll(
        _ start: Start, _ port: UInt16, seed: UInt64, _ told: Told
    ) throws -> Found {
        let town = start.town
        let tablet = try town.open("tablet")
        defer { tablet.close() }
        var found = Found(told: told)
        var random = SeededRandom(seed: seed)
        let post = Post(try town.transport(tablet, port: port))
        for minutes in Int64(101)...103 {
            try town.exchange(tablet, start.ana, start.omar, minutes: minutes)
            found.told.saved.insert(minutes)
            post.isCatching = true
            _ = try town.session(tablet, over: post).run()
            post.isCatching = false
        }
        let letters = post.caught + post.caught + post.caught
        for letter in letters.shuffled(using: &random) {
            let answer = try post.deliver(letter)
            found.sent += 1
            if answer.status != 200 {
                found.broken.append(Breach(.i2, "a repeated request had \(answer.status)"))
            }
            if random.chance(1, of: 4) { _ = try town.sync(tablet, port: port) }
        }
        return try settled(found, town, post, tablet, port)
    }

    /// Once all is there, every one of them changes nothing and is told the same.
    private static func settled(
        _ before: Found, _ town: Town, _ post: Post, _ tablet: Device, _ port: UInt16
    ) throws -> Found {
        var found = before
        _ = try town.sync(tablet, port: port)
        let ledger = try town.ledger()
        for letter in post.caught + post.caught.reversed() {
            let answer = try post.deliver(letter)
            found.sent += 1
            let outcomes = try SyncResponse(decoding: answer.body).outcomes.map(\.disposition)
            if outcomes != [.duplicate] {
                found.broken.append(Breach(.i2, "a repeated request was told \(outcomes)"))
            }
        }
        if try town.ledger() != ledger {
            found.broken.append(Breach(.i2, "a repeated request changed the ledger"))
        }
        return found
    }

    @Test("fault 6: a stale nonce gets a fresh one, a wrong signature 401")
    func nonces() async throws {
        let start = try await Start()
        defer { start.town.remove() }
        let (town, days) = (start.town, Int64(86_400_000))
        let bits = Array(stride(from: 0, to: 512, by: 37))
        var told = Told()
        told.saved = Start.saved
        try await town.serving { port in
            try await apart {
                let tablet = try town.open("tablet")
                defer { tablet.close() }
                let post = Post(try town.transport(tablet, port: port))
                let nonces = try town.serverKeys.nonce
                let now = town.fate.environment.now()
                for old in [
                    nonces.make(at: Instant(milliseconds: now.milliseconds - 3 * days)), [],
                ] {
                    try tablet.write { try $0.setNonce(old) }
                    let report = try town.session(tablet, over: post).run()
                    #expect(report.end == .complete)
                    #expect(report.requests == 2, "repeated at once with the fresh one")
                    #expect(post.statuses.suffix(2) == [401, 200])
                }
                let ledger = try town.ledger()
                let good = try #require(post.delivered.last)
                for bit in bits {
                    let answer = try post.deliver(good.withFlippedSignature(bit: bit))
                    #expect(answer.status == 401)
                    #expect(ProblemDetails(answer).type.hasSuffix(":signature"))
                }
                var other = good
                other.body[other.body.count - 1] ^= 1
                #expect(try post.deliver(other).status == 401, "signed for another body")
                #expect(try town.ledger() == ledger)
            }
        }
        let broken = try await town.broken(told, devices: Start.devices)
        for breach in broken { Issue.record("\(breach)") }
        try FaultReport.row(
            6, "stale and missing nonces, wrong signatures", times: bits.count + 3, broken: broken)
    }

    @Test("fault 19: a gap is asked for, and closed in chain order", arguments: 1...4)
    func gap(_ missing: Int) async throws {
        let start = try await Start()
        defer { start.town.remove() }
        let town = start.town
        var told = Told()
        told.saved = Start.saved.union(Set(Int64(201)...205))
        try await town.serving { port in
            try await apart {
                let tablet = try town.open("tablet")
                defer { tablet.close() }
                for minutes in Int64(201)...205 {
                    try town.exchange(tablet, start.ana, start.omar, minutes: minutes)
                }
                // It takes more for sent than was: as after a server that was set back.
                let keys = try town.keys(of: tablet)
                let (true_, claimed) = try tablet.write { book in
                    var state = try book.tables.syncState()
                    let first = state.acknowledged.sequence
                    let claim = Sequence64(first.value + UInt64(missing))
                    state.acknowledged = try book.chain(
                        at: claim, signingKey: keys.signingPublicKey)
                    try book.tables.save(state)
                    return (first, claim)
                }
                let post = Post(try town.transport(tablet, port: port))
                #expect(try town.session(tablet, over: post).run().end == .complete)
                let outcomes = try post.answers.map {
                    try SyncResponse(decoding: $0.body).outcomes
                }
                #expect(claimed > true_)
                #expect(outcomes.first?.map(\.disposition) == [.held(after: true_)])
                #expect(outcomes.dropFirst().first?.map(\.disposition) == [.admitted])
                #expect(outcomes.dropFirst().first?.first?.first == true_.next)
            }
        }
        let broken = try await town.broken(told, devices: Start.devices)
        for breach in broken { Issue.record("\(breach)") }
        try FaultReport.row(
            19, "a run after a gap of \(missing)", times: 1, broken: broken)
    }
}

extension LocalBook {
    fileprivate func setNonce(_ nonce: [UInt8]) throws {
        var state = try tables.syncState()
        state.nonce = nonce
        try tables.save(state)
    }
}
