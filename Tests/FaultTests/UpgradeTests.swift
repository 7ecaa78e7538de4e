// Row 30 of the list of faults: a database of the first schema is brought up to date by today's
// program, which is killed at each write of it; a folder of a newer program is left alone by an
// older one. Neighbors: FirstSchema makes the old folders, Sweep kills, Invariants checks.

import FaultInjection
import Foundation
import GRDB
import Shared
import Store
import Testing

@testable import SyncClient
@testable import SyncServer

@Suite("Upgrades", .serialized)
struct UpgradeTests {
    @Test("fault 30: a device is killed at each write while its folder is brought up to date")
    func device() async throws {
        try await sweep("tablet", .device) { town in try town.open("tablet").close() }
    }

    @Test("fault 30: a server is killed at each write while its folder is brought up to date")
    func server() async throws {
        try await sweep("office", .server) { town in try town.openStore().close() }
    }

    private func sweep(
        _ folder: String, _ program: FirstSchema.Program,
        _ open: @escaping @Sendable (Town) throws -> Void
    ) async throws {
        let start = try await Start()
        defer { start.town.remove() }
        let target = start.town.folder.appendingPathComponent(folder)
        try FirstSchema.put(in: target, of: program)
        var sweep = Sweep(
            town: start.town, target: { $0.folder.appendingPathComponent(folder) },
            work: { town, told in
                told.saved = Start.saved
                try open(town)
            }, devices: Start.devices)
        if !FaultRun.isLong { sweep.modes = { $0 == .write ? [.kill, .power] : [] } }
        let (histogram, broken) = try await sweep.run(stride: FaultRun.choose(short: 29, long: 1))
        for line in histogram.lines { print("upgrade of \(folder): \(line)") }
        for breach in broken.prefix(10) { Issue.record("\(breach)") }
        #expect(broken.count == 0)
        // Each migration is a commit of its own.
        #expect(histogram.commits.keys.filter { $0.file == .ledgerLog }.count > 5)
        try FaultReport.row(
            30, "upgrade of the \(program == .device ? "device" : "server") struck",
            times: histogram.total, broken: broken, notes: histogram.lines)
    }

    private static let files = [StoreFile.databaseName, Keyring.fileName]

    @Test("fault 30: what is of a newer program is refused untouched", arguments: files)
    func newer(_ name: String) async throws {
        let start = try await Start()
        defer { start.town.remove() }
        let town = start.town
        var broken: [Breach] = []
        for folder in [town.deviceFolder("tablet"), town.officeFolder] {
            let file = folder.appendingPathComponent(name)
            try Self.mark(file, "INSERT INTO grdb_migrations VALUES ('of a later program')")
            let marked = try Self.content(of: file)
            do {
                if folder == town.officeFolder {
                    try town.openStore().close()
                } else {
                    try town.open("tablet").close()
                }
                broken.append(Breach(.i6, "\(folder.lastPathComponent)/\(name) was opened"))
            } catch {
                let said = Told.shown(error)
                #expect(said.contains("is of a newer Hourbook"), "\(said)")
                #expect(said.contains("nothing was touched"))
            }
            #expect(try Self.content(of: file) == marked)
            try Self.mark(file, "DELETE FROM grdb_migrations WHERE identifier LIKE 'of a later%'")
        }
        var told = Told()
        told.saved = Start.saved
        broken += try await town.broken(told, devices: Start.devices)
        for breach in broken { Issue.record("\(breach)") }
        #expect(broken.count == 0)
        try FaultReport.row(
            30, "\(name) of a newer program, on a device and at the office", times: 2,
            broken: broken)
    }

    /// Every table as it was made, and how many rows it has.
    private static func content(of file: URL) throws -> [String] {
        let queue = try DatabaseQueue(path: file.path)
        defer { try? queue.close() }
        return try queue.read { db in
            let tables = try Row.fetchAll(
                db, sql: "SELECT name, sql FROM sqlite_schema WHERE type = 'table' ORDER BY name")
            return try tables.map { table in
                let (name, sql): (String, String) = (table[0], table[1])
                let count = try Int.fetchOne(db, sql: "SELECT count(*) FROM \(name)") ?? 0
                return "\(count) in \(sql)"
            }
        }
    }

    private static func mark(_ file: URL, _ sql: String) throws {
        let queue = try DatabaseQueue(path: file.path)
        try queue.writeWithoutTransaction { db in
            try db.execute(sql: sql)
            try db.execute(sql: "PRAGMA wal_checkpoint(TRUNCATE)")
        }
        try queue.close()
    }
}
