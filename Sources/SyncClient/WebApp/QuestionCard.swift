// A question of the office as the pages show it, with a button for each answer.
// Neighbors: FieldSite+Questions takes the answer; question.mustache shows the card.

internal import Faces
internal import Shared
internal import Store
internal import Texts

struct QuestionCard: Sendable {
    struct Choice: Sendable {
        /// What the button sends.
        let value: String
        let words: String
        /// Who recorded it and when; nil of an answer that is no side.
        let by: String?
    }

    let id: String
    /// "Ada Obi asks:"
    let asks: String
    let question: String
    let about: String
    let choices: [Choice]
    /// What was answered so far; nil before.
    let said: String?
    /// Typed beside an answer that was not taken.
    var typed: String
    /// Where the page goes on afterwards.
    let back: String
    /// How much was answered when this was shown: if there is more, it is shown first.
    let seen: Int
}

/// What a touch means.
enum TouchedAnswer {
    static let sidePrefix = "side:"

    /// Nil for what no page offers.
    static func said(_ value: String, words: String, to question: QuestionState) -> Said? {
        let words = words.contains { !$0.isWhitespace } ? words : nil
        if value.hasPrefix(sidePrefix) {
            let leaf = value.dropFirst(sidePrefix.count)
            return question.sides.first { $0.leaf.description == leaf }
                .map { Said(answer: .side, chosen: $0, words: words) }
        }
        guard let answer = Answer(named: value), answer != .side else { return nil }
        return Said(answer: answer, words: words)
    }
}

extension QuestionCard {
    init(
        _ book: LocalBook, _ question: QuestionState, about conflict: Conflict,
        _ visit: Visit, back: String
    ) throws {
        let text = visit.text
        let record = try book.views.record(question, about: conflict)
        let sides = try record.sides.map { try book.words(of: $0, question.matter, text) }
        func said(_ reply: ReplyRecord) -> String {
            let side = zip(record.sides, sides).first { $0.0.letter == reply.side }
            let answer =
                side.map { "\($0.0.letter): \($0.1)" }
                ?? (reply.answer == Answer.words.name
                    ? nil : text("answer_\(reply.answer.replacing("-", with: "_"))"))
            return [answer, reply.words].compactMap(\.self).joined(separator: ". ")
        }
        id = record.id
        asks = record.admin.map { text("question_asks", ["admin": $0]) } ?? text("question_office")
        self.question = record.question ?? text("question_unreadable")
        about = try book.words(of: question.matter, record, text)
        let taking = try zip(record.sides, sides).map { side, words in
            Choice(
                value: TouchedAnswer.sidePrefix + side.leaf, words: "\(side.letter): \(words)",
                by: text(
                    "recorded_by",
                    [
                        "worker": side.worker ?? text("office"),
                        "when": try book.moment(of: side, visit) ?? side.recordedAt,
                    ]))
        }
        let others: [Answer] = question.isOfEntries ? [.bothHappened, .neither] : [.neither]
        choices =
            taking
            + others.map {
                Choice(
                    value: $0.name, words: text("answer_\($0.name.replacing("-", with: "_"))"),
                    by: nil)
            }
        self.said =
            record.isAnswered ? record.answers.map(said).joined(separator: " · ") : nil
        typed = ""
        self.back = back
        seen = question.replies.count
    }
}

extension LocalBook {
    /// When it was recorded, as people read it; nil for one that is not in the book here.
    fileprivate func moment(of side: ConflictSideRecord, _ visit: Visit) throws -> String? {
        try Dot(side.event).flatMap(tables.event).map {
            visit.moment($0.event.recordedAt, utcOffsetMinutes: $0.event.utcOffsetMinutes).words
        }
    }

    /// What a side says, in the reader's language where there are words for it.
    fileprivate func words(
        of side: ConflictSideRecord, _ matter: Matter, _ text: StringTable
    ) throws -> String {
        guard side.position != nil, let id = EntityID(side.event) else {
            return text("side_elsewhere")
        }
        switch matter.about {
        case .duplicate: return try views.hours(id).map { EntryLine($0, text).words } ?? side.says
        case .field, .amend, .void, .number, .resolution: return side.says
        }
    }

    /// What it is about: the entry or the member, and which part of it.
    fileprivate func words(
        of matter: Matter, _ record: QuestionRecord, _ text: StringTable
    ) throws -> String {
        if matter.about == .duplicate { return text("question_alike") }
        let entry = try views.hours(matter.entity).map { EntryLine($0, text).words }
        let part = matter.textKey.map { text($0) } ?? record.field.map(views.voice.field)
        return [entry ?? record.subject, part].compactMap(\.self).joined(separator: ". ")
    }
}

extension Matter {
    /// Of the parts that have a name on the pages.
    fileprivate var textKey: String? {
        switch (about, field) {
        case (.amend, HoursField.shares?): "how_long"
        case (.amend, HoursField.serviceDate?): "date"
        case (.amend, HoursField.category?): "category"
        case (.amend, HoursField.description?): "note"
        case (.field, MemberField.name?): "name"
        case (.number, _), (.field, MemberField.number?): "number"
        case (.field, _), (.amend, _), (.void, _), (.duplicate, _), (.resolution, _): nil
        }
    }
}
