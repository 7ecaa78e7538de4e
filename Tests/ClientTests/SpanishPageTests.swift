// Every page of a device in Spanish, in a book in which everything has happened: no English is left
// in what a reader sees. Neighbors: EnglishWords is the net; SpanishConsoleTests are the office's.

import HTTPTypes
import Hummingbird
import Shared
import Store
import TestSupport
import Testing
import Texts

@testable import SyncClient

@Suite("Pages in Spanish")
struct SpanishPageTests {
    private static let spanish = StringTable.of(.spanish)
    /// By the fixtures.
    private static let typed = ["Riverside", "Harbor", "Orchard", "tablet", "played cards"]

    private func check(_ answer: (response: Response, text: String), _ path: String) {
        #expect(EnglishWords.found(in: answer.text, besides: Self.typed) == [], "\(path)")
        #expect(answer.response.status.kind != .serverError, "\(path)")
        // Of a refusal without words for pages no more than this is said.
        #expect(!answer.text.contains(Self.spanish("trouble_unknown")), "\(path)")
        // Options are the terminal's.
        #expect(!answer.text.contains(" --"), "\(path)")
    }

    private func check(_ error: UserError) {
        let words = error.words(Self.spanish)
        #expect(words != Self.spanish("trouble_unknown"), "\(error)")
        #expect(EnglishWords.found(in: words, besides: Self.typed) == [], "\(error)")
        for language in Language.allCases {
            #expect(error.words(.of(language)).firstMatch(of: /--[a-z]|`hourbook/) == nil)
        }
    }

    /// All that can be looked at, each by its own address.
    private func paths(_ browser: Browser) throws -> [String] {
        let entries = try browser.bench.device.read { book in
            try book.views.newestHours(before: .max, limit: 100).map(\.record.id)
        }
        let people = [browser.ana, browser.omar, OfficeInMemory.harbor].map(\.description)
        let states =
            HoursFilter.Standing.allCases.map { "/entries?state=\($0.rawValue)" }
            + ["/entries?state=waiting", "/entries?from=ayer&person=nadie"]
        let fixed = FieldRoute.table.filter {
            $0.method == .get && !$0.pattern.contains("*") && !$0.pattern.contains(".")
        }.map(\.pattern)
        return fixed + states + entries.flatMap { ["/entries/\($0)", "/?like=\($0)"] }
            + people.map { "/people/\($0)" } + ["/people/\(people[0])/card", "/people?q=nadie"]
            + ["/slips/1", "/slips/parked/1", "/no/such/page", "/entries/9f86d081-12"]
    }

    private func lookAtAll(_ browser: Browser) async throws {
        for path in try paths(browser) {
            check(try await browser.ask(.get, path, language: "es"), path)
        }
    }

    /// Sent, and the page that it leads to.
    private func send(_ asker: Asker, _ path: String, _ form: [String: String]) async throws {
        let answer = try await asker.ask(.post, path, form, language: "es")
        check(answer, "\(path) \(form)")
        guard let next = answer.response.headers[.location] else { return }
        let told = answer.response.headers[values: .setCookie].first { $0.hasPrefix("told=") }
        let cookie = told.map { String($0.prefix { $0 != ";" }) }
        check(
            try await asker.ask(.get, next, language: "es", cookies: cookie),
            "\(path) → \(next)")
    }

    // MARK: What happens

    private func pile(_ browser: Browser) async throws {
        try await send(browser.asker, "/slips", ["slips": "3", "hours": "1:00"])
        let row = [
            "slip": "1", "gave": "HAR-1", "received": "HAR-2", "minutes": "90",
            "date": "2026-03-20",
        ]
        try await send(browser.asker, "/slips/1", row)
        try await send(browser.asker, "/slips/1", row)
        try await send(browser.asker, "/slips/1", ["slip": "8", "gave": "?", "park": "1"])
        for step in ["cover", "finish", "resume"] {
            try await send(browser.asker, "/slips/1/\(step)", ["slips": "dos"])
        }
    }

    private func say(
        _ browser: Browser, _ entry: String, _ saying: String, _ form: [String: String]
    )
        async throws
    {
        let seen = "\(try browser.happenings(entry))"
        try await send(
            browser.asker, "/entries/\(entry)/\(saying)", form.merging(["seen": seen]) { $1 })
    }

    private func life(_ browser: Browser, of entry: String) async throws {
        let ana = browser.ana.description
        for (saying, form) in [
            ("confirm", ["party": ana]), ("dispute", ["party": ana, "reason": "menos"]),
            (
                "amend",
                [
                    "minutes": "45", "date": "2026-03-22", "category": "paseo", "slip": "12",
                    "note": "con Luz", "reason": "por la hoja",
                ]
            ), ("void", ["reason": "no fue"]), ("amend", ["minutes": "50", "date": "2026-03-22"]),
            ("void", ["reason": "no fue"]), ("reinstate", ["reason": "sí fue"]),
            ("amend", ["minutes": "x", "date": "ayer"]), ("amend", ["minutes": "9000"]),
            ("confirm", ["party": ana, "seen": "0"]),
        ] { try await say(browser, entry, saying, form) }
    }

    /// The office changes what was recorded here.
    private func officeChanges(_ browser: Browser, _ entry: EntityID) throws {
        let office = browser.bench.office
        let home = ScopeID.neighborhood(OfficeInMemory.harbor)
        for (kind, about, payload) in [
            (
                Kind.hoursAmended, entry,
                Payload.change(HoursField.category, from: nil, to: .text("compra"))
            ),
            (.hoursAmended, entry, .change(HoursField.toldBy, from: nil, to: .integer(3))),
            (.hoursVoided, entry, [:]), (.hoursReinstated, entry, [:]),
            (
                .memberChanged, browser.ana,
                .change(MemberField.active, from: .flag(true), to: .flag(false))
            ),
            (
                .memberMoved, browser.omar,
                [
                    MoveField.to: .entity(OfficeInMemory.orchard), MoveField.number: .integer(3),
                ]
            ),
        ] { try office.write(kind, about: about, home: home, payload) }
    }

