// A community for faults: a real server on a loopback port, and devices with real folders that talk
// to it over libcurl. Neighbors: Invariants checks it, Sweep and the suites hurt it.

import FaultInjection
import Foundation
import GRDB
import Hummingbird
import Logging
import NIOCore
import NIOSSL
import Shared
import Store
import Synchronization
import TestSupport

@testable import SyncClient
@testable import SyncServer

/// Where time and chance come from: the clock stands still unless it is set, and chance repeats.
final class Fate: Sendable {
    private let random: Mutex<SeededRandom>
    private let offset = Mutex<Int64>(0)
    init(seed: UInt64) { random = Mutex(SeededRandom(seed: seed)) }

    /// How many milliseconds the clock is wrong from now on.
    func set(offset: Int64) { self.offset.withLock { $0 = offset } }

    var environment: Shared.Environment {
        Shared.Environment(
            now: { Instant(milliseconds: 1_774_353_600_000 + self.offset.withLock { $0 }) },
            utcOffsetMinutes: { 0 },
            randomBytes: { count in self.random.withLock { $0.bytes(count) } })
    }
}

/// Names that no error and no log may ever repeat.
enum Personal {
    static let names = ["Ana Ruiz", "Omar Haddad", "Mei Tanaka"]
    static let note = "shopping and a walk by the river"
}

struct Town {
    let folder: URL
    let harbor: EntityID
    let dana: EntityID
    let fate: Fate
    /// Devices and server speak TLS, with the server's own key.
    let isEncrypted: Bool

    var officeFolder: URL { folder.appendingPathComponent("office") }
    func deviceFolder(_ name: String) -> URL { folder.appendingPathComponent(name) }

    /// A new community in a folder of its own: Harbor, with the coordinator Dana.
    init(encrypted: Bool = false, seed: UInt64 = 1) throws {
        isEncrypted = encrypted
        FaultVFS.install()
        LogLines.start()
        fate = Fate(seed: seed)
        folder = Self.newFolder()
        let store = try Founding.found(
            name: "Riverside", folder: folder.appendingPathComponent("office"),
            environment: fate.environment, recovery: { Fixed.ledger })
        (harbor, dana) = try store.append { session in
            let harbor = try session.addNeighborhood(name: "Harbor", code: "HAR")
            return (
                harbor,
                try session.addWorker(name: "Dana", role: .coordinator, neighborhoods: [harbor])
            )
        }
    }

    /// A copy, as everything is on the disk now, for one try.
    private init(copying town: Town, seed: UInt64) throws {
        folder = Self.newFolder()
        (harbor, dana, fate) = (town.harbor, town.dana, Fate(seed: seed))
        isEncrypted = town.isEncrypted
        try FileManager.default.createDirectory(
            at: folder.deletingLastPathComponent(), withIntermediateDirectories: true)
        try FileManager.default.copyItem(at: town.folder, to: folder)
    }

    func copy(seed: UInt64) throws -> Town { try Town(copying: self, seed: seed) }

    func remove() { try? FileManager.default.removeItem(at: folder) }

    static let root = FaultVFS.root
    private static let count = Mutex(0)

    private static func newFolder() -> URL {
        let number = count.withLock { count in
            count += 1
            return count
        }
        return root.appendingPathComponent(
            "\(ProcessInfo.processInfo.processIdentifier)-\(number)")
    }

    // MARK: The office

    func openStore() throws -> ServerStore {
        try ServerStore(folder: officeFolder, environment: fate.environment)
    }

