// What the office asks a worker, on the pages and on the command line: a touch is one answer, in
// the name of whoever was asked, with no network.
// Neighbors: FieldSiteTests has the browser; AskingTests are the office's side of it.

import Faces
import Foundation
import GRDB
import Hummingbird
import Shared
import Store
import TestSupport
import Testing

@testable import SyncClient

/// An entry whose day is disputed, and a question about it to Dana.
struct Asked {
    let browser: Browser
    let entry: EntityID
    let question: EntityID

    var bench: Bench { browser.bench }
    var path: String { "/questions/\(question.description)" }

    init(
        workers: [EntityID] = [OfficeInMemory.dana], whom: EntityID = OfficeInMemory.dana,
        _ words: String = "Which day was it?", folder: URL? = nil
    ) throws {
        let browser = try Browser(workers: workers, folder: folder, role: .coordinator)
        let bench = browser.bench
        let entry = try bench.exchange(browser.ana, browser.omar, 60).entity
        _ = try bench.sync()
        let other = try Bench(
            office: bench.office, keys: Fixed.keys(signing: 0x11, receiving: 0x22), seed: 9)
        _ = try other.sync()
        try other.amend(entry, to: "2026-03-25")
        try bench.amend(entry, to: "2026-03-26")
        _ = try other.sync()
        _ = try bench.sync()
        (self.browser, self.entry) = (browser, entry)
        question = try bench.ask(about: entry, whom: whom, words)
        _ = try bench.sync()
    }

    /// Of the side with this letter, as its button sends it.
    func side(_ index: Int) throws -> String {
        try bench.device.read { book in
            let question = try #require(try book.views.questions().first)
            return TouchedAnswer.sidePrefix + question.sides[index].leaf.description
        }
    }

    func touch(
        _ answer: String, seen: Int = 0, words: String = "", back: String = "/"
    ) async throws -> (response: Response, text: String) {
        try await browser.ask(
            .post, path, ["answer": answer, "seen": "\(seen)", "words": words, "back": back])
    }

    func replies() throws -> [Event] {
        try browser.events().filter { $0.knownKind == .conflictReplied }
    }

    func answers() throws -> [ReplyRecord] {
        try bench.device.read { try $0.openQuestions.flatMap(\.answers) }
    }

    /// What the office has at a place of the ledger.
    func stored(at position: UInt64) throws -> Event? {
        try bench.office.ledger.read {
            try LedgerTables($0).event(at: LedgerPosition(position))?.event
        }
    }

    /// Both days are seen by whoever writes a third.
    func settle() throws {
        try bench.amend(entry, to: "2026-03-27")
    }
}

extension Bench {
    fileprivate func amend(_ entry: EntityID, to date: String) throws {
        try record { book in
            guard case .hours(let state)? = try book.views.state(of: entry) else { return [] }
            return try EntryDrafts(book).amend(
                state, [HoursField.serviceDate: .date(day(date))], reason: nil)
        }
    }

    /// As the office does, with the key of the entry's parties.
    fileprivate func ask(
        about entry: EntityID, whom: EntityID, _ words: String
    ) throws -> EntityID {
        let (conflict, key, home) = try device.read { book in
            guard case .hours(let state)? = try book.views.state(of: entry) else {
                throw SiteFault.notFound
            }
            return (
                try #require(try book.views.conflicts().first { $0.entity == entry }),
                try #require(try device.keyring.key(of: state.shares.accounts)), state.home
            )
        }
        let sealed = try key.seal(
            [QuestionField.question: .text(words)], kind: Kind.conflictAsked.number,
            community: Fixed.community, nonce: counting(1, 12))
        return try office.write(
            .conflictAsked, home: home,
            [
                QuestionField.conflict: .integer(conflict.about.rawValue),
                QuestionField.sides: .sides(conflict.sides),
                QuestionField.worker: .entity(whom),
                QuestionField.field: .integer(Int64(HoursField.serviceDate.value)),
                QuestionField.about: .entity(entry),
            ], sealed: [sealed]
        ).entity
    }
}

