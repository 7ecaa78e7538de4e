// What a sync session does next, and what an answer means: pure, no network, no database.
// Source: docs/protocol.md section 7. Neighbors: SyncSession performs the steps.
// Invariants: uploads never hold up downloads; every loop ends; what was not acknowledged is sent
// again; nothing is ever dropped here.

internal import Shared

/// How far both sides are, as the database has it.
struct SyncProgress: Equatable {
    var acknowledged: Sequence64
    var head: Sequence64
    /// One side lacks data keys that this session has not settled yet.
    var hasKeysToTrade = false
    /// What is held here is not what the ledger holds, and may still be set right.
    var canRepair = false
    /// The past of a neighborhood is still to be fetched.
    var hasToFill = false
    /// A lost branch's entries are here that the office may not have.
    var canOffer = false
    var unsent: UInt64 {
        head > acknowledged ? head.value - acknowledged.value : 0
    }
}

/// Why a session ended. Everything unsent stays on the device.
enum SyncEnd: Equatable {
    /// Nothing unsent, nothing to fetch.
    case complete
    case unreachable(TransportError)
    /// The server asks for patience with what it was sent; what there was to fetch has come.
    case retryLater(seconds: UInt32)
    /// The ledger holds other own events after this one.
    case diverged(common: Sequence64)
    /// The server wants events before those it was sent, and sending them did not help.
    case stuck(after: Sequence64)
    case problem(ProblemDetails)
    case unreadableAnswer(String)
}

/// What came back.
enum SyncAnswer {
    case response(SyncResponse)
    case problem(ProblemDetails)
    case failure(TransportError)
    case unreadable(String)
    /// The ledger holds other own events after this one.
    case parted(common: Sequence64)
    /// The ledger goes on in a new epoch, and this device's cursor is not of it.
    case reopened(EpochSearch)
}

struct SyncMachine {
    enum Step: Equatable {
        /// One request with at most so many own events.
        case exchange(pushMax: Int)
        /// One request about data keys alone.
        case tradeKeys
        /// One question about what differs, or a repair of one's own.
        case repair
        /// What a lost branch had.
        case offer
        case stop(SyncEnd)
    }

    /// An answer brings at least an entry or a directory line, so no honest server needs more
    /// rounds for a ledger.
    static let roundsMax = 1_000_000

    /// Told to the user when a server in trouble names no time.
    static let busySeconds: UInt32 = 30

    private var pace = PushPace()
    /// Less, once a request as a whole was refused.
    private var pushMax = PushPace.eventsMax
    /// After the request as a whole was refused: fetch first, then push less.
    private var skipsPush = false
    private var wantsPull = true
    private var hasRepeatedForNonce = false
    private var resentFrom: Sequence64?
    private var end: SyncEnd?
    private var patience: UInt32?
    private var rounds = 0
    /// The office gives nothing of what this device is to fill; its next pages will say why.
    private var isFillRefused = false
    /// While it is asked how far this device must go back.
    private(set) var search: EpochSearch?
    /// The server seems to know less: it is shown the last checkpoint, once.
    private(set) var showsCheckpoint = false
    /// After that own event there is one whose bytes are not here: this folder was set back.
    private var blockedAfter: Sequence64?

    func next(_ progress: SyncProgress) -> Step {
        if let end { return .stop(end) }
        if search != nil { return .exchange(pushMax: 0) }
        // What own events are about may be among what is offered first.
        let isBlocked = progress.unsent > 0 && blockedAfter == progress.acknowledged
        let pushes =
            progress.unsent > 0 && patience == nil && !skipsPush && !progress.canOffer
            && !isBlocked
        if pushes { return .exchange(pushMax: min(pushMax, pace.events)) }
        if wantsPull || skipsPush { return .exchange(pushMax: 0) }
        if progress.canOffer { return .offer }
        if progress.hasToFill, !isFillRefused { return .exchange(pushMax: 0) }
        if progress.canRepair { return .repair }
        if progress.hasKeysToTrade { return .tradeKeys }
        if let patience { return .stop(.retryLater(seconds: patience)) }
        return .stop(isBlocked ? .diverged(common: progress.acknowledged) : .complete)
    }