    @Test("no page shows English, however much has happened")
    func pages() async throws {
        let browser = try Browser(role: .coordinator)
        try await lookAtAll(browser)
        let entry = try await browser.recorded()
        try await pile(browser)
        try await life(browser, of: entry)
        try await lookAtAll(browser)
        _ = try browser.bench.sync()
        for reason in QuarantineReason.allCases {
            browser.bench.office.verdict = { _ in .quarantined(reason) }
            try browser.bench.exchange(browser.ana, browser.omar, Int64(10 + reason.rawValue))
            _ = try browser.bench.enroll(Int64(50 + reason.rawValue), "Eva Sol")
            _ = try browser.bench.sync()
        }
        browser.bench.office.verdict = { _ in .admitted }
        let id = try #require(EntityID(entry))
        try officeChanges(browser, id)
        _ = try browser.bench.sync()
        try await lookAtAll(browser)
    }

    @Test("a question of the office is shown and answered without a word of English")
    func questions() async throws {
        let asked = try Asked("¿Qué día fue?")
        try await lookAtAll(asked.browser)
        for answer in ["neither", try asked.side(1), "words", "side:no"] {
            try await send(
                asked.browser.asker, asked.path,
                ["answer": answer, "seen": "0", "words": "lo vi", "back": "/questions"])
        }
        try await lookAtAll(asked.browser)
    }

    // MARK: What is refused

    private static let people: [(path: String, form: [String: String])] = [
        ("/people", [:]), ("/people", ["name": "Ana", "number": "1"]),
        ("/people", ["name": "Ana", "number": "x"]), ("/people", ["name": "Ana", "number": "-3"]),
        ("/people", ["name": "Ana", "birth_year": "20"]),
        ("/people", ["name": "Ana", "place": "ORC"]),
        ("/people", ["name": String(repeating: "a", count: 900)]),
        ("/people", ["name": "Ana", "phone": String(repeating: "5", count: 9_000)]),
    ]

    private static let records: [(path: String, form: [String: String])] = [
        ("/record", [:]), ("/record", ["gave": "HAR-1", "received": "HAR-1", "chip": "60"]),
        ("/record", ["gave": "nadie", "received": "a", "minutes": "mucho", "date": "ayer"]),
        ("/record", ["gave": "HAR-1", "received": "HAR-2", "minutes": "9000"]),
        ("/record", ["gave": "HAR-1; HAR-3", "received": "HAR-2", "minutes": "1"]),
        (
            "/record",
            [
                "gave": "HAR-1", "received": "HAR-2", "chip": "60", "date": "2026-03-20",
                "note": String(repeating: "a", count: 9_000),
            ]
        ),
        ("/undo", ["entry": "x"]), ("/undo", ["entry": "9f86d081-12"]),
        ("/worker", ["worker": "nadie", "back": "/"]), ("/entries", ["position": "x"]),
        ("/slips", ["slips": "dos", "hours": "x"]), ("/slips/9", ["slip": "1"]),
        ("/slips/parked/9/drop", [:]), ("/questions/x", ["answer": "neither"]),
        ("/people/x", ["name": "Ana"]), ("/entries/x/void", [:]),
    ]

    @Test("no form that is not taken is answered in English")
    func refusals() async throws {
        let browser = try Browser(role: .coordinator)
        _ = try browser.bench.enroll(3, "Luz Mar")
        let unchosen = try Browser(workers: [OfficeInMemory.dana, OfficeInMemory.omar])
        let auditing = try Bench.ready(try OfficeInMemory(role: .auditor))
        for asker in [browser.asker, unchosen.asker, Asker(auditing.device)] {
            for (path, form) in Self.people + Self.records { try await send(asker, path, form) }
        }
        let ana = browser.ana.description
        for form in [
            ["name": ""], ["name": "Ana", "number": "2"], ["name": "Ana", "birth_year": "1"],
        ] { try await send(browser.asker, "/people/\(ana)", form) }
    }

    @Test("whatever hinders a sync is said in Spanish, and so is what the office says of it")
    func syncs() async throws {
        let office = try OfficeInMemory()
        let bench = try Bench.ready(office)
        let errors: [TransportError] = [
            .cannotConnect, .timedOut, .cut, .tooLarge, .wrongKey, .untrusted, .notEncrypted,
            .other("7"),
        ]
        let answers = [
            ("version", 426), ("unknown-replica", 401), ("another-ledger", 409), ("busy", 503),
        ].map { name, status in
            ProblemDetails(
                HTTPAnswer(
                    status: status, headers: [:],
                    body: Array(#"{"type":"urn:hourbook:problem:\#(name)"}"#.utf8)))
        }
        let ends: [SyncEnd] =
            errors.map { .unreachable($0) } + answers.map { .problem($0) }
            + [.retryLater(seconds: 9), .diverged(common: .none), .stuck(after: .none)]
            + [.unreadableAnswer("its page cannot be read")]
        try bench.device.read { book in
            for end in ends {
                let report = SyncReport(end: end)
                check(try #require(report.failure(UnsentSummary(book), book.sync)))
            }
        }
        for reason in QuarantineReason.allCases { check(UserError(.dataError, reason.phrase)) }
        check(UserError(TypingFault(Phrase("typing_once", ["field": .field("name")]))))
    }
}
