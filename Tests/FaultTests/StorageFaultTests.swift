// Rows 1, 2 and 3 of the list of faults: every read, write and fsync of recording, syncing, pairing
// and admission is struck in turn; it fails, or the process dies before or within it.

import Foundation
import GRDB
import Shared
import Store
import TestSupport
import Testing

@testable import SyncClient
@testable import SyncServer

@Suite("Faults of storage", .serialized)
struct StorageFaultTests {
    /// Each commit point is struck at least this often.
    private static let strikesMin = 5

    /// Two devices in step; the tablet has an entry that it has not sent, the laptop's entry is on
    /// the server and not on the tablet.
    struct Start {
        let town: Town
        let ana: EntityID
        let omar: EntityID
        /// For a third device.
        let link: PairingLink
        static let sent: Int64 = 30
        static let unsent: Int64 = 45
        static let saved: Set<Int64> = [sent, unsent]

        init() async throws {
            let town = try Town()
            let made = try await town.serving { port in
                try await apart { () -> (EntityID, EntityID, PairingLink) in
                    try town.pair("tablet", port: port)
                    try town.pair("laptop", port: port)
                    let tablet = try town.open("tablet")
                    let laptop = try town.open("laptop")
                    defer {
                        tablet.close()
                        laptop.close()
                    }
                    _ = try town.sync(tablet, port: port)
                    let ana = try town.enroll(tablet, number: 1, name: Personal.names[0])
                    let omar = try town.enroll(tablet, number: 2, name: Personal.names[1])
                    _ = try town.sync(tablet, port: port)
                    _ = try town.sync(laptop, port: port)
                    try town.exchange(laptop, ana, omar, minutes: Self.sent)
                    _ = try town.sync(laptop, port: port)
                    try town.exchange(tablet, omar, ana, minutes: Self.unsent)
                    return (ana, omar, try town.link(port: port))
                }
            }
            self.town = town
            (ana, omar, link) = made
        }
    }

    @Test("fault 1: a device is struck at every read, write and fsync while recording")
    func recording() async throws {
        let start = try await Start()
        defer { start.town.remove() }
        let sweep = Sweep(
            town: start.town, target: { $0.deviceFolder("tablet") },
            work: { town, told in
                told.saved = Start.saved
                told.failed.insert(77)
                try await apart { try Self.record(77, in: town, start) }
                told.saved.insert(77)
            }, devices: ["tablet", "laptop"])
        try await check(sweep, row: 1, "a device struck while recording")
    }

    /// As `hourbook exchange record` does: opened, recorded, closed.
    private static func record(_ minutes: Int64, in town: Town, _ start: Start) throws {
        let device = try town.open("tablet")
        defer { device.close() }
        // A new member and the key of a name come with it.
        let mei = try town.enroll(device, number: 3, name: Personal.names[2])
        try town.exchange(device, start.ana, mei, minutes: minutes)
    }

    @Test("fault 2: a device is struck at every read, write and fsync while it syncs")
    func syncing() async throws {
        let start = try await Start()
        defer { start.town.remove() }
        let sweep = Sweep(
            town: start.town, target: { $0.deviceFolder("tablet") },
            work: { town, told in
                told.saved = Start.saved
                try await town.serving { port in try await apart { try Self.sync(town, port) } }
            }, devices: ["tablet", "laptop"])
        try await check(sweep, row: 2, "a device struck while it pushes and pulls")
    }

    private static func sync(_ town: Town, _ port: UInt16) throws {
        let device = try town.open("tablet")
        defer { device.close() }
        _ = try town.sync(device, port: port)
    }

    @Test("fault 2: a device is struck at every read, write and fsync while it pairs")
    func pairing() async throws {
        let start = try await Start()
        defer { start.town.remove() }
        let pair: @Sendable (Town) async throws -> Void = { town in
            try await town.serving { port in
                try await apart { try town.pair("phone", by: start.link.at(port: port)) }
            }
        }
        let sweep = Sweep(
            town: start.town, target: { $0.deviceFolder("phone") },
            work: { town, told in
                told.saved = Start.saved
                try await pair(town)
            }, repeated: pair, devices: ["tablet", "laptop", "phone"])
        try await check(sweep, row: 2, "a device struck while it pairs")
    }

    @Test("fault 3: the server is struck at every read, write and fsync while it admits")
    func admission() async throws {
        let start = try await Start()
        defer { start.town.remove() }
        let sweep = Sweep(
            town: start.town, target: { $0.officeFolder },
            work: { town, told in
                told.saved = Start.saved
                try await town.serving { port in try await apart { try Self.sync(town, port) } }
            }, devices: ["tablet", "laptop"])
        try await check(sweep, row: 3, "the server struck while it admits and answers")
    }

    private func check(_ sweep: Sweep, row: Int, _ done: String) async throws {
        let (histogram, broken) = try await sweep.run()
        for line in histogram.lines(done) { print(line) }
        for breach in broken.prefix(10) { Issue.record("\(breach)") }
        #expect(broken.count == 0)
        #expect(histogram.commits.count >= 2, "a log was written, and made durable")
        let byFile = Dictionary(grouping: histogram.commits) { $0.key.hit.file }
            .mapValues { $0.reduce(0) { $0 + $1.value } }
        for (file, count) in byFile {
            #expect(count >= Self.strikesMin, "commits of the \(file) were struck \(count) times")
        }
        try FaultReport.row(
            row, done, times: histogram.total, broken: broken, notes: histogram.lines("hit"))
    }
}

extension Town {
    func link(port: UInt16) throws -> PairingLink {
        let store = try openStore()
        defer { try? store.pool.close() }
        return try store.append { session in
            try session.makePairingLink(
                workers: [dana], neighborhoods: [harbor], role: .coordinator, host: "127.0.0.1",
                port: port, mode: .loopback)
        }
    }
}

extension PairingLink {
    /// The same where the server listens now.
    func at(port: UInt16) -> PairingLink {
        PairingLink(host: host, port: port, mode: mode, id: id, secret: secret, ledger: ledger)
    }
}
