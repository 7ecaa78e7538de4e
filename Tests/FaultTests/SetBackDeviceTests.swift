// Row 13 of the list of faults: a device whose folder was put back from an older copy finds its own
// head again when pages bring back what it had sent, also over an event that the office keeps apart
// and of which the ledger has the hash only. Found by the simulator: the next but one entry could
// not be recorded. Neighbors: OwnLine follows the chain, CloneTests have copies that both record.

import FaultInjection
import Foundation
import Shared
import Store
import Testing

@testable import SyncClient
@testable import SyncServer

@Suite("A device put back from an older copy", .serialized)
struct SetBackDeviceTests {
    private static let later: [Int64] = [101, 102, 103]

    @Test("fault 13: put back to before an entry that is kept apart, it goes on as the same device")
    func overWhatIsKeptApart() async throws {
        let start = try await Start()
        defer { start.town.remove() }
        let town = start.town
        var told = Told()
        told.saved = Start.saved.union([90]).union(Self.later)
        try await town.serving { port in
            try await apart {
                try Self.withTablet(town) { _ = try town.sync($0, port: port) }
                let backup = town.folder.appendingPathComponent("backup")
                let files = FileManager.default
                try files.copyItem(at: town.deviceFolder("tablet"), to: backup)
                try Self.withTablet(town) { tablet in
                    try Self.recordUnauthorized(tablet)
                    try town.exchange(tablet, start.ana, start.omar, minutes: 90)
                    #expect(try town.sync(tablet, port: port).refused == 1)
                }
                try files.removeItem(at: town.deviceFolder("tablet"))
                try files.copyItem(at: backup, to: town.deviceFolder("tablet"))
                try Self.withTablet(town) { tablet in
                    #expect(try town.sync(tablet, port: port).end == .complete)
                    for minutes in Self.later {
                        try town.exchange(tablet, start.ana, start.omar, minutes: minutes)
                    }
                    let report = try town.sync(tablet, port: port)
                    #expect(report.end == .complete && report.pushed == Self.later.count)
                }
            }
        }
        let broken = try await town.broken(told, devices: Start.devices)
        for breach in broken { Issue.record("\(breach)") }
        try FaultReport.row(
            13, "folder put back to before an entry that is kept apart", times: 1, broken: broken)
    }

    private static func withTablet(_ town: Town, _ body: (Device) throws -> Void) throws {
        let tablet = try town.open("tablet")
        defer { tablet.close() }
        try body(tablet)
    }

    /// What a program would write that does not ask who may.
    private static func recordUnauthorized(_ device: Device) throws {
        try device.write { book in
            guard let tag = try book.tables.keptTag(at: book.sync.cursor),
                let worker = book.device?.workers.first
            else { throw HarnessError.notPaired }
            var head = try book.head
            let event = Event(
                dot: Dot(book.paired.replica, head.sequence.next),
                context: CausalContext(
                    position: book.sync.cursor, rootTag: tag, ownSequence: head.sequence),
                recordedAt: device.environment.now(), utcOffsetMinutes: 0, worker: worker,
                home: .community, subject: nil, kind: Kind.neighborhoodDefined.number,
                payload: [
                    NeighborhoodField.name: .text("Mine"), NeighborhoodField.code: .text("ME"),
                ])
            let new = try NewEvent(bytes: event.encoded())
            head.append(new.leaf)
            try book.tables.insertUnsent(new, reach: [.community])
            try book.tables.setHead(head, of: book.paired.replica)
        }
    }
}
