// Two devices that go on recording and syncing, one of them through the fault proxy, and what came
// of it. Neighbors: CutTests and BadLineTests say what the proxy does; FaultProxy does it.

import FaultInjection
import Shared

@testable import SyncClient

/// What came of many syncs.
struct StreetTally {
    var syncs = 0
    var cuts = 0
    var duplicates = 0
    var unconfirmed = 0
    /// Tried again by itself, and in step.
    var byItself = 0
    var pauses = 0
    var pausesMax = 0
    /// Syncs that left nothing to do for the next.
    var complete = 0
    var broken: [Breach] = []
}

struct Street {
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

    /// One entry to send, one to fetch, one sync on which the plan is carried out, and one that
    /// heals. What the proxy did.
    mutating func sync(
        _ plan: FaultPlan, once: Bool, patience: Patience = .ofTests, _ proxy: FaultProxy,
        _ port: UInt16, _ tally: inout StreetTally
    ) async throws -> FaultCounts {
        try await record(port)
        let (town, tablet) = (start.town, tablet)
        let (report, pauses, counts) = try await apart {
            try proxy.plan(plan)
            let (report, pauses) = try town.syncAsPeopleDo(
                tablet, proxy.port, once: once, patience: patience)
            return (report, pauses, try proxy.counts)
        }
        tally.syncs += 1
        tally.cuts += counts.cuts
        tally.duplicates += counts.duplicates
        tally.pauses += pauses
        tally.pausesMax = max(tally.pausesMax, pauses)
        if report.end == .complete { tally.complete += 1 }
        if pauses > 0, report.end == .complete { tally.byItself += 1 }
        tally.broken += try shown(report, plan, &tally)
        let healed = try await apart { try town.sync(tablet, port: port) }
        if try healed.end != .complete || tablet.read({ try $0.unsentCount }) > 0 {
            tally.broken.append(Breach(.i8, "after \(plan): \(healed.end)"))
        }
        return counts
    }

    private mutating func record(_ port: UInt16) async throws {
        let (start, town, tablet, laptop) = (start, start.town, tablet, laptop)
        let (sends, fetches) = (minutes, minutes + 1)
        minutes += 2
        try await apart {
            try town.exchange(tablet, start.ana, start.omar, minutes: sends)
            try town.exchange(laptop, start.omar, start.ana, minutes: fetches)
            _ = try town.sync(laptop, port: port)
        }
        told.saved.formUnion([sends, fetches])
    }

    /// What a person sees right after it.
    private mutating func shown(
        _ report: SyncReport, _ plan: FaultPlan, _ tally: inout StreetTally
    ) throws -> [Breach] {
        try told.note(report, of: tablet)
        let text = try tablet.read { report.failure(try UnsentSummary($0), $0.sync) }?.description
        guard case .unreachable(let error) = report.end else {
            return report.end == .complete ? [] : [Breach(.i8, "\(plan) ended as \(report.end)")]
        }
        let unsent = try tablet.read { try $0.unsentCount }
        let mustSay = (error.mayHaveSent || report.unconfirmed > 0) && unsent > 0
        let isSaid = mustSay == (text?.contains("unconfirmed") == true)
        let count =
            mustSay ? "\(unsent) sent but unconfirmed" : unsent > 0 ? "\(unsent) unsent" : ""
        tally.unconfirmed += report.unconfirmed > 0 ? 1 : 0
        return isSaid && text?.contains(count.isEmpty ? "nothing unsent" : count) == true
            ? [] : [Breach(.i6, "\(plan) was told as: \(text ?? "nothing")")]
    }
}

extension Town {
    /// As `hourbook sync`: again after a while, when the schedule says so; the while is not waited.
    func syncAsPeopleDo(
        _ device: Device, _ port: UInt16, once: Bool, patience: Patience = .ofTests
    ) throws -> (SyncReport, pauses: Int) {
        let transport = try transport(device, port: port, patience: patience)
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