@Suite("Questions on a device") struct QuestionPageTests {
    @Test("a question heads the page, a touch answers it with one event, and it is gone")
    func touched() async throws {
        let asked = try Asked()
        let (_, before) = try await asked.browser.ask(.get, "/")
        #expect(before.contains("Which day was it?"))
        #expect(before.contains("A: 2026-03-2") && before.contains("B: 2026-03-2"))
        #expect(!before.contains("Both happened"), "of a day one holds at most")
        let events = try asked.browser.events().count
        let (response, text) = try await asked.touch(try asked.side(1))
        #expect(response.status == .seeOther, "\(text)")
        let new = try asked.browser.events().dropFirst(events)
        #expect(new.map(\.knownKind) == [.conflictReplied])
        #expect(new.first?.worker == OfficeInMemory.dana && new.first?.entity == asked.question)
        #expect(try asked.answers().map(\.side) == ["B"])
        let (_, after) = try await asked.browser.ask(.get, "/")
        #expect(!after.contains("Which day was it?"))
        _ = try asked.bench.sync()
        #expect(try asked.bench.unsent() == 0)
        let position = try #require(try asked.answers().first?.position)
        #expect(try asked.stored(at: position) == new.first)
    }

    @Test("what is touched again, or sent twice, is one answer; another replaces it")
    func again() async throws {
        let asked = try Asked()
        for _ in 0..<2 { _ = try await asked.touch("neither") }
        #expect(try asked.replies().count == 1)
        let (_, page) = try await asked.browser.ask(.get, "/questions")
        #expect(page.contains("Your answer so far:") && page.contains("Neither is right"))
        _ = try await asked.touch("words", seen: 1, words: "It was a Thursday")
        #expect(try asked.replies().count == 2)
        #expect(try asked.answers().map(\.words) == ["It was a Thursday"])
    }

    @Test("of two windows, the second is shown what the first answered")
    func twoWindows() async throws {
        let asked = try Asked()
        _ = try await asked.touch("neither")
        let (response, text) = try await asked.touch(try asked.side(0), words: "my own words")
        #expect(response.status == .conflict)
        #expect(text.contains("my own words") && text.contains("Neither is right"))
        #expect(try asked.replies().count == 1)
    }

