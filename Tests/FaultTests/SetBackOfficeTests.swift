// Row 14 of the list of faults: the office's folder is replaced by an older copy without anybody
// telling it. The first checkpoint that a device shows makes it read-only; after `recover` all that
// devices recorded is back. Neighbors: Setup/Reopening, EpochSearch, EpochRewind.

import FaultInjection
import Foundation
import Shared
import Store
import TestSupport
import Testing

@testable import SyncClient
@testable import SyncServer

@Suite("An office put back from an older copy", .serialized)
struct SetBackOfficeTests {
    private static let later: [Int64] = [101, 102, 103]

    /// Two devices went on after the office's folder was copied; then it was put back.
    private struct Case {
        let start: Start
        var town: Town { start.town }

        init(withRecord: Bool) async throws {
            start = try await Start()
            let town = start.town
            let store = try town.openStore()
            _ = try store.append {
                try $0.addWorker(name: "Ada", role: .admin, neighborhoods: [town.harbor])
            }
            store.close()
            let backup = town.folder.appendingPathComponent("backup")
            try FileManager.default.copyItem(at: town.officeFolder, to: backup)
            for _ in 0..<2 { try await goOn() }
            try FileManager.default.removeItem(at: town.officeFolder)
            try FileManager.default.copyItem(at: backup, to: town.officeFolder)
            if withRecord { return }
            for name in HighWater.fileNames {
                try FileManager.default.removeItem(
                    at: town.officeFolder.appendingPathComponent(name))
            }
        }

        /// The laptop has three more exchanges the first time; both sync.
        private func goOn() async throws {
            let start = start
            try await town.serving { port in
                try await apart {
                    for name in Start.devices {
                        let device = try start.town.open(name)
                        defer { device.close() }
                        if name == "laptop", try device.read({ try $0.head.sequence.value }) < 3 {
                            for minutes in SetBackOfficeTests.later {
                                try start.town.exchange(
                                    device, start.ana, start.omar, minutes: minutes)
                            }
                        }
                        #expect(try start.town.sync(device, port: port).end == .complete)
                    }
                }
            }
        }

        func sync(_ name: String) async throws -> SyncEnd {
            let town = town
            return try await town.serving { port in
                try await apart {
                    let device = try town.open(name)
                    defer { device.close() }
                    return try town.sync(device, port: port).end
                }
            }
        }

        func recover() throws -> ServerStore.Reopened {
            let store = try town.openStore()
            defer { store.close() }
            return try store.beginEpoch(as: "Ada", reason: "the disk was replaced")
        }

        func standing() throws -> LedgerStanding {
            let store = try town.openStore()
            defer { store.close() }
            return store.standing
        }
    }

    @Test(
        "fault 14: found by the first checkpoint shown, read-only, all back after recover",
        arguments: [true, false])
    func setBack(withRecord: Bool) async throws {
        let it = try await Case(withRecord: withRecord)
        defer { it.town.remove() }
        #expect(try it.standing() == .whole)
        guard case .problem(let problem) = try await it.sync("tablet") else {
            Issue.record("the device went on with a ledger that was set back")
            return
        }
        #expect(problem.status == 503 && problem.type.hasSuffix("read-only"))
        // A restart knows it too.
        #expect(try it.standing() != .whole)
        let done = try it.recover()
        #expect(done.epoch == 2 && done.position == done.inheritedSize + 1)
        #expect(try it.standing() == .whole)
        for _ in 0..<2 {
            for name in Start.devices {
                let end = try await it.sync(name)
                #expect(end == .complete)
            }
        }
        var told = Told()
        told.saved = Start.saved.union(Self.later)
        let broken = try await it.town.broken(told, devices: Start.devices)
        for breach in broken { Issue.record("\(breach)") }
        for name in Start.devices {
            let device = try it.town.open(name)
            defer { device.close() }
            let (left, epoch) = try device.read { (try $0.tables.orphans().count, try $0.epoch) }
            #expect(left == 0 && epoch == Epoch(2))
        }
        try FaultReport.row(
            14, "office's folder put back \(withRecord ? "with" : "without") its record", times: 1,
            broken: broken)
    }

