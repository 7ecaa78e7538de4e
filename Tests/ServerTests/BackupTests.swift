// Backups by hazard: what can happen to the two files, to the phrase and to the folder, and that a
// ledger comes back with every key. Neighbors: Sources/SyncServer/Backup.

import Foundation
import GRDB
import HTTPTypes
import Shared
import Store
import TestSupport
import Testing

@testable import SyncServer

struct BackupTests {
    /// An office, and a backup of it made before anything else happens.
    private struct Case {
        let office: Office
        let data: URL
        let keys: URL
        let place: URL

        init(seed: UInt64 = 1) throws {
            office = try Office(seed: seed)
            _ = try office.store.append { try $0.announcedTLSIdentity() }
            let target = office.store.folder.appendingPathComponent("backups")
            let done = try office.store.backUp(into: target)
            (data, keys) = (
                URL(fileURLWithPath: done.dataFile), URL(fileURLWithPath: done.keysFile)
            )
            place = office.store.folder.appendingPathComponent("new/ledger")
        }

        func backup(recovery: ReplicaKeys = Fixed.ledger) throws -> Backup {
            try Backup(try Backup.pair(data: data, keys: keys), recovery: recovery)
        }

        func restore(as admin: String = "Ada") throws -> ServerStore.Reopened {
            try backup().restore(
                into: place, as: admin, reason: "the disk is gone",
                environment: office.store.environment)
        }

        /// No folder, no draft and no scratch folder.
        var isPlaceUntouched: Bool {
            let above = place.deletingLastPathComponent().path
            return ((try? FileManager.default.contentsOfDirectory(atPath: above)) ?? []).isEmpty
        }

        func sentence(_ body: () throws -> Void) throws -> String {
            let said = #expect(throws: Refusal.self, performing: body)
            return try #require(said).sentence
        }
    }

