// Founding: the keys, the phrase, position 1, and that no ledger is founded over another.
// Neighbors: Sources/SyncServer/Setup.

import ArgumentParser
import Foundation
import Shared
import Store
import TestSupport
import Testing

@testable import SyncServer

struct SetupTests {
    @Test("position 1 names the community's keys")
    func positionOne() throws {
        let office = try Office()
        let founded = try office.store.read { views in
            try views.ledger(from: LedgerPosition(1), limit: 1)
        }
        #expect(founded.map(\.kind) == ["community.founded"])
        let event = try #require(
            try office.store.read { views in
                try views.tables.event(
                    Dot(office.store.keys.replica.replica, Sequence64(1)))?.event
            })
        let key = try #require(event.payload.data(FoundedField.ledgerKey))
        #expect(CommunityID(ledgerKey: key) == office.store.community)
    }

    @Test("a folder that holds a ledger is not founded again")
    func refounding() throws {
        let office = try Office()
        #expect(throws: Refusal.self) {
            try Founding.found(
                name: "Another", folder: office.store.folder,
                environment: office.store.environment, recovery: { Fixed.ledger })
        }
        let reopened = try ServerStore(
            folder: office.store.folder, environment: office.store.environment)
        #expect(reopened.community == office.store.community)
    }

    @Test("a phrase that could not be shown founds nothing, and the next one does")
    func phraseBeforeFounding() throws {
        struct Unseen: Error {}
        let office = try Office()
        let folder = office.store.folder.appendingPathComponent("another")
        func found(_ show: () throws -> Void) throws -> ServerStore {
            try Founding.found(
                name: "Another", folder: folder, environment: office.store.environment,
                recovery: { Fixed.ledger }, beforePositionOne: show)
        }
        #expect(throws: Unseen.self) { try found { throw Unseen() } }
        let broken = try ServerStore(folder: folder, environment: office.store.environment)
        #expect(!broken.isFounded)
        let command = try ServerMain.parseAsRoot(["balances", "--data", folder.path])
        let said = #expect(throws: Refusal.self) {
            try #require(command as? any ServerCommand).store()
        }
        #expect(said?.sentence.contains("run `init` again") == true)
        #expect(try found {}.isFounded == false, "as it was opened")
        #expect(try ServerStore(folder: folder, environment: office.store.environment).isFounded)
    }

    @Test("a name that cannot be one is refused before the phrase is shown, and leaves no folder")
    func badName() throws {
        let office = try Office()
        let folder = office.store.folder.appendingPathComponent("another")
        for name in ["", String(repeating: "x", count: Limits.textScalarsMax + 1)] {
            #expect(throws: ShapeFault.self) {
                try Founding.found(
                    name: name, folder: folder, environment: office.store.environment,
                    show: { _ in Issue.record("the phrase was shown") })
            }
        }
        #expect(!FileManager.default.fileExists(atPath: folder.path))
    }

    @Test("a ledger cut off to nothing is damage, and no reason to found another over its keys")
    func emptied() throws {
        let office = try Office()
        let (folder, environment) = (office.store.folder, office.store.environment)
        let keys = folder.appendingPathComponent(ServerKeys.fileName)
        let before = try Data(contentsOf: keys)
        try Data().write(to: folder.appendingPathComponent(StoreFile.databaseName))
        #expect(throws: StoreDamage.self) {
            try ServerStore(folder: folder, environment: environment)
        }
        #expect(throws: StoreDamage.self) {
            try Founding.found(
                name: "Another", folder: folder, environment: environment,
                recovery: { Fixed.ledger })
        }
        #expect(try Data(contentsOf: keys) == before)
    }

    @Test(
        "a neighborhood's code is 2 to 8 letters and digits, a letter first, kept in capitals",
        arguments: [
            ("har2", "HAR2"), ("OR", "OR"), ("Abcdefg8", "ABCDEFG8"), ("H", nil), ("", nil),
            ("ABCDEFGHI", nil), ("2HA", nil), ("H-R", nil), ("HÄR", nil), ("H R", nil),
            ("АБВ", nil),
        ] as [(String, String?)])
    func codes(typed: String, kept: String?) throws {
        let office = try Office()
        let added = try? office.store.append { try $0.addNeighborhood(name: "New", code: typed) }
        let codes = try office.store.read { views in
            try views.neighborhoods().filter { $0.id == added }.map(\.code)
        }
        #expect(codes == [kept].compactMap(\.self))
    }

    @Test("a code from before there was a rule is found and written as it is")
    func olderCode() throws {
        let office = try Office()
        try office.store.append { session in
            _ = try session.author(
                AppendSession.Draft(
                    kind: .neighborhoodDefined,
                    payload: [
                        NeighborhoodField.name: .text("Old"), NeighborhoodField.code: .text("ö"),
                    ]))
        }
        let pot = try office.store.read { try $0.label(of: $0.neighborhood("Ö")) }
        #expect(pot == "ö pot")
    }

    @Test("private keys are readable by their owner only")
    func permissions() throws {
        let office = try Office()
        for name in [ServerKeys.fileName, Keyring.fileName, StoreFile.databaseName] {
            let path = office.store.folder.appendingPathComponent(name).path
            let attributes = try FileManager.default.attributesOfItem(atPath: path)
            #expect(attributes[.posixPermissions] as? Int == 0o600)
        }
    }

    @Test("a ledger whose keys are gone says so, and what to do, not that there is none")
    func lostKeys() throws {
        let office = try Office()
        _ = try office.store.append { try $0.announcedTLSIdentity() }
        #expect(try !office.store.hasLostTLSKeys)
        let folder = office.store.folder
        try FileManager.default.removeItem(
            at: folder.appendingPathComponent(TLSIdentity.fileName))
        #expect(try office.store.hasLostTLSKeys)
        let keys = folder.appendingPathComponent(ServerKeys.fileName)
        try FileManager.default.removeItem(at: keys)
        #expect(throws: ServerKeys.Failure.lost(path: keys.path)) {
            try ServerStore(folder: folder, environment: office.store.environment)
        }
        let nowhere = folder.appendingPathComponent("nowhere")
        #expect(throws: ServerKeys.Failure.missing(folder: nowhere.path)) {
            try ServerStore(folder: nowhere, environment: office.store.environment)
        }
    }

    @Test("a phrase typed back gives the same recovery keys")
    func phrase() throws {
        let random = SharedRandom(seed: 3)
        let phrase = RecoveryPhrase(
            environment: Shared.Environment(
                now: { Instant(milliseconds: 0) }, utcOffsetMinutes: { 0 },
                randomBytes: { random.bytes($0) }))
        let groups = phrase.description.split(separator: " ")
        #expect(groups.map(\.count) == Array(repeating: 4, count: 8))
        let typed = try #require(
            RecoveryPhrase(phrase.description.lowercased().replacing(" ", with: "-")))
        #expect(try typed.keys().replica == phrase.keys().replica)
        #expect(RecoveryPhrase("AAAA BBBB") == nil)
    }

    @Test("codes are unique and names found by code, name or id")
    func finding() throws {
        let office = try Office()
        #expect(throws: Refusal.self) {
            try office.store.append { _ = try $0.addNeighborhood(name: "X", code: "har") }
        }
        let names = ["HAR", "har", "Harbor", office.harbor.description, office.harbor.short]
        let (neighborhoods, worker) = try office.store.read { views in
            (try names.map(views.neighborhood), try views.worker("ada"))
        }
        #expect(Set(neighborhoods) == [office.harbor])
        #expect(worker == office.ada)
        #expect(throws: Refusal.self) {
            try office.store.read { try $0.worker("nobody") }
        }
    }
}
