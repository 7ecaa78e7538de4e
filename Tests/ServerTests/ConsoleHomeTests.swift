// The first page: each thing that waits is counted with its age, figures are those of what counts,
// and a coordinator sees those of their own neighborhoods alone.
// Neighbors: NeedsPerson, Figures and BarChart in Sources/SyncServer/Console.

import HTTPTypes
import Shared
import Store
import TestSupport
import Testing

@testable import SyncServer

/// An office of two neighborhoods with some hours in each. Today is 2026-03-24.
private struct Year {
    let office: Office

    /// Ana gives Luis, Luis gives Ana, Ana gives Omar who gives nobody; Mei takes no part.
    init() async throws {
        let office = try Office()
        self.office = office
        try await office.serve { client in
            for (number, home) in [(UInt8(1), office.harbor), (2, office.millHill)] {
                var device = FieldDevice(office, number: number, homes: [home])
                try await device.pair(client)
                let people = try ["Ana", "Luis", "Omar", "Mei"].enumerated().map {
                    try device.enroll($1, number: Int64($0 + 1))
                }
                let scale = Int64(number)
                device.record(people[0], people[1], 60 * scale, "2026-03-01", "garden")
                device.record(people[1], people[0], 30 * scale, "2026-01-31", "garden")
                device.record(people[0], people[2], 15 * scale, "2025-04-01", nil)
                // Before the year, and after today.
                device.record(people[3], people[0], 600, "2025-03-31", "garden")
                device.record(people[3], people[0], 600, "2026-03-25", "garden")
                let void = device.record(people[3], people[0], 600, "2026-02-02", "garden")
                _ = device.author.write(.hoursVoided, subject: void, [:])
                // A gift of credits is no service.
                _ = device.author.write(
                    .hoursRecorded,
                    .exchange(home, to: people[3], minutes: 600, form: .donation))
                try await device.sync(client)
            }
        }
    }

    func figures() throws -> Figures {
        try office.store.read { try Figures($0, today: office.store.environment.today) }
    }
}

extension FieldDevice {
    @discardableResult
    fileprivate mutating func record(
        _ giver: EntityID, _ taker: EntityID, _ minutes: Int64, _ date: String, _ category: String?
    ) -> EntityID {
        var payload = Payload.exchange(giver, to: taker, minutes: minutes, on: day(date))
        if let category { payload[HoursField.category] = .text(category) }
        return author.write(.hoursRecorded, payload).entity
    }
}

