// A ledger set back or altered behind the server's back is found when its folder is opened, and
// nothing is appended to it. Neighbors: Sources/SyncServer/Ledger/HighWater.

import ArgumentParser
import Foundation
import GRDB
import HTTPTypes
import HummingbirdTesting
import NIOCore
import Shared
import Store
import TestSupport
import Testing

@testable import SyncServer

@Suite struct HighWaterTests {
    private static let database = StoreFile.databaseName

    /// The folder's database as it is after `body`, copied while no log is outstanding.
    private func databaseFiles(_ folder: URL) throws -> [String: Data] {
        var files: [String: Data] = [:]
        for suffix in ["", "-wal"] {
            let url = folder.appendingPathComponent(Self.database + suffix)
            files[Self.database + suffix] = try? Data(contentsOf: url)
        }
        return files
    }

    /// A folder like the office's, with other database files.
    private func copy(_ office: Office, with files: [String: Data]) throws -> URL {
        let copy = office.store.folder.appendingPathExtension("copy")
        try? FileManager.default.removeItem(at: copy)
        try FileManager.default.copyItem(at: office.store.folder, to: copy)
        for suffix in ["", "-wal", "-shm"] {
            let url = copy.appendingPathComponent(Self.database + suffix)
            try? FileManager.default.removeItem(at: url)
            try files[Self.database + suffix]?.write(to: url)
        }
        return copy
    }

    private func standing(_ office: Office, of folder: URL) throws -> LedgerStanding {
        defer { try? FileManager.default.removeItem(at: folder) }
        return try ServerStore(folder: folder, environment: office.store.environment).standing
    }

    private func addWorker(_ office: Office, _ name: String = "Eve") throws {
        try office.store.append { session in
            _ = try session.addWorker(name: name, role: .outreach, neighborhoods: [office.harbor])
        }
    }

