// Who gave and who received, corrected on the page of an entry: by an amendment where the entry may
// have them, else by an entry that takes its place. Neighbors: FieldSiteTests has the other fields,
// PermissionTests the rule; EntryDrafts builds both.

import HTTPTypes
import Hummingbird
import Shared
import Store
import TestSupport
import Testing

@testable import SyncClient

@Suite("Correcting who gave and who received")
struct CorrectionTests {
    private let browser: Browser
    private let id: String
    private let shown: [String: String]

    init() async throws {
        browser = try Browser()
        id = try await browser.recorded()
        let names = ["gave": "HAR-1 Ana Ruiz", "received": "HAR-2 Omar Haddad"]
        shown = names.merging(Dictionary(uniqueKeysWithValues: names.map { ("was_\($0)", $1) })) {
            one, _ in one
        }.merging(["minutes": "1:00", "date": "2026-03-24", "seen": "1"]) { one, _ in one }
    }

    private func form(_ changed: [String: String]) -> [String: String] {
        shown.merging(changed) { $1 }
    }

    private func entry(_ id: String) throws -> HoursRecord {
        let entity = try #require(EntityID(id))
        return try #require(try browser.bench.device.read { try $0.views.hours(entity) })
    }

    @Test("the page offers both sides as they are, and what stays is no change")
    func offered() async throws {
        let (_, page) = try await browser.ask(.get, "/entries/\(id)")
        #expect(page.contains(#"id="amend-gave" name="gave" value="HAR-1 Ana Ruiz" data-find"#))
        #expect(page.contains(#"id="amend-received" name="received" value="HAR-2 Omar Haddad""#))
        let before = try browser.events().count
        try await browser.send("/entries/\(id)/amend", form([:]))
        #expect(try browser.events().count == before)
    }

    @Test("another giver is one amendment that keeps the other side and the time")
    func giver() async throws {
        _ = try browser.bench.enroll(3, "Mei Tanaka")
        let before = try browser.events().count
        try await browser.send(
            "/entries/\(id)/amend", form(["gave": "mei", "reason": "it was Mei"]))
        let new = try browser.events().dropFirst(before)
        #expect(new.map(\.knownKind) == [.hoursAmended])
        let now = try entry(id)
        #expect(now.gave.map(\.label) == ["HAR-3 Mei Tanaka"] && now.gave[0].minutes == 60)
        #expect(now.received.map(\.label) == ["HAR-2 Omar Haddad"])
        #expect(try browser.bench.statement(browser.ana).balance == 0)
    }

    @Test("two who received instead of one share the time")
    func several() async throws {
        _ = try browser.bench.enroll(3, "Mei Tanaka")
        try await browser.send(
            "/entries/\(id)/amend",
            form(["received": "HAR-2 Omar Haddad; Mei", "minutes": "1:30"]))
        #expect(try entry(id).received.map(\.minutes) == [45, 45])
    }

    @Test(
        "who is nobody, both, or missing is said beside what was typed, and nothing is recorded",
        arguments: [
            (["gave": "Zoe"], "Nobody here is called"), (["gave": ""], "who gave"),
            (["gave": "Omar"], "cannot give and receive"),
        ])
    func refused(_ changed: [String: String], _ sentence: String) async throws {
        let before = try browser.events().count
        let sent = form(changed.merging(["reason": "as told"]) { $1 })
        let (response, page) = try await browser.ask(.post, "/entries/\(id)/amend", sent)
        #expect(response.status == .unprocessableContent)
        #expect(page.lowercased().contains(sentence.lowercased()), "\(page.faults)")
        #expect(page.contains("as told") && !page.contains("/entries/\(id)/replace"))
        #expect(try browser.events().count == before)
    }

    @Test(
        "somebody whom no amendment can bring in: the entry is void and recorded anew, by one touch"
    )
    func anew() async throws {
        let far = try browser.bench.office.memberOfOrchard(browser.bench)
        let sent = form(["gave": "ORC-1", "minutes": "45", "reason": "the one from Orchard"])
        let before = try browser.events().count
        let (response, page) = try await browser.ask(.post, "/entries/\(id)/amend", sent)
        #expect(response.status == .unprocessableContent, "\(page.faults)")
        #expect(try browser.events().count == before)
        #expect(page.contains("formaction=\"/entries/\(id)/replace\"") && page.contains("ORC-1"))
        let path = try await browser.send("/entries/\(id)/replace", sent)
        let new = try browser.events().dropFirst(before)
        #expect(new.map(\.knownKind) == [.hoursVoided, .hoursRecorded])
        let anew = try #require(new.last)
        #expect(path == "/entries/\(anew.entity)")
        let (old, now) = (try entry(id), try entry(anew.entity.description))
        #expect(old.standing == EntryStanding.void.name && now.standing == "counts")
        #expect(now.serviceDate == old.serviceDate && now.gave[0].minutes == 45)
        #expect(anew.payload.shares(HoursField.shares)?.providers.map(\.account) == [far])
        // The second touch finds more than it was shown.
        let again = try await browser.ask(.post, "/entries/\(id)/replace", sent)
        #expect(again.response.status == .conflict)
        #expect(try browser.events().count == before + 2)
    }

    @Test("what a paper said of the entry before is said of the one that takes its place")
    func kept() async throws {
        let far = try browser.bench.office.memberOfOrchard(browser.bench)
        let batch = try await browser.send("/slips", [:])
        try await browser.send(
            batch,
            [
                "slip": "A-7", "gave": "HAR-1", "received": "HAR-2", "minutes": "30",
                "date": "2026-03-20", "category": "garden",
            ])
        let paper = try #require(try browser.events().last).entity.description
        try await browser.send(
            "/entries/\(paper)/replace",
            [
                "gave": "ORC-1", "was_gave": "HAR-1 Ana Ruiz", "minutes": "0:30",
                "date": "2026-03-20", "category": "", "slip": "A-7", "seen": "1",
            ])
        let anew = try #require(try browser.events().last)
        #expect(anew.payload.text(HoursField.slip) == "A-7")
        #expect(anew.payload.integer(HoursField.origin) == HoursOrigin.paper.rawValue)
        // It was emptied in the form: a new entry has none.
        #expect(anew.payload[HoursField.category] == nil)
        #expect(anew.payload.shares(HoursField.shares)?.providers.map(\.account) == [far])
    }
}

extension OfficeInMemory {
    /// Enrolled by another device, and known on this one by a directory line alone.
    fileprivate func memberOfOrchard(_ bench: Bench) throws -> EntityID {
        let orchard = try Bench(
            office: self, keys: Fixed.keys(signing: 0x11, receiving: 0x22), seed: 9,
            home: OfficeInMemory.orchard)
        _ = try orchard.sync()
        let tom = try orchard.enroll(1, "Tom")
        _ = try orchard.sync()
        _ = try bench.sync()
        return tom
    }
}
