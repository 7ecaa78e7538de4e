// Row 5 of the list of faults: a line with delay, little bandwidth, loss, resets, ways that end
// alone, and offices that take a connection and never answer; and row 6, the same request twice, by
// the line's doing. Neighbors: FaultProxy is the line, Street syncs over it, Invariants checks.
// Waiting is the proxy's: nothing here sleeps, and no machine is too slow for what is asked.

import FaultInjection
import Foundation
import Shared
import Store
import Synchronization
import TestSupport
import Testing

@testable import SyncClient
@testable import SyncServer

@Suite("Faults of the line", .serialized)
struct BadLineTests {
    /// 64 kbit/s, 2 s there and back, and 30 of 100 packets lost.
    private static let badLine = FaultPlan(
        delayMilliseconds: 1_000, bitsPerSecond: 64_000, lossPercent: 30)
    /// A peer that never answers is found by any patience; a longer one only costs time.
    private static let impatience = Patience(connectMilliseconds: 1_000, stallSeconds: 1)
    /// Asking the proxy once takes a fraction of a millisecond.
    private static let asksMax = 1_000_000

    @Test("fault 5: 30 % loss, 64 kbit/s and 2 s latency only take their time")
    func slow() async throws {
        let start = try await Start(encrypted: true)
        defer { start.town.remove() }
        var street = try Street(start)
        var tally = StreetTally()
        let syncs = FaultRun.choose(short: 1, long: 12)
        try await start.town.serving { port in
            try await proxied(to: port) { proxy in
                for number in 0..<syncs {
                    var plan = Self.badLine
                    plan.seed = UInt64(number)
                    let counts = try await street.sync(plan, once: true, proxy, port, &tally)
                    // A handshake, a request and its answer, each a second on its way.
                    #expect(counts.lost > 0 && counts.heldMilliseconds >= 4_000)
                }
            }
        }
        street.close()
        #expect(tally.complete == syncs, "each at the first try")
        try await finish(
            5, "30 % loss, 64 kbit/s, 2 s latency, TLS", start, street, tally, times: syncs)
    }

    @Test(
        "fault 5: connections are reset, or end one way alone, after any byte",
        arguments: [false, true])
    func reset(encrypted: Bool) async throws {
        let start = try await Start(encrypted: encrypted)
        defer { start.town.remove() }
        var street = try Street(start)
        var tally = StreetTally()
        var random = SeededRandom(seed: encrypted ? 5 : 6)
        let syncs = FaultRun.choose(short: 24, long: 400)
        try await start.town.serving { port in
            try await proxied(to: port) { proxy in
                for number in 0..<syncs {
                    let cut = Cut(
                        way: Cut.Way.allCases[number % 2],
                        afterBytes: random.int(0...(encrypted ? 2_500 : 900)),
                        times: random.int(1...2 * RetrySchedule.triesMax),
                        how: number % 3 == 0 ? .half : .reset)
                    _ = try await street.sync(
                        FaultPlan(cut: cut), once: false, proxy, port, &tally)
                }
            }
        }
        street.close()
        #expect(tally.cuts > syncs / 2)
        #expect(tally.byItself > 0, "some came to their end by themselves")
        #expect(tally.pausesMax < RetrySchedule.triesMax, "and all to an end")
        try await finish(
            5, "reset or half closed, \(encrypted ? "TLS" : "plain HTTP")", start, street, tally,
            times: tally.cuts)
    }

    @Test("fault 5: a line that breaks off again and again lets everything through in the end")
    func breaking() async throws {
        let start = try await Start(encrypted: true)
        defer { start.town.remove() }
        var street = try Street(start)
        var tally = StreetTally()
        let pile = Int64(500)..<900
        try start.town.exchanges(street.tablet, start.ana, start.omar, pile)
        street.told.saved.formUnion(pile)
        // Of each connection: less than the pile, more than a first request.
        let cut = Cut(way: .request, afterBytes: 25_000, times: .max, how: .reset)
        let counts = try await start.town.serving { port in
            try await proxied(to: port) { proxy in
                try await street.sync(FaultPlan(cut: cut), once: false, proxy, port, &tally)
            }
        }
        street.close()
        #expect(tally.complete == 1 && counts.cuts > 0)
        #expect(tally.pauses <= pile.count / PushPace.eventsFirst, "each try moved something")
        try await finish(
            5, "a pile of entries over a line that breaks off", start, street, tally,
            times: counts.cuts)
    }

