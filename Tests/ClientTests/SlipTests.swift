// Piles of paper slips on the page: each row is an entry, saved at once; what cannot be typed whole
// is parked. Neighbors: FieldBrowser asks; scripts/check-browser types forty by keyboard.

import Foundation
import GRDB
import HTTPTypes
import Hummingbird
import Shared
import Store
import TestSupport
import Testing

@testable import SyncClient

@Suite("Slips")
struct SlipTests {
    private static let row = [
        "gave": "HAR-1", "received": "HAR-2", "minutes": "1:30", "date": "2026-03-20",
        "category": "garden",
    ]

    private func begun(_ browser: Browser, _ cover: [String: String] = [:]) async throws -> String {
        try await browser.send("/slips", cover)
    }

    private func row(_ changed: [String: String]) -> [String: String] {
        Self.row.merging(changed) { $1 }
    }

    @Test("a row is an entry with its number, from paper, by whoever is shown as recording")
    func saved() async throws {
        let browser = try Browser()
        let batch = try await begun(browser)
        let before = try browser.events().count
        try await browser.send(batch, row(["slip": "A-117", "once": "x"]))
        let new = try browser.events().dropFirst(before)
        let event = try #require(new.first)
        #expect(new.count == 1 && event.knownKind == .hoursRecorded)
        #expect(event.payload.text(HoursField.slip) == "A-117")
        #expect(event.payload.integer(HoursField.origin) == HoursOrigin.paper.rawValue)
        #expect(event.worker == OfficeInMemory.dana)
        let record = try browser.bench.device.read { try $0.views.hours(event.entity) }
        #expect(record?.serviceDate == "2026-03-20" && record?.category == "garden")
    }

    @Test("a row that is sent twice, also to another run of the program, is saved once")
    func twice() async throws {
        let browser = try Browser()
        let batch = try await begun(browser)
        let before = try browser.events().count
        let form = row(["slip": "1", "once": "same"])
        try await browser.send(batch, form)
        let other = Browser(again: browser)
        try await other.send(batch, form)
        #expect(try browser.events().count == before + 1)
    }

    @Test("the next row begins with what is carried down, and with nothing else")
    func carried() async throws {
        let browser = try Browser()
        let batch = try await begun(browser)
        try await browser.send(
            batch, row(["slip": "1", "carry_gave": "1", "carry_date": "1"]))
        let (_, text) = try await browser.ask(.get, batch)
        #expect(text.value(of: "gave") == "HAR-1 Ana Ruiz")
        #expect(text.value(of: "date") == "2026-03-20")
        for field in ["slip", "received", "minutes", "category"] {
            #expect(text.value(of: field) == "", "\(field)")
        }
        #expect(text.contains(#"<input id="slip" name="slip" value="" maxlength="40" autofocus"#))
    }

    @Test("a number typed again in one batch is refused, and the first row is pointed to")
    func sameNumber() async throws {
        let browser = try Browser()
        let batch = try await begun(browser)
        try await browser.send(batch, row(["slip": "A 117"]))
        let before = try browser.events().count
        let again = row(["slip": "a117", "received": "HAR-1", "gave": "HAR-2", "sure": "1"])
        let (response, text) = try await browser.ask(.post, batch, again)
        #expect(response.status == .conflict)
        #expect(text.contains("row 1") && text.contains("\(batch)?all=1#row-1"))
        #expect(text.value(of: "gave") == "HAR-2", "what was typed is still there")
        #expect(try browser.events().count == before)
    }

    @Test("a number that an entry has, of another batch or another device, shows that entry first")
    func usedElsewhere() async throws {
        let browser = try Browser()
        let first = try await begun(browser)
        try await browser.send(first, row(["slip": "117"]))
        let second = try await begun(browser)
        let before = try browser.events().count
        let form = row(["slip": "117", "gave": "HAR-2", "received": "HAR-1"])
        let (response, text) = try await browser.ask(.post, second, form)
        #expect(response.status == .conflict && text.contains("HAR-1 Ana Ruiz → HAR-2"))
        #expect(try browser.events().count == before)
        try await browser.send(second, form.merging(["sure": "1"]) { $1 })
        #expect(try browser.events().count == before + 1)
    }

