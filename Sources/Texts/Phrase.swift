// A sentence that is made where nobody knows yet who will read it: a key of the string tables, with
// what stands in its places. Neighbors: rules, views and refusals make them; Voice says them.
// Invariant: what people typed, and names, are values, so that no language changes them.

public struct Phrase: Hashable, Sendable {
    public indirect enum Value: Hashable, Sendable {
        /// As it is: a name, a number, what somebody typed.
        case text(String)
        case phrase(Phrase)
        /// A field, by the name of its option: each face calls it in its own way.
        case field(String)
        /// A value of a field that has a list of them, by its name there.
        case code(String, of: String)
        /// Separated by commas.
        case list([Value])
    }

    public let key: String
    public let values: [String: Value]

    public init(_ key: String, _ values: [String: Value] = [:]) {
        (self.key, self.values) = (key, values)
    }

    /// Of so many: `key_one` or `key_other`, with `{n}`.
    public init(_ key: String, count: Int, _ values: [String: Value] = [:]) {
        self.key = StringTable.key(key, for: count)
        self.values = values.merging(["n": .text("\(count)")]) { given, _ in given }
    }
}

extension Phrase {
    /// Texts that one program sends to the other in English.
    private static let sent = Dictionary(
        StringTable.of(.english).texts.compactMap { key, text in
            key.hasPrefix("problem_") ? (text, key) : nil
        }, uniquingKeysWith: { min($0, $1) })

    /// What the other program said, by its English words; nil where it said something else.
    public init?(saying english: String) {
        guard let key = Self.sent[english] else { return nil }
        self.init(key)
    }
}

extension Phrase.Value {
    /// As a phrase where this program knows it; else as it came.
    public static func saying(_ english: String) -> Self {
        Phrase(saying: english).map(Self.phrase) ?? .text(english)
    }
}

extension Phrase.Value: ExpressibleByStringInterpolation {
    public init(stringLiteral text: String) { self = .text(text) }
}
