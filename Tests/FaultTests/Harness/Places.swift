// Two neighborhoods with a device each, and an admin who says what they hold.
// Neighbors: ScopeTests and MoveTests go on from here; TwoPlaces is the community.

import FaultInjection
import Foundation
import GRDB
import Shared
import Store
import Testing

@testable import SyncClient
@testable import SyncServer

/// Harbor and Orchard, a tablet of Harbor whose worker serves both, and an admin.
struct Places {
    let both: TwoPlaces
    let ada: EntityID

    init() async throws {
        let both = try await TwoPlaces()
        self.both = both
        ada = try both.town.withStore { store in
            try store.append { session in
                try session.addWorker(name: "Ada", role: .admin, neighborhoods: [])
            }
        }
    }

    func remove() { both.remove() }

    /// Dana is of Harbor: the office of this test asks nobody who serves where.
    func hold(_ name: String, _ places: [EntityID], in town: Town? = nil) throws {
        try (town ?? both.town).withStore { store in
            _ = try store.append { session -> LedgerPosition? in
                let device = try session.views.device(name)
                let numbers = NumberBlockTable(session.views)
                guard Set(places) != Set(device.neighborhoods) else { return nil }
                let added = Set(places).subtracting(device.neighborhoods).sorted()
                return try session.changeScope(
                    of: device, neighborhoods: places.sorted(),
                    adding: try added.compactMap { try numbers.take($0, for: device.replica) },
                    as: ada, reason: "other rounds")
            }
        }
    }

    func recover() throws {
        let store = try both.town.openStore()
        defer { store.close() }
        _ = try store.beginEpoch(as: "Ada", reason: "the disk was replaced")
    }

    /// A folder that has parted takes a name of its own; returns its label at the office.
    func part(_ name: String) async throws -> String {
        let town = both.town
        return try await town.serving { port in
            try await apart {
                let device = try town.open(name)
                defer { device.close() }
                _ = try town.sync(device, port: port)
                let (next, _) = try Splitting(
                    device: device, keys: town.keys(of: device),
                    transport: town.transport(device, port: port)
                ).run()
                return try town.withStore { store in
                    try store.read { views in
                        try views.devices().first { $0.replica == next.paired.replica }?.label
                    }
                } ?? next.paired.label
            }
        }
    }

    /// All that waits.
    func letIn() throws {
        try both.town.withStore { store in
            try store.append { session in
                let waiting = try QuarantineTable(session.db).list().filter { $0.choice == nil }
                try session.decide(Set(waiting.map(\.dot)), .admit, as: ada, reason: "it was so")
            }
        }
    }

    @discardableResult
    func enroll(_ name: String, at place: EntityID, _ number: Int64) throws -> Event {
        try both.withDevice(name) { device in
            try both.enroll(device, at: place, numbers: number..<number + 1)[0]
        }
    }

    func keyCount(_ name: String) throws -> Int {
        try both.withDevice(name) { device in
            var count = 0
            try device.keyring.forEach { _, _ in count += 1 }
            return count
        }
    }

    struct Facts {
        let held: [String]
        let coming: [String]
        let numbers: [Int64]
        let elsewhere: Int
        /// What `verify` finds.
        let wrong: [String]
    }

    func facts(_ name: String) throws -> Facts {
        try both.withDevice(name) { device in
            try device.read { book in
                Facts(
                    held: try book.neighborhoods.map(\.code), coming: try book.comingWords(),
                    numbers: try book.views.members(in: nil).compactMap(\.number).sorted(),
                    elsewhere: try book.views.directory().count,
                    wrong: try book.verified().filter { !$0.isWhole }.map(\.finding))
            }
        }
    }

    func expectEqual(_ one: String, _ other: String) async throws {
        for _ in 0..<2 { for name in [one, other] { _ = try await both.sync(name) } }
        let scope = ScopeID.neighborhood(both.orchard)
        let digests = try [one, other].map { name in
            try both.withDevice(name) { device in
                try device.read { try $0.tables.digest(of: scope) }
            }
        }
        #expect(digests[0] == digests[1])
    }

    /// A session whose network goes after so many answers.
    func sync(_ name: String, answersMax: Int) async throws -> SyncReport {
        try await both.town.serving { port in
            try await apart {
                let device = try both.town.open(name)
                defer { device.close() }
                let transport = FewAnswers(
                    try both.town.transport(device, port: port), answersMax: answersMax)
                return try both.town.session(device, over: transport).run()
            }
        }
    }
}

final class FewAnswers: Transport {
    private let transport: any Transport
    private var left: Int

    init(_ transport: any Transport, answersMax: Int) {
        (self.transport, left) = (transport, answersMax)
    }

    func post(
        path: String, headers: [(name: String, value: String)], body: [UInt8]
    ) throws(TransportError) -> HTTPAnswer {
        guard left > 0 else { throw .cannotConnect }
        left -= 1
        return try transport.post(path: path, headers: headers, body: body)
    }
}

/// The office's folder as it was, which somebody puts back.
struct SetBackFolder {
    let town: Town
    private let copy: URL

    init(_ town: Town) throws {
        self.town = town
        copy = town.folder.appendingPathComponent("office-before")
        try FileManager.default.copyItem(at: town.officeFolder, to: copy)
    }

    func putBack() throws {
        try FileManager.default.removeItem(at: town.officeFolder)
        try FileManager.default.copyItem(at: copy, to: town.officeFolder)
    }
}
