// Descriptors of what an admin asks a worker about entries that disagree, and of the answer. A
// question is an entity of its own: its answers are events about it, and change nothing else.

public enum QuestionField {
    /// Conflict, sides and field are those that a decision would name.
    public static let conflict = ResolutionField.conflict
    public static let sides = ResolutionField.sides
    public static let worker: FieldNumber = 3
    public static let field = ResolutionField.field
    /// What the conflict is of: the entry or the member that the sides disagree about.
    public static let about: FieldNumber = 5
    public static let question: FieldNumber = 6
}

public enum ReplyField {
    public static let answer: FieldNumber = 1
    public static let side: FieldNumber = 2
    public static let words: FieldNumber = 3
}

public enum Answer: Int64, CodeList {
    /// One side of the question is right, named by `side`.
    case side = 1
    case bothHappened
    case neither
    /// Only what the words say.
    case words

    public var name: String { self == .bothHappened ? "both-happened" : String(describing: self) }
}

extension KindDescriptor {
    static let questions = [asked, replied]

    private static let asked = KindDescriptor(
        kind: .conflictAsked, name: "conflict.asked", creates: .question, authors: .server,
        fields: [
            FieldDescriptor(
                QuestionField.conflict, "conflict", .codes(ConflictKind.self), required: true,
                "What disagrees: field, amend, void, duplicate or number", example: "amend"),
            FieldDescriptor(
                QuestionField.sides, "sides", .sides, required: true,
                "The events that disagree", example: "two leaf hashes"),
            FieldDescriptor(
                QuestionField.worker, "worker", .entity, required: true, "Who is asked",
                example: "Dana Ortiz"),
            FieldDescriptor(
                QuestionField.field, "field", .fieldNumber, "The field that is disputed",
                example: "service-date"),
            FieldDescriptor(
                QuestionField.about, "about", .entity, required: true,
                "The entry or the member that the conflict is of", example: "9f86d081-12"),
            FieldDescriptor(
                QuestionField.question, "question", .text(scalars: Limits.textScalarsMax),
                sealed: true, required: true, "What the admin wants to know",
                example: "Was it one visit or two?"),
        ])

    private static let replied = KindDescriptor(
        kind: .conflictReplied, name: "conflict.replied", creates: nil, authors: .anyWorker,
        fields: [
            FieldDescriptor(
                ReplyField.answer, "answer", .codes(Answer.self), required: true,
                "side, both-happened, neither or words", example: "both-happened"),
            FieldDescriptor(
                ReplyField.side, "side", .sides, "The side that is right", example: "a leaf hash"),
            FieldDescriptor(
                ReplyField.words, "words", .text(scalars: Limits.textScalarsMax), sealed: true,
                "What else there is to say", example: "Two visits, morning and evening."),
        ])
}
