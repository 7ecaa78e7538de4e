// What was asked about a conflict and answered: which answers count, which conflict is meant, and
// what an answer may look like.

import Shared
import TestSupport
import Testing

@Suite("Questions") struct QuestionTests {
    private static let whom = Story.member(50)
    private static let stranger = Story.member(51)

    /// An entry whose day is disputed, and a question about it at ledger position 4.
    private struct Asked {
        var story = Story()
        let conflict: Conflict
        let question: EntityID

        init() throws {
            let entry = story.exchange(by: 1, seen: 0)
            for (replica, day) in [(2, 5), (3, 6)] {
                story.amend(
                    entry, HoursField.serviceDate, to: .date(Story.date(day)), by: replica, seen: 1)
            }
            conflict = try #require(story.hours(entry)?.conflicts.first)
            question = story.ask(conflict, QuestionTests.whom)
        }

        @discardableResult
        mutating func reply(
            _ answer: Answer, _ side: Side? = nil, by replica: Int = 1, seen: Int,
            worker: EntityID = QuestionTests.whom
        ) -> Side {
            var payload: Payload = [ReplyField.answer: .integer(answer.rawValue)]
            payload[ReplyField.side] = side.map { .sides([$0]) }
            return story.write(
                .conflictReplied, by: replica, seen: seen, about: question, payload, worker: worker
            ).side
        }

        func state(shuffle: Int = 0) throws -> QuestionState {
            guard
                case .question(let state)? = decideEntity(
                    story.events(about: question, shuffle: shuffle))
            else { throw NoQuestion() }
            return state
        }

        private struct NoQuestion: Error {}
    }

    @Test("of one worker's answers the last holds, by what each had seen", arguments: 0..<6)
    func last(shuffle: Int) throws {
        var asked = try Asked()
        let side = asked.conflict.sides[1]
        #expect(try !asked.state().isAnswered)
        asked.reply(.neither, seen: 4)
        asked.reply(.words, by: 7, seen: 5)
        asked.reply(.side, side, by: 1, seen: 6)
        let state = try asked.state(shuffle: shuffle)
        #expect(state.answers.count == 1 && state.answers[0].says(.side, side))
        #expect(state.replies.count == 3)
    }

    @Test("answers of one worker that had not seen each other are shown side by side")
    func apart() throws {
        var asked = try Asked()
        asked.reply(.neither, by: 7, seen: 4)
        asked.reply(.side, asked.conflict.sides[0], by: 8, seen: 4)
        #expect(Set(try asked.state().answers.map(\.answer)) == [.neither, .side])
    }

    @Test("what another says is kept, and is no answer of whoever was asked")
    func another() throws {
        var asked = try Asked()
        asked.reply(.neither, seen: 4, worker: Self.stranger)
        let state = try asked.state()
        #expect(!state.isAnswered && state.replies.map(\.worker) == [Self.stranger])
        #expect(state.worker == Self.whom)
    }

    @Test("an answer that takes what never was a side says nothing")
    func noSide() throws {
        var asked = try Asked()
        let strange = Side(dot: Dot(Story.replica(9), Sequence64(1)), leaf: .of([9]))
        asked.reply(.side, strange, seen: 4)
        #expect(try asked.state().replies.isEmpty)
    }

    @Test("an answer changes neither the entry nor what counts")
    func changesNothing() throws {
        var asked = try Asked()
        let (before, group) = (asked.story.hours(asked.conflict.entity), asked.story.group())
        asked.reply(.side, asked.conflict.sides[0], seen: 4)
        #expect(asked.story.hours(asked.conflict.entity) == before)
        #expect(asked.story.group() == group)
    }

    @Test("a question is about its field as long as that is disputed, and about no other")
    func sameField() throws {
        var asked = try Asked()
        let state = try asked.state()
        let entry = asked.conflict.entity
        asked.story.amend(
            entry, HoursField.serviceDate, to: .date(Story.date(9)), by: 4, seen: 1)
        let now = try #require(asked.story.hours(entry)?.conflicts.first)
        #expect(now.sides.count == 3 && state.isAbout(now))
        for (replica, category) in [(2, "food"), (3, "company")] {
            asked.story.amend(
                entry, HoursField.category, to: .text(category), by: replica, seen: 1)
        }
        let both = try #require(asked.story.hours(entry)?.conflicts)
        #expect(both.count == 2 && both.filter(state.isAbout).count == 1)
        asked.story.decide(now, .merge, value: .date(Story.date(9)), seen: asked.story.now)
        #expect(asked.story.hours(entry)?.conflicts.contains(where: state.isAbout) == false)
    }

    @Test("a question about entries alike is open while two of them may still be one")
    func someEntries() throws {
        var story = Story()
        for replica in 1...3 { story.exchange(by: replica, seen: 0, minutes: Int64(replica) * 10) }
        let conflict = try #require(story.group().conflicts.first)
        let question = story.ask(conflict, Self.whom)
        guard case .question(let state)? = decideEntity(story.events(about: question)) else {
            Issue.record("no question")
            return
        }
        #expect(story.group().conflicts.contains(where: state.isAbout))
        story.exchange(by: 4, seen: 0, minutes: 40)
        let grown = try #require(story.group().conflicts.first)
        #expect(grown.sides.count == 4 && state.isAbout(grown))
        story.decide(grown, .take, kept: [grown.sides[0]], seen: story.now)
        #expect(!story.group().conflicts.contains(where: state.isAbout))
    }

    static let shapes: [(Payload, Bool)] = {
        let side = Side(dot: Dot(Story.replica(1), Sequence64(1)), leaf: .of([1]))
        let answers = Answer.allCases.map { Value.integer($0.rawValue) }
        return [
            ([ReplyField.answer: answers[0], ReplyField.side: .sides([side])], true),
            ([ReplyField.answer: answers[0]], false),
            ([ReplyField.answer: answers[0], ReplyField.side: .sides([side, side])], false),
            ([ReplyField.answer: answers[1]], true),
            ([ReplyField.answer: answers[1], ReplyField.side: .sides([side])], false),
            ([ReplyField.answer: answers[2]], true),
            ([ReplyField.answer: answers[3]], false), ([:], false),
        ]
    }()

    @Test("an answer names a side exactly if it takes one", arguments: shapes)
    func shape(_ payload: Payload, _ isSound: Bool) throws {
        var author = Author()
        let event = author.write(.conflictReplied, subject: Fixed.entity(20), payload)
        do {
            try event.checkShape()
            #expect(isSound)
        } catch {
            #expect(!isSound, "\(error)")
        }
    }
}

extension Story {
    /// The server's question about a conflict that it has seen.
    fileprivate mutating func ask(_ conflict: Conflict, _ worker: EntityID) -> EntityID {
        var payload: Payload = [
            QuestionField.conflict: .integer(conflict.about.rawValue),
            QuestionField.sides: .sides(conflict.sides), QuestionField.worker: .entity(worker),
            QuestionField.about: .entity(conflict.entity),
        ]
        payload[QuestionField.field] = conflict.field.map { .integer(Int64($0.value)) }
        return write(.conflictAsked, by: 0, seen: now, payload, sealed: true).event.entity
    }
}
