// A community whose keys are in two places, and what is done to its files of data keys.
// Neighbor: LostKeysTests hurts them.

import FaultInjection
import Foundation
import GRDB
import Shared
import Store

@testable import SyncClient
@testable import SyncServer

/// A community of two neighborhoods, each with a device that holds it alone, in step.
struct TwoPlaces {
    let town: Town
    let harbor: EntityID
    let orchard: EntityID

    init() async throws {
        let town = try Town()
        let orchard = try town.withStore { store in
            try store.append { try $0.addNeighborhood(name: "Orchard", code: "ORC") }
        }
        (self.town, harbor, self.orchard) = (town, town.harbor, orchard)
        for (name, place, number) in [("tablet", harbor, 1), ("phone", orchard, 3)] {
            try await pair(name, at: place)
            let device = try town.open(name)
            let ana = try enroll(device, at: place, number: Int64(number))
            let omar = try enroll(device, at: place, number: Int64(number) + 1)
            try town.exchange(device, ana, omar, minutes: Int64(number) * 10)
            device.close()
        }
        for name in ["tablet", "phone", "tablet"] { _ = try await sync(name) }
    }

    func remove() { town.remove() }

    func pair(_ name: String, at place: EntityID) async throws {
        try await town.serving { port in
            let link = try town.withStore { store in
                try store.append { session in
                    try session.makePairingLink(
                        workers: [town.dana], neighborhoods: [place], role: .coordinator,
                        host: "127.0.0.1", port: port, mode: .loopback)
                }
            }
            try await apart {
                try town.pair(name, by: link)
                let device = try town.open(name)
                defer { device.close() }
                _ = try town.sync(device, port: port)
            }
        }
    }

    @discardableResult
    func enroll(_ device: Device, at place: EntityID, number: Int64) throws -> EntityID {
        try enroll(device, at: place, numbers: number..<number + 1)[0].entity
    }

    @discardableResult
    func enroll(
        _ device: Device, at place: EntityID, numbers: Range<Int64>
    ) throws -> [Event] {
        try Recording(device: device, worker: town.dana.description).record { _, _ in
            numbers.map { number in
                Draft(
                    .memberEnrolled, home: .neighborhood(place),
                    values: [
                        MemberField.name: .text("Member \(number)"),
                        MemberField.number: .integer(number),
                    ], subjects: .itself)
            }
        }
    }

    func sync(_ name: String) async throws -> SyncReport {
        try await town.serving { port in
            try await apart {
                let device = try town.open(name)
                defer { device.close() }
                return try town.sync(device, port: port)
            }
        }
    }

    func withDevice<Result>(_ name: String, _ body: (Device) throws -> Result) throws -> Result {
        let device = try town.open(name)
        defer { device.close() }
        return try body(device)
    }

    func unreadable(_ name: String) throws -> Int {
        try withDevice(name) { try $0.read { try Book($0.views).unreadable } }
    }

    /// Keys that the device's events name.
    func keyCount(_ name: String) throws -> Int {
        try withDevice(name) { device in
            try device.read { book in
                Set(
                    try Data.fetchAll(book.tables.db, sql: "SELECT bytes FROM event").flatMap {
                        Event.sealedKeys(in: [UInt8]($0))
                    }
                ).count
            }
        }
    }

    /// Of a sync that has nothing to say: up, down and requests.
    func noOpBytes(_ name: String) async throws -> [Int] {
        _ = try await sync(name)
        let report = try await sync(name)
        return [report.bytesSent, report.bytesReceived, report.requests]
    }

    /// The files that take the place of the keyring of a device, or the office's.
    func spare(_ hurt: LostKeysTests.Hurt, of name: String?) async throws -> [String: Data] {
        switch hurt {
        case .lost: return [:]
        case .garbage:
            return [Keyring.fileName: Data(repeating: UInt8(ascii: "?"), count: 8_192)]
        case .torn:
            let whole = try await self.spare(.setBack, of: name)
            return whole.mapValues { $0.prefix(5_000) }
        case .half:
            return ["-wal", "-shm"].reduce(into: [:]) {
                $0[Keyring.fileName + $1] = Data(repeating: 7, count: 32_768)
            }
        case .exchanged:
            let other = try Town(seed: 2)
            defer { other.remove() }
            try other.withStore { _ in }
            return try KeyringFiles.taken(from: other.officeFolder)
        case .setBack:
            // A copy of the keyring from before it had any key, under the same name.
            let folder = name.map(town.deviceFolder) ?? town.officeFolder
            let files = try KeyringFiles.taken(from: folder)
            let scratch = town.folder.appendingPathComponent("scratch")
            try FileManager.default.createDirectory(
                at: scratch, withIntermediateDirectories: true)
            try KeyringFiles.put(files, in: scratch)
            try KeyringFiles.empty(scratch)
            return try KeyringFiles.taken(from: scratch)
        }
    }
}

enum KeyringFiles {
    private static let names = ["", "-wal", "-shm"].map { Keyring.fileName + $0 }

    static func taken(from folder: URL) throws -> [String: Data] {
        var files: [String: Data] = [:]
        for name in names.dropLast() {
            files[name] = try? Data(contentsOf: folder.appendingPathComponent(name))
        }
        return files
    }

    /// What is not among the files is removed.
    static func put(_ files: [String: Data], in folder: URL) throws {
        for name in names {
            let url = folder.appendingPathComponent(name)
            try? FileManager.default.removeItem(at: url)
            try files[name]?.write(to: url)
        }
    }

    /// One bit of every key.
    static func alter(_ folder: URL) throws {
        let queue = try DatabaseQueue(
            path: folder.appendingPathComponent(Keyring.fileName).path)
        try queue.write { db in
            for row in try Row.fetchAll(db, sql: "SELECT id, key FROM data_key") {
                var key: Data = row[1]
                key[key.startIndex] ^= 1
                try db.execute(
                    sql: "UPDATE data_key SET key = ? WHERE id = ?",
                    arguments: [key, row[0] as Int64])
            }
        }
        try queue.close()
    }

    static func empty(_ folder: URL) throws {
        let queue = try DatabaseQueue(
            path: folder.appendingPathComponent(Keyring.fileName).path)
        try queue.write { db in
            try db.execute(sql: "DELETE FROM data_key; UPDATE keyring SET added = 0")
        }
        try queue.close()
    }
}
