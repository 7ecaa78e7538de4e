// Every page of the console in Spanish, in a community in which everything has happened: no English
// is left in what a reader sees. Neighbors: EnglishWords is the net; ConsoleRoutes lists the pages.

import HTTPTypes
import HummingbirdTesting
import Shared
import Store
import TestSupport
import Testing
import Texts

@testable import SyncServer

@Suite("Console: in Spanish")
struct SpanishConsoleTests {
    /// A desk with disputes, and beside it a device that has said all there is to say of entries.
    private struct Town {
        let dispute: DisputedBook
        let ada: ConsoleBrowser
        /// With all that it wrote so far.
        let device: FieldDevice
        var office: Office { dispute.office }

        init() async throws {
            let dispute = try await DisputedBook()
            self.dispute = dispute
            let office = dispute.office
            ada = try await office.browser(of: office.ada, at: office.site())
            device = try await office.serve { client in
                var device = FieldDevice(office, number: 9)
                try await device.pair(client)
                let people = try [("Eva", Int64(21)), ("Juan", 22)].map {
                    try device.enroll($0.0, number: $0.1)
                }
                device.sayAll(people)
                device.author.home = .neighborhood(office.millHill)
                for _ in 1...3 {
                    _ = device.author.write(.hoursRecorded, .exchange(people[0], to: people[1]))
                }
                _ = device.author.write(
                    .memberEnrolled, [MemberField.number: .integer(23)])
                try await device.sync(client)
                return device
            }
        }

        func page(_ path: String) async throws -> ConsoleBrowser.Answer {
            try await ada.get(path, language: "es")
        }

        @discardableResult
        func send(
            _ path: String, _ form: [(String, String)]
        ) async throws -> ConsoleBrowser.Answer {
            try await ada.ask(
                .post, path, form, headers: [.origin: ada.origin], language: "es")
        }

        func conflicts() throws -> [Conflict] { try dispute.conflicts }

        func decide(_ about: ConflictKind, _ more: [(String, String)]) async throws {
            let path = "/conflicts/\(try dispute.conflict(about).id)"
            let shown = try await page(path)
            let form = [
                ("seen", shown.hidden("seen")), ("once", shown.hidden("once")),
                ("reason", "se lo preguntó a Ana"),
            ]
            #expect(try await send("\(path)/decide", form + more).status == .seeOther)
        }

        /// By its forms, all that the office can do.
        func doAll() async throws {
            try await ask(about: try dispute.conflict(.duplicate).id)
            try await decide(.amend, [("choice", "take-B")])
            try await decide(.field, [("choice", "merge"), ("merge", "Ana Sofía")])
            try await decide(.duplicate, [("choice", "take-A")])
            let undone = try office.store.read { try $0.latestDecisions(1) }
            try await send(
                "/undo",
                [
                    ("entry", undone[0].event.dot.description), ("from", "list"),
                    ("reason", "era otra"),
                ])
            let kept = try office.store.read { try QuarantineTable($0.tables.db).list() }
            for (choice, entry) in zip(["admit", "reject"], kept) {
                try await send(
                    "/waiting/\(entry.dot)/decide",
                    [("choice", choice), ("reason", "porque sí")])
            }
            let members = try office.store.read { try $0.members().map(\.id) }
            try await send(
                "/people/\(members[0])/move",
                [("was", "\(office.harbor)"), ("place", "\(office.millHill)")])
            try await send(
                "/people/\(members[1])/grant",
                [("form", "grant"), ("minutes", "90"), ("reason", "bienvenida")])
            try await send(
                "/workers",
                [("name", "Eli"), ("role", "outreach"), ("place", "\(office.harbor)")])
            let wider = try await widened()
            try await send(
                "/devices/\(wider)/scope",
                [
                    ("place", "\(office.harbor)"), ("place", "\(office.millHill)"),
                    ("was", "\(office.harbor)"),
                ])
            let devices = try office.store.read { try $0.devices().map(\.replica) }
            try await send("/devices/\(devices[1])/revoke", [("reason", "perdida")])
        }

