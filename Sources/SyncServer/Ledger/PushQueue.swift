// Pushes that wait to be written, and which of them go next: devices take turns, so that one which
// brings a month's work, or asks many times at once, keeps nobody waiting for all of it. Pure.
// Neighbors: the Committer fills and empties it.
// Invariants: pushes of one device stay in their order; who waits is in the batch after the pushes
// that stand before it in its own line, unless others fill the batch with one push each.

internal import Shared

struct PushQueue<Answer> {
    struct Waiting {
        let push: Push
        let answer: Answer
    }

    private let batchEventsMax: Int
    private var lines: [ReplicaID: [Waiting]] = [:]
    /// Whose turn it is, first to last; everybody who has a line, once.
    private var turns: [ReplicaID] = []
    private var eventCount = 0

    init(batchEventsMax: Int = CommitLimits.batchEventsMax) { self.batchEventsMax = batchEventsMax }

    var isEmpty: Bool { turns.isEmpty }
    var count: Int { lines.values.reduce(0) { $0 + $1.count } }

    /// False when the device, or all of them together, have more waiting than is kept.
    mutating func add(_ push: Push, of replica: ReplicaID, answer: Answer) -> Bool {
        let own = lines[replica, default: []].reduce(0) { $0 + $1.push.eventCount }
        guard eventCount + push.eventCount <= CommitLimits.queueEventsMax,
            own == 0 || own + push.eventCount <= CommitLimits.deviceEventsMax
        else { return false }
        if lines[replica] == nil { turns.append(replica) }
        lines[replica, default: []].append(Waiting(push: push, answer: answer))
        eventCount += push.eventCount
        return true
    }

    /// As many as the bound allows, and one at least if any waits.
    mutating func nextBatch() -> [Waiting] {
        var batch: [Waiting] = []
        var events = 0
        while let replica = turns.first, let next = lines[replica]?.first {
            guard batch.isEmpty || events + next.push.eventCount <= batchEventsMax else { break }
            events += next.push.eventCount
            batch.append(next)
            takeFirst(of: replica)
        }
        eventCount -= events
        return batch
    }

    /// The others come before its next one.
    private mutating func takeFirst(of replica: ReplicaID) {
        turns.removeFirst()
        lines[replica]?.removeFirst()
        if lines[replica]?.isEmpty == false {
            turns.append(replica)
        } else {
            lines[replica] = nil
        }
    }
}
