// Row 4 of the list of faults: the connection of a sync, and of a pairing, is cut after every so
// many bytes of what is sent and of what comes back, in plain HTTP and within TLS.
// Neighbors: FaultProxy cuts, Street syncs, RetrySchedule decides what follows, Invariants checks.

import FaultInjection
import Foundation
import Shared
import Store
import Testing

@testable import SyncClient
@testable import SyncServer

@Suite("Faults of the connection", .serialized)
struct CutTests {
    /// Every exchange has minutes of its own, of which a day has 1,440.
    private static let cutsOfATown = 500

    @Test(
        "fault 4: a sync is cut at any byte of request and response",
        arguments: [false, true], Cut.Way.allCases)
    func syncing(encrypted: Bool, way: Cut.Way) async throws {
        let stride = FaultRun.choose(short: encrypted ? 83 : 41, long: encrypted ? 3 : 1)
        var tally = StreetTally()
        var offset = 0
        var isOver = false
        while !isOver {
            let start = try await Start(encrypted: encrypted)
            defer { start.town.remove() }
            var street = try Street(start)
            isOver = try await start.town.serving { port in
                try await proxied(to: port) { proxy in
                    for number in 0..<Self.cutsOfATown {
                        // Cut once or twice in a row; a third of them are not tried again.
                        let cut = Cut(way: way, afterBytes: offset, times: 1 + number % 2)
                        let once = number % 3 == 0
                        let counts = try await street.sync(
                            FaultPlan(cut: cut), once: once, proxy, port, &tally)
                        // It had fewer bytes.
                        if counts.cuts == 0 { return true }
                        offset += stride
                    }
                    return false
                }
            }
            street.close()
            tally.broken += try await start.town.broken(street.told, devices: Start.devices)
        }
        for breach in tally.broken.prefix(10) { Issue.record("\(breach)") }
        #expect(tally.cuts > 20)
        #expect(tally.unconfirmed > 0 || encrypted, "some were cut after the request had gone out")
        #expect(tally.byItself > 0, "some came to their end by themselves")
        try FaultReport.row(
            4, "sync cut in the \(way.rawValue), \(encrypted ? "TLS" : "plain HTTP")",
            times: tally.cuts, broken: tally.broken, notes: tally.lines(stride: stride))
    }

    @Test("fault 4: cut again and again, a sync gives up after a few tries and says so")
    func bounded() async throws {
        let start = try await Start()
        defer { start.town.remove() }
        var street = try Street(start)
        var tally = StreetTally()
        try await start.town.serving { port in
            try await proxied(to: port) { proxy in
                for way in Cut.Way.allCases {
                    let cut = Cut(way: way, afterBytes: 300, times: .max)
                    let counts = try await street.sync(
                        FaultPlan(cut: cut), once: false, proxy, port, &tally)
                    #expect(counts.cuts == RetrySchedule.triesMax)
                }
            }
        }
        street.close()
        tally.broken += try await start.town.broken(street.told, devices: Start.devices)
        for breach in tally.broken { Issue.record("\(breach)") }
        #expect(tally.pauses == 2 * (RetrySchedule.triesMax - 1))
        try FaultReport.row(
            4, "every try of a sync cut", times: tally.cuts, broken: tally.broken)
    }

    @Test("fault 4: a pairing is cut at any byte", arguments: Cut.Way.allCases)
    func pairing(way: Cut.Way) async throws {
        let start = try await Start()
        defer { start.town.remove() }
        let town = start.town
        let stride = FaultRun.choose(short: 47, long: 5)
        var names = Start.devices
        var told = Told()
        told.saved = Start.saved
        try await town.serving { port in
            try await proxied(to: port) { proxy in
                for offset in Swift.stride(from: 0, to: 100_000, by: stride) {
                    let name = "phone-\(offset)"
                    let link = try town.link(port: port)
                    try proxy.cut(Cut(way: way, afterBytes: offset))
                    let by = link.at(port: proxy.port)
                    do { try await apart { try town.pair(name, by: by) } } catch {
                        told.note(error)
                    }
                    let isCut = try proxy.counts.cuts > 0
                    // As people are told to: the same link again.
                    try await apart { try town.pair(name, by: link) }
                    names.append(name)
                    if !isCut { return }
                }
            }
        }
        var broken = try await town.broken(told, devices: names)
        let count = try town.pairedCount()
        if count != names.count {
            broken.append(Breach(.i2, "\(names.count) devices are \(count) in the ledger"))
        }
        for breach in broken.prefix(10) { Issue.record("\(breach)") }
        let cuts = names.count - Start.devices.count - 1
        #expect(cuts >= 5)
        #expect(told.errors.count >= cuts - 1, "all but a cut at the very end are told")
        try FaultReport.row(
            4, "pairing cut in the \(way.rawValue)", times: cuts, broken: broken)
    }
}

extension Town {
    fileprivate func pairedCount() throws -> Int {
        let store = try openStore()
        defer { store.close() }
        return try store.read { try $0.ledger(from: LedgerPosition(1), limit: 100_000) }
            .count { $0.kind == Kind.devicePaired.name }
    }
}

extension StreetTally {
    fileprivate func lines(stride: Int) -> [String] {
        [
            "cut at every byte that \(stride) divides: \(cuts)",
            "shown as unconfirmed: \(unconfirmed)", "in step by itself: \(byItself)",
        ]
    }
}