        /// A question, and the answer that comes back.
        private func ask(about conflict: ConflictID) async throws {
            let question = try office.store.append { session in
                try session.ask(
                    conflict, as: office.ada, seen: session.position, whom: office.dana,
                    question: "¿Cuál fue?")
            }
            try await office.serve { [device] client in
                var device = device
                let asked = try office.store.read { try $0.tables.event(at: question)?.event }
                device.author.home = asked?.home ?? device.author.home
                _ = device.author.write(
                    .conflictReplied, subject: asked?.entity,
                    [ReplyField.answer: .integer(Answer.neither.rawValue)])
                try await device.sync(client, first: device.author.written.count)
            }
        }

        /// A device whose worker serves more than it holds.
        private func widened() async throws -> ReplicaID {
            let worker = try office.store.append { session in
                try session.addWorker(
                    name: "Noa", role: .coordinator,
                    neighborhoods: [office.harbor, office.millHill])
            }
            let device = FieldDevice(office, number: 12)
            try await office.serve { try await device.pair($0, workers: [worker]) }
            return device.author.replica
        }

        /// All that can be looked at, each by its own address.
        func paths() throws -> [String] {
            let conflict = try conflicts().first?.id ?? ConflictID(7)
            let list = try RouteList(conflict: conflict, office)
            let fixed = list.inside.map(list.request).filter { $0.0 == .get }.map(\.1)
            return try office.store.read { views in
                fixed
                    + (try views.conflicts().map { "/conflicts/\($0.id)" })
                    + (try views.devices().flatMap {
                        ["/devices/\($0.replica)", "/devices/\($0.replica)/revoke"]
                    })
                    + (try QuarantineTable(views.tables.db).list().map { "/waiting/\($0.dot)" })
                    + ["/waiting/several?choice=admit", "/waiting/several?choice=reject"]
                    + (try views.members().map { "/people/\($0.id)" })
                    + (1...views.position.value).map { "/ledger/\($0)" }
                    + ["/ledger?q=nadie", "/people?q=nadie", "/devices?q=nada", "/no/such/page"]
            }
        }
    }

