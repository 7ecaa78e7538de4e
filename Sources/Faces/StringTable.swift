// Every text of the screens in one language, from Resources/en.json and es.json.
// Neighbors: templates name keys as `t.key`, page models ask for texts with values in them.
// Invariant: both tables have the same keys and the same values in braces (StringTableTests).

internal import Foundation

public struct StringTable: Sendable {
    public let language: Language
    /// By key; what the templates see as `t`.
    public let texts: [String: String]

    public static let all: [Language: StringTable] = Dictionary(
        uniqueKeysWithValues: Language.allCases.map { ($0, StringTable($0)) })

    public static func of(_ language: Language) -> StringTable {
        all[language] ?? StringTable(language)
    }

    init(_ language: Language) {
        let bytes =
            switch language {
            case .english: PackageResources.en_json
            case .spanish: PackageResources.es_json
            }
        guard let texts = try? JSONDecoder().decode([String: String].self, from: Data(bytes))
        else { preconditionFailure("the table of \(language.rawValue) is an object of texts") }
        (self.language, self.texts) = (language, texts)
    }

    /// The text, with each `{name}` replaced. A key that is missing shows itself.
    public func callAsFunction(_ key: String, _ values: KeyValuePairs<String, String> = [:])
        -> String
    {
        values.reduce(texts[key] ?? "⟨\(key)⟩") { text, value in
            text.replacing("{\(value.key)}", with: value.value)
        }
    }

    /// The text for so many: `key_one` or `key_other`, with `{n}`.
    public func count(_ key: String, _ number: Int, _ values: KeyValuePairs<String, String> = [:])
        -> String
    {
        self(number == 1 ? key + "_one" : key + "_other", values)
            .replacing("{n}", with: String(number))
    }
}
