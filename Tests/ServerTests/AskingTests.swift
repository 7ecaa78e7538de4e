// Asking a worker about a conflict: the question reaches their device, the answer comes back, and
// nothing else changes. Neighbors: Sources/SyncServer/Conflicts/Asking; QuestionTests of Shared
// have the rules, those of the device's suites what a worker sees.

import HummingbirdTesting
import Shared
import Store
import TestSupport
import Testing

@testable import SyncServer

/// An entry whose day two devices changed, which have both seen what came of it.
private struct Dispute {
    let office: Office
    var devices: [FieldDevice]
    let entry: EntityID

    init() async throws {
        let office = try Office()
        self.office = office
        (devices, entry) = try await office.serve { client in
            var devices = [1, 2].map { FieldDevice(office, number: $0) }
            for device in devices { try await device.pair(client) }
            let ana = try devices[0].enroll("Ana", number: 1)
            let luis = try devices[0].enroll("Luis", number: 2)
            let entry = devices[0].author.write(.hoursRecorded, .exchange(ana, to: luis)).entity
            for index in devices.indices { try await devices[index].sync(client) }
            for (index, date) in ["2026-03-25", "2026-03-26"].enumerated() {
                _ = devices[index].author.write(
                    .hoursAmended, subject: entry,
                    .change(HoursField.serviceDate, from: nil, to: .date(day(date))))
            }
            for (index, first) in [4, 1].enumerated() {
                try await devices[index].sync(client, first: first)
            }
            return (devices, entry)
        }
    }

    var conflict: Conflict {
        get throws {
            try #require(try office.store.read { try $0.conflicts() }.first { $0.about == .amend })
        }
    }

    @discardableResult
    func ask(
        _ conflict: Conflict, whom: EntityID? = nil, as admin: EntityID? = nil,
        seen: LedgerPosition? = nil, _ question: String = "Which day was it?"
    ) throws -> LedgerPosition {
        try office.store.append { session in
            try session.ask(
                conflict.id, as: admin ?? office.ada, seen: seen ?? session.position,
                whom: whom ?? office.dana, question: question)
        }
    }

    func questions() throws -> [QuestionRecord] {
        let conflict = try conflict
        return try office.store.read { try $0.questions(about: conflict) }
    }

    /// What this call is refused with.
    func refusal(_ body: () throws -> Void) -> String? {
        do {
            try body()
        } catch let refusal as Refusal {
            return refusal.sentence
        } catch {
            return "\(error)"
        }
        return nil
    }
}

