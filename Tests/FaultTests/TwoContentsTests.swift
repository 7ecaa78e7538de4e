// Row 16 of the list of faults, as far as it goes without a carrier: two folders with one key sign
// two contents under one sequence. The first stays; the second is nowhere in the ledger, stays in
// its folder and is handed in under another name; the office is told, and a third folder has to
// wait for an admin. Neighbors: CloneTests try every order, Splitting gives the other name.

import FaultInjection
import Foundation
import Shared
import Store
import Testing

@testable import SyncClient
@testable import SyncServer

@Suite("One sequence, two contents", .serialized)
struct TwoContentsTests {
    private static let minutes: KeyValuePairs<String, Int64> = [
        "tablet": 301, "copy": 302, "third": 303,
    ]

    @Test("fault 16: the first stays, the second is kept, the office is told")
    func twoContents() async throws {
        let start = try await Start()
        defer { start.town.remove() }
        let town = start.town
        var told = Told()
        told.saved = Start.saved.union([301, 302])
        try await town.serving { port in
            try await apart {
                try Self.on("tablet", in: town) { _ = try town.sync($0, port: port) }
                for name in ["copy", "third"] {
                    try FileManager.default.copyItem(
                        at: town.deviceFolder("tablet"), to: town.deviceFolder(name))
                }
                for (name, minutes) in Self.minutes {
                    try Self.on(name, in: town) {
                        try town.exchange($0, start.ana, start.omar, minutes: minutes)
                    }
                }
                try Self.on("tablet", in: town) {
                    let end = try town.sync($0, port: port).end
                    #expect(end == .complete)
                }
                try Self.second(in: town, port)
                try Self.third(in: town, port)
            }
        }
        let broken = try await town.broken(told, devices: Start.devices + ["copy"])
        for breach in broken { Issue.record("\(breach)") }
        #expect(broken.count == 0)
        try FaultReport.row(
            16, "two folders with one key; no carrier is built", times: 2, broken: broken)
    }

    private static func on(_ name: String, in town: Town, _ body: (Device) throws -> Void) throws {
        let device = try town.open(name)
        defer { device.close() }
        try body(device)
    }

    private static func second(in town: Town, _ port: UInt16) throws {
        let ledger = try town.ledger()
        try on("copy", in: town) { device in
            guard case .diverged = try town.sync(device, port: port).end else {
                Issue.record("the second content was taken in")
                return
            }
            #expect(try town.ledger() == ledger, "the first stays, and nothing is added")
            #expect(try device.read { try Book($0.views).entries[302] } == 1, "it is kept")
            let parted = try town.withStore { store in
                try store.read { try $0.deviceRecords() }.compactMap(\.parted)
            }
            #expect(parted.count == 1, "the office is told")
            let (next, keys) = try Splitting(
                device: device, keys: town.keys(of: device),
                transport: town.transport(device, port: port)
            ).run()
            let report = try SyncSession(
                device: next, keys: keys, transport: town.transport(next, port: port)
            ).run()
            #expect(report.end == .complete && report.handedIn == 1)
        }
    }

    private static func third(in town: Town, _ port: UInt16) throws {
        try on("third", in: town) { device in
            _ = try town.sync(device, port: port)
            let refused = #expect(throws: (any Error).self) {
                _ = try Splitting(
                    device: device, keys: town.keys(of: device),
                    transport: town.transport(device, port: port)
                ).run()
            }
            let said = Told.shown(try #require(refused))
            #expect(said.contains("office"), "\(said)")
            #expect(try device.read { try Book($0.views).entries[303] } == 1, "it is kept")
            let waits = try town.withStore { store in
                try store.read { try $0.deviceRecords() }.contains { $0.splitWaitsSince != nil }
            }
            #expect(waits, "it waits for an admin")
        }
    }
}
