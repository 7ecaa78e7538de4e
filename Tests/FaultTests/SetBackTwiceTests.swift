// Row 14 of the list of faults, the harder part: the office had gone on unnoticed on the branch
// that it was put back to, or is put back once more, to before its last reopening.
// Neighbors: SetBackOfficeTests has the plain case, Harness/SetBack the office.

import FaultInjection
import Foundation
import Shared
import Store
import Testing

@testable import SyncClient
@testable import SyncServer

@Suite("An office that went on after it was put back, or is put back twice", .serialized)
struct SetBackTwiceTests {
    private static let later: [Int64] = [101, 102, 103]

    @Test(
        "the office went on up to, before or beyond what a device has seen; the device follows",
        arguments: [-1, 0, 3])
    func unnoticed(_ beyond: Int) async throws {
        let it = try await SetBack()
        defer { it.town.remove() }
        try it.keepCopy()
        try await it.goOn(Self.later)
        let seen = try it.read("tablet") { $0.sync.cursor }
        try it.putBack(withRecord: false)
        try it.growOffice(to: LedgerPosition(UInt64(Int(seen.value) + beyond)))
        let refused = try await it.sync("tablet")
        #expect(refused.problemType == "read-only")
        try it.recover()
        try await it.syncAll()
        try await it.expectWhole(Set(Self.later))
        let (epoch, evidence) = try it.read("tablet") {
            (try $0.epoch, try $0.tables.epochEvidence())
        }
        #expect(epoch == Epoch(2))
        // The scopes' notes were made within what the new epoch inherited, unless it ends before.
        #expect(evidence.isEmpty == (beyond < 0))
        guard beyond >= 0 else { return }
        #expect(evidence.contains { $0.reason.contains("position \(seen)") })
        let status = try it.read("tablet", StatusRecord.init)
        #expect(status.contradictions == evidence.map(\.reason))
        let area = try it.read("tablet", Checkup.epochs)
        #expect(!area.isWell && area.facts["evidence"] == "\(evidence.count)")
        for found in evidence { #expect(!found.against.isEmpty) }
    }

    @Test("put back to before the last reopening: the number of an epoch is not given twice")
    func reopenedTwice() async throws {
        let it = try await SetBack()
        defer { it.town.remove() }
        try it.keepCopy()
        try await it.goOn([101])
        try it.putBack()
        try await it.sync("tablet")
        #expect(try it.recover().epoch == 2)
        try await it.syncAll()
        try await it.goOn([102])
        // Its record is of before the reopening, too.
        try it.putBack()
        #expect(try it.standing == .whole)
        let refused = try await it.sync("laptop")
        #expect(refused.problemType == "read-only")
        #expect(try it.standing != .whole, "a restart knows it too")
        #expect(try it.recover().epoch == 3)
        try await it.syncAll()
        try await it.expectWhole([101, 102])
        #expect(try it.read("tablet") { try $0.epoch } == Epoch(3))
        #expect(try it.read("tablet") { try $0.tables.refusedEpochCount() } == 0)
    }

    @Test("a record of a later epoch than the database's says that the database was set back")
    func laterRecord() async throws {
        let it = try await SetBack()
        defer { it.town.remove() }
        try it.keepCopy()
        try await it.goOn([101])
        try it.putBack()
        try await it.sync("tablet")
        try it.recover()
        try await it.syncAll()
        let records = try HighWater.fileNames.map {
            try Data(contentsOf: it.town.officeFolder.appendingPathComponent($0))
        }
        try it.putBack(withRecord: false)
        for (name, record) in zip(HighWater.fileNames, records) {
            try record.write(to: it.town.officeFolder.appendingPathComponent(name))
        }
        #expect(try it.standing != .whole)
        #expect(try it.recover().epoch == 3)
    }

    @Test("a restored folder begins an epoch that was begun before: a device follows the next")
    func sameNumber() async throws {
        let it = try await SetBack()
        defer { it.town.remove() }
        try it.keepCopy()
        try await it.goOn([101])
        try it.putBack()
        try await it.sync("tablet")
        try it.recover()
        try await it.syncAll()
        try await it.goOn([102])
        // A new machine knows of nothing: the second epoch with that number.
        try it.putBack()
        #expect(try it.recover(isRestored: true).epoch == 2)
        let refused = try await it.sync("tablet")
        #expect(refused.problemType == "read-only")
        #expect(try it.read("tablet") { try $0.epoch } == Epoch(2))
        #expect(try it.recover().epoch == 3)
        try await it.syncAll()
        try await it.expectWhole([101, 102])
        #expect(try it.read("tablet") { try $0.epoch } == Epoch(3))
    }

    @Test("a device that was away for two epochs finds both, and what it had comes back")
    func twoEpochs() async throws {
        let it = try await SetBack()
        defer { it.town.remove() }
        try it.keepCopy()
        try await it.goOn([101])
        for minutes in [Int64(102), 103] {
            try it.putBack()
            #expect(try await it.sync("tablet").problemType == "read-only")
            try it.recover()
            try await it.syncing("tablet") { device in
                try it.town.exchange(device, it.start.omar, it.start.ana, minutes: minutes)
            }
            try await it.sync("tablet")
        }
        let away = try it.read("laptop") { try $0.epoch }
        #expect(away == .first)
        try await it.syncAll()
        try await it.expectWhole([101, 102, 103])
        for name in Start.devices {
            #expect(try it.read(name) { try $0.epoch } == Epoch(3))
            #expect(try it.left(name).count == 0)
        }
    }

    @Test(
        "an epoch that a device only claims to know moves the next number a little, not to the end")
    func claimed() async throws {
        let it = try await SetBack()
        defer { it.town.remove() }
        let device = ReplicaID(signingKey: [1])
        func next(claiming epoch: UInt32) throws -> UInt32 {
            let copy = try it.town.copy(seed: UInt64(epoch))
            defer { copy.remove() }
            return try copy.withStore { store in
                let seen = SeenAhead(position: LedgerPosition(1), epoch: Epoch(epoch))
                try store.append {
                    try AheadDeviceTable($0.db).note(seen, of: device, at: $0.now)
                }
                return try store.beginEpoch(as: "Ada", reason: nil).epoch
            }
        }
        #expect(try next(claiming: 7) == 8)
        #expect(try next(claiming: .max) == 2)
    }
}

extension SyncEnd {
    /// The last part of the problem's type; nil for any other end.
    var problemType: String? {
        guard case .problem(let problem) = self else { return nil }
        return problem.type.split(separator: ":").last.map(String.init)
    }
}
