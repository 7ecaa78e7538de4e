// Every route of the pages that changes something: it records one event by whoever is shown as
// recording, or stands here with the reason why not. Neighbors: FieldRoute has the table.

import HTTPTypes
import Shared
import Testing

@testable import SyncClient

@Suite("Routes that change something")
struct FieldRouteTests {
    private enum Outcome {
        /// The form, and the event that comes of it.
        case event(Kind, path: String, form: [String: String])
        /// The form, and why the book has nothing of it.
        case none(because: String, path: String, form: [String: String])
        case untried(because: String)
    }

    /// What is sent to each pattern of the table, on a device with an entry, a batch of one row and
    /// one parked slip.
    private static func outcomes(_ setting: Setting) -> [String: Outcome] {
        let (entry, ana) = (setting.entry, setting.ana)
        return [
            "/record": .event(
                .hoursRecorded, path: "/record",
                form: [
                    "gave": "HAR-2", "received": "Ana", "minutes": "1:30", "date": "2026-03-20",
                ]),
            "/undo": .event(.hoursVoided, path: "/undo", form: ["entry": setting.another]),
            "/people": .event(
                .memberEnrolled, path: "/people", form: ["name": "Mei Tanaka", "number": "3"]),
            "/people/*": .event(
                .memberChanged, path: "/people/\(ana)",
                form: ["name": "Ana María Ruiz", "active": "1", "was_active": "1"]),
            "/entries/*/amend": .event(
                .hoursAmended, path: "/entries/\(entry)/amend",
                form: ["minutes": "45", "date": "2026-03-24", "reason": "a shorter walk"]),
            "/entries/*/confirm": .event(
                .hoursConfirmed, path: "/entries/\(entry)/confirm", form: ["party": ana]),
            "/entries/*/dispute": .event(
                .hoursDisputed, path: "/entries/\(entry)/dispute",
                form: ["party": ana, "reason": "shorter"]),
            "/entries/*/void": .event(
                .hoursVoided, path: "/entries/\(entry)/void", form: ["reason": "not so"]),
            "/entries/*/reinstate": .event(
                .hoursReinstated, path: "/entries/\(setting.void)/reinstate",
                form: ["reason": "it was so"]),
            "/slips/*": .event(
                .hoursRecorded, path: setting.batch,
                form: [
                    "slip": "2", "gave": "HAR-1", "received": "HAR-2", "minutes": "90",
                    "date": "2026-03-21",
                ]),
            "/slips/*/undo": .event(
                .hoursVoided, path: "\(setting.batch)/undo", form: ["line": "3"]),
            "/slips/parked/*": .event(
                .hoursRecorded, path: "/slips/parked/1",
                form: [
                    "slip": "8", "gave": "HAR-1", "received": "HAR-2", "minutes": "90",
                    "date": "2026-03-22",
                ]),
        ].merging(without(setting)) { $1 }
    }

    private static func without(_ setting: Setting) -> [String: Outcome] {
        [
            "/entries/*/replace": .untried(
                because: "tried in CorrectionTests: it is two events, one that makes void"),
            "/entries": .none(
                because: "what was seen is this device's alone", path: "/entries",
                form: ["position": "1"]),
            "/slips": .none(
                because: "a pile is this device's alone", path: "/slips", form: ["slips": "2"]),
            "/slips/*/cover": .none(
                because: "a cover is compared with the book, and no part of it",
                path: "\(setting.batch)/cover", form: ["slips": "3"]),
            "/slips/*/finish": .none(
                because: "a pile is this device's alone", path: "\(setting.batch)/finish",
                form: [:]),
            "/slips/*/resume": .none(
                because: "a pile is this device's alone", path: "\(setting.batch)/resume",
                form: [:]),
            "/slips/parked/*/drop": .none(
                because: "nothing of a parked slip was ever in the book",
                path: "/slips/parked/2/drop", form: ["reason": "blank"]),
            "/questions/*": .untried(
                because: "tried in QuestionPageTests: it needs an office that asks"),
            "/sync": .untried(because: "tried in a browser: it needs an office"),
            "/worker": .none(
                because: "who records is this device's alone", path: "/worker",
                form: ["worker": OfficeInMemory.dana.short, "back": "/people"]),
            "/language": .none(
                because: "it is this browser's alone", path: "/language",
                form: ["language": "es", "back": "/people"]),
        ]
    }

    private struct Setting {
        let ana: String
        let entry: String
        let another: String
        let void: String
        let batch: String

        init(_ browser: Browser) async throws {
            ana = browser.ana.description
            entry = try await browser.recorded()
            func more(_ minutes: String, _ date: String) async throws -> String {
                try await browser.send(
                    "/record",
                    ["gave": "HAR-2", "received": "HAR-1", "minutes": minutes, "date": date])
                return try #require(try browser.events().last).entity.description
            }
            another = try await more("15", "2026-03-01")
            void = try await more("20", "2026-03-02")
            try await browser.send("/undo", ["entry": void])
            batch = try await browser.send("/slips", [:])
            for slip in ["8", "9"] {
                try await browser.send(batch, ["slip": slip, "gave": "?", "park": "1"])
            }
            try await browser.send(
                batch,
                [
                    "slip": "1", "gave": "HAR-1", "received": "HAR-2", "minutes": "90",
                    "date": "2026-03-20",
                ])
        }
    }

    @Test("each records one event by whoever is shown, or is on the list with its reason")
    func all() async throws {
        let browser = try Browser(role: .coordinator)
        let setting = try await Setting(browser)
        let outcomes = Self.outcomes(setting)
        // In the order of the table, which has a row before its undoing.
        let posts = FieldRoute.table.filter { $0.method != .get }
        #expect(Set(posts.map(\.pattern)) == Set(outcomes.keys))
        #expect(FieldRoute.table.allSatisfy { [.get, .post].contains($0.method) })
        for pattern in posts.map(\.pattern) {
            let before = try browser.events().count
            switch try #require(outcomes[pattern]) {
            case .event(let kind, let path, var form):
                if path.hasPrefix("/entries/") {
                    let id = String(path.split(separator: "/")[1])
                    form["seen"] = "\(try browser.happenings(id))"
                }
                try await browser.send(path, form)
                let new = try browser.events().dropFirst(before)
                #expect(new.map(\.knownKind) == [kind], "\(pattern)")
                #expect(new.first?.worker == OfficeInMemory.dana, "\(pattern)")
            case .none(let reason, let path, let form):
                try await browser.send(path, form)
                #expect(try browser.events().count == before, "\(pattern): \(reason)")
            case .untried(let reason): #expect(!reason.isEmpty)
            }
        }
    }

    @Test("a path is taken by one line of the table, and by none when it is longer")
    func paths() {
        #expect(FieldRoute(.get, "/people/new") == .enrollForm)
        #expect(FieldRoute(.get, "/slips/parked/3") == .slips(.parked("3")))
        #expect(FieldRoute(.post, "/slips/4/undo") == .slips(.step("4", .undo)))
        for path in ["/people/a/b", "/slips/4/burn", "/entries/x/y/z", "/record/1"] {
            #expect(FieldRoute(.post, path) == nil, "\(path)")
        }
    }
}
