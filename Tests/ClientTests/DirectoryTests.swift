// Members elsewhere on a device that holds one neighborhood: found by number, named in entries that
// reach both neighborhoods, and never shown with figures that are not here.

import Shared
import Store
import TestSupport
import Testing

@testable import SyncClient

@Suite struct DirectoryTests {
    private let harbor = ScopeID.neighborhood(OfficeInMemory.harbor)
    private let orchard = ScopeID.neighborhood(OfficeInMemory.orchard)

    /// One device each in Harbor and Orchard; a member of each at the office, and both in step.
    private struct Town {
        let office: OfficeInMemory
        let harbor: Bench
        let orchard: Bench
        let ana: EntityID
        let tom: EntityID

        init() throws {
            office = try OfficeInMemory()
            harbor = try Bench.ready(office)
            orchard = try Bench(
                office: office, keys: Fixed.keys(signing: 0x11, receiving: 0x22), seed: 9,
                home: OfficeInMemory.orchard)
            _ = try orchard.sync()
            ana = try harbor.enroll(1)
            tom = try orchard.enroll(1, "Tom")
            _ = try harbor.sync()
            _ = try orchard.sync()
            _ = try harbor.sync()
        }
    }

    private func found(_ typed: String, on bench: Bench) throws -> EntityID {
        try bench.device.read { try Finder(book: $0).account(typed) }
    }

    private func lines(_ bench: Bench) throws -> [DirectoryLine] {
        try bench.device.read { try $0.views.directory() }
    }

    /// What a refusal says.
    private func sentence(_ body: () throws -> Void) -> String {
        do {
            try body()
            return ""
        } catch {
            return "\(error)"
        }
    }

    @Test func whoIsElsewhereIsFoundByNumberAndId() throws {
        let town = try Town()
        let bench = town.harbor
        for typed in ["ORC-1", "orc-1", town.tom.description, town.tom.short] {
            #expect(try found(typed, on: bench) == town.tom)
        }
        #expect(try found("HAR-1", on: town.orchard) == town.ana)
        #expect(try bench.device.read { try $0.views.label(of: town.tom) } == "ORC-1")
        // A bare number is somebody here, and a held member has no line.
        #expect(try found("1", on: bench) == town.ana)
        #expect(try lines(bench).map(\.member) == [town.tom])
        #expect(try lines(town.orchard).map(\.member) == [town.ana])
    }

