// Members who move, with what was recorded about them: whole on the devices of the new
// neighborhood, fetched again where a disk has hurt it, done again when the office was set back.
// Neighbors: MoveHistories and Offers/TakingBack are what is looked at, Places is the community.
// The simulator's seed 520028 found `beforeTheMove`.

import FaultInjection
import Foundation
import GRDB
import Shared
import Store
import Testing

@testable import SyncClient
@testable import SyncServer

@Suite("Members who move", .serialized)
struct MoveTests {
    @Test("all that was recorded about a member comes along, as the move vouches for it")
    func along() async throws {
        let place = try await Places()
        defer { place.remove() }
        let ana = try place.member(number: 1)
        try place.move(ana, to: place.both.orchard)
        let report = try await place.both.sync("phone")
        #expect(report.end == .complete && report.mismatches.isEmpty)
        #expect(try place.facts("phone").wrong.isEmpty)
        #expect(try place.statement(ana, on: "phone") == place.statement(ana))
        #expect(try place.statement(ana).count == 1)
        // Those who shared an entry with her are no members of the phone's for that.
        #expect(try place.facts("phone").elsewhere == 1)
        _ = try await place.both.sync("tablet")
        #expect(try place.statement(ana, on: "tablet") == place.statement(ana))
        let idle = try await place.both.sync("phone")
        #expect(idle.requests == 1 && idle.fetched == 0)
    }

    @Test("a moved member answers to the number on the old card, which nobody else is given")
    func oldCard() async throws {
        let place = try await Places()
        defer { place.remove() }
        let ana = try place.member(number: 1)
        try place.move(ana, to: place.both.orchard)
        _ = try await place.both.sync("tablet")
        try place.both.withDevice("tablet") { tablet in
            try tablet.read { book in
                guard case .one(let found) = try book.views.match("HAR-1") else {
                    Issue.record("nobody answers to HAR-1")
                    return
                }
                #expect(found == ana)
                let harbor = try #require(book.neighborhoods.first { $0.code == "HAR" })
                let numbers = MemberNumbers(book: book, neighborhood: harbor)
                #expect(throws: UserError.self) { try numbers.check(1, isOnCard: true) }
            }
        }
        // Back home, it is hers again.
        try place.move(ana, to: place.both.harbor)
        let number = try place.both.town.withStore { store in
            try store.read { views -> Int64? in
                guard case .member(let member)? = try views.state(of: ana) else { return nil }
                return member.number
            }
        }
        #expect(number == 1)
    }

    enum Hurt: CaseIterable, Sendable {
        case unreadable, altered, gone
    }

    @Test("what a disk has hurt of a history is found and fetched again", arguments: Hurt.allCases)
    func hurt(_ hurt: Hurt) async throws {
        let place = try await Places()
        defer { place.remove() }
        let ana = try place.member(number: 1)
        try place.move(ana, to: place.both.orchard)
        _ = try await place.both.sync("phone")
        try place.hurt("phone", enrollmentOf: ana, hurt)
        let wrong = try place.both.withDevice("phone") { phone in
            try phone.read { try $0.verified() }.differing
        }
        #expect(wrong.map(\.part) == ["members who moved here"])
        try place.both.withDevice("phone") { phone in
            try phone.write { try $0.lookForDamage(at: phone.environment.now()) }
        }
        let report = try await place.both.sync("phone")
        #expect(report.end == .complete)
        #expect(try place.facts("phone").wrong.isEmpty)
        #expect(try place.statement(ana, on: "phone") == place.statement(ana))
    }

