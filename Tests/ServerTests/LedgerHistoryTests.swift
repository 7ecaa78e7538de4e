// Histories as the office tells them: the desk's decisions in each entry they are about, and what
// was kept apart. Neighbors: Sources/Store/Views/Views+History, Conflicts and Quarantine.

import HummingbirdTesting
import Shared
import Store
import TestSupport
import Testing

@testable import SyncServer

struct LedgerHistoryTests {
    /// Two devices that recorded one service, and the entries.
    private func duplicate() async throws -> (office: Office, entries: [EntityID]) {
        let office = try Office()
        let entries = try await office.serve { client in
            var one = FieldDevice(office, number: 1)
            var two = FieldDevice(office, number: 2)
            for device in [one, two] { try await device.pair(client) }
            let ana = try one.enroll("Ana", number: 1)
            let luis = try one.enroll("Luis", number: 2)
            try await one.sync(client)
            try await two.sync(client)
            let mine = one.author.write(.hoursRecorded, .exchange(ana, to: luis)).entity
            let theirs = two.author.write(.hoursRecorded, .exchange(ana, to: luis)).entity
            try await one.sync(client, first: 3)
            try await two.sync(client)
            return [mine, theirs]
        }
        return (office, entries)
    }

    private func decide(_ office: Office, _ choice: DeskRuling.Choice) throws {
        let (conflict, seen) = try office.store.read { views in
            (try #require(try views.conflicts().first), views.position)
        }
        _ = try office.store.append { session in
            try session.resolve(
                conflict.id, as: office.ada, seen: seen,
                DeskRuling(choice: choice, reason: "one slip"))
        }
    }

    private func histories(_ office: Office, _ entities: [EntityID]) throws -> [HistoryRecord] {
        try office.store.read { views in
            try entities.map { try views.history($0.description) }
        }
    }

    @Test("an entry whose minutes are contested says so, until the desk decides")
    func contested() async throws {
        let (office, entries) = try await duplicate()
        let before = try histories(office, entries)
        #expect(before.map(\.standing).sorted() == ["contested", "counts"])
        #expect(before.filter(\.needsAttention).map(\.standing) == ["contested"])
        try decide(office, .take(["A"]))
        #expect(
            try histories(office, entries).map(\.standing).sorted() == ["counts", "dropped"])
    }

    @Test("a decision about a cluster is in the history of each entry, from its side")
    func decided() async throws {
        let (office, entries) = try await duplicate()
        try decide(office, .take(["A"]))
        for history in try histories(office, entries) {
            let last = try #require(history.events.last)
            let counts = history.standing == "counts" ? "counts" : "does not count"
            #expect(
                last.what == "decided by the office (duplicate): this one \(counts), of 2 alike")
            #expect([last.worker, last.device, last.reason] == ["Ada", "the server", "one slip"])
            #expect(last.position != nil && last.receivedAt != nil)
        }
        let decision = try #require(try office.store.read { try $0.decisionDots() }.first)
        try office.store.append { _ = try $0.undo(decision, as: office.bea, reason: "two slips") }
        for history in try histories(office, entries) {
            #expect(history.events.last?.what.hasPrefix("decision taken back") ?? false)
        }
    }

    @Test("a member renumbered by the office has the decision in the history, the other too")
    func renumbered() async throws {
        let (office, members) = try await Office.sameNumber()
        let before = try histories(office, members)
        #expect(before.map(\.needsDecision) == [["number"], ["number"]])
        try decide(office, .merge(field: "number", value: "2"))
        for history in try histories(office, members) {
            let whose = history.subject.hasPrefix("HAR-2") ? "" : "for HAR-2 Ana"
            let what = try #require(history.events.last?.what)
            #expect(what.hasPrefix("decided by the office (number): \(whose)"))
            #expect(what.hasSuffix("number is from now on 2"))
            #expect(!history.needsAttention)
        }
    }

    @Test("what is kept apart has a history, and what comes of it")
    func keptApart() async throws {
        let office = try Office()
        let refused = try await office.serve { client in
            var device = FieldDevice(office, number: 1)
            try await device.pair(client)
            let members = try [1, 2].map { try device.enroll("Member \($0)", number: $0) }
            device.author.home = .neighborhood(office.millHill)
            let refused = device.author.write(
                .hoursRecorded, .exchange(members[0], to: members[1]))
            try await device.sync(client)
            return refused
        }
        let apart = try histories(office, [refused.entity])[0]
        #expect(apart.events.map(\.place) == [.admitted, .keptApart])
        #expect(
            apart.events.map(\.what) == [
                "kept apart at the office: this device does not hold its neighborhood",
                "recorded as exchange: HAR-1 Member 1 gave 1:30 to HAR-2 Member 2, on 2026-03-24",
            ])
        try office.store.append {
            _ = try $0.decide([refused.dot], .admit, as: office.ada, reason: "a lent tablet")
        }
        let after = try histories(office, [refused.entity])[0]
        #expect(after.events.map(\.place) == [.admitted, .admitted, .admitted])
        #expect(after.events.contains { $0.what == "let in by the office" })
        #expect(after.standing == "counts")
    }

    @Test("an id that nothing has, and a name that two have, are refused with a sentence")
    func refusals() async throws {
        let (office, _) = try await duplicate()
        for typed in ["0123-4", "", "Nobody", "zz-1", "1-99999999999999999999"] {
            #expect(throws: Refusal.self, "\(typed)") {
                try office.store.read { try $0.history(typed) }
            }
        }
    }
}
