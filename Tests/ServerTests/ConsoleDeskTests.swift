// The conflict desk: what is decided on a page is one event by whoever signed in, as of what the
// page had shown. Neighbors: DeskTests has the rules of resolving; ConsoleRouteTests who may.

import HTTPTypes
import Shared
import Store
import TestSupport
import Testing

@testable import SyncServer

/// A desk with several conflicts, and an admin at it.
private struct Desk {
    let dispute: DisputedBook
    let site: ConsoleSite
    let ada: ConsoleBrowser
    var office: Office { dispute.office }

    init() async throws {
        dispute = try await DisputedBook()
        site = dispute.office.site()
        ada = try await dispute.office.browser(of: dispute.office.ada, at: site)
    }

    func path(_ about: ConflictKind) throws -> String {
        "/conflicts/\(try dispute.conflict(about).id)"
    }

    /// What the form of a page says, with what somebody chooses.
    func form(
        _ page: ConsoleBrowser.Answer, _ choice: String, reason: String = "asked Ana",
        more: [(String, String)] = []
    ) -> [(String, String)] {
        [
            ("seen", page.hidden("seen")), ("once", page.hidden("once")), ("choice", choice),
            ("reason", reason),
        ] + more
    }

    /// Events after a position.
    func events(after position: LedgerPosition) throws -> [Event] {
        try office.store.read { views in
            try views.tables.entries(after: position, limit: 100).map {
                try Event(decoding: $0.bytes)
            }
        }
    }

    var position: LedgerPosition { get throws { try dispute.position } }
}

@Suite("Console: conflict desk")
struct ConsoleDeskTests {
    @Test(
        "each choice is one event by whoever signed in, that covers what was shown and no more",
        arguments: [
            (ConflictKind.field, "take-A", [(String, String)]()), (.amend, "take-B", []),
            (.duplicate, "both", []), (.duplicate, "void", []), (.duplicate, "take-A", []),
            (.field, "merge", [("merge", "Ana María Ruiz")]),
            (.amend, "merge", [("merge", "1:05")]),
        ])
    func oneEvent(_ about: ConflictKind, _ choice: String, _ more: [(String, String)]) async throws
    {
        let desk = try await Desk()
        let path = try desk.path(about)
        let page = try await desk.ada.get(path)
        let shown = try desk.position
        #expect(page.hidden("seen") == "\(shown)")
        // What comes in meanwhile about something else hinders nothing, and is not covered.
        try desk.office.store.append {
            _ = try $0.addNeighborhood(name: "Orchard", code: "ORC")
        }
        let before = try desk.position
        let answer = try await desk.ada.post(
            path + "/decide", desk.form(page, choice, more: more))
        #expect(answer.status == .seeOther, "\(answer.text)")
        let new = try desk.events(after: before)
        #expect(new.map(\.knownKind) == [.conflictResolved])
        #expect(new.first?.worker == desk.office.ada)
        #expect(new.first?.context.position == shown)
        let next = try #require(answer.location)
        #expect(next.hasPrefix("/conflicts/") && next != path)
        #expect(try await desk.ada.get(next).text.contains("Decided for "))
        #expect(try desk.dispute.conflicts.allSatisfy { $0.about != about })
    }

    @Test("a form that is sent twice, also at the same moment, decides once")
    func twice() async throws {
        let desk = try await Desk()
        let path = try desk.path(.amend)
        let page = try await desk.ada.get(path)
        let before = try desk.position
        let form = desk.form(page, "take-A")
        async let first = desk.ada.post(path + "/decide", form)
        async let second = desk.ada.post(path + "/decide", form)
        #expect(try await [first.status, second.status] == [.seeOther, .seeOther])
        #expect(try await desk.ada.post(path + "/decide", form).status == .seeOther)
        #expect(try desk.events(after: before).count == 1)
    }