    @Test("fault 5: an office that never answers is given up, and said", arguments: [false, true])
    func blackHole(encrypted: Bool) async throws {
        let start = try await Start(encrypted: encrypted)
        defer { start.town.remove() }
        var street = try Street(start)
        var tally = StreetTally()
        var swallowed = 0
        try await start.town.serving { port in
            try await proxied(to: port) { proxy in
                let counts = try await street.sync(
                    FaultPlan(blackHole: .max), once: false, patience: Self.impatience, proxy, port,
                    &tally)
                swallowed = counts.swallowed
            }
        }
        street.close()
        // Within TLS nothing was sent yet: as good as nobody there.
        #expect(swallowed == (encrypted ? 1 : RetrySchedule.silentTriesMax))
        #expect(tally.complete == 0 && tally.pauses == swallowed - 1)
        #expect((tally.unconfirmed > 0) == !encrypted)
        try await finish(
            5, "black hole, \(encrypted ? "TLS" : "plain HTTP")", start, street, tally,
            times: swallowed)
    }

    @Test("fault 5: while a sync hangs, everything else goes on")
    func recordingMeanwhile() async throws {
        let start = try await Start(encrypted: true)
        defer { start.town.remove() }
        let town = start.town
        var told = Told()
        told.saved = Start.saved
        let isOver = Flag()
        try await town.serving { port in
            try await proxied(to: port) { proxy in
                try proxy.plan(FaultPlan(blackHole: .max))
                // It would wait for minutes.
                async let sync = hang(town, proxy.port, isOver)
                try await apart { try Self.awaitConnection(proxy) }
                try await apart {
                    let tablet = try town.open("tablet")
                    defer { tablet.close() }
                    try town.exchange(tablet, start.ana, start.omar, minutes: 77)
                    #expect(try tablet.read { try $0.views.hours() }.count == 2)
                }
                #expect(!isOver.isSet, "recorded and read while the sync hung")
                try proxy.close()
                let end = try await sync
                #expect(end != .complete)
            }
        }
        told.saved.insert(77)
        let broken = try await town.broken(told, devices: Start.devices)
        for breach in broken { Issue.record("\(breach)") }
        try FaultReport.row(5, "recording while a sync hangs", times: 1, broken: broken)
    }

    private final class Flag: Sendable {
        private let value = Mutex(false)
        var isSet: Bool { value.withLock { $0 } }
        func set() { value.withLock { $0 = true } }
    }

    private func hang(_ town: Town, _ port: UInt16, _ isOver: Flag) async throws -> SyncEnd {
        let end = try await apart {
            let tablet = try town.open("tablet")
            defer { tablet.close() }
            return try town.sync(tablet, port: port).end
        }
        isOver.set()
        return end
    }

    private static func awaitConnection(_ proxy: FaultProxy) throws {
        for _ in 0..<asksMax where try proxy.counts.swallowed > 0 { return }
        throw HarnessError.notServing
    }

    @Test("the proxy refuses a plan that it does not know")
    func strangePlan() async throws {
        let town = try Town()
        defer { town.remove() }
        for plan in [#"{"lag": 1}"#, #"{"cut": {"how": "gently"}}"#, #"{"lossPercent": 100}"#, "x"]
        {
            let program = FaultProxy.program.path
            let ended = try await apart {
                try Shell.run("'\(program)' 1 --plan '\(plan)'", in: town.folder)
            }
            #expect(ended.code == Sysexit.usage.rawValue && ended.output.isEmpty)
            #expect(ended.errors.hasPrefix("fault-proxy: "))
        }
    }

    @Test(
        "fault 6: the line brings a request twice", arguments: FaultPlan.Duplicate.Order.allCases)
    func twice(order: FaultPlan.Duplicate.Order) async throws {
        let start = try await Start()
        defer { start.town.remove() }
        var street = try Street(start)
        var tally = StreetTally()
        let syncs = FaultRun.choose(short: 6, long: 60)
        let head = try start.town.ledger()
        try await start.town.serving { port in
            try await proxied(to: port) { proxy in
                for _ in 0..<syncs {
                    let plan = FaultPlan(duplicate: .init(times: .max, order: order))
                    _ = try await street.sync(plan, once: true, proxy, port, &tally)
                }
            }
        }
        street.close()
        #expect(tally.duplicates >= syncs)
        #expect(tally.complete == syncs, "none of it is noticed by the device")
        // The entry that was unsent at the start, and two a sync.
        #expect(try start.town.ledger().size == head.size + UInt64(2 * syncs + 1))
        try await finish(
            6, "the line repeats requests, \(order.rawValue) the answer", start, street, tally,
            times: tally.duplicates)
    }

    private func finish(
        _ number: Int, _ done: String, _ start: Start, _ street: Street, _ tally: StreetTally,
        times: Int
    ) async throws {
        let broken =
            tally.broken + (try await start.town.broken(street.told, devices: Start.devices))
        for breach in broken.prefix(10) { Issue.record("\(breach)") }
        try FaultReport.row(
            number, done, times: times, broken: broken,
            notes: ["in step at once: \(tally.complete) of \(tally.syncs) syncs"])
    }
}