@Suite("Console: first page")
struct ConsoleHomeTests {
    @Test("hours are those of services of the last twelve months that count")
    func hours() async throws {
        let year = try await Year()
        let figures = try year.figures()
        let harbor = ScopeID.neighborhood(year.office.harbor)
        let millHill = ScopeID.neighborhood(year.office.millHill)
        func hours(
            _ month: Int, _ home: ScopeID, _ category: String?, _ minutes: Int64
        ) -> ServiceHours {
            ServiceHours(month: month, home: home, category: category, minutes: Minutes(minutes))
        }
        let expected = [
            hours(202_504, harbor, nil, 15), hours(202_504, millHill, nil, 30),
            hours(202_601, harbor, "garden", 30), hours(202_601, millHill, "garden", 60),
            hours(202_603, harbor, "garden", 60), hours(202_603, millHill, "garden", 120),
        ]
        #expect(figures.hours == expected)
        #expect(figures.months.first == 202_504 && figures.months.last == 202_603)
        #expect(figures.months.count == 12)
        #expect(
            Set(figures.people.map(\.home)) == [harbor, millHill]
                && figures.people.allSatisfy { $0.people == 3 && $0.both == 2 })
    }

    @Test("the page says them, to a coordinator those of their own neighborhood")
    func shown() async throws {
        let year = try await Year()
        let site = year.office.site()
        let ada = try await year.office.browser(of: year.office.ada, at: site).get("/").text
        // 315 minutes, 105 of them in Harbor.
        #expect(ada.contains("<dd>5:15</dd>") && ada.contains("4 of 6"))
        #expect(ada.contains("Mill Hill") && ada.contains("garden"))
        let dana = try await year.office.browser(of: year.office.dana, at: site).get("/").text
        #expect(dana.contains("<dd>1:45</dd>") && dana.contains("2 of 3"))
        #expect(!dana.contains("Mill Hill"))
    }

    @Test("what counts now is in them at once")
    func now() async throws {
        let year = try await Year()
        let browser = try await year.office.browser(of: year.office.ada, at: year.office.site())
        let before = try await browser.get("/").text
        try await year.office.serve { client in
            var device = FieldDevice(year.office, number: 3)
            try await device.pair(client)
            let people = try ["Ivo", "Jo"].enumerated().map {
                try device.enroll($1, number: Int64($0 + 10))
            }
            device.record(people[0], people[1], 6_00, "2026-03-02", "rides")
            try await device.sync(client)
        }
        let after = try await browser.get("/").text
        #expect(!before.contains("rides") && after.contains("rides"))
        #expect(after.contains("<dd>15:15</dd>"))
    }

    @Test("those of a large ledger are there at once and say of when, whatever came since")
    func large() async throws {
        let year = try await Year()
        let store = year.office.store
        let (small, large) = (FiguresKeeper(), FiguresKeeper(positionsAtOnceMax: 0))
        let today = store.environment.today
        let first = try await large.figures(today: today, store: store)
        #expect(try first.position == store.read { $0.position })
        #expect(try await small.figures(today: today, store: store).position == first.position)
        try await year.office.serve { client in
            let device = FieldDevice(year.office, number: 3)
            try await device.pair(client)
        }
        let now = try store.read { $0.position }
        #expect(try await large.figures(today: today, store: store).position == first.position)
        #expect(now > first.position)
        #expect(try await small.figures(today: today, store: store).position == now)
    }

    @Test("a projection made anew gives the same figures")
    func rebuilt() async throws {
        let year = try await Year()
        let before = try year.figures()
        try year.office.store.note { try LedgerTables($0).rebuild { _ in } }
        let after = try year.figures()
        #expect(after.hours == before.hours && after.people == before.people)
    }

    @Test("a quiet office says so, and a device that stays away does not stay unseen")
    func waiting() async throws {
        let office = try Office()
        let browser = try await office.browser(of: office.ada, at: office.site())
        #expect(try await browser.get("/").text.contains("Nothing waits."))
        try await office.serve { client in
            var device = FieldDevice(office, number: 1)
            try await device.pair(client)
            try await device.sync(client)
        }
        office.clock.advance(days: 14)
        try await browser.signIn("Ada")
        #expect(try await browser.get("/").text.contains("Nothing waits."))
        office.clock.advance(days: 1)
        try await browser.signIn("Ada")
        let text = try await browser.get("/").text
        #expect(text.contains("1 device has been silent for more than two weeks"))
        #expect(text.contains("15 days ago"))
    }

    @Test("conflicts are counted as the queue counts them, with the age of the oldest")
    func conflicts() async throws {
        let dispute = try await DisputedBook()
        let browser = try await dispute.office.browser(
            of: dispute.office.ada, at: dispute.office.site())
        dispute.office.clock.advance(milliseconds: 3 * 3_600_000)
        let text = try await browser.get("/").text
        #expect(text.contains("3 conflicts need a decision"))
        #expect(text.contains("the oldest 3 hours ago"))
    }

    @Test("device freshness counts each device once", arguments: [0, 1, 7, 8, 14, 15])
    func freshness(_ days: Int64) {
        var freshness = DeviceFreshness()
        let now = Instant(milliseconds: 1_774_353_600_000)
        freshness.count(now.earlier(days * 86_400_000), at: now)
        let place = days <= 1 ? 0 : days <= 7 ? 1 : days <= 14 ? 2 : 3
        #expect(freshness.counts.firstIndex(of: 1) == place)
        #expect(freshness.counts.reduce(0, +) == 1)
    }

    @Test("bars are as long as what they say, and a little is more than nothing")
    func bars() {
        let chart = BarChart(
            id: "x", title: "x", unit: "x", rows: "x",
            [("none", 0), ("little", 1), ("half", 5_000), ("all", 10_000)]
        ) { "\($0)" }
        let room = BarChart.width - BarChart.left - BarChart.right
        #expect(chart.bars.map(\.width) == [0, 2, room / 2, room])
        #expect(chart.height == 4 * BarChart.rowHeight + 4)
        let empty = BarChart(id: "x", title: "x", unit: "x", rows: "x", [("none", 0)]) {
            "\($0)"
        }
        #expect(empty.bars.map(\.width) == [0])
    }

    @Test(
        "twelve months end with this one, across a year", arguments: ["2026-01-01", "2026-12-31"])
    func months(_ today: String) {
        let months = Figures.months(until: day(today))
        #expect(months.count == 12 && Set(months).count == 12)
        #expect(months.last == Int(day(today).code / 100))
        #expect(months.allSatisfy { (1...12).contains($0 % 100) })
        #expect(months == months.sorted())
    }
}
