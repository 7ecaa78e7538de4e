// Members' cards, and what else the pages of people and of syncs say.
// Neighbors: MemberCard and QRCode, NextAction; FieldBrowser asks.

import Foundation
import HTTPTypes
import Hummingbird
import Shared
import Store
import TestSupport
import Testing
import Texts

@testable import Faces
@testable import SyncClient

@Suite("Cards, people and the next action")
struct CardTests {
    @Test(
        "what a scanner types of a card is its number, whatever the keyboard is taken for",
        arguments: [
            "HOURBOOK:HAR-37", "hourbook:har-37", "HOURBOOKÑHAR'37", "HOURBOOKÖHARß37",
        ])
    func scanned(_ typed: String) { #expect(MemberCard(scanned: typed)?.number == "HAR-37") }

    @Test(
        "what is no card is none",
        arguments: [
            "", "HAR-37", "HOURBOOK", "HOURBOOK:", "HOURBOOK:HAR", "HOURBOOK:37", "HOURBOOKHAR-37",
            "HOURBOOK:HAR-37x", "HOURBOOK:HAR--37", "HOURBOOK-:-37", "Hourbook Ana",
        ])
    func noCard(_ typed: String) { #expect(MemberCard(scanned: typed) == nil) }

    @Test("a card is taken wherever a person is named")
    func recorded() async throws {
        let browser = try Browser()
        try await browser.send(
            "/record",
            ["gave": "HOURBOOK:HAR-1", "received": "HOURBOOKÑHAR'2", "minutes": "30"])
        let event = try #require(try browser.events().last)
        #expect(
            event.payload.shares(HoursField.shares)?.accounts.sorted()
                == [browser.ana, browser.omar].sorted())
        #expect(
            try await browser.ask(.get, "/find?q=HOURBOOK:HAR-2").text
                .hasPrefix("HAR-2 Omar Haddad"))
    }

    @Test("a card shows the number and the name; its code holds the number alone")
    func card() async throws {
        let browser = try Browser()
        let (response, text) = try await browser.ask(.get, "/people/\(browser.ana)/card")
        #expect(response.status == .ok && text.contains("HAR-1") && text.contains("Ana Ruiz"))
        let code = try #require(QRCode("HOURBOOK:HAR-1"))
        #expect(text.contains(code.path) && text.contains("0 0 \(code.size) \(code.size)"))
        let pot = OfficeInMemory.harbor
        #expect(try await browser.ask(.get, "/people/\(pot)/card").response.status == .notFound)
    }

    /// Section 6.3.3: three squares of seven, each with a light ring inside a dark one.
    @Test("a code has its three finder patterns, and is as large as its text needs")
    func code() throws {
        let code = try #require(QRCode("HOURBOOK:HAR-37"))
        let side = code.size - 8
        #expect(side == 21 || side == 25)
        #expect(code.isDark.count == side * side)
        let far = side - 7
        for (top, left) in [(0, 0), (0, far), (far, 0)] {
            for row in 0..<7 {
                for column in 0..<7 {
                    let ring = max(abs(row - 3), abs(column - 3))
                    #expect(code.isDark[(top + row) * side + left + column] == (ring != 2))
                }
            }
        }
        #expect(QRCode(String(repeating: "x", count: 5_000)) == nil, "no code holds that")
    }

    @Test("a phone and languages that are emptied are empty, and other fields stay as they are")
    func emptied() async throws {
        let browser = try Browser()
        let path = "/people/\(browser.ana)"
        let shown = ["name": "Ana Ruiz", "was_name": "Ana Ruiz", "active": "1", "was_active": "1"]
        try await browser.send(
            path, shown.merging(["phone": "555-1", "languages": "es, en"]) { $1 })
        let before = try browser.events().count
        try await browser.send(
            path,
            shown.merging(["was_phone": "555-1", "phone": "", "was_languages": ""]) { $1 })
        let member = try browser.bench.device.read { book -> MemberRecord? in
            guard case .member(let state)? = try book.views.state(of: browser.ana) else {
                return nil
            }
            return try book.views.record(state)
        }
        #expect(member?.contacts == [] && member?.languages == ["es", "en"])
        #expect(try browser.events().count == before + 1)
        #expect(try await !browser.ask(.get, path).text.contains("555-1"))
    }

    // MARK: Syncs

    @Test("the page of syncs says what `doctor` would, with a button where a sync does it")
    func next() async throws {
        let browser = try Browser()
        let (_, text) = try await browser.ask(.get, "/sync")
        let now = browser.bench.device.environment.now()
        let action = try browser.bench.device.read { try Checkup.nextAction($0, now: now) }
        #expect(action == .send && text.contains(StringTable.of(.english)("next_send")))
        #expect(text.contains("<button class=\"main\">Sync now</button>"))
        browser.bench.office.serverTime = now
        _ = try browser.bench.sync()
        let (_, after) = try await browser.ask(.get, "/sync")
        #expect(after.contains("call the office of Riverside"))
        #expect(!after.contains("<button class=\"main\">Sync now"))
        let batch = try await browser.send("/slips", [:])
        try await browser.send(batch, ["slip": "8", "gave": "?", "park": "1"])
        let (_, parked) = try await browser.ask(.get, "/sync")
        #expect(parked.contains("1 slip is parked.") && parked.contains("href=\"/slips\""))
    }

    @Test("each next action has its words in each language", arguments: Language.allCases)
    func words(_ language: Language) {
        for action in NextAction.allCases {
            #expect(StringTable.of(language).texts["next_\(action.rawValue)"] != nil, "\(action)")
            #expect(!action.sentence.isEmpty)
        }
    }

    @Test("a sync of the page goes on after a connection that breaks off, as the command does")
    func retries() throws {
        let bench = try Bench.ready(try OfficeInMemory())
        _ = try bench.enroll(1)
        bench.office.failuresBefore = [.cut, .cut]
        var tries: [Int] = []
        var sync = SyncRun(
            device: bench.device, folder: FileManager.default.temporaryDirectory,
            transport: bench.office, json: false, pause: { _ in })
        sync.retrying = { tries.append($0.number) }
        let (report, _) = try sync.untold(bench.keys) { _ in }
        #expect(report.end == .complete && report.pushed == 1 && tries == [2, 3])
    }
}
