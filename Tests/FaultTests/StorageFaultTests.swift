// Rows 1, 2 and 3 of the list of faults: every read, write and fsync of recording, syncing,
// pairing, admission and founding is struck in turn; it fails, the process dies before or within
// it, or the power goes. Neighbors: Sweep strikes, Invariants checks.

import FaultInjection
import Foundation
import Shared
import Store
import TestSupport
import Testing

@testable import SyncClient
@testable import SyncServer

@Suite("Faults of storage", .serialized)
struct StorageFaultTests {
    /// Each commit is struck at least this often.
    private static let strikesMin = 5

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
            }, devices: Start.devices)
        try await check(
            sweep, row: 1, "device struck while recording", committing: [.ledgerLog, .keysLog])
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
            town: start.town, target: { $0.deviceFolder("tablet") }, work: Self.sync,
            devices: Start.devices)
        try await check(
            sweep, row: 2, "device struck while it pushes and pulls",
            committing: [.ledgerLog, .keysLog])
    }

    private static func sync(_ town: Town, _ told: inout Told) async throws {
        told.saved = Start.saved
        told = try await town.serving { [told] port in
            try await apart {
                var told = told
                let device = try town.open("tablet")
                defer { device.close() }
                try told.note(town.sync(device, port: port), of: device)
                return told
            }
        }
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
            }, repeated: pair, devices: Start.devices + ["phone"])
        try await check(
            sweep, row: 2, "device struck while it pairs", committing: [.ledgerLog, .secrets])
    }

    @Test("fault 3: the server is struck at every read, write and fsync while it admits")
    func admission() async throws {
        let start = try await Start()
        defer { start.town.remove() }
        let sweep = Sweep(
            town: start.town, target: { $0.officeFolder }, work: Self.sync,
            devices: Start.devices)
        try await check(
            sweep, row: 3, "server struck while it admits and answers",
            committing: [.ledgerLog, .keysLog, .record])
    }

    @Test("fault 3: the server is struck at every read, write and fsync while it is founded")
    func founding() async throws {
        let town = try Town()
        defer { town.remove() }
        let sweep = Sweep(
            town: town, target: \.foundedFolder, work: { town, _ in try town.foundAnother(1) },
            repeated: { town in
                do {
                    try town.foundAnother(2)
                } catch let refusal as Refusal where refusal.exit == 73 {
                    // It was whole, and the phrase that was shown is its own.
                }
                try town.checkFounded()
            }, devices: [])
        try await check(
            sweep, row: 3, "server struck while its community is founded",
            committing: [.ledgerLog, .secrets, .record])
    }

    private func check(
        _ sweep: Sweep, row: Int, _ done: String, committing: Set<FaultVFS.File>
    ) async throws {
        let (histogram, broken) = try await sweep.run(
            stride: FaultRun.choose(short: 29, long: 1))
        for line in histogram.lines { print("\(done): \(line)") }
        for breach in broken.prefix(10) { Issue.record("\(breach)") }
        #expect(broken.count == 0)
        let commits = histogram.commits
        #expect(Set(commits.keys.map(\.file)).isSuperset(of: committing))
        for (commit, count) in commits {
            #expect(count >= Self.strikesMin, "\(commit) was struck \(count) times")
        }
        try FaultReport.row(
            row, done, times: histogram.total, broken: broken, notes: histogram.lines)
    }
}

/// A second community of the town, founded as `init` does it.
extension Town {
    fileprivate var foundedFolder: URL { folder.appendingPathComponent("another") }
    /// What somebody wrote down of the phrases that were shown.
    private var paper: URL { folder.appendingPathComponent("paper") }

    private struct Unfounded: Error, CustomStringConvertible {
        let description: String
    }

    /// The phrase stands for its keys: making these takes long on purpose.
    fileprivate func foundAnother(_ phrase: UInt8) throws {
        let store = try Founding.found(
            name: "Another", folder: foundedFolder, environment: fate.environment,
            recovery: { Fixed.keys(signing: phrase, receiving: phrase) },
            beforePositionOne: { try Data([phrase]).write(to: paper) })
        defer { store.close() }
        _ = try store.append { try $0.announcedTLSIdentity() }
    }

    /// Whole, with the phrase shown last, and with the TLS keys that it announces.
    fileprivate func checkFounded() throws {
        let store = try ServerStore(folder: foundedFolder, environment: fate.environment)
        defer { store.close() }
        let served = try store.servedTLSIdentity().keys
        let community = try store.read { try $0.community() }
        guard let phrase = try Data(contentsOf: paper).first, let community,
            let founded = try store.read({ try $0.tables.event(community.id.dot) })
        else { throw Unfounded(description: "there is no position 1, or no phrase was shown") }
        let keys = Fixed.keys(signing: phrase, receiving: phrase)
        guard
            founded.event.payload.data(FoundedField.recoverySigningKey) == keys.signingPublicKey
        else { throw Unfounded(description: "its recovery phrase is not the one shown last") }
        guard community.state.tlsKeys.last == served else {
            throw Unfounded(description: "it announces other TLS keys than it shows")
        }
        let broken = try store.verified().filter { !$0.isWhole }
        guard broken.isEmpty else { throw Unfounded(description: broken[0].finding) }
    }
}
