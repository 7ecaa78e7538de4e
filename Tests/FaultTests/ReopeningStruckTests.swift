// Row 14 of the list of faults, struck at every read, write and fsync: while the office begins its
// next epoch, is restored, and takes back what is offered, and while a device goes back and offers.
// Neighbors: SetBack makes the case, Sweep strikes, Invariants checks.

import FaultInjection
import Foundation
import Shared
import Store
import TestSupport
import Testing

@testable import SyncClient
@testable import SyncServer

/// Of that suite, for one sweep at a time may strike.
extension StorageFaultTests {
    private static let later: [Int64] = [101, 102]
    private static let saved = Start.saved.union(later)

    @Test("fault 14: the office is struck at every read, write and fsync while it recovers")
    func recovering() async throws {
        let it = try await SetBack()
        defer { it.town.remove() }
        try it.keepCopy()
        try await it.goOn(Self.later)
        try it.putBack()
        #expect(try await it.sync("tablet").problemType == "read-only")
        let recover: @Sendable (Town) throws -> Void = { town in
            let store = try town.openStore()
            defer { store.close() }
            guard store.standing != .whole else { return }
            _ = try store.beginEpoch(as: "Ada", reason: "the disk was replaced")
        }
        let sweep = Sweep(
            town: it.town, target: { $0.officeFolder },
            work: { town, told in
                told.saved = Self.saved
                try recover(town)
            }, repeated: { try recover($0) }, devices: Start.devices)
        try await checkReopening(sweep, "office struck while it recovers")
    }

    @Test("fault 14: a folder is struck at every read, write and fsync while it is restored")
    func restoring() async throws {
        let it = try await SetBack()
        defer { it.town.remove() }
        let backups = it.town.folder.appendingPathComponent("backups")
        try it.town.withStore { _ = try $0.backUp(into: backups) }
        try await it.goOn(Self.later)
        try FileManager.default.removeItem(at: it.town.officeFolder)
        let restore: @Sendable (Town) throws -> Void = { town in
            let folder = town.folder.appendingPathComponent("backups")
            let files = try FileManager.default.contentsOfDirectory(
                at: folder, includingPropertiesForKeys: nil)
            guard !FileManager.default.fileExists(atPath: town.officeFolder.path),
                let data = files.first(where: { $0.path.hasSuffix("-data.hbk") }),
                let keys = files.first(where: { $0.path.hasSuffix("-keys.hbk") })
            else { return }
            let backup = try Backup(
                try Backup.pair(data: data, keys: keys), recovery: Fixed.ledger)
            _ = try backup.restore(
                into: town.officeFolder, as: "Ada", reason: "the disk is gone",
                environment: town.fate.environment)
        }
        let sweep = Sweep(
            town: it.town, target: { $0.folder },
            work: { town, told in
                told.saved = Self.saved
                try restore(town)
            }, repeated: { try restore($0) }, devices: Start.devices)
        try await checkReopening(sweep, "folder struck while it is restored")
    }

    @Test("fault 14: office and device are struck while what a lost branch had is offered")
    func offering() async throws {
        let it = try await SetBack.lost { try await $0.goOn(Self.later) }
        defer { it.town.remove() }
        try it.destroy("laptop")
        let targets: [(String, (Town) -> URL)] = [
            ("office", { $0.officeFolder }), ("device", { $0.deviceFolder("tablet") }),
        ]
        for (name, target) in targets {
            let sweep = Sweep(
                town: it.town, target: target,
                work: { town, told in
                    told.saved = Self.saved
                    told = try await town.serving { [told] port in
                        try await apart {
                            var told = told
                            let device = try town.open("tablet")
                            defer { device.close() }
                            try told.note(town.sync(device, port: port), of: device)
                            return told
                        }
                    }
                }, devices: ["tablet"])
            try await checkReopening(sweep, "\(name) struck while a device goes back and offers")
        }
    }

    private func checkReopening(_ sweep: Sweep, _ done: String) async throws {
        let (histogram, broken) = try await sweep.run(
            stride: FaultRun.choose(short: 61, long: 1))
        for line in histogram.lines { print("\(done): \(line)") }
        for breach in broken.prefix(10) { Issue.record("\(breach)") }
        #expect(broken.count == 0)
        #expect(histogram.total > 50)
        try FaultReport.row(
            14, done, times: histogram.total, broken: broken, notes: histogram.lines)
    }
}
