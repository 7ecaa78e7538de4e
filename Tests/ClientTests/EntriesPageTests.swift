// The page of entries: what somebody looks for, and what the office changed of what was recorded
// here until somebody has seen it. Neighbors: FieldBrowser asks; Views+Filtered finds.

import Foundation
import Faces
import HTTPTypes
import Hummingbird
import Shared
import Store
import TestSupport
import Testing

@testable import SyncClient

@Suite("Page of entries")
struct EntriesPageTests {
    @discardableResult
    private func record(
        _ browser: Browser, _ gave: String, _ received: String, _ date: String,
        _ category: String = "company"
    ) async throws -> String {
        try await browser.send(
            "/record",
            [
                "gave": gave, "received": received, "minutes": "30", "date": date,
                "category": category, "sure": "1",
            ])
        return try #require(try browser.events().last).entity.description
    }

    /// Ids of the entries that a page lists, in its order.
    private func listed(_ browser: Browser, _ path: String) async throws -> [String] {
        let (response, text) = try await browser.ask(.get, path)
        #expect(response.status == .ok, "\(path)")
        return text.matches(of: /<td><a href="\/entries\/([0-9a-f]+-[0-9]+)">/).map {
            String($0.1)
        }
    }

    @Test("each part of what is looked for leaves out what it must, and nothing else")
    func filtered() async throws {
        let browser = try Browser()
        _ = try browser.bench.enroll(3, "Mei Tanaka")
        let old = try await record(browser, "HAR-1", "HAR-2", "2026-01-05", "garden")
        let mei = try await record(browser, "HAR-3", "HAR-2", "2026-02-10")
        let void = try await record(browser, "HAR-1", "HAR-3", "2026-03-01")
        try await browser.send("/undo", ["entry": void])
        for (query, expected) in [
            ("person=HAR-1", [void, old]), ("person=mei", [void, mei]),
            ("person=HOURBOOK:HAR-2", [mei, old]), ("from=2026-02-10", [void, mei]),
            ("to=2026-02-10", [mei, old]), ("from=2026-02-01&to=2026-02-28", [mei]),
            ("category=gar", [old]), ("category=Gard%C3%A9n", [old]), ("state=void", [void]),
            ("state=here", [void, mei, old]), ("state=decision", []), ("state=waiting", []),
            ("person=HAR-1&category=company", [void]), ("person=HAR-1&state=void", [void]),
            ("slip=7", []),
        ] as [(String, [String])] {
            #expect(try await listed(browser, "/entries?\(query)") == expected, "\(query)")
        }
    }

    @Test("a party's dispute is found as long as it is open")
    func disputed() async throws {
        let browser = try Browser()
        let entry = try await browser.recorded()
        #expect(try await listed(browser, "/entries?state=disputed") == [])
        try await browser.send(
            "/entries/\(entry)/dispute",
            ["party": browser.ana.description, "reason": "shorter", "seen": "1"])
        #expect(try await listed(browser, "/entries?state=disputed") == [entry])
        try await browser.send(
            "/entries/\(entry)/amend",
            ["minutes": "30", "date": "2026-03-24", "seen": "2"])
        #expect(try await listed(browser, "/entries?state=disputed") == [])
    }

    @Test("what is at the office is not on this device only; what was changed since is")
    func here() async throws {
        let browser = try Browser()
        let entry = try await browser.recorded()
        _ = try browser.bench.sync()
        #expect(try await listed(browser, "/entries?state=here") == [])
        try await browser.send(
            "/entries/\(entry)/amend",
            ["minutes": "30", "date": "2026-03-24", "seen": "1"])
        #expect(try await listed(browser, "/entries?state=here") == [entry])
    }

    @Test("pages of what is looked for list each entry once, and keep what is looked for")
    func paged() async throws {
        let browser = try Browser()
        let bench = browser.bench
        for number in 0..<(FieldSite.entriesMax * 2 + 7) {
            try bench.exchange(browser.ana, browser.omar, Int64(number % 5 + 1))
        }
        let all = try browser.events().filter { $0.knownKind == .hoursRecorded }
            .map(\.entity.description)
        var (path, found): (String?, [String]) = ("/entries?person=Ana+Ruiz&to=2026-12-31", [])
        while let now = path, found.count <= all.count {
            found += try await listed(browser, now)
            let (_, text) = try await browser.ask(.get, now)
            path = text.firstMatch(of: /href="(\/entries\?[^"]*before=[^"]*)"/).map {
                String($0.1).replacing("&amp;", with: "&")
            }
            if let path {
                let asked = try FormFields(encoded: path.split(separator: "?")[1])
                #expect(asked["person"] == "Ana Ruiz" && asked["to"] == "2026-12-31")
            }
        }
        #expect(found.count == all.count && Set(found) == Set(all))
    }

