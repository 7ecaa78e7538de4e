// Rows 15, 17, 21, 22 and 23 of the list of faults, each on the real programs at its plainest:
// another ledger in the server's place, two histories of one ledger, a revoked device, a pairing
// link in wrong hands, requests that are too large. Neighbors: the suites of ServerTests,
// ClientTests and Transport go through their variants.

import FaultInjection
import Foundation
import Shared
import Store
import Testing

@testable import SyncClient
@testable import SyncServer

@Suite("Trust", .serialized)
struct TrustTests {
    @Test("fault 15: another ledger in the server's place is refused, nothing here is touched")
    func anotherLedger() async throws {
        let start = try await Start()
        let other = try Town(seed: 2)
        defer {
            start.town.remove()
            other.remove()
        }
        let (before, town) = (try other.ledger(), start.town)
        var told = Told()
        told.saved = Start.saved
        let ends = try await other.serving { port in
            try await apart {
                try Start.devices.map { name in
                    try town.with(name) { try town.sync($0, port: port).end }
                }
            }
        }
        var broken = ends.compactMap { end -> Breach? in
            if case .problem(let problem) = end, problem.status == 401 { return nil }
            return Breach(.i6, "the other ledger was taken for ours: \(end)")
        }
        if try other.ledger() != before { broken.append(Breach(.i3, "the other ledger grew")) }
        broken += try await town.broken(told, devices: Start.devices)
        try report(15, "another ledger in the server's place", ends.count, broken)
    }

    @Test("fault 17: two histories shown to two devices are found, and both sides keep the proof")
    func twoHistories() async throws {
        let start = try await Start()
        let town = start.town
        try town.withStore { store in
            _ = try store.append {
                try $0.addWorker(name: "Ada", role: .admin, neighborhoods: [town.harbor])
            }
        }
        let fork = try town.copy(seed: 3)
        defer {
            town.remove()
            fork.remove()
        }
        // One office, two servers that each know one device's entries.
        try await town.exchange(start, "laptop", 88, at: town)
        try await town.exchange(start, "tablet", 99, at: fork)
        let end = try await town.serving { port in
            try await apart { try town.with("tablet") { try town.sync($0, port: port).end } }
        }
        var broken: [Breach] = []
        if case .problem(let problem) = end, problem.type.hasSuffix("read-only") {
        } else {
            broken.append(Breach(.i6, "both histories were taken for one: \(end)"))
        }
        if HighWater.shownNote(folder: town.officeFolder) == nil {
            broken.append(Breach(.i6, "the office keeps no proof"))
        }
        if try town.with("tablet", { try $0.read { try $0.tables.keptCheckpoints() } }).isEmpty {
            broken.append(Breach(.i6, "the device keeps no proof"))
        }
        _ = try town.withStore { try $0.beginEpoch(as: "Ada", reason: "two servers") }
        var told = Told()
        told.saved = Start.saved.union([88, 99])
        broken += try await town.broken(told, devices: Start.devices)
        try report(17, "two histories of one ledger, shown to two devices", 1, broken)
    }

    @Test("fault 21: what a revoked device brings is kept for an admin, and let in whole")
    func revoked() async throws {
        let start = try await Start()
        defer { start.town.remove() }
        let town = start.town
        let brought: [Int64] = [101, 102, 103]
        let ada = try town.withStore { store in
            let ada = try store.append {
                try $0.addWorker(name: "Ada", role: .admin, neighborhoods: [town.harbor])
            }
            _ = try store.append {
                try $0.revoke($0.views.device("tablet"), as: ada, reason: "lost")
            }
            return ada
        }
        let kept = try await town.serving { port in
            try await apart {
                try town.with("tablet") { tablet in
                    try town.exchanges(tablet, start.ana, start.omar, brought)
                    _ = try town.sync(tablet, port: port)
                    return try tablet.read { try $0.tables.refusedEvents().map(\.event.dot) }
                }
            }
        }
        var broken: [Breach] = []
        let counted = try town.withStore { try Book(of: $0).entries.keys }
        if !Set(counted).isDisjoint(with: brought) {
            broken.append(Breach(.i6, "it was merged by itself"))
        }
        let waiting = try town.withStore { try $0.waitingRecords().map(\.count).reduce(0, +) }
        if kept.count != brought.count + 1 || waiting < kept.count {
            broken.append(Breach(.i1, "\(kept.count) were kept, \(waiting) wait"))
        }
        try town.withStore { store in
            try store.append {
                _ = try $0.decide(Set(kept), .admit, as: ada, reason: "it was found")
            }
        }
        var told = Told()
        told.saved = Start.saved.union(brought)
        broken += try await town.broken(told, devices: ["laptop"])
        try report(21, "a revoked device brings offline work", 1, broken)
    }

