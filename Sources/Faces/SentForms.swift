// What came of forms that have been done, so that one which is sent twice is done once.
// Neighbors: the desk of each program keeps one and asks it where its requests stand in line.
// Invariant: bounded; the oldest are forgotten first.

public struct SentForms: Sendable {
    private static let formsMax = 1_000
    private var order: [String] = []
    private var answers: [String: any Sendable] = [:]

    public init() {}

    /// Nil unless a form with that token was done.
    public func answer<Result: Sendable>(to token: String, as: Result.Type) -> Result? {
        // Of an optional result, nothing would be one as well.
        guard !token.isEmpty, let answer = answers[token] else { return nil }
        return answer as? Result
    }

    /// A form without a token is done each time.
    public mutating func note(_ token: String, _ answer: some Sendable) {
        guard !token.isEmpty else { return }
        if order.count >= Self.formsMax { answers[order.removeFirst()] = nil }
        order.append(token)
        answers[token] = answer
    }
}