    /// Runs `body` while the server answers on a free port, over TLS if devices do, `encrypted`
    /// says so, or `tls` is what it shows; then stops it.
    func serving<Value: Sendable>(
        encrypted: Bool? = nil, tls: TLSConfiguration? = nil,
        handshakeDeadline: TimeAmount = .minutes(10),
        _ body: (_ port: UInt16) async throws -> Value
    ) async throws -> Value {
        let store = try openStore()
        defer { store.close() }
        let (ports, announce) = AsyncStream.makeStream(of: UInt16.self)
        let application = try ServerApplication.build(
            store: store,
            tls: tls ?? (encrypted ?? isEncrypted ? .pinned(store.servedTLSIdentity()) : nil),
            handshakeDeadline: handshakeDeadline, onRunning: { announce.yield(UInt16($0)) })
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                defer { announce.finish() }
                try await application.runService(gracefulShutdownSignals: [])
            }
            defer { group.cancelAll() }
            var iterator = ports.makeAsyncIterator()
            guard let port = await iterator.next() else { throw HarnessError.notServing }
            return try await body(port)
        }
    }

    func link(port: UInt16) throws -> PairingLink {
        let store = try openStore()
        defer { store.close() }
        return try store.append { session in
            let mode: PairingLink.Mode =
                isEncrypted
                ? .pinned(try session.announcedTLSIdentity().keys.current) : .loopback
            return try session.makePairingLink(
                workers: [dana], neighborhoods: [harbor], role: .coordinator, host: "127.0.0.1",
                port: port, mode: mode)
        }
    }

    // MARK: Devices

    func pair(_ name: String, port: UInt16) throws { try pair(name, by: link(port: port)) }

    func pair(_ name: String, by link: PairingLink) throws {
        _ = try Pairing(folder: deviceFolder(name), environment: fate.environment)
            .pair(link, label: name, over: try CurlTransport(to: link, patience: .ofTests))
    }

    func open(_ name: String) throws -> Device {
        try Device(folder: deviceFolder(name), environment: fate.environment)
    }

    /// One session with the server, or with whatever listens on that port.
    func sync(_ device: Device, port: UInt16) throws -> SyncReport {
        try session(device, over: transport(device, port: port)).run()
    }

    /// To the server of the device, by the keys it knows, on another port.
    func transport(
        _ device: Device, port: UInt16, patience: Patience = .ofTests
    ) throws -> CurlTransport {
        let (paired, announced) = try device.read { ($0.paired.server, try $0.announcedKeys) }
        let address = ServerAddress(host: paired.host, port: port, mode: paired.mode)
        return try CurlTransport(
            to: address, pins: address.pins(announced: announced), patience: patience)
    }

    func session(_ device: Device, over transport: any Transport) throws -> SyncSession {
        SyncSession(device: device, keys: try keys(of: device), transport: transport)
    }

    func keys(of device: Device) throws -> ReplicaKeys {
        guard let folder = device.folder, let identity = try IdentityFile(folder: folder) else {
            throw HarnessError.notPaired
        }
        return try identity.keys
    }

    @discardableResult
    func enroll(_ device: Device, number: Int64, name: String) throws -> EntityID {
        let events = try record(device) { _ in
            [
                Draft(
                    .memberEnrolled, home: .neighborhood(harbor),
                    values: [
                        MemberField.name: .text(name), MemberField.number: .integer(number),
                    ], subjects: .itself)
            ]
        }
        return events[0].entity
    }

    @discardableResult
    func exchange(
        _ device: Device, _ provider: EntityID, _ recipient: EntityID, minutes: Int64
    ) throws -> Event {
        try exchanges(device, provider, recipient, [minutes])[0]
    }

    /// In one transaction.
    @discardableResult
    func exchanges(
        _ device: Device, _ provider: EntityID, _ recipient: EntityID,
        _ all: some Sequence<Int64>
    ) throws -> [Event] {
        try record(device) { book in
            let drafts = HoursDrafts(book: book, today: fate.environment.today)
            return try all.map { minutes in
                let shares = try drafts.shares(
                    providers: [provider], recipients: [recipient], minutes: Minutes(minutes))
                return try drafts.draft(
                    form: .exchange, shares: shares,
                    values: [
                        HoursField.serviceDate: .date(day(before: minutes)),
                        HoursField.description: .text(Personal.note),
                    ])
            }
        }
    }

    /// A day of its own for every exchange, as most services have: those of one day between the
    /// same people are looked at together.
    private func day(before days: Int64) -> CivilDate {
        let now = fate.environment.now().milliseconds
        return Instant(milliseconds: now - days * 86_400_000).date(utcOffsetMinutes: 0)
    }

    private func record(
        _ device: Device, _ make: (LocalBook) throws -> [Draft]
    ) throws -> [Event] {
        try Recording(device: device, worker: dana.description).record { book, _ in
            try make(book)
        }
    }
}