    @Test("fault 9: a database set back by one transaction is behind what was signed")
    func setBack() throws {
        let office = try Office()
        let yesterday = try databaseFiles(office.store.folder)
        try addWorker(office)
        let folder = try copy(office, with: yesterday)
        defer { try? FileManager.default.removeItem(at: folder) }
        let store = try ServerStore(folder: folder, environment: office.store.environment)
        #expect(store.standing == .behind(size: 6, recorded: 7))
        let sentence = try #require(store.standing.sentence)
        #expect(sentence.contains("read-only"))
        #expect(throws: Refusal(exit: 65, sentence: sentence)) {
            try store.append { _ = try $0.addNeighborhood(name: "New", code: "NEW") }
        }
        #expect(try store.read { $0.position } == LedgerPosition(6), "reads go on")
        #expect(try store.verified().contains { !$0.isWhole })
    }

    @Test("a device cannot pair with it, and is told why; the office sees it before all that waits")
    func pairing() async throws {
        let office = try Office()
        let link = try office.link()
        let yesterday = try databaseFiles(office.store.folder)
        try addWorker(office)
        let folder = try copy(office, with: yesterday)
        defer { try? FileManager.default.removeItem(at: folder) }
        let store = try ServerStore(folder: folder, environment: office.store.environment)
        #expect(store.standing.waiting.map(\.what) == ["ledger"])
        #expect(office.store.standing.waiting.isEmpty)
        let body = try FieldDevice(office, number: 1).pairRequest(link).encoded()
        try await ServerApplication.build(store: store).test(.router) { client in
            let answer = try await client.post(SyncProtocol.pairPath, body: body)
            #expect(answer.status == .serviceUnavailable)
            #expect(String(buffer: answer.body).contains("urn:hourbook:problem:read-only"))
        }
    }

    @Test("fault 9: a byte flipped in the log drops commits, and that is found")
    func flippedByte() throws {
        let office = try Office()
        try addWorker(office)
        var files = try databaseFiles(office.store.folder)
        let log = try #require(files[Self.database + "-wal"])
        var altered = log
        // In the first page of the log: every commit from there on is dropped without a word.
        altered[32 + 24 + 100] ^= 0x40
        files[Self.database + "-wal"] = altered
        let folder = try copy(office, with: files)
        // Nil where even the schema was in the dropped part: refused at once, which is as good.
        let found = try? standing(office, of: folder)
        #expect(found != .whole)
    }

    @Test("another ledger under the same record is off it")
    func altered() throws {
        let office = try Office()
        try office.store.pool.write { db in
            try db.execute(
                sql: """
                    UPDATE tree_node SET hash = zeroblob(32) WHERE tree = 0 AND number =
                        (SELECT max(number) FROM tree_node WHERE tree = 0)
                    """)
        }
        let found = try ServerStore(
            folder: office.store.folder, environment: office.store.environment
        ).standing
        #expect(found == .off(size: 6))
    }

    @Test("a record torn while it was written leaves the one before")
    func tornRecord() throws {
        let office = try Office()
        try addWorker(office)
        let records = ["high-water-0", "high-water-1"].map {
            office.store.folder.appendingPathComponent($0)
        }
        for record in records {
            let whole = try Data(contentsOf: record)
            try whole.prefix(90).write(to: record)
            let store = try ServerStore(
                folder: office.store.folder, environment: office.store.environment)
            #expect(store.standing == .whole)
            try whole.write(to: record)
        }
        try addWorker(office, "Finn")
        let whole = try ServerStore(
            folder: office.store.folder, environment: office.store.environment)
        #expect(whole.standing == .whole)
    }

    @Test("an untouched ledger verifies whole, every part of it")
    func whole() throws {
        let office = try Office()
        let parts = try office.store.verified()
        #expect(parts.filter { !$0.isWhole }.map(\.part) == [])
        #expect(parts.first?.checked == 6)
    }

    @Test("without a record that can be read the end of the ledger is vouched for by nobody")
    func noRecord() throws {
        let office = try Office()
        for number in 0...1 {
            let url = office.store.folder.appendingPathComponent("high-water-\(number)")
            if FileManager.default.fileExists(atPath: url.path) {
                try Data("x".utf8).write(to: url)
            }
        }
        let parts = try office.store.verified().filter { !$0.isWhole }
        #expect(parts.map(\.part) == ["high-water record"])
        #expect(parts.first?.finding.contains("nothing beside the database vouches") == true)
        let reopened = try ServerStore(
            folder: office.store.folder, environment: office.store.environment)
        #expect(reopened.standing == .whole, "it is said, and work goes on")
        #expect(reopened.troubles == ["WARNING: \(ServerStore.noRecord)"])
        try addWorker(office)
        let again = try ServerStore(
            folder: office.store.folder, environment: office.store.environment)
        #expect(again.troubles.isEmpty, "the commit wrote a new record")
    }

    @Test("every command says that the ledger is read-only, and those that write are refused")
    func commands() async throws {
        let office = try Office()
        #expect(office.store.troubles.isEmpty)
        let yesterday = try databaseFiles(office.store.folder)
        try addWorker(office)
        let folder = try copy(office, with: yesterday)
        defer { try? FileManager.default.removeItem(at: folder) }
        let sentence = try #require(
            try ServerStore(folder: folder, environment: office.store.environment)
                .standing.sentence)
        for arguments in [["balances"], ["ledger"], ["devices"], ["conflicts", "list"]] {
            let command = try ServerMain.parseAsRoot(arguments + ["--data", folder.path])
            let opened = try #require(command as? any ServerCommand).store()
            #expect(opened.troubles == ["READ-ONLY: \(sentence)"])
        }
        let command = try ServerMain.parseAsRoot([
            "neighborhood", "add", "--name", "New", "--code", "NEW", "--data", folder.path,
        ])
        let writing = try #require(command as? any ServerCommand)
        await #expect(throws: Refusal(exit: 65, sentence: sentence)) {
            try await writing.perform()
        }
    }

    @Test("an event altered in the table is found by its position")
    func alteredEvent() throws {
        let office = try Office()
        try office.store.pool.write { db in
            try db.execute(
                sql: """
                    UPDATE event SET bytes = substr(bytes, 1, length(bytes) - 1)
                    WHERE position = 3
                    """)
        }
        let broken = try office.store.verified().filter { !$0.isWhole }
        #expect(
            broken.first?.finding == "the entry at position 3 was altered or is missing")
    }

    @Test("the second server on one folder is refused")
    func secondServer() throws {
        let office = try Office()
        let first = try FolderLock(folder: office.store.folder, name: "serving", wait: false)
        #expect(throws: FolderLock.Failure.self) {
            try FolderLock(folder: office.store.folder, name: "serving", wait: false)
        }
        withExtendedLifetime(first) {}
    }
}
