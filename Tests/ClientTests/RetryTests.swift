// A connection that breaks off is tried again a bounded number of times, without anybody waiting in
// a test; what a person must settle is not. Neighbors: RetrySchedule decides, SyncRun waits.

import Foundation
import Shared
import Testing

@testable import SyncClient

@Suite struct RetryTests {
    private func report(_ error: TransportError, pushed: Int = 0) -> SyncReport {
        SyncReport(end: .unreachable(error), pushed: pushed)
    }

    /// Waits until it stops, when every try ends the same.
    private func waits(_ error: TransportError, chance: [UInt8]) -> [UInt64] {
        var schedule = RetrySchedule()
        var waits: [UInt64] = []
        while waits.count < 100,
            case .tryAgain(let wait, _, _) = schedule.next(after: report(error), chance: chance)
        {
            waits.append(wait)
        }
        return waits
    }

    @Test(arguments: [
        (TransportError.cut, 4), (.notEncrypted, 4), (.other("reset"), 4), (.timedOut, 1),
        (.cannotConnect, 0), (.tooLarge, 0), (.wrongKey, 0), (.untrusted, 0),
    ])
    func triesAreBounded(error: TransportError, retries: Int) {
        #expect(waits(error, chance: [1, 2, 3, 4]).count == retries)
    }

    @Test func waitsGrowAndAreSpread() {
        let shortest = waits(.cut, chance: [0, 0, 0, 0])
        #expect(shortest == [300, 600, 1_200, 2_400])
        // 300 of 301, 600 of 601 …: the last of each range.
        let spread = (0..<2_000).map { number -> UInt64 in
            waits(.cut, chance: [0, 0, UInt8(number / 256), UInt8(number % 256)])[0]
        }
        #expect(Set(spread) == Set(300...600), "from half of it to all of it")
    }

    @Test func noWaitIsLongerThanTheBound() {
        let first = RetrySchedule.waitMillisecondsFirst
        let all = waits(.cut, chance: [255, 255, 255, 255])
        #expect(all.allSatisfy { $0 <= RetrySchedule.waitMillisecondsMax })
        #expect(all.reduce(0, +) <= first * 15, "a person waits some nine seconds at most")
    }