    @Test("a backup comes back whole, in a new epoch, with names, and takes entries")
    func roundTrip() throws {
        let it = try Case()
        let before = try it.office.store.pool.read { try LedgerTables($0).ledgerRoot() }
        let done = try it.restore()
        #expect(done.epoch == 2)
        #expect(done.inheritedSize == before.size)
        let store = try ServerStore(folder: it.place, environment: it.office.store.environment)
        #expect(store.standing == .whole)
        #expect(store.community == it.office.store.community)
        #expect(try store.verified().allSatisfy(\.isWhole))
        #expect(try store.read { try $0.worker("Bea") } == it.office.bea)
        #expect(
            try TLSIdentity(folder: it.place)?.keys
                == TLSIdentity(folder: it.office.store.folder)?.keys)
        try store.append { session in
            _ = try session.addWorker(
                name: "Eve", role: .outreach, neighborhoods: [it.office.harbor])
        }
        #expect(
            try FileManager.default.contentsOfDirectory(
                atPath: it.place.deletingLastPathComponent().path) == ["ledger"])
    }

    @Test("nobody's account, invitation, session or pairing link is in a backup")
    func accounts() async throws {
        let office = try Office()
        _ = try office.store.append { try $0.announcedTLSIdentity() }
        let browser = try await office.browser(of: office.ada, at: office.site())
        _ = try office.store.invite(office.bea)
        _ = try office.link()
        let done = try office.store.backUp(
            into: office.store.folder.appendingPathComponent("backups"))
        let pair = try Backup.pair(
            data: URL(fileURLWithPath: done.dataFile), keys: URL(fileURLWithPath: done.keysFile))
        let place = office.store.folder.appendingPathComponent("new/ledger")
        _ = try Backup(pair, recovery: Fixed.ledger).restore(
            into: place, as: "Ada", reason: "the disk is gone",
            environment: office.store.environment)
        let restored = try ServerStore(folder: place, environment: office.store.environment)
        #expect(try restored.consoleAccounts().isEmpty)
        let links = try await restored.pool.read { db in
            try Int.fetchOne(db, sql: "SELECT count(*) FROM pairing_link")
        }
        #expect(links == 0)
        // The office that was copied goes on, and the restored one invites anew.
        #expect(try await browser.get("/").status == .ok)
        let site = ConsoleSite(ConsoleDesk(restored, cost: .tests), door: .loopback)
        #expect(
            try await ConsoleBrowser(site).join(try restored.invite(office.ada)).location == "/")
    }

    @Test("a file cut off at any place is named as cut off, and nothing is written")
    func truncated() throws {
        let it = try Case()
        for url in [it.data, it.keys] {
            let whole = try Data(contentsOf: url)
            for count in [0, 1, 80, whole.count / 2, whole.count - 1] {
                try whole.prefix(count).write(to: url)
                let said = try it.sentence { _ = try it.restore() }
                #expect(said.contains(url.lastPathComponent))
                #expect(said.contains("cut off") || said.contains("is no backup"))
            }
            try whole.write(to: url)
        }
        #expect(it.isPlaceUntouched)
        #expect(try it.restore().epoch == 2)
    }

    @Test("a flipped bit anywhere is found, and nothing is written")
    func flipped() throws {
        let it = try Case()
        for url in [it.data, it.keys] {
            let whole = try Data(contentsOf: url)
            for index in stride(from: 0, to: whole.count, by: whole.count / 40) {
                var bytes = whole
                bytes[index] ^= 1
                try bytes.write(to: url)
                #expect(throws: Refusal.self, "byte \(index)") { try it.restore() }
            }
            try whole.write(to: url)
        }
        #expect(it.isPlaceUntouched)
    }

    @Test("another phrase is refused with a sentence, and nothing is written")
    func wrongPhrase() throws {
        let it = try Case()
        let other = Fixed.keys(signing: 7, receiving: 8)
        let said = try it.sentence { _ = try it.backup(recovery: other) }
        #expect(said.contains("recovery phrase"))
        #expect(it.isPlaceUntouched)
    }

    @Test("the keys file of another community is refused, and so is one for the other")
    func foreignKeys() throws {
        let it = try Case()
        let other = try Case(seed: 2)
        let said = try it.sentence { _ = try Backup.pair(data: it.data, keys: other.keys) }
        #expect(said.contains("another community"))
        let swapped = try it.sentence { _ = try Backup.pair(data: it.keys, keys: it.data) }
        #expect(swapped.contains("is the keys file"))
    }

    @Test("a database that was exchanged under a true hash is not what was signed")
    func exchanged() throws {
        let it = try Case()
        let other = try Case(seed: 2)
        let theirs = try BackupFile(other.data, .data)
        var header = try BackupFile(it.data, .data).header
        header = BackupHeader(
            community: header.community, epoch: header.epoch, position: header.position,
            madeAtMilliseconds: header.madeAtMilliseconds, recoveryKey: header.recoveryKey,
            checkpoint: header.checkpoint, contentBytes: theirs.header.contentBytes)
        try BackupFile.write(
            to: it.data, part: .data, header: BackupFile.encoded(header)
        ) { sink in try theirs.read(sink) }
        let said = try it.sentence { _ = try it.restore() }
        #expect(said.contains("not what was signed"))
        #expect(it.isPlaceUntouched)
    }

    @Test("entries taken while a backup is made are in it or after it, never half")
    func whileWriting() async throws {
        let it = try Case()
        let store = it.office.store
        let harbor = it.office.harbor
        let target = store.folder.appendingPathComponent("while")
        async let written: Void = {
            for number in 1...40 {
                try await store.appendAsync { session in
                    _ = try session.addWorker(
                        name: "Eve \(number)", role: .outreach, neighborhoods: [harbor])
                }
            }
        }()
        var made: [ServerStore.BackedUp] = []
        for number in 1...4 {
            made.append(try store.backUp(into: target.appendingPathComponent("\(number)")))
        }
        try await written
        for done in made {
            let pair = try Backup.pair(
                data: URL(fileURLWithPath: done.dataFile),
                keys: URL(fileURLWithPath: done.keysFile))
            let drilled = try Backup(pair, recovery: Fixed.ledger).drill(
                environment: store.environment)
            #expect(drilled.entries == done.position)
            #expect(drilled.parts.filter { !$0.isWhole }.isEmpty)
        }
    }

    @Test("a restore that ends before its last step leaves nothing, and the next one goes through")
    func struck() throws {
        let it = try Case()
        // Dana is no admin: found at the last step but one, when everything is unpacked.
        #expect(throws: Refusal.self) { try it.restore(as: "Dana") }
        #expect(it.isPlaceUntouched)
        // What a process that was killed leaves beside the place.
        let above = it.place.deletingLastPathComponent()
        try FileManager.default.createDirectory(
            at: above.appendingPathComponent(".ledger.restoring-00"),
            withIntermediateDirectories: true)
        #expect(try it.restore().epoch == 2)
    }

    @Test("a folder that holds a ledger, or anything, is left as it is; an empty one is taken")
    func occupied() throws {
        let it = try Case()
        try FileManager.default.createDirectory(at: it.place, withIntermediateDirectories: true)
        let file = it.place.appendingPathComponent("note.txt")
        try Data("mine".utf8).write(to: file)
        #expect(try it.sentence { _ = try it.restore() }.contains("not empty"))
        #expect(try Data(contentsOf: file) == Data("mine".utf8))
        try FileManager.default.removeItem(at: file)
        #expect(try it.restore().epoch == 2)
        #expect(try it.sentence { _ = try it.restore() }.contains("not empty"))
    }

    @Test("a ledger that was set back is not backed up, and `recover` is named")
    func setBack() throws {
        let it = try Case()
        let drill = try it.backup()
        let older = it.office.store.folder.appendingPathComponent("older")
        try FileManager.default.createDirectory(at: older, withIntermediateDirectories: true)
        let store = try drill.unpack(into: older, environment: it.office.store.environment).store
        try store.append { session in
            _ = try session.addWorker(
                name: "Eve", role: .outreach, neighborhoods: [it.office.harbor])
        }
        let mark = try Data(contentsOf: older.appendingPathComponent(HighWater.fileNames[1]))
        let again = it.office.store.folder.appendingPathComponent("again")
        try FileManager.default.createDirectory(at: again, withIntermediateDirectories: true)
        _ = try drill.unpack(into: again, environment: it.office.store.environment)
        try mark.write(to: again.appendingPathComponent(HighWater.fileNames[1]))
        let setBack = try ServerStore(folder: again, environment: it.office.store.environment)
        #expect(setBack.standing != .whole)
        let target = it.office.store.folder.appendingPathComponent("none")
        let said = try it.sentence { _ = try setBack.backUp(into: target) }
        #expect(said.contains("recover"))
        #expect(!FileManager.default.fileExists(atPath: target.path))
    }
}
