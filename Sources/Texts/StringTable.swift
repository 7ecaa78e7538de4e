// Every text of the screens in one language, from Resources/en.json and es.json.
// Neighbors: templates name keys as `t.key`, page models ask for texts with values in them; Voice
// says phrases by one of these.
// Invariant: both tables have the same keys and the same values in braces (StringTableTests).

internal import Foundation

public struct StringTable: Sendable {
    public let language: Language
    /// By key; what the templates see as `t`.
    public let texts: [String: String]

    private static let english = StringTable(.english)
    private static let spanish = StringTable(.spanish)

    /// Each is read when it is first asked for: a command line has no use for the other.
    public static func of(_ language: Language) -> StringTable {
        switch language {
        case .english: english
        case .spanish: spanish
        }
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
        filled(key) { name in values.first { $0.key == name }?.value }
    }

    /// The text for so many: `key_one` or `key_other`, with `{n}`.
    public func count(_ key: String, _ number: Int, _ values: KeyValuePairs<String, String> = [:])
        -> String
    {
        filled(Self.key(key, for: number)) { name in
            name == "n" ? String(number) : values.first { $0.key == name }?.value
        }
    }

    static func key(_ key: String, for number: Int) -> String {
        key + (number == 1 ? "_one" : "_other")
    }

    /// In one pass: braces that somebody typed are no place for a value.
    func filled(_ key: String, _ value: (String) -> String?) -> String {
        guard var rest = texts[key].map({ $0[...] }) else { return "⟨\(key)⟩" }
        var filled = ""
        while let open = rest.firstIndex(of: "{"),
            let close = rest[open...].firstIndex(of: "}")
        {
            filled += rest[..<open]
            let name = String(rest[rest.index(after: open)..<close])
            filled += value(name) ?? "{\(name)}"
            rest = rest[rest.index(after: close)...]
        }
        return filled + rest
    }
}
