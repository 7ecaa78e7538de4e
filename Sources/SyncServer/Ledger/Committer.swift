// Group commit: drains all pushes that wait, decides and stores them in one transaction with one
// fsync, then answers them. Neighbors: SyncRoute submits verified runs, Admission decides, and
// AppendSession writes.
// Invariants: an outcome is answered after the commit only; a push that cannot be written takes no
// other with it; the queue is bounded, and what does not fit is told to come again.

internal import GRDB
internal import Logging
internal import ServiceLifecycle
internal import Shared
internal import Store

enum CommitLimits {
    /// Events of one transaction, unless one push alone has more: about a second of work.
    static let batchEventsMax = 5_000
    /// Events that wait: some 60 MB; beyond it devices are told to come again.
    static let queueEventsMax = 200_000
    /// Events of one device that wait: twenty requests of ours. With more, one device could keep
    /// all others out.
    static let deviceEventsMax = 20_000
}

/// What one request brought, ready to be written.
struct Push: Sendable {
    let runs: [VerifiedRun]
    /// Data keys that its events name, which came neither with it nor before.
    var lacking: Set<DataKeyID> = []
    var eventCount: Int { runs.reduce(0) { $0 + $1.events.count } }
}

/// What is noted of devices with the next transaction, the last of each.
struct DeviceNotes: Sendable {
    var reports: [ReplicaID: DeviceTable.Report] = [:]
    /// What a device showed, beyond the ledger or of another.
    var ahead: [ReplicaID: SeenAhead] = [:]
    /// What devices had set right in their own copies.
    var repairs: [DeviceRepair] = []
    var isEmpty: Bool { reports.isEmpty && ahead.isEmpty && repairs.isEmpty }
}

