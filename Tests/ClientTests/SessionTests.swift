// A sync session against the server's in-memory twin: what is sent, what is stored, and what every
// fault leaves behind. Each ends with nothing pending, or says what is.

import Shared
import Store
import TestSupport
import Testing

@testable import SyncClient

@Suite struct SessionTests {
    @Test func aNewDeviceLearnsItsNeighborhoodAndDropsOtherTrees() throws {
        let bench = try Bench(office: try OfficeInMemory())
        #expect(try bench.device.read { $0.held } == [.community])
        let report = try bench.sync()
        #expect(report.end == .complete)
        #expect(report.mismatches == [])
        #expect(
            try bench.device.read { $0.held }
                == [.community, .neighborhood(OfficeInMemory.harbor)])
    }

    @Test func whatIsRecordedComesBackWithItsPlace() throws {
        let bench = try Bench.ready(try OfficeInMemory())
        let ana = try bench.enroll(1)
        let luis = try bench.enroll(2, "Luis")
        try bench.exchange(ana, luis, 90)
        #expect(try bench.unsent() == 3)
        let report = try bench.sync()
        #expect(report.end == .complete)
        #expect(report.pushed == 3)
        #expect(try bench.unsent() == 0)
        #expect(try bench.digest() == bench.office.harborDigest)
        #expect(try bench.statement(ana).balance == 90)
        #expect(try bench.statement(luis).lines.allSatisfy { $0.position != nil })
        #expect(bench.office.received.count == 3, "a key for each member and for the pair")
        #expect(try bench.sync().requests == 1, "a sync without news is one request")
    }

    @Test("much is sent in several requests, and a key with the first of them that needs it")
    func keysGoOnce() throws {
        let office = try OfficeInMemory()
        let bench = try Bench.ready(office)
        let ana = try bench.enroll(1)
        let luis = try bench.enroll(2, "Luis")
        for minutes in 1...PushPace.eventsFirst { try bench.exchange(ana, luis, Int64(minutes)) }
        let report = try bench.sync()
        #expect(report.end == .complete && report.pushed == PushPace.eventsFirst + 2)
        #expect(office.keysBrought == [3, 0], "of each member and of the pair")
        try bench.exchange(ana, luis, 600)
        _ = try bench.sync()
        #expect(office.keysBrought == [3, 0, 1], "the next session trusts nobody's memory")
    }

    @Test("a key comes again when the office did not take in all of the events it came with")
    func keysOfWhatWasNotTakenIn() throws {
        let office = try OfficeInMemory()
        let bench = try Bench.ready(office)
        let ana = try bench.enroll(1)
        let luis = try bench.enroll(2, "Luis")
        for minutes in 1...PushPace.eventsFirst { try bench.exchange(ana, luis, Int64(minutes)) }
        office.verdict = { event in
            event.dot.sequence == Sequence64(3) ? .quarantined(.invalid) : .admitted
        }
        #expect(try bench.sync().end == .complete)
        #expect(office.keysBrought == [3, 1])
    }

    @Test func aStaleNonceIsReplacedAtOnce() throws {
        let bench = try Bench.ready(try OfficeInMemory())
        bench.office.renewNonce()
        let report = try bench.sync()
        #expect(report.end == .complete)
        #expect(report.requests == 2)
    }

    @Test(arguments: 0..<4) func aLostAnswerIsAskedForAgain(after successes: Int) throws {
        let office = try OfficeInMemory()
        let bench = try Bench.ready(office)
        office.pageMax = 2
        let ana = try bench.enroll(1)
        let luis = try bench.enroll(2, "Luis")
        for minutes in 1...3 { try bench.exchange(ana, luis, Int64(minutes)) }
        office.failuresAfter = [.timedOut]
        for _ in 0..<successes { office.failuresAfter.append(.other("cut")) }
        #expect(try bench.sync().end == .unreachable(.timedOut))
        for _ in 0..<successes { _ = try bench.sync() }
        #expect(try bench.sync().end == .complete)
        #expect(try bench.unsent() == 0)
        #expect(try bench.digest() == office.harborDigest)
        #expect(try bench.statement(ana).balance == 6)
    }

    @Test func aServerThatIsDownCostsNothing() throws {
        let office = try OfficeInMemory()
        let bench = try Bench.ready(office)
        _ = try bench.enroll(1)
        office.failuresBefore = [.cannotConnect]
        #expect(try bench.sync().end == .unreachable(.cannotConnect))
        #expect(try bench.unsent() == 1)
        #expect(try bench.sync().end == .complete)
        #expect(try bench.unsent() == 0)
    }

    @Test func aRunThatIsTooLargeIsHalved() throws {
        let office = try OfficeInMemory()
        let bench = try Bench.ready(office)
        for number in 1...10 { _ = try bench.enroll(Int64(number)) }
        office.runMax = 3
        let report = try bench.sync()
        #expect(report.end == .complete)
        #expect(try bench.unsent() == 0)
        #expect(try bench.digest() == office.harborDigest)
    }

    @Test func whatTheOfficeKeepsApartLeavesTheBalanceButNotTheDevice() throws {
        let office = try OfficeInMemory()
        let bench = try Bench.ready(office)
        let ana = try bench.enroll(1)
        let luis = try bench.enroll(2, "Luis")
        let apart = try bench.exchange(ana, luis, 90)
        try bench.exchange(ana, luis, 30)
        office.verdict = { $0.dot == apart.dot ? .quarantined(.outOfScope) : .admitted }
        let report = try bench.sync()
        #expect(report.end == .complete)
        #expect(report.refused == 1)
        #expect(try bench.statement(ana).balance == 30)
        let refused = try bench.device.read { try $0.tables.refusedEvents() }
        #expect(refused.map(\.event) == [apart])
        #expect(refused.map(\.reason) == [.outOfScope])
        #expect(try bench.device.read { try $0.ownEvent(apart.dot.sequence)?.event } == apart)
        #expect(try bench.unsent() == 0)
        try bench.exchange(ana, luis, 15)
        #expect(try bench.sync().end == .complete)
        #expect(try bench.digest() == office.harborDigest)
    }

    @Test func aBusyOfficeIsToldAndNothingIsLost() throws {
        let office = try OfficeInMemory()
        let bench = try Bench.ready(office)
        _ = try bench.enroll(1)
        office.verdict = { _ in .retryLater(seconds: 40) }
        #expect(try bench.sync().end == .retryLater(seconds: 40))
        #expect(try bench.unsent() == 1)
        office.verdict = { _ in .admitted }
        #expect(try bench.sync().end == .complete)
        #expect(try bench.unsent() == 0)
    }

    @Test func aDeviceThatHasPartedStopsAndKeepsAll() throws {
        let office = try OfficeInMemory()
        let bench = try Bench.ready(office)
        let ana = try bench.enroll(1)
        office.verdict = { _ in .diverged(common: .none) }
        #expect(try bench.sync().end == .diverged(common: .none))
        let requests = office.requests
        #expect(try bench.sync().end == .diverged(common: .none))
        #expect(office.requests == requests, "it asks no more")
        _ = try bench.enroll(2, "Luis")
        #expect(try bench.device.read { try $0.views.label(of: ana) } == "HAR-1 Ana Ruiz")
        #expect(try bench.unsent() == 2, "recording goes on")
        let actions = try bench.device.read { try WaitingRecord.unsent($0).map(\.action) }
        #expect(actions.count == 2)
        #expect(actions.allSatisfy { $0.contains("a name of its own") })
    }

    @Test func aDigestThatIsNotOursIsTold() throws {
        let office = try OfficeInMemory()
        let bench = try Bench.ready(office)
        office.lies = true
        #expect(try bench.sync().mismatches.isEmpty == false)
        #expect(try bench.device.read { try $0.tables.mismatches() }.isEmpty == false)
        office.lies = false
        #expect(try bench.sync().mismatches == [])
        #expect(try bench.device.read { try $0.tables.mismatches() } == [])
    }

    @Test func everyCursorKeepsItsTag() throws {
        let office = try OfficeInMemory()
        office.pageMax = 1
        let bench = try Bench.ready(office)
        try bench.device.read { book in
            for position in 0...book.sync.cursor.value {
                let tag = try book.tables.keptTag(at: LedgerPosition(position))
                #expect(tag != nil)
            }
        }
    }
}
