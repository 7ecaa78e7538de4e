// How something is said: in which language, and by whose names for the parts of an entry.
// Neighbors: Views compose by one; pages say the phrases of errors by theirs, commands by
// `terminal`.
// Invariant: the terminal speaks English and calls a field as its option is called; a page calls it
// as its forms do.

public struct Voice: Sendable {
    public static let terminal = Voice(table: .of(.english), isTerminal: true)

    public let table: StringTable
    private let isTerminal: Bool

    private init(table: StringTable, isTerminal: Bool) {
        (self.table, self.isTerminal) = (table, isTerminal)
    }

    /// Of the pages in that language.
    public init(_ table: StringTable) { self.init(table: table, isTerminal: false) }

    public var language: Language { table.language }

    public func callAsFunction(_ phrase: Phrase) -> String {
        table.filled(phrase.key) { name in phrase.values[name].map(said) }
    }

    public func callAsFunction(_ key: String, _ values: [String: Phrase.Value] = [:]) -> String {
        self(Phrase(key, values))
    }

    public func count(
        _ key: String, _ number: Int, _ values: [String: Phrase.Value] = [:]
    ) -> String { self(Phrase(key, count: number, values)) }

    private func said(_ value: Phrase.Value) -> String {
        switch value {
        case .text(let text): text
        case .phrase(let phrase): self(phrase)
        case .field(let name): inline(name)
        case .code(let name, let field): code(name, of: field)
        case .list(let values): values.map(said).joined(separator: ", ")
        }
    }

    /// "service-date" as a page calls it: "Date"; as it is typed where no page has a word.
    public func field(_ name: String) -> String {
        if isTerminal { return name }
        let key = name.asKey
        return table.texts["field_\(key)"] ?? table.texts[key] ?? name
    }

    /// "both-happened" of the field "choice".
    public func code(_ name: String, of field: String) -> String {
        if isTerminal { return name }
        // What disagrees has a question of its own for a heading.
        return table.texts["\(field.asKey)_name_\(name.asKey)"]
            ?? table.texts["\(field.asKey)_\(name.asKey)"] ?? name
    }

    /// The same in the midst of a sentence: "date".
    public func inline(_ name: String) -> String {
        let word = field(name)
        return isTerminal ? word : word.prefix(1).lowercased() + word.dropFirst()
    }

    /// "Ana Ruiz and Luis Gil and Eva Sol".
    public func and(_ names: [String]) -> String {
        guard let first = names.first else { return "" }
        return names.dropFirst().reduce(first) { list, name in
            self("one_and_other", ["one": .text(list), "other": .text(name)])
        }
    }

    /// As a sentence of its own: pages begin with a capital letter and end with a period, a
    /// terminal does neither.
    public func sentence(_ phrase: Phrase) -> String { sentence(self(phrase)) }

    public func sentence(_ words: String) -> String {
        if isTerminal { return words }
        let ends = words.last.map { ".?!…»”".contains($0) } ?? true
        return words.prefix(1).uppercased() + words.dropFirst() + (ends ? "" : ".")
    }

    /// The same without the period: a line of a list.
    public func line(_ words: String) -> String {
        isTerminal ? words : words.prefix(1).uppercased() + words.dropFirst()
    }
}

extension String {
    /// As keys are written.
    fileprivate var asKey: String { replacing("-", with: "_") }
}
