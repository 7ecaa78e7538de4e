// How often somebody may try to sign in: per account and per address, in memory, by a time that is
// passed in. Pure. Neighbors: Accounts asks before each try and tells what came of it.
// Invariants: bounded; tries count before they are known to be wrong, so that many at once are not
// more than many in turn; a wait ends by itself, so that nobody locks anybody out for good.

internal import Shared

struct SignInLimits: Sendable {
    enum Key: Hashable, Sendable {
        case account(EntityID)
        /// A name that is nobody's, cut short.
        case name(String)
        case address(String)

        /// The longest wait. An account's is short: whoever knows a name could else keep its owner
        /// out, and 300 guesses a day find no passphrase. An address guesses at many accounts.
        var waitMillisecondsMax: Int64 {
            switch self {
            case .account, .name: 5 * 60_000
            case .address: 60 * 60_000
            }
        }

        /// Tries without a wait. A whole office may come from one address.
        var freeTries: Int {
            switch self {
            case .account, .name: 5
            case .address: 20
            }
        }
    }

    /// Doubles with each try beyond the free ones.
    static let firstWaitMilliseconds: Int64 = 1_000
    /// Without a try for this long, all are forgotten.
    static let memoryMilliseconds: Int64 = 24 * 60 * 60_000
    /// Of accounts and addresses that are remembered; beyond it the one tried longest ago goes.
    static let keysMax = 10_000

    private struct Tries {
        var count: Int
        var last: Instant
    }

    private var tries: [Key: Tries] = [:]

    /// Counts a try; or says in how many seconds there may be another, and counts nothing.
    mutating func begin(_ keys: [Key], at now: Instant) -> Int? {
        let wait = keys.map { milliseconds(until: $0, at: now) }.max() ?? 0
        if wait > 0 { return Int((wait + 999) / 1_000) }
        for key in keys {
            makeRoom(for: key)
            let before = isForgotten(key, at: now) ? 0 : tries[key]?.count ?? 0
            tries[key] = Tries(count: before + 1, last: now)
        }
        return nil
    }

    /// The passphrase was right: that account's tries are forgotten. The address keeps its own, or
    /// one account would pay for guesses at the others.
    mutating func succeeded(_ key: Key) { tries[key] = nil }

    /// What a try turned out not to be: nothing was guessed.
    mutating func takeBack(_ keys: [Key]) {
        for key in keys {
            guard let before = tries[key] else { continue }
            tries[key] = before.count > 1 ? Tries(count: before.count - 1, last: before.last) : nil
        }
    }

    private func milliseconds(until key: Key, at now: Instant) -> Int64 {
        guard let tried = tries[key], !isForgotten(key, at: now) else { return 0 }
        let over = tried.count - key.freeTries
        guard over >= 0 else { return 0 }
        // 2²² seconds are beyond every longest wait.
        let wait = min(
            Self.firstWaitMilliseconds << Int64(min(over, 22)), key.waitMillisecondsMax)
        return max(0, tried.last.milliseconds + wait - now.milliseconds)
    }

    /// A clock that was set back forgets nothing, and makes nobody wait longer than the longest.
    private func isForgotten(_ key: Key, at now: Instant) -> Bool {
        guard let tried = tries[key] else { return true }
        let since = now.milliseconds - tried.last.milliseconds
        return since >= Self.memoryMilliseconds || since <= -key.waitMillisecondsMax
    }

    private mutating func makeRoom(for key: Key) {
        guard tries.count >= Self.keysMax, tries[key] == nil,
            let oldest = tries.min(by: { $0.value.last < $1.value.last })
        else { return }
        tries[oldest.key] = nil
    }
}