@Suite("Asking a worker") struct AskingTests {
    @Test("the question comes with its key, and the answer is shown to the admin")
    func answered() async throws {
        let dispute = try await Dispute()
        let conflict = try dispute.conflict
        let before = try dispute.office.store.read { try $0.hours(dispute.entry) }
        let position = try dispute.ask(conflict)
        let device = dispute.devices[0]
        let asked = try await dispute.office.serve { client in
            var device = device
            try await device.sync(client, pushing: false)
            let asked = try #require(
                device.entries.compactMap { entry -> Event? in
                    guard case .bytes(let bytes) = entry.content,
                        let event = try? Event(decoding: bytes)
                    else { return nil }
                    return event.knownKind == .conflictAsked ? event : nil
                }.first)
            let key = try #require(device.received.first { $0.id == asked.sealed[0].key })
            let words = try key.open(
                asked.sealed[0], kind: asked.kind, community: dispute.office.store.community)
            #expect(words.text(QuestionField.question) == "Which day was it?")
            _ = device.author.write(
                .conflictReplied, subject: asked.entity,
                [
                    ReplyField.answer: .integer(Answer.side.rawValue),
                    ReplyField.side: .sides([conflict.sides[1]]),
                ])
            let response = try await device.sync(client, first: device.author.written.count)
            #expect(response.outcomes.map(\.disposition) == [.admitted])
            return asked
        }
        let shown = try #require(try dispute.questions().first)
        #expect(shown.id == asked.entity.description && shown.position == position.value)
        #expect(shown.answers.map(\.side) == ["B"] && shown.replies.count == 1)
        #expect(shown.worker == "Dana" && shown.admin == "Ada")
        let after = try dispute.office.store.read { try $0.hours(dispute.entry) }
        #expect(after?.disputed == before?.disputed && after?.serviceDate == before?.serviceDate)
    }

    @Test("the console's list marks what was asked, and what has its answer")
    func marked() async throws {
        let dispute = try await Dispute()
        let (office, conflict) = (dispute.office, try dispute.conflict)
        let ada = try await office.browser(of: office.ada, at: office.site())
        func marks() async throws -> [String] {
            try await ada.get("/conflicts").text.matches(of: /<span class="mark">(.*?)<\/span>/)
                .map { String($0.1) }
        }
        #expect(try await marks() == [])
        try dispute.ask(conflict)
        #expect(try await marks() == ["Asked, no answer yet"])
        let question = try #require(try dispute.questions().first)
        try await office.serve { client in
            var device = dispute.devices[0]
            try await device.sync(client, pushing: false)
            _ = device.author.write(
                .conflictReplied, subject: EntityID(question.id),
                [
                    ReplyField.answer: .integer(Answer.side.rawValue),
                    ReplyField.side: .sides([conflict.sides[1]]),
                ])
            try await device.sync(client, first: device.author.written.count)
        }
        #expect(try await marks() == ["Answered"])
        try dispute.ask(conflict, "And who was there?")
        #expect(try await marks() == ["Asked, no answer yet", "Answered"])
    }

    @Test("a question is closed by a decision, and open again when that is taken back")
    func closes() async throws {
        let dispute = try await Dispute()
        let conflict = try dispute.conflict
        try dispute.ask(conflict)
        let store = dispute.office.store
        let decided = try store.append { session in
            try session.resolve(
                conflict.id, as: dispute.office.ada, seen: session.position,
                DeskRuling(choice: .take(["A"]), reason: "asked Ana"))
        }
        let dana: Set = [dispute.office.dana]
        #expect(try store.read { try $0.openQuestions(to: dana).isEmpty })
        let settled = dispute.refusal { try dispute.ask(conflict) }
        #expect(settled?.contains("settled") == true)
        try store.append { session in
            let decision = try #require(try session.tables.event(at: decided))
            try session.undo(decision.event.dot, as: dispute.office.ada, reason: "too early")
        }
        #expect(try store.read { try $0.openQuestions(to: dana).count } == 1)
    }

    @Test("the same words are not asked twice before there is an answer")
    func twice() async throws {
        let dispute = try await Dispute()
        let conflict = try dispute.conflict
        let first = try dispute.ask(conflict)
        #expect(try dispute.ask(conflict, as: dispute.office.bea) == first)
        try dispute.ask(conflict, "And who was there?")
        #expect(try dispute.questions().count == 2)
    }

    @Test("what cannot be asked is refused with a sentence, and nothing is written")
    func refused() async throws {
        let dispute = try await Dispute()
        let (office, conflict) = (dispute.office, try dispute.conflict)
        let (auditor, idle) = try office.store.append { session in
            (
                try session.addWorker(name: "Eve", role: .auditor, neighborhoods: [office.harbor]),
                try session.addWorker(name: "Ida", role: .outreach, neighborhoods: [office.harbor])
            )
        }
        let size = try office.store.read { $0.position }
        let cases: [(String, () throws -> Void)] = [
            ("only an admin", { try dispute.ask(conflict, as: office.dana) }),
            ("an auditor records nothing", { try dispute.ask(conflict, whom: auditor) }),
            ("on no device in use", { try dispute.ask(conflict, whom: idle) }),
            ("there is no worker", { try dispute.ask(conflict, whom: dispute.entry) }),
            ("write the question", { try dispute.ask(conflict, " \n") }),
            ("longer than", { try dispute.ask(conflict, String(repeating: "x", count: 2_001)) }),
            ("there was no conflict", { try dispute.ask(conflict, seen: LedgerPosition(2)) }),
            ("must be a position", { try dispute.ask(conflict, seen: size.next) }),
        ]
        for (words, ask) in cases {
            let sentence = dispute.refusal(ask)
            #expect(sentence?.contains(words) == true, "\(words): \(sentence ?? "asked")")
        }
        #expect(try office.store.read { $0.position } == size)
        try office.store.append { session in
            for device in try session.views.devices() {
                try session.revoke(device, as: office.ada, reason: "lost")
            }
        }
        let lost = dispute.refusal { try dispute.ask(conflict) }
        #expect(lost?.contains("on no device in use") == true)
    }

    @Test("a worker of the other neighborhood is asked where their device can answer")
    func elsewhere() async throws {
        let office = try Office()
        let noa = try office.store.append {
            try $0.addWorker(name: "Noa", role: .outreach, neighborhoods: [office.millHill])
        }
        let answered = try await office.serve { client in
            var harbor = FieldDevice(office, number: 1)
            var mill = FieldDevice(office, number: 2, homes: [office.millHill])
            mill.author.worker = noa
            try await harbor.pair(client)
            try await mill.pair(client, workers: [noa])
            let ana = try harbor.enroll("Ana", number: 1)
            let noor = try mill.enroll("Noor", number: 1)
            try await harbor.sync(client)
            try await mill.sync(client)
            // As both know each other from the directory.
            let entry = Payload.exchange(ana, to: noor)
            _ = harbor.author.write(.hoursRecorded, entry)
            _ = mill.author.write(.hoursRecorded, entry)
            try await harbor.sync(client, first: 2)
            try await mill.sync(client, first: 2)
            let conflict = try #require(try office.store.read { try $0.conflicts() }.first)
            let position = try office.store.append { session in
                try session.ask(
                    conflict.id, as: office.ada, seen: session.position, whom: noa,
                    question: "One visit or two?")
            }
            let asked = try #require(
                try office.store.read { try $0.tables.event(at: position) }?.event)
            #expect(asked.home == .neighborhood(office.millHill))
            _ = mill.author.write(
                .conflictReplied, subject: asked.entity,
                [ReplyField.answer: .integer(Answer.bothHappened.rawValue)])
            let response = try await mill.sync(client, first: 3)
            return response.outcomes.map(\.disposition)
        }
        #expect(answered == [.admitted])
        let proposed = try office.store.read { views in
            Set(try views.workersToAsk(about: try #require(try views.conflicts().first)))
        }
        #expect(proposed == [office.dana, noa])
    }

    @Test("an answer to a question that the ledger does not have waits for an admin")
    func lostQuestion() async throws {
        let dispute = try await Dispute()
        let nobody = EntityID(Dot(dispute.office.store.keys.replica.replica, Sequence64(999)))
        let device = dispute.devices[0]
        try await dispute.office.serve { client in
            var device = device
            _ = device.author.write(
                .conflictReplied, subject: nobody,
                [ReplyField.answer: .integer(Answer.neither.rawValue)])
            let response = try await device.sync(client, first: device.author.written.count)
            #expect(response.outcomes.map(\.disposition) == [.quarantined(.unknownSubject)])
        }
    }

    @Test("the question and its answer stand in the history of the entry")
    func history() async throws {
        let dispute = try await Dispute()
        try dispute.ask(try dispute.conflict)
        let told = try dispute.office.store.read { views in
            try views.history(of: dispute.entry, HistorySource(keptApart: [])).events.map(\.what)
        }
        #expect(told.last == "asked Dana: Which day was it?")
    }
}