    @Test func progressStartsTheCountAnew() {
        var schedule = RetrySchedule()
        for _ in 0..<50 {
            let step = schedule.next(after: report(.cut, pushed: 1), chance: [0])
            #expect(
                step
                    == .tryAgain(
                        afterMilliseconds: 300, number: 2, of: RetrySchedule.triesMax))
        }
    }

    @Test(arguments: [
        SyncEnd.complete, .retryLater(seconds: 30), .diverged(common: Sequence64(1)),
        .stuck(after: Sequence64(1)), .unreadableAnswer("?"),
        .problem(ProblemDetails(HTTPAnswer(status: 401, headers: [:], body: []))),
    ])
    func answersAreNotTriedAgain(end: SyncEnd) {
        var schedule = RetrySchedule()
        #expect(schedule.next(after: SyncReport(end: end), chance: [0]) == .stop)
    }

    // MARK: As `sync` does it

    private final class Pauses {
        var milliseconds: [UInt64] = []
    }

    /// Two unsent members and an exchange between them; then the sessions of one `sync`.
    private func sync(
        _ office: OfficeInMemory, once: Bool = false, _ fail: (OfficeInMemory) -> Void
    ) throws -> (bench: Bench, report: SyncReport, pauses: [UInt64]) {
        let bench = try Bench.ready(office)
        let ana = try bench.enroll(1)
        try bench.exchange(ana, try bench.enroll(2, "Luis"), 90)
        fail(office)
        let pauses = Pauses()
        let run = SyncRun(
            device: bench.device, folder: URL(fileURLWithPath: "/nowhere"), transport: office,
            json: false, once: once, pause: { pauses.milliseconds.append($0) })
        let session = SyncSession(device: bench.device, keys: bench.keys, transport: office)
        return (bench, try run.sessions(session), pauses.milliseconds)
    }

    private func shown(_ report: SyncReport, _ bench: Bench) throws -> UserError? {
        try bench.device.read { report.failure(try UnsentSummary($0), $0.sync) }
    }

    @Test func lostAnswersAreAskedForAgainByItself() throws {
        let (bench, report, pauses) = try sync(try OfficeInMemory()) {
            $0.failuresAfter = [.cut, .cut]
        }
        #expect(report.end == .complete)
        #expect(report.pushed == 3)
        #expect(report.unconfirmed == 0)
        #expect(pauses.count == 2)
        #expect(pauses[1] >= RetrySchedule.waitMillisecondsFirst, "waits grow")
        #expect(try bench.unsent() == 0)
        #expect(try bench.digest() == bench.office.harborDigest)
    }

    @Test func alwaysCutIsToldAsUnconfirmed() throws {
        let before = try OfficeInMemory()
        let (bench, report, pauses) = try sync(before) {
            $0.failuresBefore = Array(repeating: .cut, count: 50)
        }
        #expect(report.requests == RetrySchedule.triesMax)
        #expect(pauses.count == RetrySchedule.triesMax - 1)
        let shown = try #require(try shown(report, bench))
        #expect(shown.code == .temporaryFailure)
        #expect(shown.description.contains("safe here: 3 sent but unconfirmed, settled by"))
        #expect(!shown.description.contains("unsent"))
        #expect(try bench.unsent() == 3, "nothing is lost")
    }

    @Test func anOfficeThatIsNotThereIsSaidAtOnce() throws {
        let (bench, report, pauses) = try sync(try OfficeInMemory()) {
            $0.failuresBefore = [.cannotConnect]
        }
        #expect(report.end == .unreachable(.cannotConnect))
        #expect(pauses == [])
        let shown = try #require(try shown(report, bench))
        #expect(!shown.description.contains("unconfirmed"), "nothing left the device")
        #expect(shown.description.contains("3 unsent"))
        #expect(try bench.states() == ["unsent", "unsent", "unsent"])
    }

    /// What was sent without an answer is told apart from what was never sent, until it is settled.
    @Test func whatMayHaveArrivedIsNoLongerCalledUnsent() throws {
        let (bench, _, _) = try sync(try OfficeInMemory(), once: true) { $0.failuresAfter = [.cut] }
        _ = try bench.enroll(3, "Mei")
        let summary = try bench.device.read(UnsentSummary.init)
        #expect([summary.count, summary.unconfirmed, summary.unsent] == [4, 3, 1])
        #expect(
            summary.text.hasPrefix("3 sent but unconfirmed, settled by the next sync, 1 unsent"))
        #expect(try bench.states() == ["unconfirmed", "unconfirmed", "unconfirmed", "unsent"])
        let status = try bench.device.read(StatusRecord.init)
        #expect([status.unsent, status.unconfirmed] == [1, 3])
        // A request that goes nowhere changes nothing of it, nor one without anything to send.
        bench.office.failuresBefore = [.cannotConnect]
        _ = try bench.sync()
        #expect(try bench.states() == ["unconfirmed", "unconfirmed", "unconfirmed", "unsent"])
        #expect(try bench.sync().end == .complete)
        #expect(try bench.states() == [])
        #expect(try bench.device.read(UnsentSummary.init).text == "nothing unsent")
    }

    @Test func onceIsOnce() throws {
        let (_, report, pauses) = try sync(try OfficeInMemory(), once: true) {
            $0.failuresAfter = [.cut]
        }
        #expect(report.end == .unreachable(.cut))
        #expect(report.requests == 1)
        #expect(report.unconfirmed == 3)
        #expect(pauses == [])
    }
}

extension Bench {
    /// Where each entry that waits is on its way.
    fileprivate func states() throws -> [String] {
        try device.read { try WaitingRecord.unsent($0).map(\.state) }
    }
}
