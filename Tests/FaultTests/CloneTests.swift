// Row 13 of the list of faults, as far as it goes before copies can split off: a device's folder is
// copied, or put back from an old copy, both go on recording and both sync, in every order.
// Neighbors: Post stands for a server that is busy, Invariants checks.
// Invariants: whatever was recorded is in the ledger once or readable where it was recorded; the
// copy that came first is never locked out; the other is told that it has parted.

import FaultInjection
import Foundation
import Shared
import Store
import Testing

@testable import SyncClient
@testable import SyncServer

@Suite("Copies of a device", .serialized)
struct CloneTests {
    enum Copied: String, CaseIterable, Sendable {
        /// With nothing to send.
        case inStep = "in step"
        /// With an entry that neither has sent yet.
        case unsent = "with an unsent entry"
        /// Before an entry that the device has sent since: an old backup.
        case earlier = "before its last sync"
    }

    @Test("fault 13: copies of a device both record and sync", arguments: Copied.allCases)
    func copies(_ copied: Copied) async throws {
        let start = try await Start()
        defer { start.town.remove() }
        let before = try await Self.prepared(start.town, copied, start)
        var broken: [Breach] = []
        var parted = 0
        let orders = Self.orders()
        let stride = FaultRun.choose(short: 9, long: 1)
        var tried = 0
        for index in Swift.stride(from: 0, to: orders.count, by: stride) {
            let town = try before.copy(seed: UInt64(index))
            defer { town.remove() }
            let story = try await Story.run(orders[index], in: town, start)
            tried += 1
            parted += story.parted.count
            broken += story.broken.map { Breach($0.invariant, "\(orders[index]): \($0.finding)") }
            var told = story.told
            told.saved = told.saved.intersection(story.inLedger)
            let others = ["tablet", "copy"].filter { !story.parted.contains($0) }
            broken += try await town.broken(told, devices: others + ["laptop"]).map {
                Breach($0.invariant, "\(orders[index]): \($0.finding)")
            }
        }
        for breach in broken.prefix(10) { Issue.record("\(breach)") }
        #expect(broken.count == 0)
        #expect(parted > 0)
        try FaultReport.row(
            13, "folder copied \(copied.rawValue), both record and sync", times: tried,
            broken: broken, notes: ["told that they have parted: \(parted)"])
    }

    /// A town with a folder "copy" beside "tablet".
    private static func prepared(
        _ town: Town, _ copied: Copied, _ start: Start
    ) async throws -> Town {
        func copyFolder() throws {
            try FileManager.default.copyItem(
                at: town.deviceFolder("tablet"), to: town.deviceFolder("copy"))
        }
        func sync() async throws {
            try await town.serving { port in
                try await apart {
                    let tablet = try town.open("tablet")
                    defer { tablet.close() }
                    _ = try town.sync(tablet, port: port)
                }
            }
        }
        switch copied {
        case .inStep:
            try await sync()
            try copyFolder()
        case .unsent: try copyFolder()
        case .earlier:
            try copyFolder()
            try await sync()
        }
        return town
    }

    /// Every order in which each of the two records once and syncs twice, also with a server that
    /// has no time for a push of the copy.
    private static func orders() -> [[Move]] {
        let tablet: [[Move.Step]] = [[.record, .sync, .sync], [.sync, .record, .sync]]
        let copy = tablet + [[.record, .syncWhileBusy, .sync], [.sync, .record, .syncWhileBusy]]
        return tablet.flatMap { tablet in
            copy.flatMap { copy in
                mixed(
                    tablet.map { Move(who: "tablet", step: $0) },
                    copy.map { Move(who: "copy", step: $0) })
            }
        }
    }

    private static func mixed(_ a: [Move], _ b: [Move]) -> [[Move]] {
        guard let first = a.first, let second = b.first else { return [a + b] }
        return mixed(Array(a.dropFirst()), b).map { [first] + $0 }
            + mixed(a, Array(b.dropFirst())).map { [second] + $0 }
    }
}

/// What one of the two does next.
private struct Move: CustomStringConvertible {
    enum Step: String {
        case record, sync
        case syncWhileBusy = "sync with a busy server"
    }

    let who: String
    let step: Step
    var description: String { "\(who) \(step.rawValue)" }
}

/// What became of one order.
private struct Story {
    static let minutes: [String: Int64] = ["tablet": 301, "copy": 302]
    static let minutesAfter: [String: Int64] = ["tablet": 401, "copy": 402]