    @Test("a number is found by what it says now: corrected, void, and after everything is rebuilt")
    func looked() async throws {
        let browser = try Browser()
        let batch = try await begun(browser)
        try await browser.send(batch, row(["slip": "117"]))
        let entry = try #require(try browser.events().last).entity
        func found(_ number: String) throws -> [EntityID] {
            try browser.bench.device.read {
                try $0.views.entries(onSlip: try #require(SlipNumber(number)))
            }
        }
        #expect(try found("117") == [entry] && found("118") == [])
        try browser.bench.record { book in
            guard case .hours(let state)? = try book.views.state(of: entry) else { return [] }
            return try EntryDrafts(book).amend(
                state, [HoursField.slip: .text("118")], reason: nil)
        }
        #expect(try found("117") == [] && found(" 118") == [entry])
        try browser.bench.device.write { try $0.tables.rebuild { _ in } }
        #expect(try found("118") == [entry])
        try await browser.send("/undo", ["entry": entry.description])
        #expect(try found("118") == [])
    }

    @Test("the number of an entry is corrected on its page, and is not emptied there")
    func correctedNumber() async throws {
        let browser = try Browser()
        let batch = try await begun(browser)
        try await browser.send(batch, row(["slip": "117"]))
        let entry = try #require(try browser.events().last).entity
        let form = [
            "minutes": "90", "date": "2026-03-20", "category": "garden", "was_slip": "117",
        ]
        try await browser.send(
            "/entries/\(entry)/amend", form.merging(["slip": "171", "seen": "1"]) { $1 })
        try await browser.send(
            "/entries/\(entry)/amend",
            form.merging(["slip": "", "was_slip": "171", "seen": "2"]) { $1 })
        let record = try browser.bench.device.read { try $0.views.hours(entry) }
        #expect(record?.slip == "171")
        #expect(try browser.happenings(entry.description) == 2)
    }

    @Test("two services with numbers of their own are not asked about; one without a number is")
    func alike() async throws {
        let browser = try Browser()
        let batch = try await begun(browser)
        try await browser.send(batch, row(["slip": "1"]))
        try await browser.send(batch, row(["slip": "2"]))
        let (response, _) = try await browser.ask(.post, batch, row([:]))
        #expect(response.status == .conflict)
        _ = try await browser.recorded()
        let (other, text) = try await browser.ask(
            .post, batch, row(["slip": "3", "date": "2026-03-24"]))
        #expect(other.status == .conflict && text.contains("1:00"), "an entry of no slip")
    }

    @Test("a cover of no number is refused, whatever is sent", arguments: ["-1", "1e3", "9x"])
    func noCover(_ typed: String) async throws {
        let browser = try Browser()
        let (response, text) = try await browser.ask(.post, "/slips", ["slips": typed])
        #expect(response.status == .unprocessableContent)
        #expect(text.contains("Give how many slips the cover says as a number."))
    }

    @Test("a number is one in capitals or small letters, with blanks or without")
    func sameNumber() throws {
        let number = try #require(SlipNumber("A-117"))
        #expect(number == SlipNumber("a- 117") && number != SlipNumber("A-118"))
        #expect(Set([number, SlipNumber("a-117")].compactMap(\.self)).count == 1)
    }

    @Test("sums are compared with the cover, and a row counts as its entry stands now")
    func cover() async throws {
        let browser = try Browser()
        let batch = try await begun(browser, ["slips": "2", "hours": "2.5"])
        try await browser.send(batch, row(["slip": "1"]))
        var (_, text) = try await browser.ask(.get, batch)
        #expect(text.contains("1 fewer than on the cover"))
        #expect(text.contains("1:00 fewer than on the cover"))
        try await browser.send(batch, row(["slip": "2", "minutes": "60"]))
        (_, text) = try await browser.ask(.get, batch)
        #expect(text.matches(of: /as on the cover/).count == 2)
        try await browser.send("\(batch)/finish", [:])
        let finished = try browser.bench.device.read {
            try $0.tables.batch(BatchNumber(1))?.finishedAt
        }
        #expect(finished != nil)
        let entry = try #require(try browser.events().last).entity
        try browser.bench.record { book in
            guard case .hours(let state)? = try book.views.state(of: entry) else { return [] }
            let drafts = EntryDrafts(book)
            return try drafts.amend(
                state,
                [
                    HoursField.shares: .shares(
                        try drafts.shares(of: state, minutes: Minutes(75), today: day("2026-03-24"))
                    )
                ], reason: nil)
        }
        (_, text) = try await browser.ask(.get, batch)
        #expect(text.contains("0:15 more than on the cover"))
    }

    @Test(
        "an unfinished batch is there after the program was started again; a finished one goes on")
    func restarted() async throws {
        let browser = try Browser()
        let batch = try await begun(browser)
        try await browser.send(batch, row(["slip": "1"]))
        let again = Browser(again: browser)
        let (_, list) = try await again.ask(.get, "/slips")
        #expect(list.contains("Batch 1: 1 slip, 1:30 hours"))
        try await again.send("\(batch)/finish", [:])
        #expect(try await !again.ask(.get, batch).text.contains("name=\"slip\""))
        try await again.send("\(batch)/resume", [:])
        #expect(try await again.ask(.get, batch).text.contains("name=\"slip\""))
    }

    @Test("the last row is undone once, and what it said is in the form again")
    func undone() async throws {
        let browser = try Browser()
        let batch = try await begun(browser, ["slips": "1"])
        try await browser.send(batch, row(["slip": "1"]))
        try await browser.send(batch, row(["slip": "2", "minutes": "45"]))
        let before = try browser.events().count
        let back = try await browser.send("\(batch)/undo", ["line": "2"])
        try await browser.send("\(batch)/undo", ["line": "2"])
        let new = try browser.events().dropFirst(before)
        #expect(new.map(\.knownKind) == [.hoursVoided])
        let (_, text) = try await browser.ask(.get, back)
        #expect(text.value(of: "slip") == "2" && text.value(of: "minutes") == "0:45")
        #expect(text.contains("as on the cover"))
        try await browser.send(batch, row(["slip": "2", "minutes": "45"]))
    }

    @Test("somebody unknown is enrolled only when the form says so, and by name alone")
    func enrolled() async throws {
        let browser = try Browser()
        let batch = try await begun(browser)
        let before = try browser.events().count
        let form = row(["slip": "1", "received": "Zoë Quist"])
        let (response, text) = try await browser.ask(.post, batch, form)
        #expect(response.status == .unprocessableContent && text.contains("Enroll Zoë Quist"))
        #expect(try browser.events().count == before)
        try await browser.send(batch, form.merging(["enroll": "1"]) { $1 })
        let new = try browser.events().dropFirst(before)
        #expect(new.map(\.knownKind) == [.memberEnrolled, .hoursRecorded])
        let label = try browser.bench.device.read {
            try $0.views.label(of: try #require(new.first).entity)
        }
        #expect(label.hasSuffix("Zoë Quist"))
    }

    @Test(
        "a number that nobody has, or two people of a name, is nobody to enroll",
        arguments: ["HAR-99", "77", "Ana"])
    func notEnrolled(_ typed: String) async throws {
        let browser = try Browser()
        _ = try browser.bench.enroll(3, "Ana Novak")
        let batch = try await begun(browser)
        let before = try browser.events().count
        let form = row(["slip": "1", "received": typed, "gave": "HAR-2", "enroll": "1"])
        let (response, text) = try await browser.ask(.post, batch, form)
        #expect(response.status == .unprocessableContent && !text.contains("by name only"))
        #expect(try browser.events().count == before)
    }

    @Test("a row with a mistake saves nothing, enrolls nobody, and keeps what was typed")
    func mistakes() async throws {
        let browser = try Browser()
        let batch = try await begun(browser)
        let before = try browser.events().count
        for (field, value) in [
            ("minutes", "many"), ("minutes", ""), ("date", ""), ("date", "32"), ("gave", ""),
            ("received", "HAR-1"), ("slip", String(repeating: "7", count: 41)),
        ] {
            let form = row(["slip": "1"]).merging([field: value]) { $1 }
            let (response, text) = try await browser.ask(.post, batch, form)
            #expect(response.status == .unprocessableContent, "\(field) \(value)")
            #expect(text.contains("href=\"#\(field)\""), "\(field) \(value)")
            #expect(text.value(of: "category") == "garden")
        }
        #expect(try browser.events().count == before)
    }

    @Test("a parked slip is kept as typed, also for another run, until it is completed")
    func parked() async throws {
        let browser = try Browser()
        let batch = try await begun(browser)
        let before = try browser.events().count
        let form = ["slip": "9", "gave": "A… R…?", "minutes": "90", "park": "1", "once": "p"]
        try await browser.send(batch, form)
        try await browser.send(batch, form)
        #expect(try browser.events().count == before)
        let again = Browser(again: browser)
        let (_, record) = try await again.ask(.get, "/")
        #expect(record.contains("1 parked"))
        let (_, text) = try await again.ask(.get, "/slips/parked/1")
        #expect(text.value(of: "gave") == "A… R…?" && text.value(of: "slip") == "9")
        let (twice, words) = try await again.ask(.post, batch, row(["slip": "9"]))
        #expect(twice.status == .conflict && words.contains("/slips/parked/1"))
        try await again.send("/slips/parked/1", row(["slip": "9"]))
        #expect(try browser.events().count == before + 1)
        let rows = try browser.bench.device.read { try $0.tables.rows(of: BatchNumber(1)) }
        #expect(rows.map(\.slip) == ["9"])
        #expect(try await again.ask(.get, "/slips/parked/1").response.status == .notFound)
    }

    @Test("a parked slip is thrown away with a reason only; its words go, the reason stays")
    func thrownAway() async throws {
        let browser = try Browser()
        let batch = try await begun(browser)
        try await browser.send(batch, ["gave": "somebody", "park": "1"])
        let (response, text) = try await browser.ask(.post, "/slips/parked/1/drop", [:])
        #expect(response.status == .unprocessableContent && text.contains("Give the reason"))
        try await browser.send("/slips/parked/1/drop", ["reason": "a blank slip"])
        let left = try browser.bench.device.read { book in
            try String.fetchAll(
                book.tables.db, sql: "SELECT typed || ' ' || reason FROM parked_slip")
        }
        #expect(left == ["{} a blank slip"])
    }

    @Test(
        "the end of a date is the last such day",
        arguments: [
            ("24", "2026-03-24"), ("25", "2026-02-25"), ("31", "2026-01-31"),
            ("3-24", "2026-03-24"), ("12-31", "2025-12-31"), ("04-01", "2025-04-01"),
        ])
    func dates(_ typed: String, _ expected: String) {
        #expect(CivilDate(end: typed, upTo: day("2026-03-24")) == day(expected))
    }

    @Test("what is no end of a date is none", arguments: ["", "0", "32", "2-30", "13-1", "x", "٣"])
    func noDates(_ typed: String) {
        #expect(CivilDate(end: typed, upTo: day("2026-03-24")) == nil)
    }

    @Test("a book that was there before there were numbers to look for has them after the upgrade")
    func upgraded() async throws {
        let browser = try Browser()
        let batch = try await begun(browser)
        try await browser.send(batch, row(["slip": "117"]))
        try browser.bench.device.write { book in
            let db = book.tables.db
            try db.execute(sql: "UPDATE hours SET slip = NULL, category = NULL")
            try book.tables.fillSlipsAndCategories()
        }
        let found = try browser.bench.device.read {
            try $0.views.entries(onSlip: try #require(SlipNumber("117"))).count
        }
        #expect(found == 1)
    }
}

extension String {
    /// What stands in an input of a page.
    func value(of field: String) -> String? {
        let pattern = "<input id=\"\(field)\" name=\"\(field)\" value=\""
        guard let start = range(of: pattern)?.upperBound else { return nil }
        return String(self[start...].prefix { $0 != "\"" })
    }
}
