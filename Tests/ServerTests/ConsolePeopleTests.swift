// People, workers and the ledger on the pages: found by whom they concern, moved once, proven.
// Neighbors: DirectoryTests and MoveTests have the rules beneath; InclusionProofTests the proof's.

import Faces
import Foundation
import HTTPTypes
import HummingbirdTesting
import Shared
import Store
import TestSupport
import Testing

@testable import SyncServer

@Suite("Console: people, workers and the ledger")
struct ConsolePeopleTests {
    @Test("found by a part of the name or by the number, also right after a change")
    func found() async throws {
        let town = try await ConsoleTown(kept: 0)
        let ada = try await town.browser()
        func shown(_ typed: String) async throws -> [String] {
            try await ada.get("/people?q=\(FormFields.encoded(typed))").text
                .matches(of: /class="name">([^<]*)</).map { String($0.1) }
        }
        #expect(try await shown("an") == ["Ana 1", "Ana 2"])
        #expect(try await shown("HAR-2") == ["Ana 2"])
        #expect(try await shown("2") == ["Ana 2"])
        #expect(try await shown("nobody") == [])
        _ = try await town.office.serve { client in
            var device = town.device
            _ = try device.enroll("Zoë", number: 3)
            try await device.sync(client, first: Int(town.device.author.chain.sequence.value) + 1)
        }
        #expect(try await shown("zoe") == ["Zoë"])
        #expect(try await shown("") == ["Ana 1", "Ana 2", "Zoë"])
    }

    @Test("a coordinator finds and opens only the people of their neighborhoods")
    func others() async throws {
        let town = try await ConsoleTown(kept: 0)
        let mill = try town.office.store.append {
            try $0.addWorker(
                name: "Mo", role: .coordinator, neighborhoods: [town.office.millHill])
        }
        let mo = try await town.browser(mill)
        #expect(try await !mo.get("/people?q=Ana").text.contains("Ana 1"))
        #expect(try await mo.get("/people/\(town.members[0])").status == .notFound)
        #expect(try await !mo.get("/ledger?q=Ana").text.contains("Ana 1"))
        #expect(try await !mo.get("/workers").text.contains("Dana"))
        let place = try town.office.store.read { try $0.tables.position(of: town.members[0].dot) }
        #expect(try await mo.get("/ledger/\(try #require(place))").status == .notFound)
        for (what, fields) in [
            ("move", [("was", "\(town.office.harbor)"), ("place", "\(town.office.millHill)")]),
            ("grant", [("form", "grant"), ("minutes", "60"), ("reason", "x")]),
        ] {
            let answer = try await mo.post("/people/\(town.members[0])/\(what)", fields)
            #expect([.notFound, .forbidden].contains(answer.status), "\(what)")
        }
        let dana = try await town.browser(town.office.dana)
        #expect(try await dana.get("/people/\(town.members[0])").text.contains("HAR-1 Ana 1"))
    }

    @Test("of two who move a member the second is told, and a number that is taken is refused")
    func moved() async throws {
        let town = try await ConsoleTown(kept: 0)
        let (ada, dana) = (
            try await town.browser(), try await town.browser(town.office.dana)
        )
        let form = [("was", "\(town.office.harbor)"), ("place", "\(town.office.millHill)")]
        let paths = town.members.map { "/people/\($0)/move" }
        #expect(try await dana.post(paths[0], form + [("once", "1")]).status == .seeOther)
        let before = try town.position
        let late = try await ada.post(paths[0], form + [("once", "2")])
        #expect(late.status == .unprocessableContent && late.text.contains("moved this member"))
        for typed in ["1", "x", "1001"] {
            let answer = try await ada.post(
                paths[1], form + [("once", typed), ("number", typed)])
            #expect(answer.status == .unprocessableContent || typed == "1001", "\(typed)")
        }
        #expect(try town.written(after: before).count <= 1)
    }

