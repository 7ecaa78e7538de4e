// Row 4 of the list of faults: the connection of a sync, and of a pairing, is cut after every so
// many bytes of what is sent and of what comes back, in plain HTTP and within TLS.
// Neighbors: CutProxy cuts, RetrySchedule decides what follows, Invariants checks.

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
        var tally = Tally()
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
                        guard try await street.sync(cut, once: once, proxy, port, &tally)
                        else { return true }
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
        var tally = Tally()
        try await start.town.serving { port in
            try await proxied(to: port) { proxy in
                for way in Cut.Way.allCases {
                    let cut = Cut(way: way, afterBytes: 300, times: .max)
                    _ = try await street.sync(cut, once: false, proxy, port, &tally)
                    #expect(proxy.cutCount == RetrySchedule.triesMax)
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
                    proxy.cut(Cut(way: way, afterBytes: offset))
                    let by = link.at(port: proxy.port)
                    do { try await apart { try town.pair(name, by: by) } } catch {
                        told.note(error)
                    }
                    let isCut = proxy.cutCount > 0
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

/// What came of many cuts.
private struct Tally {
    var cuts = 0
    var unconfirmed = 0
    /// Tried again by itself, and in step.
    var byItself = 0
    var pauses = 0
    var broken: [Breach] = []

    func lines(stride: Int) -> [String] {
        [
            "cut at every byte that \(stride) divides: \(cuts)",
            "shown as unconfirmed: \(unconfirmed)", "in step by itself: \(byItself)",
        ]
    }
}

/// Two devices that go on recording and syncing, the tablet through a proxy.
private struct Street {
    let start: Start
    let tablet: Device
    let laptop: Device
    var told = Told()
    private var minutes: Int64 = 100

    init(_ start: Start) throws {
        self.start = start
        tablet = try start.town.open("tablet")
        laptop = try start.town.open("laptop")
        told.saved = Start.saved
    }

    func close() {
        tablet.close()
        laptop.close()
    }

    /// One entry to send, one to fetch, one sync that is cut. False when it had fewer bytes.
    mutating func sync(
        _ cut: Cut, once: Bool, _ proxy: CutProxy, _ port: UInt16, _ tally: inout Tally
    ) async throws -> Bool {
        let (start, town, tablet, laptop) = (start, start.town, tablet, laptop)
        let (sends, fetches) = (minutes, minutes + 1)
        minutes += 2
        try await apart {
            try town.exchange(tablet, start.ana, start.omar, minutes: sends)
            try town.exchange(laptop, start.omar, start.ana, minutes: fetches)
            _ = try town.sync(laptop, port: port)
        }
        told.saved.formUnion([sends, fetches])
        proxy.cut(cut)
        let proxyPort = proxy.port
        let (report, pauses) = try await apart {
            try town.syncAsPeopleDo(tablet, proxyPort, once: once)
        }
        guard proxy.cutCount > 0 else { return false }
        tally.cuts += proxy.cutCount
        tally.pauses += pauses
        if pauses > 0, report.end == .complete { tally.byItself += 1 }
        tally.broken += try shown(report, cut, &tally)
        let healed = try await apart { try town.sync(tablet, port: port) }
        if try healed.end != .complete || tablet.read({ try $0.unsentCount }) > 0 {
            tally.broken.append(Breach(.i8, "after \(cut): \(healed.end)"))
        }
        return true
    }

    /// What a person sees right after it.
    private mutating func shown(
        _ report: SyncReport, _ cut: Cut, _ tally: inout Tally
    ) throws -> [Breach] {
        try told.note(report, of: tablet)
        let text = try tablet.read { report.failure(try UnsentSummary($0), $0.sync) }?.description
        guard case .unreachable(let error) = report.end else {
            return report.end == .complete ? [] : [Breach(.i8, "\(cut) ended as \(report.end)")]
        }
        let unsent = try tablet.read { try $0.unsentCount }
        let mustSay = (error.mayHaveSent || report.unconfirmed > 0) && unsent > 0
        let isSaid = mustSay == (text?.contains("unconfirmed") == true)
        let count =
            mustSay ? "\(unsent) sent but unconfirmed" : unsent > 0 ? "\(unsent) unsent" : ""
        tally.unconfirmed += report.unconfirmed > 0 ? 1 : 0
        return isSaid && text?.contains(count.isEmpty ? "nothing unsent" : count) == true
            ? [] : [Breach(.i6, "\(cut) was told as: \(text ?? "nothing")")]
    }
}

extension Town {
    /// As `hourbook sync`: again after a while, when the schedule says so; the while is not waited.
    fileprivate func syncAsPeopleDo(
        _ device: Device, _ port: UInt16, once: Bool
    ) throws -> (SyncReport, pauses: Int) {
        let transport = try transport(device, port: port)
        let pauses = Pauses()
        let run = SyncRun(
            device: device, folder: folder, transport: transport, json: false,
            once: once, pause: { _ in pauses.count += 1 })
        return (try run.sessions(try session(device, over: transport)), pauses.count)
    }

    private final class Pauses {
        var count = 0
    }
}
