// An office whose folder is put back from a copy, with devices that have seen more: what the suites
// about epochs begin with. Neighbors: Start makes the devices, Town opens the folders.

import FaultInjection
import Foundation
import Shared
import Store
import Testing

@testable import SyncClient
@testable import SyncServer

struct SetBack {
    let start: Start
    var town: Town { start.town }

    /// Two devices in step, and the admin Ada; nothing is copied yet.
    init() async throws {
        start = try await Start()
        let it = start.town
        _ = try it.withStore { store in
            try store.append {
                try $0.addWorker(name: "Ada", role: .admin, neighborhoods: [it.harbor])
            }
        }
        for _ in 0..<2 {
            for name in Start.devices {
                let end = try await sync(name)
                #expect(end == .complete)
            }
        }
    }

    // MARK: The office

    private func copy(_ name: String) -> URL { town.folder.appendingPathComponent(name) }

    func keepCopy(_ name: String = "backup") throws {
        try FileManager.default.copyItem(at: town.officeFolder, to: copy(name))
    }

    /// Its record comes with it, or is left out.
    func putBack(_ name: String = "backup", withRecord: Bool = true) throws {
        try FileManager.default.removeItem(at: town.officeFolder)
        try FileManager.default.copyItem(at: copy(name), to: town.officeFolder)
        if withRecord { return }
        for name in HighWater.fileNames {
            try FileManager.default.removeItem(at: town.officeFolder.appendingPathComponent(name))
        }
    }

    @discardableResult
    func recover(isRestored: Bool = false) throws -> ServerStore.Reopened {
        try town.withStore {
            try $0.beginEpoch(as: "Ada", reason: "the disk was replaced", isRestored: isRestored)
        }
    }

    /// The office goes on by itself, unnoticed by devices, until it has reached a position.
    func growOffice(to position: LedgerPosition) throws {
        try town.withStore { store in
            var end = try store.read { $0.position }
            while end < position {
                end = try store.append { session in
                    _ = try session.addWorker(
                        name: "Worker \(session.position)", role: .outreach,
                        neighborhoods: [town.harbor])
                    return session.position
                }
            }
        }
    }

    var standing: LedgerStanding {
        get throws { try town.withStore { $0.standing } }
    }

    // MARK: Devices

    @discardableResult
    func sync(_ name: String) async throws -> SyncEnd {
        try await syncing(name) { _ in }.end
    }

    /// Does something on a device, and syncs it.
    @discardableResult
    func syncing(
        _ name: String, after body: @escaping @Sendable (Device) throws -> Void
    ) async throws -> SyncReport {
        let town = town
        return try await town.serving { port in
            try await apart {
                let device = try town.open(name)
                defer { device.close() }
                try body(device)
                return try town.sync(device, port: port)
            }
        }
    }

    /// The laptop records, and everybody syncs.
    func goOn(_ minutes: [Int64]) async throws {
        let start = start
        try await syncing("laptop") { device in
            for minutes in minutes {
                try start.town.exchange(device, start.ana, start.omar, minutes: minutes)
            }
        }
        for name in Start.devices {
            let end = try await sync(name)
            #expect(end == .complete)
        }
    }

    func read<Value>(_ name: String, _ body: (LocalBook) throws -> Value) throws -> Value {
        let device = try town.open(name)
        defer { device.close() }
        return try device.read(body)
    }

    /// All of them, twice: the second time for what the others brought.
    func syncAll(_ names: [String] = Start.devices) async throws {
        for _ in 0..<2 {
            for name in names {
                let end = try await sync(name)
                #expect(end == .complete, "\(name)")
            }
        }
    }

    /// Everything that was saved is there once, everywhere.
    func expectWhole(
        _ saved: Set<Int64>, devices: [String] = Start.devices, voided: Set<Int64> = []
    ) async throws {
        var told = Told()
        told.saved = Start.saved.union(saved).subtracting(voided)
        // Listed or not, as a voided one may be.
        told.failed = voided
        for breach in try await town.broken(told, devices: devices) { Issue.record("\(breach)") }
    }
}
