// Row 9 of the list of faults, as far as it goes before backups: a server's database that was set
// back behind its back, or of whose log one bit flipped, is found when the server starts, is
// read-only and says so; with the right files put back all goes on.
// Neighbors: SyncServer/Ledger/HighWater finds it, Invariants checks.

import FaultInjection
import Foundation
import Shared
import Store
import TestSupport
import Testing

@testable import SyncClient
@testable import SyncServer

@Suite("Damage to a ledger", .serialized)
struct LedgerDamageTests {
    @Test("fault 9: a database set back by one transaction is found at start, and read-only")
    func setBack() async throws {
        let start = try await Start()
        defer { start.town.remove() }
        let town = start.town
        let before = try town.databaseFiles()
        try await town.syncTablet()
        let after = try town.databaseFiles()
        try town.put(before)
        var told = Told()
        told.saved = Start.saved.union([88])
        told = try await town.serving { [told] port in
            try await apart { try Self.whileSetBack(town, start, port, told) }
        }
        try town.put(after)
        let broken = try await town.broken(told, devices: Start.devices)
        for breach in broken { Issue.record("\(breach)") }
        try FaultReport.row(
            9, "server's database set back by one transaction", times: 1, broken: broken)
    }

    private static func whileSetBack(
        _ town: Town, _ start: Start, _ port: UInt16, _ before: Told
    ) throws -> Told {
        var told = before
        let store = try town.openStore()
        defer { store.close() }
        let sentence = try #require(store.standing.sentence)
        #expect(sentence.contains("set back") && sentence.contains("read-only"))
        #expect(throws: Refusal(exit: 65, sentence: sentence)) {
            try store.append { _ = try $0.addNeighborhood(name: "New", code: "NEW") }
        }
        // A device that has seen more than is there, and one that has not.
        for name in ["tablet", "laptop"] {
            let device = try town.open(name)
            defer { device.close() }
            if name == "laptop" {
                try town.exchange(device, start.ana, start.omar, minutes: 88)
            }
            let ledger = try town.ledger()
            try told.note(town.sync(device, port: port), of: device)
            #expect(try town.ledger() == ledger, "nothing is written")
            let said = try #require(told.errors.last)
            #expect(said.contains("read-only until it has been repaired"), "\(name) is told why")
            #expect(said.contains("nothing is lost") && said.contains("tell the office"))
        }
        return told
    }

    @Test("fault 9: a bit flipped in the log of the ledger is found at start")
    func flipped() async throws {
        let start = try await Start()
        defer { start.town.remove() }
        try await start.town.syncTablet()
        let files = try start.town.databaseFiles()
        let log = try #require(files["\(StoreFile.databaseName)-wal"])
        var random = SeededRandom(seed: 9)
        let flips = FaultRun.choose(short: 25, long: 400)
        let whole = try start.town.ledger()
        var broken: [Breach] = []
        var named = 0
        for _ in 0..<flips {
            let town = try start.town.copy(seed: 1)
            defer { town.remove() }
            let bit = random.int(0...log.count * 8 - 1)
            var altered = files
            altered["\(StoreFile.databaseName)-wal"]?[bit / 8] ^= 1 << (bit % 8)
            try town.put(altered)
            let damage = "bit \(bit) of \(log.count * 8)"
            if let breach = town.silence(damage, whole: whole) { broken.append(breach) }
            named += (try? town.standing()) == .whole ? 0 : 1
            try town.put(files)
            if try town.standing() != .whole {
                broken.append(Breach(.i8, "not whole with its own log put back"))
            }
        }
        var told = Told()
        told.saved = Start.saved
        broken += try await start.town.broken(told, devices: Start.devices)
        for breach in broken.prefix(10) { Issue.record("\(breach)") }
        #expect(named > flips / 2)
        try FaultReport.row(
            9, "a bit flipped in the server's log", times: flips, broken: broken,
            notes: ["found at start: \(named)"])
    }
}

extension Town {
    private static let names = ["", "-wal", "-shm"].map { StoreFile.databaseName + $0 }

    /// The office's database as it lies there while nobody has it open.
    fileprivate func databaseFiles() throws -> [String: Data] {
        var files: [String: Data] = [:]
        for name in Self.names.dropLast() {
            files[name] = try? Data(contentsOf: officeFolder.appendingPathComponent(name))
        }
        return files
    }

    fileprivate func put(_ files: [String: Data]) throws {
        for name in Self.names {
            let url = officeFolder.appendingPathComponent(name)
            try? FileManager.default.removeItem(at: url)
            try files[name]?.write(to: url)
        }
    }

    fileprivate func syncTablet() async throws {
        try await serving { port in
            try await apart {
                let tablet = try open("tablet")
                defer { tablet.close() }
                _ = try sync(tablet, port: port)
            }
        }
    }

    fileprivate func standing() throws -> LedgerStanding {
        let store = try openStore()
        defer { store.close() }
        return store.standing
    }

    /// What is wrong when damage is not named. After the last entry the log has what devices said
    /// of themselves, which they say again at their next sync: of that nothing needs to be named.
    fileprivate func silence(_ damage: String, whole: LedgerHead) -> Breach? {
        do {
            return try standing().sentence == nil && ledger() != whole
                ? Breach(.i6, "\(damage) went unnoticed") : nil
        } catch {
            return Refusal(showing: error) == nil
                ? Breach(.i6, "\(damage): no sentence for \(error)") : nil
        }
    }
}
