// A session's turn to offer what a lost branch had: after what the office has is here, and before
// own events go out. Neighbors: SyncMachine says when, Offering does it.
// Invariant: an office that takes no offers holds up nothing.

internal import Shared
internal import Store

/// How far offering has come in a session.
struct OfferTurn: Equatable {
    /// All that could be offered was.
    var isOver = false
    /// Why not all was: all else is done, and nobody may think that everything is well.
    var failure: SyncEnd?
    var hasOfferedPairing = false
}

extension SyncSession {
    func offer(
        _ machine: inout SyncMachine, _ offers: inout OfferTurn, _ report: inout SyncReport
    ) throws {
        offers.isOver = true
        switch try offering(&report, { try $0.run() }) {
        case .done(let taken):
            report.broughtBack += taken
            if taken > 0 { machine.pullAgain() }
        case .unreachable(let error):
            machine.take(.failure(error), pushed: 0, hasFreshNonce: false)
        // What is offered stays here, and is offered again by the next session. Some of it may
        // have been taken.
        case .problem(let problem):
            offers.failure = failure(problem)
            machine.pullAgain()
        case .unreadable(let why):
            offers.failure = .unreadableAnswer(why)
            machine.pullAgain()
        }
    }

    /// An older server knows of no offers: `status` says what has not come back.
    private func failure(_ problem: ProblemDetails) -> SyncEnd? {
        if problem.status == 404 { return nil }
        return problem.isTemporary
            ? .retryLater(seconds: SyncMachine.busySeconds) : .problem(problem)
    }

    /// An office that has lost this device's pairing is shown it; true once it has it again.
    func isKnownAgain(
        after end: SyncEnd, _ offers: inout OfferTurn, _ report: inout SyncReport
    ) throws -> Bool {
        guard case .problem(let problem) = end, problem.isUnknownReplica,
            !offers.hasOfferedPairing
        else { return false }
        offers.hasOfferedPairing = true
        switch try offering(&report, { try $0.offerOwnPairing() }) {
        case .done(let taken):
            report.broughtBack += taken
            return taken > 0
        case .problem(let problem) where !problem.isUnknownReplica:
            offers.failure = .problem(problem)
            return false
        case .problem, .unreachable, .unreadable: return false
        }
    }

    private func offering(
        _ report: inout SyncReport, _ body: (inout Offering) throws -> Offering.End
    ) throws -> Offering.End {
        var offering = Offering(device: device, keys: keys, transport: transport)
        let end = try body(&offering)
        report.requests += offering.traffic.requests
        report.bytesSent += offering.traffic.bytesSent
        report.bytesReceived += offering.traffic.bytesReceived
        return end
    }
}
