// Time and chance of one machine, moved by the world only. Neighbors: every office and handset of
// the simulation has one.

import Shared
import Synchronization
import TestSupport

final class Fate: Sendable {
    private struct State {
        var random: SeededRandom
        var milliseconds: Int64 = 1_774_353_600_000
        /// How wrong this machine's clock is.
        var offset: Int64 = 0
    }

    private let state: Mutex<State>

    init(seed: UInt64) { state = Mutex(State(random: SeededRandom(seed: seed))) }

    var environment: Shared.Environment {
        Shared.Environment(
            now: {
                self.state.withLock { Instant(milliseconds: $0.milliseconds + $0.offset) }
            }, utcOffsetMinutes: { 0 },
            randomBytes: { count in self.state.withLock { $0.random.bytes(count) } })
    }

    func pass(milliseconds: Int64) { state.withLock { $0.milliseconds += milliseconds } }

    /// The clock shows another time from now on; 0 is the right one.
    func set(offset: Int64) { state.withLock { $0.offset = offset } }
}
