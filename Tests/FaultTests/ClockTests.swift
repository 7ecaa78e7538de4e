// Rows 11 and 12 of the list of faults: a device's clock is decades off or jumps, then the server's
// does. All is recorded, sent and counted all the same, over TLS; what people are told of the clock
// is true; nobody is locked out afterwards, and what the server gave out in the future is not good
// until then. Neighbors: scripts/scenes/wrong-clocks shows it on the real programs.

import FaultInjection
import Foundation
import Shared
import Store
import Testing

@testable import SyncClient
@testable import SyncServer

@Suite("Wrong clocks", .serialized)
struct ClockTests {
    private static let year: Int64 = 365 * 86_400_000
    private static let offsets: [String: [Int64]] = [
        "30 years back": [-30 * year], "5 years ahead": [5 * year],
        "jumping": [-30 * year, 5 * year, -year, 90_000_000, 0],
    ]

    @Test("fault 11: a device whose clock is wrong records and syncs", arguments: offsets.keys)
    func device(_ name: String) async throws {
        let start = try await Start(encrypted: true)
        defer { start.town.remove() }
        let town = start.town
        let offsets = Self.offsets[name] ?? []
        let wrong = Fate(seed: 11)
        var told = Told()
        told.saved = Start.saved.union(offsets.indices.map { 101 + Int64($0) })
        var broken: [Breach] = []
        try await town.serving { port in
            try await apart {
                for (index, offset) in offsets.enumerated() {
                    wrong.set(offset: offset)
                    let device = try town.open("tablet", by: wrong)
                    defer { device.close() }
                    try town.exchange(
                        device, start.ana, start.omar, minutes: 101 + Int64(index))
                    let end = try town.sync(device, port: port).end
                    if end != .complete { broken.append(Breach(.i8, "\(offset): \(end)")) }
                    let measured = try device.read { try $0.tables.clockOffset() }
                    if measured?.milliseconds != offset {
                        broken.append(Breach(.i6, "\(offset) was measured as \(measured as Any)"))
                    }
                    let clock = try Checkup(device, folder: town.deviceFolder("tablet")).areas.last
                    #expect(clock?.isWell == (offset == 0), "doctor, at \(offset)")
                }
            }
        }
        let known = try town.withStore { store in
            try store.read { try $0.deviceRecords().first { $0.label == "tablet" } }
        }
        #expect(known?.clockOffsetMilliseconds == offsets.last)
        #expect(known?.program == Release.device)
        broken += try await town.broken(told, devices: Start.devices)
        for breach in broken { Issue.record("\(breach)") }
        #expect(broken.count == 0)
        try FaultReport.row(
            11, "device's clock \(name), over TLS", times: offsets.count, broken: broken)
    }

    @Test("fault 12: the server's clock jumps ahead and back; nobody is locked out")
    func server() async throws {
        let start = try await Start(encrypted: true)
        defer { start.town.remove() }
        let town = start.town
        var told = Told()
        told.saved = Start.saved
        var broken: [Breach] = []
        let jumps: [Int64] = [9 * Self.year, 0, -20 * Self.year, 3_600_000, 0]
        for (index, jump) in jumps.enumerated() {
            let minutes = 101 + Int64(index)
            told.saved.insert(minutes)
            town.fate.set(offset: jump)
            broken += try await town.serving { port in
                try await apart {
                    // The devices' clocks stay right.
                    try Start.devices.compactMap { name in
                        let device = try town.open(name, by: Fate(seed: UInt64(index) + 20))
                        defer { device.close() }
                        if name == "tablet" {
                            try town.exchange(device, start.ana, start.omar, minutes: minutes)
                        }
                        let end = try town.sync(device, port: port).end
                        return end == .complete ? nil : Breach(.i8, "\(name) at \(jump): \(end)")
                    }
                }
            }
        }
        broken += try await town.broken(told, devices: Start.devices)
        for breach in broken { Issue.record("\(breach)") }
        #expect(broken.count == 0)
        try FaultReport.row(
            12, "server's clock jumps, devices go on", times: jumps.count, broken: broken)
    }

    @Test("fault 12: what was given out while the clock was ahead is not good for years")
    func nothingImmortal() async throws {
        let start = try await Start()
        defer { start.town.remove() }
        let town = start.town
        town.fate.set(offset: 9 * Self.year)
        let future = town.fate.environment.now()
        let nonce = try town.serverKeys.nonce.make(at: future)
        let link = try town.link(port: 1)
        town.fate.set(offset: 0)
        let now = town.fate.environment.now()
        #expect(try town.serverKeys.nonce.isFresh(nonce, at: future))
        #expect(try !town.serverKeys.nonce.isFresh(nonce, at: now))
        try await town.serving { port in
            let refused = try await apart {
                do {
                    try town.pair("phone", by: link.at(port: port))
                    return ""
                } catch {
                    return Told.shown(error)
                }
            }
            #expect(refused.contains("has expired"), "\(refused)")
        }
        try FaultReport.row(
            12, "nonces and links of a clock that was ahead", times: 2, broken: [],
            looked: [.i6])
    }
}

extension Town {
    fileprivate func open(_ name: String, by clock: Fate) throws -> Device {
        try Device(folder: deviceFolder(name), environment: clock.environment)
    }
}
