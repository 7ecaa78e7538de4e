// Statements of a period and listings: with whom, who gave, and balances that follow on each other.
// Neighbors: Sources/Store/Views/Views+Statement and Views+Hours.

import Shared
import Store
import TestSupport
import Testing

@testable import SyncClient

@Suite struct StatementTests {
    private struct Case {
        let bench: Bench
        let ana: EntityID
        let luis: EntityID

        init() throws {
            bench = try Bench.ready(try OfficeInMemory(role: .coordinator))
            ana = try bench.enroll(1, "Ana Ruiz")
            luis = try bench.enroll(2, "Luis Gil")
        }

        @discardableResult
        func record(
            _ form: HoursForm, _ provider: EntityID, _ recipients: [EntityID], _ minutes: Int64,
            on date: String = "2026-03-24"
        ) throws -> Event {
            try bench.record { book in
                let drafts = HoursDrafts(book: book, today: day("2026-11-22"))
                let shares = try drafts.shares(
                    providers: [provider], recipients: recipients, minutes: Minutes(minutes))
                return [
                    try drafts.draft(
                        form: form, shares: shares,
                        values: [HoursField.serviceDate: .date(day(date))])
                ]
            }[0]
        }

        func statement(_ from: String?, _ to: String?) throws -> StatementRecord {
            let period = try Period(from: from, to: to)
            return try bench.device.read { try $0.views.statement(of: ana, in: period) }
        }
    }

    /// 90 given in January, 30 received on the last of it, 60 given in March.
    private func quarter() throws -> Case {
        let it = try Case()
        try it.record(.exchange, it.ana, [it.luis], 90, on: "2026-01-05")
        try it.record(.exchange, it.luis, [it.ana], 30, on: "2026-01-31")
        try it.record(.exchange, it.ana, [it.luis], 60, on: "2026-03-01")
        return it
    }

