// The languages of the screens, and which of them somebody reads.
// Neighbors: StringTable has the words, every page asks for one.

public enum Language: String, CaseIterable, Sendable {
    case english = "en"
    case spanish = "es"

    public static let cookieName = "language"

    /// In its own words, for the switch.
    public var ownName: String {
        switch self {
        case .english: "English"
        case .spanish: "Español"
        }
    }

    /// The first of `Accept-Language` that there is: every browser lists the best first, so the
    /// weights are not read. English where none is.
    public init(accepting header: String?) {
        let wanted = (header ?? "").split(separator: ",").compactMap { part in
            part.split { ";- ".contains($0) }.first.map { String($0).lowercased() }
        }
        self = wanted.lazy.compactMap(Language.init(rawValue:)).first ?? .english
    }
}
