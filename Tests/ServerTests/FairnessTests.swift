// One device with a huge queue, or with many requests at once, keeps no other waiting: what counts
// is how much is written between a push and its answer, not how long that takes.
// Neighbors: Sources/SyncServer/Ledger/PushQueue decides, the Committer writes.

import HummingbirdTesting
import Logging
import Shared
import Store
import TestSupport
import Testing

@testable import SyncServer

@Suite("Fairness between devices")
struct FairnessTests {
    private typealias Queue = PushQueue<Int>
    private static let (busy, quiet) = (Fixed.replica(number: 1), Fixed.replica(number: 2))

    private func push(_ replica: ReplicaID, _ first: UInt64, events: Int) -> Push {
        let received = (0..<events).map {
            ReceivedEvent(
                sequence: Sequence64(first + UInt64($0)), leaf: .zero, bytes: [], event: nil)
        }
        return Push(runs: [
            VerifiedRun(
                replica: replica, first: Sequence64(first),
                chain: ReplicaChain(signingKey: counting(1, 32)), signature: [], events: received)
        ])
    }

    @Test("a push waits for one push of a device that has many, and each keeps its order")
    func turns() {
        var queue = Queue(batchEventsMax: 2_000)
        for number in 0..<20 {
            let busy = push(Self.busy, UInt64(number) * 1_000 + 1, events: 1_000)
            _ = queue.add(busy, of: Self.busy, answer: number)
        }
        _ = queue.add(push(Self.quiet, 1, events: 1), of: Self.quiet, answer: 100)
        var batches: [[Int]] = []
        while !queue.isEmpty { batches.append(queue.nextBatch().map(\.answer)) }
        #expect(batches.first == [0, 100])
        #expect(batches.flatMap { $0 }.filter { $0 < 100 } == Array(0..<20))
        #expect(batches.count == 11 && queue.count == 0)
    }

    @Test("one push larger than a batch goes alone")
    func large() {
        var queue = Queue(batchEventsMax: 10)
        _ = queue.add(push(Self.busy, 1, events: 50), of: Self.busy, answer: 1)
        _ = queue.add(push(Self.quiet, 1, events: 1), of: Self.quiet, answer: 2)
        let batches = [queue.nextBatch(), queue.nextBatch()]
        #expect(batches.map { $0.map(\.answer) } == [[1], [2]])
    }

    @Test("a device that sends more than its share is told to come again, and no other is")
    func share() {
        var queue = Queue()
        let each = CommitLimits.deviceEventsMax / 4
        let taken = (0..<6).map {
            queue.add(push(Self.busy, 1, events: each), of: Self.busy, answer: $0)
        }
        #expect(taken == [true, true, true, true, false, false])
        let other = queue.add(push(Self.quiet, 1, events: each), of: Self.quiet, answer: 9)
        #expect(other)
        // All that one request can bring is taken in when nothing else of the device waits.
        var empty = Queue()
        let all = push(Self.busy, 1, events: CommitLimits.deviceEventsMax * 2)
        let isTaken = empty.add(all, of: Self.busy, answer: 1)
        #expect(isTaken)
    }

    @Test("in the ledger, the other device's entry stands after one batch, not after the queue")
    func positions() async throws {
        let office = try Office()
        var busy = FieldDevice(office, number: 1)
        var quiet = FieldDevice(office, number: 2)
        for device in [busy, quiet] {
            let link = try office.link()
            _ = try office.store.append { try $0.pair(device.pairRequest(link)).get() }
        }
        var pushes: [Push] = []
        for number in 0..<8 {
            for index in 1...5 { _ = try busy.enroll("Ana", number: Int64(number * 5 + index)) }
            pushes.append(Push(runs: try Self.runs(busy, first: number * 5 + 1)))
        }
        _ = try quiet.enroll("Luis", number: 99)
        pushes.append(Push(runs: try Self.runs(quiet, first: 1)))
        let before = try office.store.read { $0.position.value }
        let committer = Committer(
            store: office.store, logger: Logger(label: "test"), batchEventsMax: 10)
        // One after the other: the quiet device's comes last.
        try await withThrowingTaskGroup(of: [Outcome].self) { group in
            for (number, push) in pushes.enumerated() {
                group.addTask { await committer.submit(push) }
                while await committer.waitingCount <= number { await Task.yield() }
            }
            await committer.drain()
            for try await outcomes in group {
                #expect(outcomes.allSatisfy { $0.disposition == .admitted })
            }
        }
        let place = try office.store.read { [replica = quiet.author.replica] views in
            try views.tables.event(Dot(replica, Sequence64(1)))?.observation.position?.value
        }
        #expect(try #require(place) == before + 6)
    }

    private static func runs(_ device: FieldDevice, first: Int) throws -> [VerifiedRun] {
        try VerifiedRun.verified(
            try device.syncRequest(first: first).runs, community: device.office.store.community,
            replica: device.author.replica, signingKey: device.author.keys.signingPublicKey)
    }
}