    @Test("fault 22: a pairing link guessed, raced, used again and expired pairs one device")
    func links() async throws {
        let start = try await Start()
        defer { start.town.remove() }
        let town = start.town
        let guesses = FaultRun.choose(short: 20, long: 500)
        let devices = try town.withStore { try $0.read { try $0.devices().count } }
        let said = try await town.serving { port in
            try await apart {
                let link = try town.link(port: port)
                var said = try (0..<guesses).map { number in
                    try town.refusal("guesser", by: link.guessed(number))
                }
                try town.pair("phone", by: link)
                // Its answer may have been lost: the same key gets it again.
                try town.pair("phone", by: link)
                said.append(try town.refusal("thief", by: link))
                let late = try town.link(port: port)
                town.fate.set(offset: 8 * 86_400_000)
                said.append(try town.refusal("latecomer", by: late))
                town.fate.set(offset: 0)
                return said
            }
        }
        var broken: [Breach] = []
        let words = Array(repeating: "is not valid here", count: guesses)
        for (said, words) in zip(said, words + ["another device has used", "has expired"])
        where !said.contains(words) {
            broken.append(Breach(.i6, "instead of \"\(words)\": \(said)"))
        }
        let now = try town.withStore { try $0.read { try $0.devices().count } }
        if now != devices + 1 { broken.append(Breach(.i2, "\(now - devices) were paired")) }
        var told = Told()
        told.saved = Start.saved
        broken += try await town.broken(told, devices: Start.devices + ["phone"])
        try report(22, "pairing link guessed, raced, repeated, expired", said.count, broken)
    }

    @Test("fault 23: bodies that are too large or unfold to too much are refused, others go on")
    func sizes() async throws {
        let start = try await Start()
        defer { start.town.remove() }
        let town = start.town
        let mebibyte = 1 << 20
        let bodies: [(bytes: [UInt8], statuses: Set<Int>)] = [
            ([UInt8](repeating: 0, count: 2 * mebibyte), [413]),
            // A field of a gigabyte is announced, and does not come.
            ([0x3A, 0x80, 0x80, 0x80, 0x80, 0x04], [400, 401]),
            // Groups within groups, deeper than anything means.
            ([UInt8](repeating: 0x0B, count: mebibyte / 2), [400, 401]),
        ]
        var broken: [Breach] = []
        let ledger = try town.ledger()
        broken += try await town.serving { port in
            try await apart {
                try town.with("tablet") { tablet in
                    try bodies.compactMap { body in
                        let status = try town.deliver(body.bytes, from: tablet, port: port)
                        return body.statuses.contains(status)
                            ? nil : Breach(.i6, "\(body.bytes.count) bytes: \(status)")
                    }
                }
            }
        }
        if try town.ledger() != ledger { broken.append(Breach(.i3, "something was stored")) }
        var told = Told()
        told.saved = Start.saved
        broken += try await town.broken(told, devices: Start.devices)
        try report(23, "bodies too large, too deep, or announced so", bodies.count, broken)
    }

    private func report(_ row: Int, _ done: String, _ times: Int, _ broken: [Breach]) throws {
        for breach in broken { Issue.record("\(breach)") }
        #expect(broken.count == 0)
        try FaultReport.row(row, done, times: times, broken: broken)
    }
}

extension Town {
    fileprivate func with<Value>(_ name: String, _ body: (Device) throws -> Value) throws -> Value {
        let device = try open(name)
        defer { device.close() }
        return try body(device)
    }

    /// Recorded on a device of this town, and synced with the office of another.
    fileprivate func exchange(
        _ start: Start, _ name: String, _ minutes: Int64, at other: Town
    ) async throws {
        try await other.serving { port in
            try await apart {
                try with(name) { device in
                    try exchange(device, start.ana, start.omar, minutes: minutes)
                    _ = try sync(device, port: port)
                }
            }
        }
    }

    /// What somebody is told who may not pair.
    fileprivate func refusal(_ name: String, by link: PairingLink) throws -> String {
        do {
            try pair(name, by: link)
            return "paired"
        } catch {
            return Told.shown(error)
        }
    }

    /// A signed request of any bytes.
    fileprivate func deliver(
        _ body: [UInt8], from device: Device, port: UInt16
    ) throws -> Int {
        let nonce = try serverKeys.nonce.make(at: fate.environment.now())
        let headers = try SignedRequest.headers(
            keys: keys(of: device), community: device.paired.community, nonce: nonce,
            path: SyncProtocol.syncPath, body: body)
        let post = Post(try transport(device, port: port))
        return try post.deliver(
            Letter(path: SyncProtocol.syncPath, headers: headers, body: body)
        ).status
    }
}

extension PairingLink {
    /// With another secret.
    fileprivate func guessed(_ number: Int) -> PairingLink {
        var secret = secret
        secret[number % secret.count] ^= UInt8(1 + number % 255)
        return PairingLink(
            host: host, port: port, mode: mode, id: id, secret: secret, ledger: ledger)
    }
}
