// What the office asks whoever records here: at the head of the Record page, and on one of its own
// with what was answered. Neighbors: QuestionCard is what is shown, ReplyDrafts what is recorded.
// Invariant: a touch records one event, whatever window it was in and however often it is sent.

internal import Faces
internal import HTTPTypes
internal import Hummingbird
internal import Shared
internal import Store
internal import Texts

struct QuestionsModel: Sendable {
    let t: [String: String]
    let frame: PageFrame
    let cards: [QuestionCard]
    let isEmpty: Bool
    let mustChoose: Bool
    let fault: String?
}

extension FieldSite {
    static let questionsPath = "/questions"
    /// More of them stand on a page of their own.
    static let questionsOnRecordMax = 3

    func questionsPage(
        _ visit: Visit, typed: (id: String, words: String)? = nil, fault: String? = nil,
        status: HTTPResponse.Status = .ok
    ) async throws -> Response {
        let model = try await desk.read(visit.text) { book, shelf in
            var cards = try book.questionCards(visit, back: Self.questionsPath)
            for index in cards.indices where cards[index].id == typed?.id {
                cards[index].typed = typed?.words ?? ""
            }
            return QuestionsModel(
                t: visit.text.texts,
                frame: try PageFrame(
                    book, shelf, visit, title: visit.text("questions"), place: nil,
                    questionsShown: cards.count),
                cards: cards, isEmpty: cards.isEmpty, mustChoose: try book.currentWorker == nil,
                fault: fault)
        }
        return html("questions", model, status: status)
    }

    func reply(_ id: String, _ fields: FormFields, _ visit: Visit) async throws -> Response {
        let text = visit.text
        let back = fields["back"]
        do {
            let said = try await replied(id, fields, visit)
            let done = Done(
                text: text("question_noted", ["answer": said]), again: Self.questionsPath)
            return redirect(to: back, done: done)
        } catch let fault as ReplyFault {
            switch fault {
            case .settled: return redirect(to: back, done: Done(text: text("question_settled")))
            case .ofAnother(let worker):
                let name = try await desk.read(visit.text) { book, _ in
                    try book.views.workerName(worker)
                }
                return redirect(
                    to: back,
                    done: Done(
                        text: text("question_of_another", ["worker": name ?? worker.short])))
            case .withoutWords, .onlyOfEntries:
                return try await questionsPage(
                    visit, fault: text("question_words_missing"), status: .unprocessableContent)
            }
        } catch is QuestionGone {
            return redirect(to: back, done: Done(text: text("question_gone")))
        } catch is AnsweredMeanwhile {
            return try await questionsPage(
                visit, typed: (id, fields["words"]), fault: text("question_answered_meanwhile"),
                status: .conflict)
        }
    }

    /// Returns what is answered now, in words.
    private func replied(
        _ id: String, _ fields: FormFields, _ visit: Visit
    ) async throws -> String {
        let (answer, words, seen) = (fields["answer"], fields["words"], fields["seen"])
        return try await desk.run { device in
            try Recording(device: device, worker: nil, note: { _ in }).record { book, finder in
                let question = try book.question(id)
                guard let said = TouchedAnswer.said(answer, words: words, to: question) else {
                    throw SiteFault.notFound
                }
                let draft = try ReplyDrafts(book).reply(
                    said, to: question, by: try finder.worker(nil))
                // Sent twice it is what was said already, and done.
                guard let draft else { return [] }
                guard seen == "\(question.replies.count)" else { throw AnsweredMeanwhile() }
                return [draft]
            }
            return try device.read(in: Voice(visit.text)) { book in
                let question = try book.question(id)
                guard let open = try book.views.conflict(of: question) else { return "" }
                return try QuestionCard(book, question, about: open, visit, back: "").said ?? ""
            }
        }
    }
}

/// It was taken from this device since it was shown, with the entries it is about.
private struct QuestionGone: Error {}

/// Something was answered that the page had not shown.
private struct AnsweredMeanwhile: Error {}

extension LocalBook {
    fileprivate func question(_ id: String) throws -> QuestionState {
        guard let question = try views.questions().first(where: { $0.id.description == id })
        else { throw QuestionGone() }
        return question
    }

    /// Of whoever records now, what has no answer first.
    func questionCards(_ visit: Visit, back: String) throws -> [QuestionCard] {
        guard let worker = try currentWorker else { return [] }
        let open = try views.openQuestions(to: [worker])
        let sorted = open.filter { !$0.question.isAnswered } + open.filter(\.question.isAnswered)
        return try sorted.map {
            try QuestionCard(self, $0.question, about: $0.conflict, visit, back: back)
        }
    }

    /// The first few that have no answer.
    func questionsToRecord(_ visit: Visit) throws -> [QuestionCard] {
        guard let worker = try currentWorker else { return [] }
        return try views.unansweredQuestions(to: [worker])
            .prefix(FieldSite.questionsOnRecordMax).map {
                try QuestionCard(self, $0.question, about: $0.conflict, visit, back: "/")
            }
    }

    /// A line for each worker of this device who is asked something. Of whoever records now `shown`
    /// are on the page itself: a line if there are more.
    func askedLines(_ text: StringTable, shown: Int) throws -> [PageFrame.Asked] {
        let byWorker = Dictionary(grouping: try unansweredQuestions, by: \.worker)
        guard !byWorker.isEmpty else { return [] }
        let current = try currentWorker
        return try byWorker.sorted { $0.key < $1.key }.compactMap { worker, questions in
            if worker == current {
                guard questions.count > shown else { return nil }
                return PageFrame.Asked(
                    words: text.count("questions_mine", questions.count),
                    path: FieldSite.questionsPath)
            }
            let name = try views.workerName(worker) ?? worker.short
            return PageFrame.Asked(
                words: text.count("questions_theirs", questions.count, ["worker": name]), path: nil)
        }
    }
}
