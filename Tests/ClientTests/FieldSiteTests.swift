// The pages of a device, asked as a browser asks: what is recorded, what is refused beside its
// field, and that every page is there in every language.
// Neighbors: FieldRouteTests has every route that changes something; scripts/check-browser does it
// in a real browser; GateTests say who may ask.

import Faces
import HTTPTypes
import Hummingbird
import Shared
import Store
import Testing

@testable import SyncClient

@Suite("Pages of a device")
struct FieldSiteTests {
    @Test("an amendment is an event for each field that it changes, and none for the others")
    func amended() async throws {
        let browser = try Browser()
        let id = try await browser.recorded()
        let before = try browser.events().count
        let form = [
            "minutes": "1:30", "date": "2026-03-23", "category": "company", "seen": "1",
        ]
        let (response, text) = try await browser.ask(.post, "/entries/\(id)/amend", form)
        #expect(response.status == .seeOther, "\(text)")
        let new = try browser.events().dropFirst(before)
        #expect(new.count == 3 && new.allSatisfy { $0.knownKind == .hoursAmended })
        let record = try browser.bench.device.read {
            try $0.views.hours(try #require(EntityID(id)))
        }
        #expect(record?.serviceDate == "2026-03-23" && record?.category == "company")
    }

    @Test("of two windows on one entry, the second is shown what the first did")
    func twoWindows() async throws {
        let browser = try Browser()
        let id = try await browser.recorded()
        let first = ["minutes": "30", "date": "2026-03-24", "seen": "1"]
        _ = try await browser.ask(.post, "/entries/\(id)/amend", first)
        let before = try browser.events().count
        let second = ["minutes": "45", "date": "2026-03-24", "reason": "mine", "seen": "1"]
        let (response, text) = try await browser.ask(.post, "/entries/\(id)/amend", second)
        #expect(response.status == .conflict && text.contains("mine") && text.contains("0:30"))
        #expect(try browser.events().count == before)
    }

    @Test("a like entry is shown before anything is saved, and is saved by whoever is sure")
    func alike() async throws {
        let browser = try Browser()
        _ = try await browser.recorded()
        let before = try browser.events().count
        var form = ["gave": "HAR-1", "received": "HAR-2", "minutes": "15"]
        let (response, text) = try await browser.ask(.post, "/record", form)
        #expect(response.status == .conflict && text.contains("HAR-1 Ana Ruiz → HAR-2"))
        #expect(try browser.events().count == before)
        form["sure"] = "1"
        #expect(try await browser.ask(.post, "/record", form).response.status == .seeOther)
        #expect(try browser.events().count == before + 1)
    }

    @Test("a form that is sent twice is done once")
    func twice() async throws {
        let browser = try Browser()
        let before = try browser.events().count
        let form = ["gave": "HAR-1", "received": "HAR-2", "chip": "60", "once": "abc"]
        for _ in 0..<2 {
            let (response, _) = try await browser.ask(.post, "/record", form)
            #expect(response.status == .seeOther)
        }
        #expect(try browser.events().count == before + 1)
    }

    @Test(
        "forms that are sent at the same moment are done once", arguments: ["/record", "/people"])
    func atOnce(_ path: String) async throws {
        let browser = try Browser()
        let before = try browser.events().count
        let form = [
            "gave": "HAR-1", "received": "HAR-2", "chip": "60", "sure": "1", "once": "abc",
            "name": "Mei Tanaka", "number": "9",
        ]
        let asker = browser.asker
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    let (response, text) = try await asker.ask(.post, path, form)
                    #expect(response.status == .seeOther, "\(text)")
                }
            }
            try await group.waitForAll()
        }
        #expect(try browser.events().count == before + 1)
    }

    @Test("a number alone is that member, whoever else it begins")
    func number() async throws {
        let browser = try Browser()
        _ = try browser.bench.enroll(12, "Mei Tanaka")
        _ = try await browser.ask(
            .post, "/record", ["gave": "HAR-12", "received": "HAR-2", "minutes": "30"])
        let form = ["gave": "1", "received": "2", "minutes": "30"]
        let (response, text) = try await browser.ask(.post, "/record", form)
        #expect(response.status == .seeOther, "\(text)")
        #expect(try await browser.ask(.get, "/find?q=1").text.hasPrefix("HAR-1 "))
    }

    @Test("of a person, only what was changed in the form is")
    func personTwice() async throws {
        let browser = try Browser()
        let path = "/people/\(browser.ana)"
        let shown = ["name": "Ana Ruiz", "was_name": "Ana Ruiz", "active": "1", "was_active": "1"]
        _ = try await browser.ask(.post, path, shown.merging(["phone": "555-1"]) { $1 })
        let second = shown.merging(["name": "Ana Díaz", "was_phone": "", "phone": ""]) { $1 }
        _ = try await browser.ask(.post, path, second)
        let (_, text) = try await browser.ask(.get, path)
        #expect(text.contains("Ana Díaz") && text.contains("555-1"))
    }

    @Test("several workers, none chosen: nothing is recorded, and it is said why")
    func noWorker() async throws {
        let browser = try Browser(workers: [OfficeInMemory.dana, OfficeInMemory.omar])
        let before = try browser.events().count
        let (response, text) = try await browser.ask(
            .post, "/record", ["gave": "HAR-1", "received": "HAR-2", "chip": "60"])
        #expect(response.status == .unprocessableContent && text.contains("Choose who you are"))
        #expect(try browser.events().count == before)
    }

    @Test(
        "each limit is told beside its field, and nothing typed is lost",
        arguments: [
            ("minutes", "0"), ("minutes", "1441"), ("minutes", "many"), ("date", "2026-02-30"),
            ("gave", ""), ("gave", "Nobody"), ("received", "HAR-1"), ("received", "HAR-9"),
        ])
    func limits(_ field: String, _ value: String) async throws {
        let browser = try Browser()
        let before = try browser.events().count
        var form = [
            "gave": "HAR-1", "received": "HAR-2", "minutes": "60", "date": "2026-03-24",
            "note": "a walk",
        ]
        form[field] = value
        let (response, text) = try await browser.ask(.post, "/record", form)
        #expect(response.status == .unprocessableContent)
        #expect(text.contains("href=\"#\(field)\"") && text.contains("a walk"))
        #expect(try browser.events().count == before)
    }

    @Test("minutes at their limits are taken", arguments: ["1", "1440", "1.5h", "1:30"])
    func taken(_ minutes: String) async throws {
        let (response, text) = try await Browser().ask(
            .post, "/record", ["gave": "HAR-1", "received": "HAR-2", "minutes": minutes])
        #expect(response.status == .seeOther, "\(text)")
    }

    @Test("whatever people type is shown as text")
    func hostile() async throws {
        let browser = try Browser()
        let text = "<script>alert(1)</script>"
        let (_, shown) = try await browser.ask(.post, "/record", ["gave": text, "note": text])
        #expect(!shown.contains(text) && shown.contains("&lt;script&gt;"))
        let (_, people) = try await browser.ask(.get, "/people?q=%3Cscript%3E")
        #expect(!people.contains("<script>"))
    }

    @Test("every page is there in both languages, and an unknown one says so")
    func pages() async throws {
        let browser = try Browser()
        let id = try await browser.recorded()
        let batch = try await browser.send("/slips", ["slips": "2", "hours": "3"])
        try await browser.send(batch, ["slip": "1", "gave": "?", "park": "1"])
        for language in ["en", "es"] {
            for path in [
                "/", "/?like=\(id)", "/people", "/people/new", "/people/\(browser.ana)",
                "/people/\(browser.ana)/card", "/entries", "/entries?state=void", "/entries/\(id)",
                "/slips", "/slips/1", "/slips/parked/1", "/sync",
            ] {
                let (response, text) = try await browser.ask(.get, path, language: language)
                #expect(response.status == .ok && text.contains("lang=\"\(language)\""))
                #expect(!text.contains("⟨"), "\(path) lacks a text")
            }
        }
        for path in [
            "/nowhere", "/slips/99", "/slips/parked/99", "/slips/x", "/entries/zz",
            "/../etc/passwd", "/people/\(id)",
        ] {
            #expect(try await browser.ask(.get, path).response.status == .notFound, "\(path)")
        }
    }

    @Test("no GET changes anything")
    func gets() async throws {
        let browser = try Browser()
        let before = try browser.events().count
        for path in ["/record?gave=HAR-1&received=HAR-2&chip=60", "/undo", "/worker", "/sync"] {
            _ = try await browser.ask(.get, path)
        }
        #expect(try browser.events().count == before)
    }

    @Test("what was done is told once, with what takes it back and nothing else")
    func told() async throws {
        let browser = try Browser()
        let saved = try await browser.ask(
            .post, "/record", ["gave": "HAR-1", "received": "HAR-2", "chip": "60", "once": "r"])
        let cookie = saved.response.headers[values: .setCookie].first.map {
            String($0.prefix { $0 != ";" })
        }
        let (_, text) = try await browser.ask(.get, "/", cookies: cookie)
        let entry = try #require(try browser.events().last).entity
        #expect(text.contains("name=\"entry\" value=\"\(entry)\""))
        #expect(!text.contains("Answer again") && !text.contains("href=\"Again("))
        #expect(try await !browser.ask(.get, "/", cookies: cookie).text.contains("name=\"entry\""))
    }

    @Test(
        "it leads to no other site",
        arguments: ["//evil.example", "https://evil.example", "/\\evil", "x"])
    func local(_ path: String) { #expect(localPath(path) == "/") }
}
