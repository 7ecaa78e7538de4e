// The session's decisions alone: what an answer means for the next step.

import Shared
import TestSupport
import Testing

@testable import SyncClient

@Suite struct MachineTests {
    private let sent = SyncProgress(acknowledged: Sequence64(5), head: Sequence64(5))
    private let unsent = SyncProgress(acknowledged: Sequence64(5), head: Sequence64(9))

    private func response(_ outcomes: [Outcome], more: Bool = false) -> SyncAnswer {
        .response(
            SyncResponse(
                outcomes: outcomes, page: [], cursor: .start, root: .zero, more: more, scopes: [],
                keys: nil, serverTime: Instant(milliseconds: 0), advice: ""))
    }

    private func problem(_ status: Int) -> SyncAnswer {
        .problem(ProblemDetails(HTTPAnswer(status: status, headers: [:], body: [])))
    }

    @Test func pullsWhileThereIsMore() {
        var machine = SyncMachine()
        #expect(machine.next(sent) == .exchange(pushMax: 0))
        machine.take(response([], more: true), pushed: 0, hasFreshNonce: false)
        #expect(machine.next(sent) == .exchange(pushMax: 0))
        machine.take(response([]), pushed: 0, hasFreshNonce: false)
        #expect(machine.next(sent) == .stop(.complete))
    }

    @Test(
        "a gap in own entries that the office does not fill ends a session, and not in \"complete\""
    )
    func gap() {
        let gapped = SyncProgress(acknowledged: Sequence64(5), head: Sequence64(8))
        var machine = SyncMachine()
        #expect(machine.next(gapped) == .exchange(pushMax: PushPace.eventsFirst))
        machine.noteGap(after: Sequence64(5))
        machine.take(response([]), pushed: 0, hasFreshNonce: false)
        #expect(machine.next(gapped) == .stop(.diverged(common: Sequence64(5))))
        // The office has what is missing: what comes after it goes out.
        let filled = SyncProgress(acknowledged: Sequence64(6), head: Sequence64(8))
        #expect(machine.next(filled) == .exchange(pushMax: PushPace.eventsFirst))
    }

    @Test("what is offered goes before what is pushed, once a pull has come to its end")
    func offersFirst() {
        var offering = SyncProgress(acknowledged: Sequence64(5), head: Sequence64(8))
        offering.canOffer = true
        var machine = SyncMachine()
        #expect(machine.next(offering) == .exchange(pushMax: 0))
        machine.take(response([], more: true), pushed: 0, hasFreshNonce: false)
        #expect(machine.next(offering) == .exchange(pushMax: 0))
        machine.take(response([]), pushed: 0, hasFreshNonce: false)
        #expect(machine.next(offering) == .offer)
        offering.canOffer = false
        #expect(machine.next(offering) == .exchange(pushMax: PushPace.eventsFirst))
    }

    @Test func repeatsOnceForANonceOnly() {
        var machine = SyncMachine()
        machine.take(problem(401), pushed: 0, hasFreshNonce: true)
        #expect(machine.next(sent) == .exchange(pushMax: 0))
        machine.take(problem(401), pushed: 0, hasFreshNonce: true)
        guard case .stop(.problem) = machine.next(sent) else {
            Issue.record("it must give up")
            return
        }
    }

    @Test func fetchesBeforeItPushesLess() {
        var machine = SyncMachine()
        machine.take(problem(400), pushed: 4, hasFreshNonce: false)
        #expect(machine.next(unsent) == .exchange(pushMax: 0))
        machine.take(response([]), pushed: 0, hasFreshNonce: false)
        #expect(machine.next(unsent) == .exchange(pushMax: 2))
    }

    @Test func givesUpOnOneEventThatIsRefusedAsARequest() {
        var machine = SyncMachine()
        machine.take(problem(400), pushed: 1, hasFreshNonce: false)
        guard case .stop(.problem) = machine.next(unsent) else {
            Issue.record("it must give up")
            return
        }
    }

    @Test func aBusyServerStillGivesWhatThereIs() {
        var machine = SyncMachine()
        machine.take(problem(503), pushed: 4, hasFreshNonce: false)
        #expect(machine.next(unsent) == .exchange(pushMax: 0))
        machine.take(response([]), pushed: 0, hasFreshNonce: false)
        #expect(machine.next(unsent) == .stop(.retryLater(seconds: SyncMachine.busySeconds)))
    }

    @Test func resendsOnceFromWhereTheServerStands() {
        let held = Outcome(
            first: Sequence64(6), last: Sequence64(9), disposition: .held(after: Sequence64(3)))
        var machine = SyncMachine()
        machine.take(response([held]), pushed: 4, hasFreshNonce: false)
        #expect(machine.next(unsent) == .exchange(pushMax: PushPace.eventsFirst))
        machine.take(response([held]), pushed: 6, hasFreshNonce: false)
        #expect(machine.next(unsent) == .stop(.stuck(after: Sequence64(3))))
    }

    private func exchange(_ pushed: Int, seconds: Double, down: Int = 0) -> Exchange {
        Exchange(
            pushed: pushed, milliseconds: Int64(seconds * 1_000), bytesSent: pushed * 150,
            bytesReceived: down)
    }

    @Test("a request carries what the line takes in ten seconds, and one event at least")
    func pace() {
        var pace = PushPace()
        pace.take(exchange(100, seconds: 20))
        #expect(pace.events == 50)
        pace.take(exchange(50, seconds: 10))
        #expect(pace.events == 50)
        pace.take(exchange(50, seconds: 10_000))
        #expect(pace.events == 1)
        pace.take(exchange(1, seconds: 0))
        #expect(pace.events == PushPace.eventsMax)
        pace.take(exchange(0, seconds: 60))
        #expect(pace.events == PushPace.eventsMax, "a request without events says nothing of it")
        pace.take(exchange(1, seconds: -60))
        #expect(pace.events == PushPace.eventsMax, "nor does a clock that was set back")
        // Of 20 seconds, 15 were spent on the page that came back.
        pace.take(exchange(100, seconds: 20, down: 45_000))
        #expect(pace.events == 200)
    }

    @Test func whatWasRefusedAsAWholeStaysTheBound() {
        let many = SyncProgress(acknowledged: Sequence64(5), head: Sequence64(5_000))
        var machine = SyncMachine()
        #expect(machine.next(many) == .exchange(pushMax: PushPace.eventsFirst))
        machine.measure(exchange(100, seconds: 1))
        #expect(machine.next(many) == .exchange(pushMax: PushPace.eventsMax))
        machine.take(problem(413), pushed: 600, hasFreshNonce: false)
        machine.take(response([]), pushed: 0, hasFreshNonce: false)
        #expect(machine.next(many) == .exchange(pushMax: 300))
    }

    @Test func acknowledgesWithoutGaps() {
        func outcome(_ first: UInt64, _ last: UInt64, _ disposition: Disposition) -> Outcome {
            Outcome(
                first: Sequence64(first), last: Sequence64(last), disposition: disposition)
        }
        let told = acknowledged(
            after: Sequence64(5),
            outcomes: [
                outcome(9, 9, .admitted), outcome(6, 6, .duplicate),
                outcome(7, 7, .quarantined(.invalid)), outcome(8, 8, .retryLater(seconds: 1)),
            ])
        #expect(told.sequence == Sequence64(7))
        #expect(told.quarantined.map(\.0) == [Sequence64(7)])
        let held = acknowledged(
            after: Sequence64(5), outcomes: [outcome(6, 9, .held(after: Sequence64(2)))])
        #expect(held.sequence == Sequence64(2))
    }
}