    @Test("of two admins at one conflict the second is told what the first decided")
    func twoAdmins() async throws {
        let desk = try await Desk()
        let bea = try await desk.office.browser(of: desk.office.bea, at: desk.site)
        let path = try desk.path(.amend)
        let (hers, his) = (try await desk.ada.get(path), try await bea.get(path))
        let before = try desk.position
        _ = try await desk.ada.post(path + "/decide", desk.form(hers, "take-A"))
        let late = try await bea.post(path + "/decide", desk.form(his, "take-B"))
        #expect(late.status == .seeOther)
        let shown = try await bea.get(try #require(late.location)).text
        #expect(shown.contains("settled meanwhile") && shown.contains("Ada"))
        #expect(try desk.events(after: before).map(\.worker) == [desk.office.ada])
        #expect(try desk.office.store.read { try $0.conflicts().allSatisfy { $0.about != .amend } })
    }

    @Test("what happened since the page was shown is said, and the reason is still there")
    func changed() async throws {
        let desk = try await Desk()
        let path = try desk.path(.amend)
        let page = try await desk.ada.get(path)
        try await desk.dispute.amendOnceMore(minutes: 90)
        let before = try desk.position
        let answer = try await desk.ada.post(
            path + "/decide", desk.form(page, "take-A", reason: "the slip \"says\" so"))
        #expect(answer.status == .conflict)
        #expect(answer.text.contains("Something happened since you opened this"))
        #expect(answer.text.contains("value=\"the slip &quot;says&quot; so\""))
        #expect(answer.text.contains("1:30"))
        #expect(try desk.position == before)
        #expect(answer.hidden("seen") == "\(before)")
        let again = try await desk.ada.post(path + "/decide", desk.form(answer, "take-A"))
        #expect(again.status == .seeOther)
        #expect(try desk.events(after: before).count == 1)
    }

    @Test(
        "what is missing is said beside what was typed, and nothing is decided",
        arguments: [
            ([("choice", ""), ("reason", "asked")], "Choose what holds."),
            ([("choice", "take-A"), ("reason", " ")], "Give the reason"),
            ([("choice", "merge"), ("reason", "asked")], "Type the value"),
            ([("choice", "take-Z"), ("reason", "asked")], "names no side"),
            ([("choice", "both"), ("reason", "asked")], "entries only"),
        ])
    func missing(_ typed: [(String, String)], _ sentence: String) async throws {
        let desk = try await Desk()
        let path = try desk.path(.amend)
        let page = try await desk.ada.get(path)
        let before = try desk.position
        let form = [("seen", page.hidden("seen")), ("once", page.hidden("once"))] + typed
        let answer = try await desk.ada.post(path + "/decide", form)
        #expect(answer.status == .unprocessableContent)
        #expect(answer.text.contains(sentence))
        #expect(try desk.position == before)
    }

    @Test(
        "a value that cannot be read is said at its field, with all that was typed",
        arguments: [
            ("banana", "en", "“banana” is no length of time."),
            ("banana", "es", "«banana» no es una duración."), ("0", "en", "Time: must be from 1"),
        ])
    func unreadableValue(_ typed: String, _ language: String, _ sentence: String) async throws {
        let desk = try await Desk()
        let path = try desk.path(.amend)
        let page = try await desk.ada.get(path)
        #expect(!page.text.contains("merge-wrong"))
        let before = try desk.position
        let form = desk.form(page, "merge", reason: "the \"slip\"", more: [("merge", typed)])
        let answer = try await desk.ada.ask(
            .post, path + "/decide", form, headers: [.origin: desk.ada.origin], language: language)
        #expect(answer.status == .unprocessableContent)
        let told = answer.text.matches(of: /<a href="#merge">(.*?)<\/a>/).map { String($0.1) }
        #expect(told.count == 1 && told[0].contains(sentence), "\(told)")
        #expect(answer.text.contains("id=\"merge-wrong\">\(told.first ?? "nothing")<"))
        #expect(answer.text.contains("value=\"\(typed)\" aria-invalid"))
        #expect(answer.text.contains("value=\"merge\" checked"))
        #expect(answer.text.contains("name=\"reason\" value=\"the &quot;slip&quot;\""))
        // The sides gave no reasons, and none that was typed for the decision is theirs.
        #expect(!answer.text.contains("<td role=\"cell\">the &quot;slip"))
        #expect(try desk.position == before)
        let mended = desk.form(answer, "merge", more: [("merge", "1:05")])
        #expect(try await desk.ada.post(path + "/decide", mended).status == .seeOther)
    }

    @Test("a position that was never shown decides nothing", arguments: ["", "0", "999999", "-1"])
    func forgedPosition(_ seen: String) async throws {
        let desk = try await Desk()
        let before = try desk.position
        let answer = try await desk.ada.post(
            try desk.path(.amend) + "/decide",
            [("seen", seen), ("choice", "take-A"), ("reason", "asked")])
        #expect(answer.status == .conflict)
        #expect(try desk.position == before)
    }

    @Test("a form whose session has ended is there again after signing in, for its author alone")
    func lostSession() async throws {
        let desk = try await Desk()
        let bea = try await desk.office.browser(of: desk.office.bea, at: desk.site)
        let path = try desk.path(.amend)
        let page = try await desk.ada.get(path)
        desk.office.clock.advance(days: 1)
        let before = try desk.position
        let late = try await desk.ada.post(
            path + "/decide", desk.form(page, "take-B", reason: "a long story"))
        let signIn = try #require(late.location)
        #expect(signIn.hasPrefix("/sign-in?back="))
        let form = try await desk.ada.get(signIn)
        #expect(form.text.contains("nothing was done yet. What you typed is kept"))
        let back = form.hidden("back")
        try await bea.signIn("Bea")
        #expect(try await !bea.get(back).text.contains("a long story"))
        #expect(try await desk.ada.signIn("Ada", back: back).location == back)
        let again = try await desk.ada.get(back)
        #expect(again.text.contains("value=\"a long story\""))
        #expect(again.text.contains("value=\"take-B\" checked"))
        #expect(try desk.position == before)
        #expect(
            try await desk.ada.post(
                path + "/decide", desk.form(again, "take-B", reason: "a long story")
            ).status == .seeOther)
        #expect(try desk.events(after: before).count == 1)
    }

