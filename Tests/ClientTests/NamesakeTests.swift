// Somebody is enrolled under a name that is there already: shown first, and enrolled by whoever is
// sure. Neighbors: PeopleIndexTests has the names, FieldSiteTests the rest of the page.

import HTTPTypes
import Hummingbird
import Shared
import TestSupport
import Testing

@testable import SyncClient

@Suite("Enrolling somebody whose name is there already")
struct NamesakeTests {
    @Test(
        "who has the name is shown with number, place and last entry before anything is saved",
        arguments: ["Ana Ruiz", "ruiz  ANA", "Aná Rúiz"])
    func shown(_ name: String) async throws {
        let browser = try Browser()
        _ = try await browser.recorded()
        let before = try browser.events().count
        var form = ["name": name, "phone": "555-1", "once": "a"]
        let (response, page) = try await browser.ask(.post, "/people", form)
        #expect(response.status == .conflict)
        #expect(try browser.events().count == before)
        for part in ["HAR-1 Ana Ruiz", "Harbor", "2026-03-24", "555-1", "/people/\(browser.ana)"] {
            #expect(page.contains(part), "\(part)")
        }
        form["sure"] = "1"
        for _ in 0..<2 { try await browser.send("/people", form) }
        #expect(try browser.events().count == before + 1)
    }

    @Test(
        "another name, also one that has more words, is nobody's",
        arguments: ["Ana", "Ana R. Ruiz"])
    func others(_ name: String) async throws {
        let browser = try Browser()
        let before = try browser.events().count
        try await browser.send("/people", ["name": name])
        #expect(try browser.events().count == before + 1)
    }

    @Test("a form that comes again is done, and is no namesake of itself")
    func again() async throws {
        let browser = try Browser()
        let form = ["name": "Mei Tanaka", "once": "m"]
        let first = try await browser.send("/people", form)
        #expect(try await browser.send("/people", form) == first)
    }

    @Test("who takes no part any more is shown too")
    func inactive() async throws {
        let browser = try Browser()
        try await browser.send(
            "/people/\(browser.ana)",
            ["name": "Ana Ruiz", "was_name": "Ana Ruiz", "was_active": "1"])
        #expect(
            try await browser.ask(.post, "/people", ["name": "Ana Ruiz"]).response.status
                == .conflict)
    }

    @Test("on a slip nobody is offered to be enrolled under the name of who takes no part any more")
    func onSlip() async throws {
        let browser = try Browser()
        try await browser.send(
            "/people/\(browser.ana)",
            ["name": "Ana Ruiz", "was_name": "Ana Ruiz", "was_active": "1"])
        let batch = try await browser.send("/slips", [:])
        let before = try browser.events().count
        var form = [
            "slip": "1", "gave": "ruiz ana", "received": "HAR-2", "minutes": "30",
            "date": "2026-03-20", "enroll": "1",
        ]
        let (response, page) = try await browser.ask(.post, batch, form)
        #expect(response.status == .unprocessableContent)
        #expect(page.contains("HAR-1 Ana Ruiz: takes no part any more"))
        #expect(try browser.events().count == before && !page.contains("name=\"enroll\""))
        form["gave"] = "HAR-1"
        try await browser.send(batch, form)
        #expect(try browser.events().count == before + 1)
    }
}
