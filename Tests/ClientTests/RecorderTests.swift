// What a recorded event says, what it does to the book, and what is refused before it is saved.

import Shared
import Store
import TestSupport
import Testing

@testable import SyncClient

@Suite struct RecorderTests {
    @Test func contextsSayWhatWasShown() throws {
        let bench = try Bench.ready(try OfficeInMemory())
        let ana = try bench.enroll(1)
        let luis = try bench.enroll(2, "Luis")
        let event = try bench.exchange(ana, luis, 90)
        let cursor = try bench.device.read { $0.sync.cursor }
        #expect(event.dot.sequence == Sequence64(3))
        #expect(event.context.position == cursor)
        #expect(event.context.ownSequence == Sequence64(2))
        let tag = try bench.device.read { try $0.tables.keptTag(at: cursor) }
        #expect(event.context.rootTag == tag)
        #expect(event.home == .neighborhood(OfficeInMemory.harbor))
    }

    @Test func freeTextIsSealedAndOneKeyServesOnePair() throws {
        let bench = try Bench.ready(try OfficeInMemory())
        let ana = try bench.enroll(1)
        let luis = try bench.enroll(2, "Luis")
        let one = try bench.exchange(ana, luis, 90)
        let other = try bench.exchange(luis, ana, 30)
        #expect(one.sealed.map(\.key) == other.sealed.map(\.key))
        #expect(one.sealed.map(\.nonce) != other.sealed.map(\.nonce))
        #expect(one.payload[HoursField.description] == nil)
        let record = try bench.device.read { try $0.views.hours(one.entity) }
        #expect(record?.description == "played cards")
    }

    @Test func theBalanceIsThereAtOnce() throws {
        let bench = try Bench.ready(try OfficeInMemory())
        let ana = try bench.enroll(1)
        let luis = try bench.enroll(2, "Luis")
        try bench.exchange(ana, luis, 90)
        let statement = try bench.statement(luis)
        #expect(statement.balance == -90)
        #expect(statement.unsent == 1)
    }

    @Test(arguments: [0, -5, 1_441]) func minutesOutOfLimitsAreRefused(minutes: Int64) throws {
        let bench = try Bench.ready(try OfficeInMemory())
        let ana = try bench.enroll(1)
        let luis = try bench.enroll(2, "Luis")
        #expect(throws: UserError.self) { try bench.exchange(ana, luis, minutes) }
        #expect(try bench.unsent() == 2)
    }

    @Test func nobodyGivesToThemselves() throws {
        let bench = try Bench.ready(try OfficeInMemory())
        let ana = try bench.enroll(1)
        #expect(throws: UserError.self) { try bench.exchange(ana, ana, 60) }
        #expect(try bench.unsent() == 1)
    }

    @Test func whatThisDeviceDoesNotHoldIsRefused() throws {
        let bench = try Bench.ready(try OfficeInMemory())
        let elsewhere = Draft(
            .memberEnrolled, home: .neighborhood(OfficeInMemory.orchard),
            values: [MemberField.name: .text("Mei"), MemberField.number: .integer(3)],
            subjects: .itself)
        #expect(throws: UserError.self) { try bench.record { _ in [elsewhere] } }
        #expect(try bench.unsent() == 0)
    }

    @Test func outreachWorkersAmendWhatWasRecordedHere() throws {
        let office = try OfficeInMemory()
        let first = try Bench.ready(office)
        let ana = try first.enroll(1)
        let luis = try first.enroll(2, "Luis")
        let entry = try first.exchange(ana, luis, 90)
        _ = try first.sync()
        let second = try Bench(
            office: office, keys: Fixed.keys(signing: 0x11, receiving: 0x22), seed: 9)
        _ = try second.sync()
        let void = Draft(
            .hoursVoided, subject: entry.entity, home: entry.home, values: [:],
            subjects: .entities([ana, luis]))
        #expect(throws: UserError.self) { try second.record { _ in [void] } }
        try first.record { _ in [void] }
        #expect(try first.statement(ana).balance == 0)
        _ = try first.sync()
        _ = try second.sync()
        #expect(try second.statement(ana).balance == 0)
        #expect(try second.digest() == office.harborDigest)
    }

    @Test func aRefusalSaysWhoMayInstead() throws {
        let bench = try Bench.ready(try OfficeInMemory())
        let ana = try bench.enroll(1)
        let luis = try bench.enroll(2, "Luis")
        let entry = try bench.exchange(ana, luis, 90)
        let reinstatement = Draft(
            .hoursReinstated, subject: entry.entity, home: entry.home, values: [:],
            subjects: .entities([ana, luis]))
        let own = #expect(throws: UserError.self) { try bench.record { _ in [reinstatement] } }
        #expect(own?.description.contains("only a coordinator or an admin does that") == true)
        let reward = #expect(throws: UserError.self) {
            try bench.record { book in
                let drafts = HoursDrafts(book: book, today: day("2026-11-22"))
                let paid = try drafts.shares(
                    providers: [OfficeInMemory.harbor], recipients: [ana], minutes: Minutes(30))
                let date = Value.date(day("2026-03-24"))
                return [
                    try drafts.draft(
                        form: .redemption, shares: paid, values: [HoursField.serviceDate: date])
                ]
            }
        }
        #expect(
            reward?.description.contains("only a coordinator or an admin records a redemption")
                == true)
    }

    @Test func nobodyIsMeantBySayingNothing() throws {
        let bench = try Bench.ready(try OfficeInMemory())
        let blank = try bench.enroll(1, "  ")
        let found = try bench.device.read { book in
            try ["", " ", "  ", "\t"].map { try book.views.match($0) }
        }
        #expect(found.allSatisfy { if case .none = $0 { true } else { false } })
        let byNumber = try bench.device.read { try $0.views.match("HAR-1") }
        guard case .one(blank) = byNumber else {
            Issue.record("a member whose name is blank has a number all the same")
            return
        }
    }

    @Test func aRefusalLeavesNothingOfItsTransaction() throws {
        let bench = try Bench.ready(try OfficeInMemory())
        let good = Draft(
            .memberEnrolled, home: .neighborhood(OfficeInMemory.harbor),
            values: [MemberField.name: .text("Mei"), MemberField.number: .integer(3)],
            subjects: .itself)
        var bad = good
        bad.sealed = [MemberField.name: .text("")]
        #expect(throws: UserError.self) { try bench.record { _ in [good, bad] } }
        #expect(try bench.unsent() == 0)
        #expect(try bench.device.read { try $0.views.members().isEmpty })
    }
}
