// Entries kept apart, on the pages: who is shown them, and that each is decided once, as shown.
// Neighbors: QuarantineTests has the rules of deciding; ConsoleEffectTests the events.

import GRDB
import HTTPTypes
import HummingbirdTesting
import Shared
import Store
import TestSupport
import Testing

@testable import SyncServer

@Suite("Console: what waits")
struct ConsoleWaitingTests {
    @Test("an admin is shown who, from where and why; a coordinator only their neighborhoods'")
    func shown() async throws {
        let town = try await ConsoleTown()
        let list = try await town.browser().get("/waiting").text
        #expect(list.contains("the device does not hold that neighborhood"))
        #expect(list.contains("HAR-1 Ana 1 → HAR-2 Ana 2, 1:30"))
        let one = try await town.browser().get("/waiting/\(town.kept[0])").text
        #expect(one.contains("It is in the book of Mill Hill, which tablet does not hold."))
        #expect(one.contains("HAR-1 Ana 1 +1:30, HAR-2 Ana 2 -1:30"))
        let dana = try await town.browser(town.office.dana)
        #expect(try await !dana.get("/waiting").text.contains("Ana 1"))
        #expect(try await dana.get("/waiting/\(town.kept[0])").status == .notFound)
        let mill = try town.office.store.append {
            try $0.addWorker(
                name: "Mo", role: .coordinator, neighborhoods: [town.office.millHill])
        }
        let mo = try await town.browser(mill)
        let theirs = try await mo.get("/waiting/\(town.kept[0])")
        #expect(
            theirs.status == .ok && !theirs.text.contains("<form method=\"post\" action=\"/wai"))
        let no = try await mo.post(
            "/waiting/\(town.kept[0])/decide", [("choice", "admit"), ("reason", "x")])
        #expect(no.status == .forbidden)
        #expect(try town.undecided() == 2)
    }

    @Test(
        "letting one in gives it a place, as its author wrote it; without a reason nothing is done")
    func admitted() async throws {
        let town = try await ConsoleTown()
        let ada = try await town.browser()
        let path = "/waiting/\(town.kept[0])"
        let page = try await ada.get(path)
        let refused = try await ada.post(
            path + "/decide", [("once", page.hidden("once")), ("choice", "admit")])
        #expect(refused.status == .unprocessableContent)
        #expect(try town.undecided() == 2)
        let done = try await ada.post(
            path + "/decide",
            [("once", page.hidden("once")), ("choice", "admit"), ("reason", "asked Dana")])
        #expect(done.location == "/waiting/\(town.kept[1])")
        let place = try town.office.store.read { try $0.tables.position(of: town.kept[0]) }
        #expect(place != nil)
    }

    @Test("of two admins at the same entry one decides, and the other is told")
    func twoAdmins() async throws {
        let town = try await ConsoleTown(kept: 1)
        let (ada, bea) = (
            try await town.browser(), try await town.browser(town.office.bea)
        )
        let path = "/waiting/\(town.kept[0])/decide"
        let before = try town.position
        let answers = try await [
            ada.post(path, [("once", "a"), ("choice", "reject"), ("reason", "no")]),
            bea.post(path, [("once", "b"), ("choice", "admit"), ("reason", "yes")]),
        ]
        #expect(answers.allSatisfy { $0.status == .seeOther })
        #expect(try await bea.get("/waiting").text.contains("decided by somebody else already"))
        #expect(try town.written(after: before).map(\.knownKind) == [.quarantineDecided])
        #expect(try town.office.store.read { try $0.tables.position(of: town.kept[0]) } == nil)
    }

    @Test(
        "all of a filter: the page says which, and those alone are decided, each by its own event")
    func several() async throws {
        let town = try await ConsoleTown(kept: 3)
        let ada = try await town.browser()
        let page = try await ada.get("/waiting/several?choice=admit&device=\(town.replica)")
        let entries = page.text.matches(of: /name="entry" value="([^"]+)"/).map { String($0.1) }
        #expect(entries == town.kept.map(\.description))
        #expect(page.text.contains("Let all 3 in"))
        let none = try await ada.get("/waiting/several?choice=admit&reason=revoked")
        #expect(none.text.contains("nothing here to decide"))
        let before = try town.position
        let form =
            [("once", page.hidden("once")), ("choice", "admit"), ("reason", "paper agrees")]
            + entries.prefix(2).map { ("entry", $0) }
        for _ in 1...2 {
            #expect(try await ada.post("/waiting/several", form).status == .seeOther)
        }
        let written = try town.written(after: before)
        #expect(written.map(\.knownKind) == [.quarantineDecided, .quarantineDecided])
        #expect(written.allSatisfy { $0.worker == town.office.ada })
        #expect(try town.undecided() == 1)
    }

    @Test("a form that names what was decided meanwhile, or nothing, decides nothing more")
    func stale() async throws {
        let town = try await ConsoleTown(kept: 2)
        let ada = try await town.browser()
        let form = [
            ("choice", "reject"), ("reason", "no"), ("entry", "\(town.kept[0])"),
            ("entry", "\(town.kept[1])"),
        ]
        _ = try await ada.post("/waiting/several", form + [("once", "1")])
        let before = try town.position
        _ = try await ada.post("/waiting/several", form + [("once", "2")])
        #expect(try town.position == before)
        for wrong in [[("choice", "admit")], [("entry", "x"), ("choice", "admit")]] {
            let answer = try await ada.post("/waiting/several", wrong + [("reason", "r")])
            #expect(answer.status == .notFound)
        }
        let tooMany = (1...201).map { ("entry", "\(Dot(town.replica, Sequence64(UInt64($0))))") }
        let answer = try await ada.post(
            "/waiting/several", tooMany + [("choice", "reject"), ("reason", "r")])
        #expect(answer.status == .notFound)
    }

    @Test("a long list comes in pages of a bounded length, and none of it is left out")
    func long() async throws {
        let town = try await ConsoleTown(kept: 120)
        let ada = try await town.browser()
        var seen: [String] = []
        for page in 1...3 {
            let text = try await ada.get("/waiting?page=\(page)").text
            let lines = text.matches(of: /<td><a href="\/waiting\/([^"]+)"/).map { String($0.1) }
            #expect(lines.count <= ConsoleSite.WaitingLimits.linesMax)
            seen += lines
        }
        #expect(seen == town.kept.map(\.description))
        for odd in ["0", "-1", "99", "x", "99999999999999999999"] {
            #expect(try await ada.get("/waiting?page=\(odd)").status == .ok)
        }
    }

    @Test("what cannot be read is shown as bytes, to an admin alone, and can only be left out")
    func unreadable() async throws {
        let town = try await ConsoleTown(kept: 1)
        try town.office.store.note { db in
            try db.execute(sql: "UPDATE quarantine SET bytes = x'ff00', reason = 1")
        }
        let ada = try await town.browser()
        #expect(try await ada.get("/waiting").text.contains("2 bytes that cannot be read"))
        let one = try await ada.get("/waiting/\(town.kept[0])").text
        #expect(!one.contains("value=\"admit\"") && one.contains("value=\"reject\""))
        let refused = try await ada.post(
            "/waiting/\(town.kept[0])/decide",
            [("once", "1"), ("choice", "admit"), ("reason", "try")])
        #expect(refused.status == .unprocessableContent)
        let dana = try await town.browser(town.office.dana)
        #expect(try await dana.get("/waiting/\(town.kept[0])").status == .notFound)
    }
}