    /// `pushed` is how many events the request carried; `hasFreshNonce`, whether the answer's nonce
    /// differs from the one it was signed with; `asksFill`, whether it asked for the past of a
    /// neighborhood.
    mutating func take(
        _ answer: SyncAnswer, pushed: Int, hasFreshNonce: Bool, asksFill: Bool = false
    ) {
        rounds += 1
        if rounds > Self.roundsMax { end = .unreadableAnswer("the server never comes to an end") }
        switch answer {
        case .failure(let error): end = .unreachable(error)
        case .unreadable(let why): end = .unreadableAnswer(why)
        case .parted(let common): end = .diverged(common: common)
        case .reopened(let found): take(found)
        case .problem(let problem): take(problem, pushed: pushed, hasFreshNonce: hasFreshNonce)
        case .response(let response):
            hasRepeatedForNonce = false
            search = nil
            skipsPush = false
            wantsPull = response.more
            isFillRefused = asksFill && !response.more && response.filled == nil
            for outcome in response.outcomes { take(outcome.disposition, pushed: pushed) }
        }
    }

    /// What an answered request says of the line.
    mutating func measure(_ exchange: Exchange) { pace.take(exchange) }

    /// There was nothing to push though something is unsent: until the office says that it has what
    /// is missing here, this folder cannot go on under its name.
    mutating func noteGap(after sequence: Sequence64) { blockedAfter = sequence }

    /// The office has more than when it was asked last.
    mutating func pullAgain() { wantsPull = true }

    private mutating func take(_ found: EpochSearch) {
        hasRepeatedForNonce = false
        guard var current = search, current.epoch == found.epoch else {
            search = found
            return
        }
        guard current.stepBack() else {
            end = .unreadableAnswer("the ledger knows not even its own start")
            return
        }
        search = current
    }

    private mutating func take(
        _ problem: ProblemDetails, pushed: Int, hasFreshNonce: Bool
    ) {
        if problem.status == 401, hasFreshNonce, !hasRepeatedForNonce {
            hasRepeatedForNonce = true
        } else if problem.isAnotherLedger, !showsCheckpoint {
            showsCheckpoint = true
        } else if [400, 413, 422].contains(problem.status), pushed > 0, !problem.isVersion {
            pushMax = pushed / 2
            skipsPush = true
            if pushMax == 0 { end = .problem(problem) }
        } else if problem.isTemporary, pushed > 0 {
            // What there is to fetch may still come.
            patience = max(patience ?? 0, Self.busySeconds)
        } else {
            end = .problem(problem)
        }
    }

    private mutating func take(_ disposition: Disposition, pushed: Int) {
        switch disposition {
        case .admitted, .duplicate, .quarantined: resentFrom = nil
        // It lacks what was taken for received; nothing has been sent again yet.
        case .held where pushed == 0: return
        case .held(let after):
            // The second time for the same place, sending again has not helped.
            if resentFrom == after { end = .stuck(after: after) }
            resentFrom = after
        case .retryLater(let seconds): patience = max(patience ?? 0, seconds)
        case .diverged(let common): end = .diverged(common: common)
        }
    }
}

/// How far the server possesses own events after an answer: a run of acknowledged sequences from
/// the last one on, or wherever it says it wants more from.
func acknowledged(
    after last: Sequence64, outcomes: [Outcome]
) -> (sequence: Sequence64, quarantined: [(Sequence64, QuarantineReason)]) {
    var sequence = last
    var quarantined: [(Sequence64, QuarantineReason)] = []
    for outcome in outcomes.sorted(by: { $0.first < $1.first }) {
        switch outcome.disposition {
        case .admitted, .duplicate:
            if outcome.first <= sequence.next { sequence = max(sequence, outcome.last) }
        case .quarantined(let reason):
            if outcome.first <= sequence.next { sequence = max(sequence, outcome.last) }
            quarantined += (outcome.first.value...outcome.last.value).map {
                (Sequence64($0), reason)
            }
        case .held(let after): sequence = min(sequence, after)
        case .retryLater, .diverged: continue
        }
    }
    return (sequence, quarantined)
}
