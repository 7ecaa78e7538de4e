// Row 9 of the list of faults, of the file of data keys: it is lost, set back or exchanged for that
// of another community, on a device or at the office. It is named, all goes on, and the others
// bring the keys back, nobody more than is in its scopes.
// Neighbors: Store/Tables/LedgerTables+Keyring notices, SyncClient/Sync/KeyTrade and
// SyncServer/Pull/KeyReader repair.

import FaultInjection
import Foundation
import GRDB
import Shared
import Store
import Testing

@testable import SyncClient
@testable import SyncServer

@Suite("Lost data keys", .serialized)
struct LostKeysTests {
    /// How a keyring is hurt.
    enum Hurt: String, CaseIterable, Sendable {
        case lost, exchanged, garbage, torn
        case setBack = "set back"
        /// The file alone was removed, and what SQLite keeps beside it left.
        case half = "removed without what stands beside it"

        func strike(_ folder: URL, _ spare: [String: Data]) throws {
            try KeyringFiles.put(spare, in: folder)
        }

        /// What is there is moved aside, and not deleted.
        var leavesDamaged: Bool { [.garbage, .torn, .half].contains(self) }
    }

    @Test(
        "fault 9: a device's data keys are named as missing and come back", arguments: Hurt.allCases
    )
    func device(_ hurt: Hurt) async throws {
        let town = try await TwoPlaces()
        defer { town.remove() }
        let before = try await town.noOpBytes("tablet")
        let keys = try town.keyCount("tablet")
        let folder = town.town.deviceFolder("tablet")
        let spare = try await town.spare(hurt, of: "tablet")
        try hurt.strike(folder, spare)
        let name = try town.withDevice("tablet") { $0.keyring.damaged }
        #expect(name == (hurt.leavesDamaged ? "keys.db.damaged-1" : nil))
        if let name, hurt != .half {
            let kept = try Data(contentsOf: folder.appendingPathComponent(name))
            #expect(kept == spare[Keyring.fileName])
        }
        let status = try town.withDevice("tablet") { try $0.read(StatusRecord.init) }
        #expect(status.missingKeys == keys)
        #expect(status.keyring?.contains("set back or exchanged") == true)
        let closed = try town.withDevice("tablet") { try $0.read { try $0.verified() } }
        #expect(closed.closed?.finding.contains("are missing from keys.db") == true)
        #expect(closed.differing.isEmpty)
        #expect(try town.unreadable("tablet") > 0)

        let report = try await town.sync("tablet")
        #expect(report.end == .complete)
        #expect(report.keysFound == keys)
        let after = try town.withDevice("tablet") { try $0.read(StatusRecord.init) }
        #expect(after.missingKeys == 0 && after.keyring == nil)
        #expect(try town.unreadable("tablet") == 0)
        #expect(
            try town.withDevice("tablet") { try $0.read { try $0.verified() } }.allSatisfy(
                \.isWhole))
        #expect(try await town.noOpBytes("tablet") == before)
        try FaultReport.row(9, "keys.db \(hurt.rawValue) on a device", times: 1, broken: [])
    }

    @Test(
        "fault 9: the office's data keys come back from devices of different scopes",
        arguments: Hurt.allCases)
    func office(_ hurt: Hurt) async throws {
        let town = try await TwoPlaces()
        defer { town.remove() }
        let before = try await town.noOpBytes("phone")
        try hurt.strike(town.town.officeFolder, try await town.spare(hurt, of: nil))
        let said = try town.town.withStore { $0.troubles }
        #expect(said.contains { $0.contains("keys.db.damaged-1") } == hurt.leavesDamaged)
        let (trouble, waiting, parts) = try town.town.withStore { (store) throws in
            (
                try store.read { try $0.tables.keyringTrouble() },
                try store.read { try $0.waitingRecords() }, try store.verified()
            )
        }
        #expect(try #require(trouble).isReplaced)
        #expect(waiting.first?.what == "keys")
        #expect(waiting.first?.text.contains("let all of them sync") == true)
        #expect(parts.closed != nil && parts.differing.isEmpty)

        let first = try await town.sync("tablet")
        #expect(first.end == .complete)
        let half = try town.town.withStore { try $0.read { try $0.tables.missingKeyCount() } }
        #expect(half > 0 && half < (trouble?.missing ?? 0), "the tablet has Harbor's only")
        #expect(try await town.sync("phone").end == .complete)
        try town.town.withStore { (store) throws in
            #expect(try store.read { try $0.tables.keyringTrouble() } == nil)
            #expect(try store.read { try $0.waitingRecords() }.isEmpty)
            #expect(try store.verified().allSatisfy(\.isWhole))
            #expect(try Book(of: store).unreadable == 0)
        }
        #expect(try await town.noOpBytes("phone") == before)
        try FaultReport.row(9, "keys.db \(hurt.rawValue) at the office", times: 1, broken: [])
    }

    @Test("fault 9: keys that both sides lost come back through a third")
    func both() async throws {
        let town = try await TwoPlaces()
        defer { town.remove() }
        try await town.pair("laptop", at: town.harbor)
        for folder in [town.town.officeFolder, town.town.deviceFolder("tablet")] {
            try Hurt.lost.strike(folder, [:])
        }
        let first = try await town.sync("tablet")
        #expect(first.end == .complete)
        #expect(first.keysFound == 0)
        #expect(try await town.sync("laptop").end == .complete)
        #expect(try await town.sync("tablet").keysFound > 0)
        #expect(try town.unreadable("tablet") == 0)
    }

    @Test("fault 9: a key that nobody has ends no session, and is asked for again by the next")
    func nobody() async throws {
        let town = try await TwoPlaces()
        defer { town.remove() }
        let device = try town.town.open("tablet")
        try town.enroll(device, at: town.harbor, number: 8)
        device.close()
        // Lost before anybody else had it.
        try Hurt.lost.strike(town.town.deviceFolder("tablet"), [:])
        for _ in 1...2 {
            let report = try await town.sync("tablet")
            #expect(report.end == .complete)
            #expect(report.requests <= 4)
            let status = try town.withDevice("tablet") { try $0.read(StatusRecord.init) }
            #expect(status.missingKeys == 1)
        }
        // The office lacks it too, says so, and asks for it in vain.
        let missing = try town.town.withStore { try $0.read { try $0.tables.missingKeyCount() } }
        #expect(missing == 1)
        #expect(try await town.sync("phone").requests == 1, "asked of its own place only")
    }

    @Test("fault 9: more keys than one message carries come back in one session, to either side")
    func many() async throws {
        let town = try await TwoPlaces()
        defer { town.remove() }
        let count = WantedKey.countMax + 50
        _ = try town.withDevice("tablet") { device in
            try town.enroll(device, at: town.harbor, numbers: 100..<(100 + Int64(count)))
        }
        #expect(try await town.sync("tablet").end == .complete)
        try Hurt.lost.strike(town.town.officeFolder, [:])
        let bringing = try await town.sync("tablet")
        #expect(bringing.end == .complete && bringing.requests == 3)
        #expect(try town.town.withStore { try $0.read { try $0.tables.missingKeyCount() } } == 3)
        try Hurt.lost.strike(town.town.deviceFolder("tablet"), [:])
        let asking = try await town.sync("tablet")
        #expect(asking.keysFound > count)
        #expect(asking.end == .complete)
        #expect(try town.unreadable("tablet") == 0)
    }

    @Test("fault 9: a server whose keyring is exchanged while it runs takes nothing in")
    func whileRunning() async throws {
        let town = try await TwoPlaces()
        defer { town.remove() }
        let running = try town.town.openStore()
        defer { running.close() }
        try Hurt.lost.strike(town.town.officeFolder, [:])
        // A command beside it makes a new file, which the ledger knows from then on.
        #expect(try town.town.withStore { try $0.read { try $0.tables.keyringTrouble() } } != nil)
        #expect(throws: Keyring.Failure.exchanged) {
            try running.append { _ = try $0.addNeighborhood(name: "New", code: "NEW") }
        }
        #expect(try town.town.withStore { try $0.read { try $0.neighborhoods().count } } == 2)
    }

    @Test(
        "fault 9: a device is told that a server whose keyring was removed must be restarted"
    )
    func removedWhileServing() async throws {
        let town = try await TwoPlaces()
        defer { town.remove() }
        let (report, failure, waiting) = try await town.town.serving { port in
            try await apart {
                let device = try town.town.open("tablet")
                defer { device.close() }
                try town.enroll(device, at: town.harbor, number: 8)
                let serving = try ServingRecord(
                    .plain, host: "127.0.0.1", port: port,
                    keyring: town.town.withStore { $0.keyring.identity })
                let lock = try FolderLock(
                    folder: town.town.officeFolder, name: ServingRecord.lockName)
                defer { withExtendedLifetime(lock) {} }
                try serving.save(folder: town.town.officeFolder)
                #expect(try town.town.withStore { try $0.waitingRecords() }.isEmpty)
                try Hurt.lost.strike(town.town.officeFolder, [:])
                let report = try town.town.sync(device, port: port)
                let failure = try device.read { book in
                    try report.failure(UnsentSummary(book), book.sync)
                }
                return (report, failure, try town.town.withStore { try $0.waitingRecords() })
            }
        }
        #expect(report.pushed == 0)
        let said = try #require(failure).description
        #expect(said.contains("the office's server must be restarted: its keyring was exchanged"))
        #expect(said.contains("nothing was lost"))
        #expect(waiting.first?.text.contains("restart the server") == true)
        // Restarted.
        #expect(try town.town.withStore { try $0.waitingRecords() }.map(\.what) == ["keys"])
        #expect(try await town.sync("tablet").pushed == 1)
    }

    @Test("fault 9: keys whose bytes were altered are found by verify, at a device and the office")
    func altered() async throws {
        let town = try await TwoPlaces()
        defer { town.remove() }
        let folders = [town.town.deviceFolder("tablet"), town.town.officeFolder]
        for folder in folders { try KeyringFiles.alter(folder) }
        let parts = [
            try town.withDevice("tablet") { try $0.read { try $0.verified() } },
            try town.town.withStore { try $0.verified() },
        ]
        for part in parts {
            #expect(part.differing.isEmpty)
            let closed = try #require(part.closed)
            #expect(closed.finding.contains("\(closed.checked) of them do not open"))
        }
    }

    @Test("fault 9: a revoked device is told that the office gives it no key")
    func revoked() async throws {
        let town = try await TwoPlaces()
        defer { town.remove() }
        try town.town.withStore { store in
            let ada = try store.append {
                try $0.addWorker(name: "Ada", role: .admin, neighborhoods: [town.harbor])
            }
            _ = try store.append {
                try $0.revoke($0.views.device("tablet"), as: ada, reason: "lost")
            }
        }
        _ = try await town.sync("tablet")
        try Hurt.lost.strike(town.town.deviceFolder("tablet"), [:])
        let status = try town.withDevice("tablet") { try $0.read(StatusRecord.init) }
        #expect(status.keyring?.contains("gives it no key") == true)
        #expect(status.keyring?.contains("another device") == false)
    }

    @Test("fault 9: a device paired while the office lacks keys gets them once they are back")
    func pairedMeanwhile() async throws {
        let town = try await TwoPlaces()
        defer { town.remove() }
        try Hurt.lost.strike(town.town.officeFolder, [:])
        try await town.pair("laptop", at: town.harbor)
        #expect(try town.unreadable("laptop") > 0)
        #expect(try await town.sync("tablet").end == .complete)
        #expect(try await town.sync("laptop").keysFound > 0)
        #expect(try town.unreadable("laptop") == 0)
    }

    @Test("fault 9: keys of a neighborhood that nobody holds any more come back from who was there")
    func left() async throws {
        let place = try await Places()
        defer { place.remove() }
        try place.hold("phone", [place.both.harbor])
        for name in ["tablet", "phone"] { _ = try await place.both.sync(name) }
        #expect(try place.facts("phone").held == ["HAR"])
        try Hurt.lost.strike(place.both.town.officeFolder, [:])
        for name in ["tablet", "phone"] {
            #expect(try await place.both.sync(name).end == .complete)
        }
        try place.both.town.withStore { (store) throws in
            #expect(try store.read { try $0.tables.keyringTrouble() } == nil)
            #expect(try store.verified().allSatisfy(\.isWhole))
        }
    }
}
