// Group commit: pushes that come together share a transaction, and each gets its own outcome.
// Neighbors: Sources/SyncServer/Ledger/Committer.

import HummingbirdTesting
import Logging
import Shared
import Store
import TestSupport
import Testing

@testable import SyncServer

struct CommitTests {
    @Test("eight devices pushing at once: all admitted, positions without gaps")
    func concurrent() async throws {
        let office = try Office()
        let outcomes = try await office.serve { client in
            try await withThrowingTaskGroup(of: [Outcome].self) { group in
                for number in UInt8(1)...8 {
                    group.addTask {
                        var device = FieldDevice(office, number: number)
                        try await device.pair(client)
                        for index in 1...50 { _ = try device.enroll("M", number: Int64(index)) }
                        return try await device.sync(client).outcomes
                    }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
        }
        #expect(outcomes.count == 8)
        #expect(outcomes.allSatisfy { $0.disposition == .admitted && $0.last.value == 50 })
        let (members, position, last) = try office.store.read { views in
            (try views.members().count, views.position, try views.tables.lastPosition())
        }
        #expect(members == 400)
        #expect(position == last)
    }

    @Test("6: the same push twice at once, in one transaction, is once")
    func twiceAtOnce() async throws {
        let office = try Office()
        var device = FieldDevice(office, number: 1)
        let link = try office.link()
        _ = try office.store.append { try $0.pair(device.pairRequest(link)).get() }
        _ = try device.enroll("Ana", number: 1)
        let runs = try VerifiedRun.verified(
            try device.syncRequest().runs, community: office.store.community,
            replica: device.author.replica, signingKey: device.author.keys.signingPublicKey)
        let push = Push(runs: runs)
        let outcomes = try office.store.append { try $0.admit([push, push]) }
        #expect(outcomes.map { $0.map(\.disposition) } == [[.admitted], [.duplicate]])
    }

    @Test("pushes that wait go in one transaction")
    func grouped() async throws {
        let office = try Office()
        let devices = try (UInt8(1)...8).map { number in
            var device = FieldDevice(office, number: number)
            let link = try office.link()
            _ = try office.store.append { try $0.pair(device.pairRequest(link)).get() }
            _ = try device.enroll("Ana", number: 1)
            return device
        }
        let committer = Committer(store: office.store, logger: Logger(label: "test"))
        let outcomes = try await withThrowingTaskGroup(of: [Outcome].self) { group in
            for device in devices {
                let runs = try VerifiedRun.verified(
                    try device.syncRequest().runs, community: office.store.community,
                    replica: device.author.replica,
                    signingKey: device.author.keys.signingPublicKey)
                group.addTask { await committer.submit(Push(runs: runs)) }
            }
            while await committer.waitingCount < devices.count { await Task.yield() }
            await committer.drain()
            return try await group.reduce(into: []) { $0 += $1 }
        }
        #expect(outcomes.map(\.disposition) == Array(repeating: .admitted, count: 8))
        #expect(await committer.transactionCount == 1)
    }
}