    @Test(
        "what cannot be looked for is said, and nothing is listed in its place",
        arguments: ["from=yesterday", "to=2026-02-30", "person=Nobody"])
    func unreadable(_ query: String) async throws {
        let browser = try Browser()
        _ = try await browser.recorded()
        let (response, text) = try await browser.ask(.get, "/entries?\(query)")
        #expect(response.status == .unprocessableContent && text.contains("class=\"faults\""))
        #expect(!text.contains("HAR-1 Ana Ruiz</td>"))
    }

    // MARK: What the office changed

    @Test("what others changed of what was recorded here is shown on every page until it is seen")
    func changed() async throws {
        let browser = try Browser()
        let entry = try await browser.recorded()
        let other = try await record(browser, "HAR-2", "HAR-1", "2026-03-02")
        try await browser.send("/undo", ["entry": other])
        _ = try browser.bench.sync()
        #expect(try await !browser.ask(.get, "/entries").text.contains("What others changed"))
        try browser.bench.office.write(.hoursVoided, about: EntityID(entry), [:])
        _ = try browser.bench.sync()
        let (_, text) = try await browser.ask(.get, "/entries")
        let section = try #require(text.changes)
        #expect(section.contains("/entries/\(entry)") && section.contains("Taken out of the count"))
        #expect(!section.contains(other), "what was done here is known here")
        #expect(try await browser.ask(.get, "/").text.contains("1 changed"))
        let position = try #require(text.firstMatch(of: /name="position" value="([0-9]+)"/)?.1)
        try await browser.send("/entries", ["position": String(position)])
        let (_, after) = try await browser.ask(.get, "/entries")
        #expect(after.changes == nil && !after.contains("1 changed"))
    }

    @Test("an own entry that the office let in or left out is shown, also while it is in no list")
    func decided() async throws {
        let browser = try Browser()
        let bench = browser.bench
        bench.office.verdict = { event in
            event.knownKind == .hoursRecorded ? .quarantined(.outOfScope) : .admitted
        }
        let entry = try #require(EntityID(try await browser.recorded()))
        _ = try bench.sync()
        let (_, waiting) = try await browser.ask(.get, "/entries?state=waiting")
        #expect(waiting.contains("standing attention"))
        let leaf = try #require(try bench.device.read { try $0.tables.refusedEvents().first?.leaf })
        let side = Side(dot: entry.dot, leaf: leaf)
        let entered = try bench.office.write(
            .quarantineEntered,
            [
                QuarantineField.events: .sides([side]),
                QuarantineField.cause: .integer(Int64(QuarantineReason.outOfScope.rawValue)),
            ])
        try bench.office.write(
            .quarantineDecided, about: entered.entity,
            [
                QuarantineField.events: .sides([side]),
                QuarantineField.choice: .integer(QuarantineChoice.reject.rawValue),
            ])
        _ = try bench.sync()
        let section = try #require(try await browser.ask(.get, "/entries").text.changes)
        #expect(section.contains("Left out by the office"))
    }

    @Test("what was seen never goes beyond this copy, and never back")
    func seen() async throws {
        let browser = try Browser()
        let cursor = try browser.bench.device.read { $0.sync.cursor }
        try await browser.send("/entries", ["position": "999999"])
        #expect(try browser.bench.device.read { try $0.tables.officeSeen() } == cursor)
        try await browser.send("/entries", ["position": "0"])
        #expect(try browser.bench.device.read { try $0.tables.officeSeen() } == cursor)
    }

    @Test("a history is told in the language of the page")
    func language() async throws {
        let browser = try Browser()
        let entry = try await browser.recorded()
        try await browser.send(
            "/entries/\(entry)/amend",
            ["minutes": "45", "date": "2026-03-24", "category": "garden", "seen": "1"])
        let (_, text) = try await browser.ask(.get, "/entries/\(entry)", language: "es")
        #expect(text.contains("Corregida: Cuánto tiempo, de 1:00 a 0:45"))
        #expect(text.contains("Corregida: Categoría es garden"))
        #expect(text.contains("Registrada: HAR-1 Ana Ruiz dio 1:00 a HAR-2 Omar Haddad"))
    }
}

extension String {
    /// The part of a page that says what the office changed.
    fileprivate var changes: String? {
        firstMatch(of: /<section class="changes"[\s\S]*?<\/section>/).map { String($0.0) }
    }
}
