// Whether a session without an answer is tried again by itself, and after how long: pure, no clock,
// no network. Neighbors: SyncRun asks after each session and waits; SyncEnd says how one ended.
// Invariants: tries without progress are bounded; whatever a person must settle is never repeated;
// nobody without a network waits before being told.

internal import Shared

struct RetrySchedule {
    /// Sessions in a row that moved nothing, the first among them: some 8 seconds of waiting.
    static let triesMax = 5
    /// A peer that stays silent has cost a minute already (`TransportLimits.stallSecondsMax`).
    static let silentTriesMax = 2
    static let waitMillisecondsFirst: UInt64 = 600
    static let waitMillisecondsMax: UInt64 = 10_000

    enum Step: Equatable {
        /// `number` is that of the coming try, of at most `of`.
        case tryAgain(afterMilliseconds: UInt64, number: Int, of: Int)
        case stop
    }

    /// In a row, without progress.
    private var failures = 0

    /// `chance`: bytes nobody can guess, so that devices that lost one server together do not come
    /// back together.
    mutating func next(after report: SyncReport, chance: [UInt8]) -> Step {
        guard case .unreachable(let error) = report.end else { return .stop }
        failures = report.hasMoved ? 1 : failures + 1
        let triesMax = Self.triesMax(error)
        guard failures < triesMax else { return .stop }
        return .tryAgain(
            afterMilliseconds: Self.wait(afterFailures: failures, chance: chance),
            number: failures + 1, of: triesMax)
    }

    /// Errors come again by themselves unless a person must act, or nobody is there.
    private static func triesMax(_ error: TransportError) -> Int {
        switch error {
        case .cut, .notEncrypted, .other: triesMax
        case .timedOut: silentTriesMax
        case .cannotConnect, .tooLarge, .wrongKey, .untrusted: 1
        }
    }

    /// Twice as long each time, and between half and all of that.
    private static func wait(afterFailures failures: Int, chance: [UInt8]) -> UInt64 {
        let doubled = waitMillisecondsFirst << UInt64(failures - 1)
        let longest = min(doubled, waitMillisecondsMax)
        let number = chance.prefix(4).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return longest / 2 + number % (longest / 2 + 1)
    }
}

extension SyncReport {
    /// Something is here or at the office that was not before.
    var hasMoved: Bool { pushed > 0 || fetched > 0 || refused > 0 }

    /// The sessions of one `sync`, told as one; how it ended is what the last one said.
    func followed(by next: SyncReport) -> SyncReport {
        SyncReport(
            end: next.end, pushed: pushed + next.pushed, fetched: fetched + next.fetched,
            refused: refused + next.refused, decided: decided + next.decided,
            handedIn: handedIn + next.handedIn,
            bytesSent: bytesSent + next.bytesSent,
            bytesReceived: bytesReceived + next.bytesReceived,
            requests: requests + next.requests,
            unconfirmed: next.hasMoved ? next.unconfirmed : max(unconfirmed, next.unconfirmed),
            mismatches: next.mismatches, repaired: repaired + next.repaired,
            repairFailures: next.repairFailures,
            contradictions: contradictions + next.contradictions,
            broughtBack: broughtBack + next.broughtBack)
    }
}