actor Committer: Service {
    private let store: ServerStore
    private let logger: Logger
    private let wakes: AsyncStream<Void>
    private let wake: AsyncStream<Void>.Continuation
    private var queue: PushQueue<CheckedContinuation<[Outcome], Never>>
    private var notes = DeviceNotes()
    /// How many transactions there were: fewer than pushes, when pushes come together.
    private(set) var transactionCount = 0

    private typealias Waiting = PushQueue<CheckedContinuation<[Outcome], Never>>.Waiting

    init(
        store: ServerStore, logger: Logger, batchEventsMax: Int = CommitLimits.batchEventsMax
    ) {
        self.store = store
        self.logger = logger
        queue = PushQueue(batchEventsMax: batchEventsMax)
        (wakes, wake) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    // MARK: From requests

    /// Waits until the push has been written, and returns what became of its events.
    func submit(_ push: Push) async -> [Outcome] {
        guard let replica = push.runs.first?.replica else { return [] }
        return await withCheckedContinuation { answer in
            guard queue.add(push, of: replica, answer: answer) else {
                return answer.resume(returning: push.retryLater)
            }
            wake.yield()
        }
    }

    /// Notes what a device said of itself, with the next transaction; the request does not wait.
    func note(_ report: DeviceTable.Report, of replica: ReplicaID) {
        notes.reports[replica] = report
        notes.ahead[replica] = nil
        wake.yield()
    }

    /// Notes that a device has seen the ledger further than it goes, with the next transaction.
    func noteAhead(_ seen: SeenAhead, of replica: ReplicaID) {
        notes.ahead[replica] = seen
        wake.yield()
    }

    func tellTakenBack(_ count: Int, by replica: ReplicaID) {
        logger.notice(
            "entries of a lost branch came back",
            metadata: ["device": "\(replica.short)", "entries": "\(count)"])
    }

    /// Notes what a device had set right in its own copy, with the next transaction.
    func note(_ repair: DeviceRepair) {
        logger.notice(
            "a device repaired its copy",
            metadata: [
                "device": "\(repair.replica.short)", "cause": "\(repair.cause.name)",
                "entries": "\(repair.entries)",
            ])
        notes.repairs.append(repair)
        wake.yield()
    }

    // MARK: The service

    /// Ends after a graceful shutdown, when nothing waits any more.
    func run() async throws {
        let wake = wake
        await withGracefulShutdownHandler {
            for await _ in wakes { await drain() }
            await drain()
        } onGracefulShutdown: {
            wake.finish()
        }
    }

    var waitingCount: Int { queue.count }

    /// Writes all that waits, in as few transactions as the bound allows.
    func drain() async {
        while !queue.isEmpty || !notes.isEmpty {
            let batch = queue.nextBatch()
            let notes = notes
            self.notes = DeviceNotes()
            await commit(batch, notes)
        }
    }

    private func commit(_ batch: [Waiting], _ notes: DeviceNotes) async {
        do {
            let pushes = batch.map(\.push)
            let outcomes = try await store.appendAsync { session in
                try session.write(notes)
                return try session.admit(pushes)
            }
            transactionCount += 1
            for (waiting, outcomes) in zip(batch, outcomes) {
                waiting.answer.resume(returning: outcomes)
            }
        } catch {
            await recover(batch, from: error)
        }
    }

    /// Nothing was written. One push at a time, so that what is wrong with one stays with it.
    private func recover(_ batch: [Waiting], from error: any Error) async {
        logger.error(
            "append failed",
            metadata: [
                "error": "\(ErrorName(error))",
                "why": "\(store.writes.trouble?.sentence ?? "unknown")",
            ])
        if batch.count == 1 {
            batch[0].answer.resume(returning: batch[0].push.retryLater)
        } else {
            for waiting in batch { await commit([waiting], DeviceNotes()) }
        }
    }
}

extension Push {
    fileprivate var retryLater: [Outcome] {
        runs.map {
            Outcome(
                first: $0.first, last: $0.last,
                disposition: .retryLater(seconds: Problem.retrySeconds))
        }
    }
}

extension AppendSession {
    func write(_ notes: DeviceNotes) throws {
        for (replica, report) in notes.reports.sorted(by: { $0.key < $1.key }) {
            try DeviceTable(db).setReport(report, of: replica)
            // Its past and the ledger's are one again.
            try AheadDeviceTable(db).remove(replica)
        }
        for (replica, seen) in notes.ahead.sorted(by: { $0.key < $1.key }) {
            try AheadDeviceTable(db).note(seen, of: replica, at: now)
        }
        for repair in notes.repairs { try DeviceRepairTable(db).note(repair) }
    }

    /// Decides and stores pushes in turn; outcomes in the same order.
    func admit(_ pushes: [Push]) throws -> [[Outcome]] {
        var admission = Admission(facts: facts)
        return try pushes.map { push in
            try push.runs.flatMap { try admit($0, lacking: push.lacking, with: &admission) }
        }
    }

    private func admit(
        _ run: VerifiedRun, lacking: Set<DataKeyID>,
        with admission: inout Admission<StoredFacts>
    ) throws -> [Outcome] {
        guard let device = try facts.device(run.replica) else {
            preconditionFailure("a verified run is of a paired device, and none is unpaired")
        }
        switch try admission.decide(run, device: device) {
        case .held(let after):
            return [Outcome(first: run.first, last: run.last, disposition: .held(after: after))]
        case .diverged(let common, let sign):
            try PartedCopyTable(db).note(run.replica, common: common, sign: sign, at: now)
            return [
                Outcome(first: run.first, last: run.last, disposition: .diverged(common: common))
            ]
        case .events(let verdicts, let head):
            try carryOut(verdicts, run, head: head)
            if !lacking.isEmpty { try noteMissing(lacking, of: run) }
            return Outcome.ranges(verdicts.map { ($0.sequence, $0.disposition) })
        }
    }

    private func carryOut(
        _ verdicts: [EventVerdict], _ run: VerifiedRun, head: ReplicaChain
    ) throws {
        let headBefore = try facts.head(of: run.replica)?.sequence ?? .none
        var admitted: [(new: NewEvent, reach: [ScopeID])] = []
        var refused: [Refused] = []
        for (received, verdict) in zip(run.events, verdicts) {
            switch verdict.action {
            case .admit(let reach):
                guard let event = received.event else {
                    preconditionFailure("only events that could be read are admitted")
                }
                admitted.append(
                    (NewEvent(event: event, leaf: received.leaf, bytes: received.bytes), reach))
            case .quarantine(let reason):
                refused.append(Refused(received: received, reason: reason))
            case .none: break
            }
        }
        // What came back by an offer before its author sent it is signed for only now.
        guard !admitted.isEmpty || !refused.isEmpty || head.sequence > headBefore else { return }
        // First: a folder that was set back follows its own chain in the order of the ledger.
        try quarantine(refused, of: run.replica)
        for event in admitted { try place(event.new, reach: event.reach) }
        try tables.setHead(head, of: run.replica)
        try RunSignatureTable(db).insert(run)
    }
}

extension AppendSession {
    /// Whoever has them is asked for them.
    private func noteMissing(_ lacking: Set<DataKeyID>, of run: VerifiedRun) throws {
        for received in run.events {
            try tables.noteMissing(
                lacking.intersection(received.sealedKeys),
                namedBy: Dot(run.replica, received.sequence))
        }
    }
}

/// The kind of an error without its content: logs hold nothing personal.
struct ErrorName: CustomStringConvertible {
    let description: String
    init(_ error: any Error) {
        let code = (error as? DatabaseError).map { " \($0.extendedResultCode.rawValue)" }
        description = String(reflecting: type(of: error)) + (code ?? "")
    }
}