    @Test("a checkpoint that the ledger's key did not sign makes nothing read-only")
    func forged() async throws {
        let it = try await Case(withRecord: true)
        defer { it.town.remove() }
        let store = try it.town.openStore()
        defer { store.close() }
        let forged = Checkpoint(
            community: store.community, tree: .ledger, size: 1_000, root: .zero)
        for key in [store.keys.replica, Fixed.ledger] {
            let note = try SignedCheckpoint(forged, signedBy: key).note
            let isContradicted = try await store.isContradicted(by: note)
            #expect(!isContradicted)
        }
        let isContradicted = try await store.isContradicted(by: "hourbook\n1000\n")
        #expect(!isContradicted)
        #expect(store.standing == .whole)
    }

    @Test("a ledger that nothing contradicts is not reopened, and only an admin reopens one")
    func refused() async throws {
        let start = try await Start()
        defer { start.town.remove() }
        let store = try start.town.openStore()
        defer { store.close() }
        #expect(throws: Refusal.self) { try store.beginEpoch(as: "Dana", reason: nil) }
        let it = try await Case(withRecord: true)
        defer { it.town.remove() }
        _ = try await it.sync("tablet")
        let office = try it.town.openStore()
        defer { office.close() }
        #expect(throws: Refusal.self) { try office.beginEpoch(as: "Dana", reason: nil) }
        #expect(office.standing != .whole)
    }

    @Test("a device refuses an epoch of which no entry says so, and keeps the answer")
    func falseEpoch() async throws {
        let it = try await Case(withRecord: true)
        defer { it.town.remove() }
        _ = try await it.sync("tablet")
        _ = try it.recover()
        let store = try it.town.openStore()
        let told = try store.read { try $0.reopened(after: .first) }
        store.close()
        let honest = try #require(told)
        let tablet = try it.town.open("tablet")
        defer { tablet.close() }
        var (older, larger) = (honest, honest)
        older.epoch = .first
        larger.inheritedSize = LedgerPosition(honest.inheritedSize.value + 1)
        let objections = try tablet.read { book in
            try [honest, older, larger].map(book.objection)
        }
        #expect(objections[0] == nil && objections[1] != nil && objections[2] != nil)
        let office = LyingOffice(told: larger, town: it.town, device: tablet)
        guard case .unreadableAnswer = try it.town.session(tablet, over: office).run().end else {
            Issue.record("the device accepted it")
            return
        }
        let (kept, left, epoch) = try tablet.read { book in
            (try book.tables.refusedEpochCount(), try book.tables.orphans().count, try book.epoch)
        }
        #expect(kept == 1 && left == 0 && epoch == .first)
    }
}

/// Has the ledger's key, and tells of an epoch that never began.
private final class LyingOffice: Transport {
    private let told: Reopened
    private let town: Town
    private let device: Device

    init(told: Reopened, town: Town, device: Device) {
        (self.told, self.town, self.device) = (told, town, device)
    }

    func post(
        path: String, headers: [(name: String, value: String)], body: [UInt8]
    ) throws(TransportError) -> HTTPAnswer {
        let response = SyncResponse(
            outcomes: [], page: [], cursor: .start, root: MerkleTree.emptyRoot, more: true,
            scopes: [], keys: nil, serverTime: town.fate.environment.now(), advice: "",
            reopened: told)
        do {
            let bytes = try response.encoded()
            let signature = try town.serverKeys.ledger.sign(
                Signed.response(
                    community: device.paired.community, replica: device.paired.replica,
                    request: body, response: bytes))
            let name = SyncProtocol.signatureHeader.lowercased()
            return HTTPAnswer(status: 200, headers: [name: hex(signature)], body: bytes)
        } catch {
            throw .other("\(error)")
        }
    }
}