    @Test func theClosingBalanceOfAPeriodIsTheOpeningOneOfTheNext() throws {
        let it = try quarter()
        let january = try it.statement("2026-01-01", "2026-01-31")
        let february = try it.statement("2026-02-01", "2026-02-28")
        let march = try it.statement("2026-03-01", nil)
        #expect(
            [january.opening, january.given, january.received, january.closing] == [0, 90, 30, 60])
        #expect([february.opening, february.closing] == [60, 60] && february.lines.isEmpty)
        #expect([march.opening, march.given, march.received, march.closing] == [60, 60, 0, 120])
        #expect(try it.statement(nil, nil).balance == march.balance)
        #expect(try it.statement(nil, "2026-02-10").closing == march.opening)
    }

    @Test func theTextOfAPeriodSaysTheBalanceBeforeAndAfterAndWithWhom() throws {
        let it = try quarter()
        let text = try it.statement("2026-01-10", "2026-02-01").text(.plain)
        #expect(text.hasPrefix("HAR-1 Ana Ruiz, 2026-01-10 to 2026-02-01\nbalance before: 1:30\n"))
        #expect(text.contains("HAR-2 Luis Gil  -0:30"))
        #expect(text.contains("given 0:00, received 0:30, balance after 1:00\n"))
        let all = try it.statement(nil, nil).text(.plain)
        #expect(!all.contains("before") && all.contains("balance 2:00\n"))
    }

    @Test func aPeriodThatEndsBeforeItBeginsOrIsNoDayIsRefused() {
        for (from, to) in [("2026-02-01", "2026-01-31"), ("2026-02-30", nil), ("1899-12-31", nil)] {
            #expect(throws: TypingFault.self) { try Period(from: from, to: to) }
        }
        let fault = #expect(throws: TypingFault.self) { try Period(from: nil, to: "3000-01-01") }
        #expect(fault?.description.contains("from 1900 to 2199") == true)
    }

    @Test func everybodyOnTheOtherSideIsNamedWithTheMinutesOfEach() throws {
        let it = try Case()
        let mei = try it.bench.enroll(3, "Mei")
        try it.record(.exchange, it.ana, [it.luis, mei], 91)
        let line = try #require(try it.statement(nil, nil).lines.first)
        #expect(line.with.map(\.label).sorted() == ["HAR-2 Luis Gil", "HAR-3 Mei"])
        #expect(line.with.map(\.minutes).reduce(0, +) == 91)
        let other = try #require(try it.bench.statement(mei).lines.first)
        #expect(other.with.map(\.label) == ["HAR-1 Ana Ruiz"] && other.with[0].minutes == 91)
    }

    /// A pot that takes up the difference is on the other side too.
    @Test func whereThePotBalancesItIsNamed() throws {
        let it = try Case()
        try it.bench.record { book in
            let shares = Shares(
                providers: [Party(account: it.ana, minutes: Minutes(60))],
                recipients: [Party(account: it.luis, minutes: Minutes(20))], rule: .pot)
            return [
                try HoursDrafts(book: book, today: day("2026-11-22")).draft(
                    form: .exchange, shares: shares,
                    values: [HoursField.serviceDate: .date(day("2026-03-24"))])
            ]
        }
        let line = try #require(try it.statement(nil, nil).lines.first)
        #expect(Set(line.with.map(\.label)) == ["HAR pot", "HAR-2 Luis Gil"])
        #expect(line.with.map(\.minutes).reduce(0, +) == 60)
    }

    @Test(arguments: [HoursForm.donation, .redemption])
    func whoPartsWithCreditsGaveAndThePotReceived(form: HoursForm) throws {
        let it = try Case()
        let entry = try it.record(form, OfficeInMemory.harbor, [it.ana], 45)
        let record = try #require(try it.bench.device.read { try $0.views.hours(entry.entity) })
        #expect(record.gave.map(\.label) == ["HAR-1 Ana Ruiz"])
        #expect(record.received.map(\.label) == ["HAR pot"])
        #expect(record.providers.map(\.label) == ["HAR pot"], "in the postings' terms")
        #expect(try it.statement(nil, nil).balance == -45)
    }

    @Test func anAmendedDonationReadsAsADonation() throws {
        let it = try Case()
        let gift = try it.record(.donation, OfficeInMemory.harbor, [it.ana], 45)
        let before = try #require(gift.payload.shares(HoursField.shares))
        try it.bench.record { book in
            let after = try HoursDrafts(book: book, today: day("2026-11-22")).shares(
                providers: [OfficeInMemory.harbor], recipients: [it.luis], minutes: Minutes(45))
            return [
                Draft(
                    changing: Kind.hoursRecorded.describedField(HoursField.shares),
                    by: .hoursAmended, of: gift.entity, home: gift.home, from: .shares(before),
                    to: .shares(after), reason: nil, subjects: [it.ana, it.luis])
            ]
        }
        let history = try it.bench.device.read { try $0.history(gift.entity.description) }
        #expect(
            history.events.last?.what == "amended who and how long from: HAR-1 Ana Ruiz gave 0:45 "
                + "to HAR pot; to: HAR-2 Luis Gil gave 0:45 to HAR pot")
        let change = try it.bench.device.read { book in
            try book.views.tables.events(of: gift.entity).map(\.event).compactMap(book.views.change)
        }
        #expect(change == ["shares: HAR-2 Luis Gil gave 0:45 to HAR pot"])
    }

    @Test func whatWaitsIsToldInWords() throws {
        let office = try OfficeInMemory(role: .coordinator)
        let bench = try Bench.ready(office)
        let ana = try bench.enroll(1, "Ana Ruiz")
        let luis = try bench.enroll(2, "Luis Gil")
        office.verdict = { event in
            event.knownKind == .memberEnrolled ? .admitted : .quarantined(.outOfScope)
        }
        try bench.exchange(ana, luis, 90)
        _ = try bench.sync()
        try bench.exchange(luis, ana, 30)
        let texts = try bench.device.read { book in
            try (WaitingRecord.refused(book) + WaitingRecord.unsent(book)).map(\.text)
        }
        #expect(
            texts == [
                "exchange, 90 min, HAR-1 Ana Ruiz → HAR-2 Luis Gil",
                "exchange, 30 min, HAR-2 Luis Gil → HAR-1 Ana Ruiz",
            ])
    }
}
