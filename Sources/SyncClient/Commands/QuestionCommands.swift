// `hourbook questions` and `reply`: what the office asks those who record here, and their answers.
// Neighbors: ReplyDrafts makes the event, Store/Views+Questions the records.

internal import ArgumentParser
internal import Shared
internal import Store

struct QuestionsCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "questions",
        abstract: "List what the office asks about entries that disagree.")

    @OptionGroup var data: DataOptions
    @OptionGroup var json: JSONOption

    func perform() throws {
        let questions = try data.device().read { try $0.openQuestions }
        if json.isOn { return try questions.forEach(Screen.printJSON) }
        if questions.isEmpty { print("the office asks nothing") }
        questions.forEach(show)
    }

    private func show(_ question: QuestionRecord) {
        let short = EntityID(question.id)?.short ?? question.id
        let head = "\(short)  for \(question.worker.onOneLine)"
        print(
            (question.isAnswered ? head : Screen.ink.attention(head)) + ": "
                + question.subject.onOneLine)
        print("  \(question.question?.onOneLine ?? "(the question cannot be read here)")")
        for side in question.sides {
            let who = side.worker.map { " by \($0)" } ?? ""
            print("  \(side.letter)  \(side.says.onOneLine)  (\(side.recordedAt)\(who.onOneLine))")
        }
        for answer in question.answers {
            print("  answered: \(answer.said.onOneLine)")
        }
    }
}

extension ReplyRecord {
    /// "A: it was raining", "neither".
    var said: String {
        let what = side ?? (answer == Answer.words.name ? nil : answer)
        return [what, words].compactMap(\.self).joined(separator: ": ")
    }
}

struct ReplyCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "reply", abstract: "Answer a question of the office.",
        discussion: """
            Answer again to change an answer: the last one counts. The office decides; an answer \
            changes no entry.
            """)

    @Argument(help: "The question, as `hourbook questions` shows it.") var id: String
    @Option(help: "The side that is right, by its letter.") var take: String?
    @Flag(help: "The entries are different services; each happened.") var bothHappened = false
    @Flag(help: "No side is right.") var neither = false
    @Option(.conflictReplied, ReplyField.words) var words: String?
    @OptionGroup var worker: WorkerOption
    @OptionGroup var data: DataOptions
    @OptionGroup var json: JSONOption

    func perform() throws {
        let device = try data.device()
        var asked: EntityID?
        let events = try Recording(device: device, worker: worker.typed).record { book, finder in
            let question = try finder.question(id)
            asked = question.id
            do {
                return try ReplyDrafts(book).reply(
                    try said(question), to: question, by: try finder.worker(worker.typed)
                ).map { [$0] } ?? []
            } catch let fault as ReplyFault {
                throw UserError(fault.code, fault.sentence)
            }
        }
        try tell(device, asked, isNew: !events.isEmpty)
    }

    private func said(_ question: QuestionState) throws -> Said {
        let given = [take != nil, bothHappened, neither].count { $0 }
        guard given <= 1 else {
            throw UserError(.usage, "give one of --take, --both-happened and --neither")
        }
        if let take {
            let letters = question.sides.indices.map(Views.letter)
            guard let index = letters.firstIndex(of: take.uppercased()) else {
                throw UserError(
                    .usage, "\"\(take)\" is no side; take one of \(letters.joined(separator: ", "))"
                )
            }
            return Said(answer: .side, chosen: question.sides[index], words: words)
        }
        return Said(
            answer: bothHappened ? .bothHappened : neither ? .neither : .words, words: words)
    }

    private func tell(_ device: Device, _ asked: EntityID?, isNew: Bool) throws {
        try device.read { book in
            guard let record = try book.openQuestions.first(where: { $0.id == asked?.description })
            else { return }
            if !isNew { Screen.note(Recording.nothingToChange) }
            if json.isOn { return try Screen.printJSON(record) }
            let said = record.answers.map(\.said).joined(separator: "; ")
            let place = isNew ? ", on this device" : ""
            print("\(isNew ? "answered" : "unchanged") \(id): \(said.onOneLine)\(place)")
        }
    }
}

extension ReplyFault {
    fileprivate var code: Sysexit {
        switch self {
        case .settled: .dataError
        case .ofAnother: .noPermission
        case .onlyOfEntries, .withoutWords: .usage
        }
    }
}
