// An admin's question and a worker's answer on their way, with real folders and a real server: a
// copied device, and an office that is set back. Neighbors: AskingTests and QuestionPageTests have
// both ends; SetBack makes the office.

import FaultInjection
import Foundation
import Shared
import Store
import TestSupport
import Testing

@testable import SyncClient
@testable import SyncServer

@Suite("Questions on their way", .serialized)
struct QuestionTests {
    /// An entry whose day both devices changed, both synced since.
    private static func disputed() async throws -> SetBack {
        let it = try await SetBack()
        for (name, date) in zip(Start.devices, ["2026-01-05", "2026-01-06"]) {
            let device = try it.town.open(name)
            defer { device.close() }
            try it.amend(Start.sent, to: day(date), on: device)
        }
        try await it.syncAll()
        return it
    }

    @Test("the answer is given without a network, and reaches the admin with the next sync")
    func wholeWay() async throws {
        let it = try await Self.disputed()
        defer { it.town.remove() }
        let id = try it.ask()
        try await it.sync("tablet")
        try it.answer(on: "tablet", .neither, "It was in February")
        try await it.sync("tablet")
        let question = try #require(try it.asked(id))
        #expect(question.answers.map(\.answer) == ["neither"])
        #expect(question.answers.map(\.words) == ["It was in February"])
        try await it.sync("laptop")
        #expect(try it.read("laptop") { try $0.unansweredQuestions.isEmpty })
    }

    @Test("what only a copied folder answered is answered once, under its new name")
    func copied() async throws {
        let it = try await Self.disputed()
        defer { it.town.remove() }
        let id = try it.ask()
        try await it.sync("tablet")
        try FileManager.default.copyItem(
            at: it.town.deviceFolder("tablet"), to: it.town.deviceFolder("copy"))
        try await it.syncing("tablet") { device in
            try it.town.exchange(device, it.start.ana, it.start.omar, minutes: 77)
        }
        try it.answer(on: "copy", .neither, "It was in February")
        try await it.goOnAsCopy("copy")
        let question = try #require(try it.asked(id))
        #expect(question.replies.map(\.words) == ["It was in February"])
        let reply = try it.town.withStore { store in
            try store.read { views in
                let all = try views.tables.events(of: try #require(EntityID(id)))
                return all.first { $0.event.knownKind == .conflictReplied }?.event
            }
        }
        #expect(reply?.reissued != nil)
        #expect(try it.read("copy") { try $0.unsentCount } == 0)
    }

    @Test(
        "a question that the office lost comes back with its answer", arguments: [true, false])
    func setBack(isSent: Bool) async throws {
        let it = try await Self.disputed()
        defer { it.town.remove() }
        try it.keepCopy()
        let id = try it.ask()
        try await it.sync("tablet")
        try it.answer(on: "tablet", .neither, nil)
        if isSent { try await it.sync("tablet") }
        try it.putBack()
        #expect(try it.asked(id) == nil)
        let refused = try await it.sync("tablet")
        #expect(refused.problemType == "read-only")
        try it.recover()
        for _ in 0..<2 { try await it.syncAll() }
        let question = try #require(try it.asked(id))
        #expect(question.answers.map(\.answer) == ["neither"] && question.isOpen)
        let waiting = try it.town.withStore { try $0.read { try $0.entities(.quarantine) } }
        #expect(waiting.isEmpty)
        #expect(try it.read("tablet") { try $0.unsentCount } == 0)
    }

    @Test("without its question an answer is kept apart in sight, and let in once that is back")
    func keptApart() async throws {
        let it = try await Self.disputed()
        defer { it.town.remove() }
        try it.keepCopy()
        let id = try it.ask()
        try await it.sync("tablet")
        try it.answer(on: "tablet", .neither, nil)
        try it.putBack()
        try await it.sync("tablet")
        try it.recover()
        // The office takes in what devices recorded, and has no time for what they bring back.
        _ = try await it.sync("tablet", offers: .busy)
        let asked = try it.read("tablet") { try $0.openQuestions }
        let refused = try it.read("tablet") { try $0.tables.refusedEvents() }
        #expect(asked.isEmpty && refused.map(\.reason) == [.unknownSubject])
        try await it.syncAll()
        #expect(try it.asked(id)?.isAnswered == false)
        try it.town.withStore { store in
            try store.append { session in
                _ = try session.decide(
                    Set(refused.map(\.event.dot)), .admit, as: try session.views.worker("Ada"),
                    reason: "the question is back")
            }
        }
        try await it.syncAll()
        #expect(try it.asked(id)?.answers.map(\.answer) == ["neither"])
        #expect(try it.read("tablet") { try $0.openQuestions.map(\.isAnswered) } == [true])
    }
}

extension SetBack {
    /// Syncs a folder that another has gone on under the name of, until all of it is sent.
    fileprivate func goOnAsCopy(_ name: String) async throws {
        let town = town
        try await town.serving { port in
            try await apart {
                let device = try town.open(name)
                defer { device.close() }
                let transport = try town.transport(device, port: port)
                let copy = try SyncRun(
                    device: device, folder: town.deviceFolder(name), transport: transport,
                    json: false, once: true, pause: { _ in }
                ).untold { _ in }.device
                #expect(copy.paired.replica != device.paired.replica)
            }
        }
        let end = try await sync(name)
        #expect(end == .complete)
    }

    /// Asks Dana about the day of the entry; returns the question's id.
    fileprivate func ask() throws -> String {
        try town.withStore { store in
            try store.append { session in
                let conflict = try #require(try session.views.conflicts().first)
                let position = try session.ask(
                    conflict.id, as: try session.views.worker("Ada"), seen: session.position,
                    whom: town.dana, question: "Which day was it?")
                return try #require(try session.tables.event(at: position)).event.entity.description
            }
        }
    }

    /// On a device that has no network.
    fileprivate func answer(on name: String, _ answer: Answer, _ words: String?) throws {
        let device = try town.open(name)
        defer { device.close() }
        try record(device) { book in
            let question = try #require(try book.unansweredQuestions.first)
            let draft = try ReplyDrafts(book).reply(
                Said(answer: answer, words: words), to: question, by: town.dana)
            return [try #require(draft)]
        }
    }

    /// Nil while the office does not know it.
    fileprivate func asked(_ id: String) throws -> QuestionRecord? {
        try town.withStore { store in
            try store.read { views in
                let question = try views.questions().first { $0.id.description == id }
                return try question.map { try views.record($0, about: views.conflict(of: $0)) }
            }
        }
    }
}