    @Test("fault 14: a move that a set-back office has lost is done again, once")
    func lost() async throws {
        let place = try await Places()
        defer { place.remove() }
        let ana = try place.member(number: 1)
        let names = ["tablet", "phone"]
        for name in names { _ = try await place.both.sync(name) }
        let before = try SetBackFolder(place.both.town)
        try place.move(ana, to: place.both.orchard)
        for _ in 0..<2 { for name in names { _ = try await place.both.sync(name) } }
        try before.putBack()
        // The first that has seen more makes it read-only.
        #expect(try await place.both.sync("phone").end != .complete)
        try place.recover()
        for _ in 0..<3 {
            for name in names { #expect(try await place.both.sync(name).end == .complete) }
        }
        let moves = try place.both.town.withStore { try $0.read { try $0.tables.moves() } }
        #expect(moves.map(\.member) == [ana] && moves.map(\.to) == [place.both.orchard])
        for name in names {
            #expect(try place.facts(name).wrong.isEmpty)
            #expect(try place.statement(ana, on: name) == place.statement(ana))
            let left = try place.both.withDevice(name) { device in
                try device.read { try $0.tables.orphans().count }
            }
            #expect(left == 0)
        }
    }

    @Test("what the office decided anew since it was set back is not undone by a lost move")
    func decidedAnew() async throws {
        let place = try await Places()
        defer { place.remove() }
        let ana = try place.member(number: 1)
        let names = ["tablet", "phone"]
        for name in names { _ = try await place.both.sync(name) }
        let before = try SetBackFolder(place.both.town)
        try place.move(ana, to: place.both.orchard)
        for _ in 0..<2 { for name in names { _ = try await place.both.sync(name) } }
        try before.putBack()
        _ = try await place.both.sync("phone")
        try place.recover()
        try place.move(ana, to: place.both.orchard)
        try place.move(ana, to: place.both.harbor)
        for _ in 0..<3 {
            for name in names { #expect(try await place.both.sync(name).end == .complete) }
        }
        let moves = try place.both.town.withStore { try $0.read { try $0.tables.moves() } }
        #expect(moves.map(\.to) == [place.both.orchard, place.both.harbor])
    }

    @Test("fault 14: a change that comes back after the move it was made before is no stranger")
    func beforeTheMove() async throws {
        let place = try await Places()
        defer { place.remove() }
        let ana = try place.member(number: 1)
        let names = ["tablet", "phone"]
        for name in names { _ = try await place.both.sync(name) }
        let before = try SetBackFolder(place.both.town)
        try place.deactivate(ana, on: "tablet")
        _ = try await place.both.sync("tablet")
        try place.move(ana, to: place.both.orchard)
        for _ in 0..<2 { for name in names { _ = try await place.both.sync(name) } }
        try before.putBack()
        _ = try await place.both.sync("phone")
        try place.recover()
        // It held nothing of Harbor when she was changed, and proves the move alone.
        _ = try await place.both.sync("phone")
        #expect(try place.atOffice(ana) == .init(home: place.both.orchard, isActive: true))
        for _ in 0..<2 {
            for name in names { #expect(try await place.both.sync(name).end == .complete) }
        }
        #expect(try place.atOffice(ana) == .init(home: place.both.orchard, isActive: false))
        #expect(try place.waiting().isEmpty)
        for name in names { #expect(try place.facts(name).wrong.isEmpty) }
    }

    @Test("a change brought after the move it was made before waits for an admin, who lets it in")
    func broughtAfterTheMove() async throws {
        let place = try await Places()
        defer { place.remove() }
        let ana = try place.member(number: 1)
        let names = ["tablet", "phone"]
        for name in names { _ = try await place.both.sync(name) }
        try place.deactivate(ana, on: "tablet")
        try place.move(ana, to: place.both.orchard)
        #expect(try await place.both.sync("tablet").end == .complete)
        #expect(try place.atOffice(ana) == .init(home: place.both.orchard, isActive: true))
        #expect(try place.waiting() == [.outOfScope])
        try place.letIn()
        #expect(try place.waiting().isEmpty)
        #expect(try place.atOffice(ana) == .init(home: place.both.orchard, isActive: false))
        for name in names {
            #expect(try await place.both.sync(name).end == .complete)
            let isActive = try place.both.withDevice(name) { device in
                try device.read { book -> Bool? in
                    guard case .member(let state)? = try book.views.state(of: ana) else {
                        return nil
                    }
                    return state.isActive
                }
            }
            #expect(isActive == false, "\(name)")
            #expect(try place.facts(name).wrong.isEmpty)
        }
    }
}

extension Places {
    fileprivate struct AtOffice: Equatable {
        let home: EntityID
        let isActive: Bool
    }

    fileprivate func atOffice(_ member: EntityID) throws -> AtOffice? {
        try both.town.withStore { store in
            try store.read { views in
                guard case .member(let state)? = try views.state(of: member),
                    let home = state.home.neighborhood
                else { return nil }
                return AtOffice(home: home, isActive: state.isActive)
            }
        }
    }

    /// What is kept apart, undecided.
    fileprivate func waiting() throws -> [QuarantineReason] {
        try both.town.withStore { store in
            try store.read { views in
                try QuarantineTable(views.tables.db).undecided().map(\.reason)
            }
        }
    }

    fileprivate func deactivate(_ member: EntityID, on name: String) throws {
        try both.withDevice(name) { device in
            _ = try Recording(device: device, worker: both.town.dana.description).record { _, _ in
                [
                    Draft(
                        changing: Kind.memberEnrolled.describedField(MemberField.active),
                        by: .memberChanged, of: member, home: .neighborhood(both.harbor),
                        from: nil, to: .flag(false), reason: nil, subjects: [member])
                ]
            }
        }
    }

    fileprivate func member(number: Int64) throws -> EntityID {
        try both.withDevice("tablet") { tablet in
            try tablet.read { book in
                let wanted = try book.views.members(in: nil).first { $0.number == number }
                return try #require(wanted).id
            }
        }
    }

    fileprivate func move(_ member: EntityID, to place: EntityID) throws {
        try both.town.withStore { store in
            _ = try store.append {
                try $0.move(member, to: place, number: nil, as: ada, reason: "a new flat")
            }
        }
    }

    /// Minutes of each line, at the office or on a device.
    fileprivate func statement(_ member: EntityID, on name: String? = nil) throws -> [Int64] {
        guard let name else {
            return try both.town.withStore { store in
                try store.read { try $0.statement(of: member).lines.map(\.minutes) }
            }
        }
        return try both.withDevice(name) { device in
            try device.read { try $0.views.statement(of: member).lines.map(\.minutes) }
        }
    }

    fileprivate func hurt(
        _ name: String, enrollmentOf member: EntityID, _ hurt: MoveTests.Hurt
    ) throws {
        try both.withDevice(name) { device in
            try device.write { book in
                let tables = book.tables
                let event = try #require(try tables.event(member.dot))
                let position = try #require(event.observation.position)
                let sound = try #require(try tables.bytes(of: member.dot)).bytes
                let bytes: [UInt8]
                switch hurt {
                case .unreadable: bytes = [UInt8](repeating: 0xff, count: 40)
                case .altered:
                    var other = event.event
                    other.utcOffsetMinutes += 60
                    bytes = other.encoded()
                case .gone:
                    _ = try tables.replace(at: [position], with: [], holding: [])
                    return
                }
                #expect(bytes != sound)
                try tables.db.execute(
                    sql: "UPDATE event SET bytes = ? WHERE position = ?",
                    arguments: [Data(bytes), Int64(position.value)])
            }
        }
    }
}