    @Test("touches that come at the same moment are one answer")
    func atOnce() async throws {
        let asked = try Asked()
        let (asker, path) = (asked.browser.asker, asked.path)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    _ = try await asker.ask(.post, path, ["answer": "neither", "seen": "0"])
                }
            }
            try await group.waitForAll()
        }
        #expect(try asked.replies().count == 1)
    }

    @Test("once it is settled it is shown no longer, and a late touch records nothing")
    func settled() async throws {
        let asked = try Asked()
        try asked.settle()
        let (_, page) = try await asked.browser.ask(.get, "/")
        #expect(!page.contains("Which day was it?"))
        let (response, _) = try await asked.touch("neither")
        #expect(response.status == .seeOther)
        let told = try await asked.browser.told(response)
        #expect(told.contains("No answer is needed any more"))
        #expect(try asked.replies().isEmpty)
    }

    @Test("a question that left with its entries is said to be gone")
    func gone() async throws {
        let asked = try Asked()
        let (response, _) = try await asked.browser.ask(
            .post, "/questions/\(asked.entry.description)", ["answer": "neither", "seen": "0"])
        #expect(try await asked.browser.told(response).contains("no longer on this device"))
        #expect(try asked.replies().isEmpty)
    }

    @Test("on a shared tablet whoever is not asked is told who is, and cannot answer for them")
    func shared() async throws {
        let asked = try Asked(
            workers: [OfficeInMemory.dana, OfficeInMemory.omar], whom: OfficeInMemory.omar)
        _ = try await asked.browser.ask(
            .post, "/worker", ["worker": OfficeInMemory.dana.short, "back": "/"])
        let (_, page) = try await asked.browser.ask(.get, "/entries")
        #expect(page.contains("The office asks \(OfficeInMemory.omar.short) a question."))
        let (refused, _) = try await asked.touch("neither")
        let told = try await asked.browser.told(refused)
        #expect(told.contains("That question is for \(OfficeInMemory.omar.short)."))
        #expect(try asked.replies().isEmpty)
        _ = try await asked.browser.ask(
            .post, "/worker", ["worker": OfficeInMemory.omar.short, "back": "/"])
        let (_, theirs) = try await asked.browser.ask(.get, "/entries")
        #expect(theirs.contains("The office asks you a question."))
        _ = try await asked.touch("neither")
        #expect(try asked.replies().map(\.worker) == [OfficeInMemory.omar])
    }

    @Test("hostile words are shown as words")
    func hostile() async throws {
        let words = "<script>alert(1)</script>\"'&{{t.save}}"
        let asked = try Asked(words)
        let (_, page) = try await asked.browser.ask(.get, "/")
        #expect(!page.contains("<script>alert") && page.contains("&lt;script&gt;alert(1)"))
        _ = try await asked.touch("words", words: words, back: "//elsewhere.example/")
        let (_, answered) = try await asked.browser.ask(.get, "/questions", language: "es")
        #expect(!answered.contains("<script>alert") && !answered.contains("⟨"))
        #expect(try asked.answers().map(\.words) == [words])
    }

    @Test("nothing but the answers of the page is taken, and no answer without words is empty")
    func unknown() async throws {
        let asked = try Asked()
        for answer in ["", "side", "side:00", "take"] {
            let (response, _) = try await asked.touch(answer)
            #expect(response.status == .notFound, "\(answer)")
        }
        for answer in ["words", "both-happened"] {
            let (response, _) = try await asked.touch(answer, words: answer == "words" ? " " : "")
            #expect(response.status == .unprocessableContent, "\(answer)")
        }
        #expect(try asked.replies().isEmpty)
    }

    @Test("the program lists what is asked, takes an answer, and says what is left")
    func commands() throws {
        let folder = try Program.newFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let asked = try Asked(folder: folder)
        let program = Program(folder: folder)
        let id = asked.question.short
        let listed = try program("questions")
        #expect(listed.output.contains("Which day was it?"))
        #expect(listed.output.contains("  A  2026-03-2"))
        #expect(try program("status").output.contains("1: see `hourbook questions`"))
        let wrong = try program("reply", id, "--take", "C")
        #expect(wrong.exitCode == 64 && wrong.errors.contains("A, B"))
        #expect(try program("reply", id, "--both-happened").exitCode == 64)
        #expect(try program("reply", id).exitCode == 64)
        #expect(try program("reply", asked.entry.short, "--neither").exitCode == 65)
        let done = try program("reply", id, "--take", "b", "--words", "It rained")
        #expect(done.output == "answered \(id): B: It rained, on this device\n", "\(done.errors)")
        let same = try program("reply", id, "--take", "B")
        #expect(same.output == "unchanged \(id): B: It rained\n")
        #expect(try asked.replies().count == 1)
        #expect(try !program("status").output.contains("hourbook questions"))
        #expect(try program("questions").output.contains("answered: B: It rained"))
        try asked.settle()
        let late = try program("reply", id, "--neither")
        #expect(late.exitCode == 65 && late.errors.contains("no answer is needed"))
        #expect(try program("questions").output == "the office asks nothing\n")
    }
}

extension Browser {
    /// What the page after this answer says at its head.
    fileprivate func told(_ response: Response) async throws -> String {
        let cookie = response.headers[values: .setCookie].joined(separator: "; ")
        let token = try #require(
            cookie.split(separator: "told=").last?.split(separator: ";").first.map(String.init))
        return try await ask(
            .get, response.headers[.location] ?? "/", cookies: "told=\(token)"
        ).text
    }
}