    @Test(
        "hours that cannot be granted are not, and what was typed is there again",
        arguments: [
            ("minutes", ""), ("minutes", "many"), ("minutes", "0"), ("minutes", "99999999999999"),
            ("reason", ""), ("form", "exchange"), ("date", "someday"),
        ])
    func notGranted(_ field: String, _ value: String) async throws {
        let town = try await ConsoleTown(kept: 0)
        let ada = try await town.browser()
        let before = try town.position
        let form = [
            ("once", "1"), ("form", "grant"), ("minutes", "1:15"), ("date", "2026-03-24"),
            ("reason", "a welcome"),
        ].map { $0.0 == field ? ($0.0, value) : $0 }
        let answer = try await ada.post("/people/\(town.members[0])/grant", form)
        #expect(answer.status == .unprocessableContent, "\(answer.text)")
        #expect(try town.position == before)
        if field != "reason" { #expect(answer.text.contains("a welcome")) }
    }

    @Test("an invitation is shown once, opens an account, and an auditor gets none")
    func invited() async throws {
        let town = try await ConsoleTown(kept: 0)
        let ada = try await town.browser()
        let form = [("once", "1"), ("url", "https://book.example.org")]
        let first = try await ada.post("/workers/\(town.office.bea)/invite", form)
        let again = try await ada.post("/workers/\(town.office.bea)/invite", form)
        func link(_ answer: ConsoleBrowser.Answer) -> String? {
            answer.text.firstMatch(of: /https:[^<]+\/join\?token=[0-9a-f]+/).map {
                String($0.output)
            }
        }
        #expect(link(first) != nil && link(first) == link(again))
        #expect(try await !ada.get("/workers").text.contains("/join?token="))
        let auditor = try town.office.store.append {
            try $0.addWorker(name: "Au", role: .auditor, neighborhoods: [])
        }
        let none = try await ada.post(
            "/workers/\(auditor)/invite", [("once", "2"), ("url", "https://book.example.org")])
        #expect(none.status == .unprocessableContent && link(none) == nil)
    }

    @Test("two workers never have one name, and a role must be one")
    func workers() async throws {
        let town = try await ConsoleTown(kept: 0)
        let ada = try await town.browser()
        let before = try town.position
        for (name, role) in [("dana", "outreach"), ("Eli", "king"), ("", "admin")] {
            let answer = try await ada.post("/workers", [("name", name), ("role", role)])
            #expect(answer.status == .unprocessableContent, "\(name)")
        }
        #expect(try town.position == before)
    }

    // MARK: The ledger

    @Test("an entry is found by place, id, short id and person; the pages reach back to the first")
    func ledger() async throws {
        let town = try await ConsoleTown(kept: 60)
        let ada = try await town.browser()
        let dot = town.members[0].dot
        let place = try #require(try town.office.store.read { try $0.tables.position(of: dot) })
        for typed in ["\(place)", "\(dot)", dot.short, dot.short.uppercased()] {
            #expect(try await ada.get("/ledger?q=\(typed)").location == "/ledger/\(place)")
        }
        #expect(try await ada.get("/ledger?q=HAR-1").text.contains("/ledger/\(place)\""))
        #expect(try await ada.get("/ledger?q=Ana").text.contains("Who is meant?"))
        #expect(try await ada.get("/ledger?q=zzz").text.contains("Nothing and nobody"))
        let enrolled = try await ada.get("/ledger?kind=member.enrolled").text
        #expect(enrolled.matches(of: /<td class="place">/).count == 2)
        var (next, seen) = (Optional("/ledger"), 0)
        while let path = next {
            let text = try await ada.get(path).text
            let lines = text.matches(of: /<td class="place">/).count
            #expect(lines <= ConsoleSite.ledgerLinesMax)
            seen += lines
            next = text.firstMatch(of: /href="(\/ledger\?before=[^"]+)" rel="next"/).map {
                String($0.1).replacing("&amp;", with: "&")
            }
        }
        #expect(try UInt64(seen) == town.position.value)
        for odd in [
            "before=0", "before=x", "day=2026-99-99", "kind=x", "person=x", "day=1999-01-01",
        ] {
            #expect(try await ada.get("/ledger?\(odd)").status == .ok, "\(odd)")
        }
        #expect(try await ada.get("/ledger/\(try town.position.value + 1)").status == .notFound)
    }

    @Test("the proof on an entry's page leads from its bytes to the root that the ledger signed")
    func proven() async throws {
        let town = try await ConsoleTown(kept: 5)
        let ada = try await town.browser()
        let key = town.office.store.keys.ledger.signingPublicKey
        for place in 1...(try town.position.value) {
            let text = try await ada.get("/ledger/\(place)").text
            let areas = text.matches(of: /<textarea[^>]*>([^<]*)<\/textarea>/).map { String($0.1) }
            let bytes = try #require(areas.first.flatMap { Data(base64Encoded: $0) })
            let proof = try #require(areas.last).replacing("&#43;", with: "+")
            let halves = proof.split(separator: "\n\n", maxSplits: 1)
            let lines = halves[0].split(separator: "\n")
            #expect(lines.prefix(2) == ["c2sp.org/tlog-proof@v1", "index \(place - 1)"])
            let hashes = lines.dropFirst(2).compactMap {
                Data(base64Encoded: String($0)).flatMap { Hash($0) }
            }
            let signed = try SignedCheckpoint(
                verifying: String(halves[1]), community: town.office.store.community,
                ledgerKey: key, scopes: [])
            let root = InclusionProof(hashes: hashes).root(
                leaf: .leaf([UInt8](bytes)), index: place - 1, size: signed.checkpoint.size)
            #expect(root == signed.checkpoint.root, "\(place)")
        }
    }
}