    let town: Town
    let start: Start
    var told = Told()
    var parted: Set<String> = []
    var inLedger: Set<Int64> = []
    var broken: [Breach] = []

    static func run(_ moves: [Move], in town: Town, _ start: Start) async throws -> Story {
        try await town.serving { port in
            try await apart {
                var story = Story(town: town, start: start)
                story.told.saved = Start.saved
                for move in moves { try story.make(move, port) }
                for who in Self.minutes.keys.sorted() { try story.settle(who, port) }
                if story.parted.count > 1 {
                    story.broken.append(Breach(.i8, "both are told that they have parted"))
                }
                return story
            }
        }
    }

    private mutating func make(_ move: Move, _ port: UInt16) throws {
        let device = try town.open(move.who)
        defer { device.close() }
        switch move.step {
        case .record: try record(device, Self.minutes[move.who])
        case .sync: try sync(device, over: town.transport(device, port: port))
        case .syncWhileBusy:
            try sync(device, over: Busy(try town.transport(device, port: port)))
        }
    }

    private mutating func record(_ device: Device, _ minutes: Int64?) throws {
        guard let minutes else { return }
        try town.exchange(device, start.ana, start.omar, minutes: minutes)
        told.saved.insert(minutes)
    }

    private mutating func sync(_ device: Device, over transport: any Transport) throws {
        let report = try town.session(device, over: transport).run()
        try told.note(report, of: device)
        let ledger = try ledgerBook()
        inLedger = Set(ledger.entries.keys)
        if report.end == .complete {
            let missing = Set(try book(device).entries.keys).subtracting(inLedger)
            if !missing.isEmpty {
                broken.append(Breach(.i1, "in step, but the office lacks \(missing.sorted())"))
            }
        }
        let untrue = try placed(device).subtracting(ledgerPlaced())
        if !untrue.isEmpty {
            broken.append(Breach(.i4, "shown at the office, and is not: \(untrue.sorted())"))
        }
    }

    /// One more sync; whoever has parted is told so, keeps what it has and goes on recording.
    private mutating func settle(_ who: String, _ port: UInt16) throws {
        let device = try town.open(who)
        defer { device.close() }
        let report = try town.sync(device, port: port)
        inLedger = Set(try ledgerBook().entries.keys)
        let isRecorded = told.saved.contains(Self.minutes[who] ?? 0)
        guard case .diverged = report.end else {
            if report.end != .complete { broken.append(Breach(.i8, "\(who): \(report.end)")) }
            return
        }
        parted.insert(who)
        let text = try device.read { report.failure(try UnsentSummary($0), $0.sync) }?.description
        if text?.contains("this folder is a copy, or was set back. Nothing is lost") != true {
            broken.append(Breach(.i6, "\(who) is told: \(text ?? "nothing")"))
        }
        let after = Self.minutesAfter[who] ?? 0
        try town.exchange(device, start.ana, start.omar, minutes: after)
        let own = try book(device)
        let kept = (isRecorded ? [Self.minutes[who] ?? 0] : []) + [after]
        if !kept.allSatisfy({ own.entries[$0] == 1 }) || own.unreadable > 0 {
            broken.append(Breach(.i1, "\(who) has lost own entries, or cannot read them"))
        }
    }

    private func book(_ device: Device) throws -> Book { try device.read { try Book($0.views) } }

    private func ledgerBook() throws -> Book {
        let store = try town.openStore()
        defer { store.close() }
        return try Book(of: store)
    }

    /// Entries that are shown with a position.
    private func placed(_ device: Device) throws -> Set<String> {
        Set(try device.read { try $0.views.hours() }.compactMap(\.placed))
    }

    private func ledgerPlaced() throws -> Set<String> {
        let store = try town.openStore()
        defer { store.close() }
        return Set(try store.read { try $0.hours() }.compactMap(\.placed))
    }
}

extension HoursRecord {
    /// What it says, and where it stands in the ledger.
    fileprivate var placed: String? {
        position.map { "\(id) \(providers.map(\.minutes)) at \($0)" }
    }
}

/// A server that has no time for the first request.
private final class Busy: Transport {
    private let carrier: any Transport
    private var isBusy = true

    init(_ carrier: any Transport) { self.carrier = carrier }

    func post(
        path: String, headers: [(name: String, value: String)], body: [UInt8]
    ) throws(TransportError) -> HTTPAnswer {
        defer { isBusy = false }
        if isBusy { return HTTPAnswer(status: 503, headers: [:], body: []) }
        return try carrier.post(path: path, headers: headers, body: body)
    }
}