    @Test("a decision is taken back from the next page and from the list, with a reason")
    func undone() async throws {
        let desk = try await Desk()
        let path = try desk.path(.amend)
        for isFromList in [false, true] {
            let page = try await desk.ada.get(path)
            let answer = try await desk.ada.post(path + "/decide", desk.form(page, "take-A"))
            let decision = try #require(try desk.events(after: .start).last)
            let next = try await desk.ada.get(try #require(answer.location))
            #expect(next.hidden("entry") == decision.dot.description)
            let before = try desk.position
            var form = [("entry", decision.dot.description)]
            if isFromList {
                form.append(("from", "list"))
                #expect(try await desk.ada.post("/undo", form).status == .unprocessableContent)
                form.append(("reason", "the wrong side"))
            }
            let undone = try await desk.ada.post("/undo", form)
            #expect(undone.location == path)
            let new = try desk.events(after: before)
            #expect(new.map(\.knownKind) == [.conflictUndone])
            #expect(new.first?.worker == desk.office.ada)
        }
    }

    @Test("no reason stands in the form that takes a decision back but what was typed into it")
    func ownReason() async throws {
        let desk = try await Desk()
        let path = try desk.path(.amend)
        let page = try await desk.ada.get(path)
        let form = desk.form(page, "take-A", reason: "the slip says so")
        _ = try await desk.ada.post(path + "/decide", form)
        let list = try await desk.ada.get("/decisions")
        #expect(list.text.contains("<p class=\"reason\">the slip says so</p>"))
        #expect(list.text.contains("name=\"reason\" value=\"\" "))
        #expect(!list.text.contains("value=\"the slip says so\""))
        #expect(!list.text.contains("<details open>"))
        let entry = list.hidden("entry")
        let empty = try await desk.ada.post(
            "/undo", [("entry", entry), ("from", "list"), ("reason", " ")])
        #expect(empty.status == .unprocessableContent)
        #expect(empty.text.contains("<details open>"))
        // Typed when the session had ended.
        desk.office.clock.advance(days: 1)
        let late = try await desk.ada.post(
            "/undo", [("entry", entry), ("from", "list"), ("reason", "the wrong side")])
        let back = try await desk.ada.get(try #require(late.location)).hidden("back")
        try await desk.ada.signIn("Ada", back: back)
        #expect(try await desk.ada.get(back).text.contains("value=\"the wrong side\""))
    }

    @Test("the queue begins with what changes a balance, and leads through all of it")
    func order() async throws {
        let desk = try await Desk()
        let kinds = try desk.office.store.read { views in
            try ConflictQueue(views, after: nil).lines.map(\.conflict.about)
        }
        #expect(Set(kinds.prefix(2)) == [.amend, .duplicate] && kinds.last == .field)
        var path = try await desk.ada.get("/conflicts").firstConflict
        for number in 1...3 {
            let page = try await desk.ada.get(path)
            #expect(page.text.contains("\(1) of \(4 - number)"))
            let answer = try await desk.ada.post(path + "/decide", desk.form(page, "take-A"))
            path = try #require(answer.location)
        }
        #expect(path == "/conflicts")
        #expect(try await desk.ada.get("/conflicts").text.contains("Nothing needs a decision."))
    }

    @Test("the queue that is kept is the queue that is read anew, whatever happened between")
    func keptQueue() async throws {
        let desk = try await Desk()
        var kept = try desk.office.store.read { try ConflictQueue($0, after: nil) }
        func check() throws {
            let (next, anew) = try desk.office.store.read { views in
                (try ConflictQueue(views, after: kept), try ConflictQueue(views, after: nil))
            }
            #expect(next.lines.map(\.conflict) == anew.lines.map(\.conflict))
            #expect(next.lines.map(\.scopes) == anew.lines.map(\.scopes))
            kept = next
        }
        try await desk.dispute.amendOnceMore(minutes: 90)
        try check()
        try desk.office.store.append {
            _ = try $0.move(
                try desk.dispute.conflict(.field).entity, to: desk.office.millHill, number: nil,
                as: desk.office.ada, reason: nil)
        }
        try check()
        for about in [ConflictKind.duplicate, .amend, .field] {
            let conflict = try desk.dispute.conflict(about)
            try desk.dispute.resolve(conflict, .take(["A"]))
            try check()
        }
        for dot in try desk.office.store.read({ try $0.decisionDots() }) {
            try desk.office.store.append {
                _ = try $0.undo(dot, as: desk.office.ada, reason: "again")
            }
            try check()
        }
        #expect(kept.lines.count == 3)
    }

    @Test("a coordinator sees what reaches their neighborhood, and may say that they see to it")
    func coordinator() async throws {
        let desk = try await Desk()
        let dana = try await desk.office.browser(of: desk.office.dana, at: desk.site)
        let elsewhere = try desk.office.store.append {
            try $0.addWorker(
                name: "Milo", role: .coordinator, neighborhoods: [desk.office.millHill])
        }
        let milo = try await desk.office.browser(of: elsewhere, at: desk.site)
        let path = try desk.path(.amend)
        let page = try await dana.get(path)
        #expect(page.status == .ok && !page.text.contains("/decide"))
        #expect(page.text.contains("<p class=\"asked\">Admins decide conflicts."))
        #expect(!page.text.contains("class=\"choose\"") && !page.text.contains("role=\"alert\""))
        #expect(try await milo.get(path).status == .seeOther)
        #expect(try await milo.get("/conflicts").text.contains("Nothing needs a decision."))
        #expect(try await milo.post(path + "/assign", [("to", "me")]).status == .notFound)
        #expect(try await dana.post(path + "/assign", [("to", "me")]).status == .seeOther)
        #expect(try await desk.ada.get("/conflicts").text.contains("Dana"))
        #expect(try await desk.ada.get(path).text.contains("Dana"))
        _ = try await dana.post(path + "/assign", [("to", "nobody")])
        #expect(try await !desk.ada.get("/conflicts").text.contains("Dana"))
    }

    @Test("a worker is asked from the page, once, by whoever signed in; a coordinator asks nobody")
    func asked() async throws {
        let desk = try await Desk()
        let path = try desk.path(.amend)
        let page = try await desk.ada.get(path)
        let before = try desk.position
        #expect(page.text.contains("<option value=\"\(desk.office.dana)\">Dana</option>"))
        let question = "Was it \"one\" visit?"
        let form = [
            ("seen", page.hidden("seen")), ("once", "asks"), ("question", question),
            ("whom", desk.office.dana.description),
        ]
        for _ in 1...2 {
            #expect(try await desk.ada.post(path + "/ask", form).location == path)
        }
        let new = try desk.events(after: before)
        #expect(new.map(\.knownKind) == [.conflictAsked])
        #expect(new.first?.worker == desk.office.ada)
        let text = try await desk.ada.get(path).text
        #expect(text.contains("Was it &quot;one&quot; visit?") && text.contains("No answer yet."))
        let dana = try await desk.office.browser(of: desk.office.dana, at: desk.site)
        #expect(try await !dana.get(path).text.contains("/ask"))
        #expect(try await dana.post(path + "/ask", form).status == .forbidden)
        let empty = try await desk.ada.post(path + "/ask", [("whom", "nobody")])
        #expect(empty.status == .unprocessableContent)
    }

    @Test("the page says who had seen what, and marks what differs alone")
    func shown() async throws {
        let desk = try await Desk()
        let text = try await desk.ada.get(try desk.path(.amend)).text
        #expect(text.contains("<mark>1:00</mark>") && text.contains("<mark>1:15</mark>"))
        #expect(!text.contains("<mark>2026"))
        #expect(text.contains("had not seen B.") && text.contains("had not seen A."))
        #expect(text.contains("role=\"img\"") && text.contains("<title"))
    }
}

extension ConsoleBrowser.Answer {
    /// Where the key that begins leads.
    fileprivate var firstConflict: String {
        get throws {
            let match = try #require(text.firstMatch(of: /href="(\/conflicts\/[0-9a-f]{16})"/))
            return String(match.1)
        }
    }
}