    private func check(_ answer: ConsoleBrowser.Answer, _ path: String) {
        #expect(
            EnglishWords.found(in: answer.text, besides: Self.typed) == [], "\(path)")
        #expect(answer.status.kind != .serverError, "\(path)")
        // Of a refusal without words for pages no more than this is said.
        let unknown = StringTable.of(.spanish)("trouble_unknown")
        #expect(!answer.text.contains(unknown), "\(path)")
    }

    /// By the fixtures.
    private static let typed = ["asked Ana", "Mill Hill", "Harbor", "Riverside", "tablet"]

    @Test("no page shows English, before and after all that can happen has happened")
    func pages() async throws {
        let town = try await Town()
        for path in try town.paths() { check(try await town.page(path), path) }
        try await town.doAll()
        let written = try town.office.store.read { views in
            try (1...views.position.value).compactMap {
                try views.tables.event(at: LedgerPosition($0))?.event.knownKind
            }
        }
        // Of a folder that was copied, a ledger that was set back, and keys that changed the words
        // are whole texts, which StringTableTests looks through.
        let missing = Set(Kind.allCases).subtracting(written)
        #expect(missing == [.deviceSplit, .ledgerReopened, .serverTLSKeysChanged])
        for path in try town.paths() { check(try await town.page(path), path) }
    }

    @Test("no form that is not taken is answered in English")
    func refusals() async throws {
        let town = try await Town()
        let conflict = try town.dispute.conflict(.field).id
        let list = try RouteList(conflict: conflict, town.office)
        let wrong: [[(String, String)]] = [
            [],
            [
                ("choice", "take-Z"), ("reason", "porque sí"), ("name", "Dana"), ("minutes", "0"),
                ("form", "grant"), ("place", "\(town.office.harbor)"), ("role", "outreach"),
                ("was", "\(town.office.harbor)"), ("seen", "1"), ("hours", "9000"),
                ("worker", "\(town.office.dana)"), ("url", "ftp://x"), ("number", "x"),
                ("date", "ayer"), ("question", "¿Qué?"), ("whom", "\(town.office.ada)"),
            ],
            [
                ("choice", "merge"), ("merge", ""), ("reason", "x"), ("minutes", "mucho"),
                ("form", "grant"), ("number", "1"), ("place", "\(town.office.millHill)"),
                ("was", "\(town.office.millHill)"), ("hours", "8"), ("url", "http://book.org"),
                ("worker", "\(town.office.dana)"),
            ],
        ]
        for route in list.inside where route != .signOut && route != .signOutEverywhere {
            let (method, path) = list.request(route)
            guard method == .post else { continue }
            for form in wrong {
                let seen = try await town.page("/conflicts/\(conflict)").hidden("seen")
                let answer = try await town.send(path, form + [("seen", seen)])
                check(answer, "\(path) \(form)")
                if let next = answer.location { check(try await town.page(next), next) }
            }
        }
    }

    @Test("what the office says of a ledger that was set back, and every refusal, is said in both")
    func standing() {
        let spanish = Voice(.of(.spanish))
        for standing in [LedgerStanding.behind(size: 3, recorded: 5), .off(size: 3)] {
            let words = standing.phrase.map(spanish.sentence) ?? ""
            #expect(!words.isEmpty && EnglishWords.found(in: words, besides: []) == [])
        }
    }
}

extension FieldDevice {
    /// Each kind of event about an entry or a member, once.
    fileprivate mutating func sayAll(_ people: [EntityID]) {
        let entry = author.write(
            .hoursRecorded,
            .exchange(people[0], to: people[1]).merging([
                HoursField.category: .text("paseo"), HoursField.slip: .text("77"),
                HoursField.toldBy: .integer(ToldBy.both.rawValue),
                HoursField.origin: .integer(HoursOrigin.paper.rawValue),
                HoursField.reportedMinutes: .integer(95),
            ])
        ).entity
        for form in [HoursForm.contribution, .donation, .redemption] {
            _ = author.write(
                .hoursRecorded,
                .exchange(
                    people[0], to: people[1], on: day("2026-03-2\(form.rawValue)"), form: form))
        }
        let other = author.write(
            .hoursRecorded, .exchange(people[0], to: people[1], minutes: 30)
        ).entity
        let party: Payload = [TestimonyField.party: .entity(people[0])]
        let far: Payload = [TestimonyField.other: .entity(other)]
        for (kind, payload) in [
            (Kind.hoursConfirmed, party), (.hoursDisputed, party), (.hoursMarkedSame, far),
            (.hoursMarkedDistinct, far), (.hoursVoided, [:]), (.hoursReinstated, [:]),
        ] { _ = author.write(kind, subject: entry, payload) }
        for (field, value) in [
            (HoursField.serviceDate, Value.date(day("2026-03-25"))),
            (HoursField.category, .text("compra")), (HoursField.slip, .text("78")),
            (HoursField.toldBy, .integer(ToldBy.provider.rawValue)),
        ] {
            _ = author.write(
                .hoursAmended, subject: entry, .change(field, from: nil, to: value))
        }
        for (field, value) in [
            (MemberField.active, Value.flag(false)), (MemberField.number, .integer(24)),
        ] {
            _ = author.write(
                .memberChanged, subject: people[0], .change(field, from: nil, to: value))
        }
    }
}

extension Payload {
    fileprivate func merging(_ more: Payload) -> Payload {
        more.numbers.reduce(into: self) { $0[$1] = more[$1] }
    }
}
