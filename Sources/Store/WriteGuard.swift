// Around every write of a data folder: remembers what the last one failed for, and lets none
// through after a sync that failed. What the disk has then nobody knows, and a later sync that
// succeeds proves nothing of the bytes before it: systems forget which they could not write.
// Neighbors: Device, ServerStore and their keyrings write through one of these.
// Invariant: after a sync that failed this process writes no more; the next reads what is there.

internal import GRDB
internal import Synchronization

public final class WriteGuard: Sendable {
    private struct State {
        var trouble: StorageTrouble?
        var stop: DatabaseError?
    }

    private let state = Mutex(State())

    public init() {}

    /// Why the last write failed; nil if it did not, or not for the machine's sake.
    public var trouble: StorageTrouble? { state.withLock { $0.trouble } }

    /// Nothing is written any more before a new process has read what is there.
    public var isStopped: Bool { state.withLock { $0.stop != nil } }

    /// Runs a write; throws the failure of a sync again instead, once there was one.
    public func run<Result>(_ write: () throws -> Result) throws -> Result {
        if let stop = state.withLock({ $0.stop }) { throw stop }
        do {
            let result = try write()
            state.withLock { $0.trouble = nil }
            return result
        } catch let error as DatabaseError {
            note(error)
            throw error
        }
    }

    private func note(_ error: DatabaseError) {
        let trouble = StorageTrouble(error)
        state.withLock { state in
            state.trouble = trouble
            if trouble == .unsynced { state.stop = error }
        }
    }
}