    @Test func anExchangeAcrossNeighborhoodsIsRecordedOfflineAndBothAgree() throws {
        let town = try Town()
        let entry = try town.harbor.exchange(town.ana, town.tom, 90)
        let both = [harbor, orchard].sorted()
        #expect(entry.home == harbor)
        #expect(try town.harbor.device.read { try $0.views.reach(of: entry.entity) } == both)
        #expect(try town.harbor.statement(town.ana).balance == 90)
        for bench in [town.harbor, town.orchard] { #expect(try bench.sync().end == .complete) }
        #expect(try town.harbor.device.read { try $0.views.reach(of: entry.entity) } == both)
        #expect(try town.orchard.statement(town.tom).balance == -90)
        #expect(try town.harbor.digest() == town.office.harborDigest)
        #expect(try town.orchard.digest() == town.office.digest(of: OfficeInMemory.orchard))
        let record = try town.orchard.device.read { try $0.views.hours(entry.entity) }
        #expect(record?.providers.map(\.label) == ["HAR-1"])
        #expect(record?.recipients.map(\.label) == ["ORC-1 Tom"])
    }

    @Test func anEntryOfTwoElsewhereIsNotForThisDevice() throws {
        let town = try Town()
        let mei = try town.orchard.enroll(2, "Mei")
        _ = try town.orchard.sync()
        _ = try town.harbor.sync()
        let said = sentence { try town.harbor.exchange(town.tom, mei, 30) }
        #expect(said.contains("none of them is of a neighborhood that this device holds"))
        #expect(try town.harbor.unsent() == 0)
    }

    @Test func figuresOfMembersElsewhereAreRefusedWithWhoHoldsThem() throws {
        let town = try Town()
        try town.harbor.exchange(town.ana, town.tom, 90)
        for typed in ["ORC-1", "ORC pot"] {
            let said = sentence {
                try town.harbor.device.read { _ = try Finder(book: $0).heldAccount(typed) }
            }
            #expect(said.contains("\(typed) is held by Orchard"))
        }
        let said = sentence {
            try town.harbor.device.read { _ = try Finder(book: $0).member("ORC-1") }
        }
        #expect(said.contains("held by Orchard"))
        #expect(throws: UserError.self) {
            try town.harbor.device.read { try Finder(book: $0).partyMember("ORC pot") }
        }
        #expect(try town.harbor.device.read { try $0.views.members() }.map(\.id) == [town.ana])
        #expect(
            try town.harbor.device.read { try $0.views.accounts(in: $0.held) }
                == [town.ana, OfficeInMemory.harbor])
    }

    @Test func aNumberThatNobodyToldOfIsRefusedWithWhatToDo() throws {
        let town = try Town()
        let said = sentence { _ = try found("ORC-9", on: town.harbor) }
        #expect(said.contains("has not been told of ORC-9 in Orchard"))
        #expect(said.contains("member list --elsewhere"))
    }

    @Test func ofTwoElsewhereWithOneNumberBothAreShown() throws {
        let town = try Town()
        let other = try town.orchard.enroll(1, "Mei")
        _ = try town.orchard.sync()
        _ = try town.harbor.sync()
        let said = sentence { _ = try found("ORC-1", on: town.harbor) }
        for member in [town.tom, other] { #expect(said.contains("ORC-1  (\(member.short))")) }
        #expect(try found(other.short, on: town.harbor) == other)
    }

    // MARK: What the office says

    private func told(_ town: Town, _ line: DirectoryLine) throws {
        town.office.directory = { _ in [line] }
        #expect(try town.harbor.sync().end == .complete)
        town.office.directory = { $0 }
    }

    @Test func aLaterLineTakesThePlaceOfAnOlder() throws {
        let town = try Town()
        try told(
            town,
            DirectoryLine(
                member: town.tom, home: orchard, number: 5, isActive: false, name: "Tomás Gil"))
        #expect(throws: UserError.self) { try found("ORC-1", on: town.harbor) }
        for typed in ["ORC-5", "tomas"] { #expect(try found(typed, on: town.harbor) == town.tom) }
        let record = try town.harbor.device.read { book in
            try book.views.directory().map(book.views.record)
        }
        #expect(record.map(\.code) == ["ORC"] && record.map(\.number) == [5])
        #expect(record.map(\.home) == ["Orchard"] && record.map(\.name) == ["Tomás Gil"])
        #expect(record.map(\.active) == [false])
        #expect(
            try town.harbor.device.read { try $0.views.label(of: town.tom) } == "ORC-5 Tomás Gil")
    }

    @Test func anAliasIsNamedButNotFound() throws {
        let town = try Town()
        try told(town, DirectoryLine(member: town.tom, home: orchard, number: 1, isAlias: true))
        #expect(throws: UserError.self) { try found("ORC-1", on: town.harbor) }
        #expect(try lines(town.harbor) == [])
        #expect(try town.harbor.device.read { try $0.views.label(of: town.tom) } == "ORC-1")
    }

    @Test func aLineAboutWhoIsHeldHereChangesNothing() throws {
        let town = try Town()
        try told(town, DirectoryLine(member: town.ana, home: orchard, number: 7, name: "Eve"))
        #expect(try found("HAR-1", on: town.harbor) == town.ana)
        #expect(throws: UserError.self) { try found("ORC-7", on: town.harbor) }
        try told(town, DirectoryLine(member: Fixed.entity(10), home: harbor, number: 8))
        #expect(throws: UserError.self) { try found("HAR-8", on: town.harbor) }
        #expect(try lines(town.harbor).map(\.member) == [town.tom])
    }

    @Test func oddLinesHoldNothingUp() throws {
        let town = try Town()
        let nowhere = ScopeID.neighborhood(Fixed.entity(99))
        let someone = Fixed.entity(10)
        try told(town, DirectoryLine(member: someone, home: nowhere, number: 3))
        try told(
            town,
            DirectoryLine(
                member: EntityID(Dot(Fixed.server, Sequence64(Limits.countMax))), home: orchard,
                number: 4))
        #expect(try Set(lines(town.harbor).map(\.member)) == [someone, town.tom])
        let label = try town.harbor.device.read { try $0.views.label(of: someone) }
        #expect(label == "\(Fixed.entity(99).short)-3")
    }

    @Test func aRebuildLeavesTheDirectory() throws {
        let town = try Town()
        try town.harbor.exchange(town.ana, town.tom, 90)
        let before = try lines(town.harbor)
        try town.harbor.device.write { try $0.tables.rebuild { _ in } }
        #expect(try lines(town.harbor) == before)
        #expect(try town.harbor.statement(town.ana).balance == 90)
    }

    @Test func aRefusedAnswerLeavesNoLine() throws {
        let town = try Town()
        _ = try town.orchard.enroll(2, "Mei")
        _ = try town.orchard.sync()
        town.office.ledgerKeys = Fixed.keys(signing: 0x33, receiving: 0x44)
        _ = try town.harbor.sync()
        #expect(try lines(town.harbor).map(\.member) == [town.tom])
        town.office.ledgerKeys = Fixed.ledger
        _ = try town.harbor.sync()
        #expect(try lines(town.harbor).map(\.number) == [1, 2])
    }
}
