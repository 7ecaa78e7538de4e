// Everybody who can be named, for finding while somebody types.
// Neighbors: the pages of a device and the office's console keep one as long as nobody came or
// changed, and fill it from Views.
// Invariant: a number that was typed whole comes first, then names with the typed words side by
// side in that order, then who gave or received last.

public import Shared

public struct PeopleIndex: Sendable {
    public struct Person: Sendable {
        public let id: EntityID
        /// "HAR-37".
        public let number: String
        public let name: String
        public let isActive: Bool
        /// Folded, apart: the number, the number without its code, and the name's.
        fileprivate let words: [String]

        /// "HAR-37 Ana Ruiz", as it is typed and shown.
        public var label: String { name.isEmpty ? number : "\(number) \(name)" }
    }

    /// A longer list would cover what comes after the field.
    public static let answersMax = 5

    /// By number.
    public let people: [Person]
    private let byNumber: [String: Int]
    private let byID: [EntityID: Int]

    public init(_ people: [Person]) {
        self.people = people
        byNumber = Dictionary(
            people.enumerated().map { ($1.number.lowercased(), $0) },
            uniquingKeysWith: { first, _ in first })
        byID = Dictionary(
            people.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// Whom somebody meant.
    public enum Match: Sendable {
        case one(Person)
        case nobody
        /// The first of them.
        case several([Person])
    }

    /// Told of in a mistake: a longer list is not read.
    private static let namedMax = 5

    /// By number, name, a part of one, or a card that was scanned.
    public func one(_ typed: String) -> Match {
        let typed = MemberCard(scanned: typed)?.number ?? typed
        if let person = named(typed) ?? numbered(typed) { return .one(person) }
        let found = found(typed, recent: [], limit: Self.namedMax + 1)
        return found.isEmpty
            ? .nobody
            : found.count == 1 ? .one(found[0]) : .several(Array(found.prefix(Self.namedMax)))
    }

    public func person(_ id: EntityID) -> Person? { byID[id].map { people[$0] } }

    /// Whom a whole number, or the label that begins with it, names.
    public func named(_ typed: String) -> Person? {
        let first = typed.split(separator: " ").first.map { $0.lowercased() } ?? ""
        return byNumber[first].map { people[$0] }
    }

    /// The only one whose number, without the neighborhood's code, this is.
    public func numbered(_ typed: String) -> Person? {
        let found = people.filter { $0.words[1] == typed }
        return found.count == 1 ? found[0] : nil
    }

    /// Others of the same neighborhood with the same name: perhaps one person enrolled twice.
    public func alike(_ id: EntityID) -> [Person] {
        guard let one = person(id), !one.nameWords.isEmpty else { return [] }
        return people.filter {
            $0.id != id && $0.nameWords == one.nameWords && $0.code == one.code
        }
    }

    /// Those of whom each typed word begins a word of the name or the number, or whose card was
    /// scanned: whose number it is first, then whose name has the words side by side as they were
    /// typed, then the `recent`. `isSought` leaves some out.
    public func found(
        _ typed: String, recent: [EntityID], limit: Int = answersMax,
        where isSought: (Person) -> Bool = { $0.isActive }
    ) -> [Person] {
        let wanted = (MemberCard(scanned: typed)?.number ?? typed).searchWords
        let order = Dictionary(
            recent.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        let ranked = people.indices.compactMap { offset -> (rank: (Int, Int, Int), offset: Int)? in
            let person = people[offset]
            guard isSought(person),
                wanted.allSatisfy({ word in person.words.contains { $0.hasPrefix(word) } })
            else { return nil }
            let isExact = wanted.count == 1 && person.words.prefix(2).contains(wanted[0])
            let closeness = isExact ? 0 : person.hasSideBySide(wanted) ? 1 : 2
            return ((closeness, order[person.id] ?? .max, offset), offset)
        }
        return ranked.sorted { $0.rank < $1.rank }.prefix(limit).map { people[$0.offset] }
    }

    /// Those who are called so already, by number: the same words, in whatever order, in capitals
    /// or small letters, with accents or without. Also who is not active any more.
    public func namesakes(of typed: String) -> [Person] {
        let wanted = typed.searchWords.sorted()
        return wanted.isEmpty
            ? [] : people.filter { $0.words.dropFirst(Person.numberWords).sorted() == wanted }
    }
}

extension PeopleIndex.Person {
    /// How many of the words are of the number; the name's follow.
    fileprivate static let numberWords = 2

    /// Whether the words begin as many words of the name that follow each other. One alone does.
    fileprivate func hasSideBySide(_ wanted: [String]) -> Bool {
        guard wanted.count > 1 else { return true }
        let last = words.count - wanted.count
        guard last >= Self.numberWords else { return false }
        return (Self.numberWords...last).contains { first in
            wanted.indices.allSatisfy { words[first + $0].hasPrefix(wanted[$0]) }
        }
    }

    public init(id: EntityID, number: String, name: String, isActive: Bool) {
        (self.id, self.number, self.name, self.isActive) = (id, number, name, isActive)
        let bare = number.split(separator: "-").last.map(String.init) ?? ""
        words = "\(number) \(bare) \(name)".searchWords
    }

    /// What follows both forms of the number, of which neither has a blank.
    fileprivate var nameWords: ArraySlice<String> { words.dropFirst(2) }

    fileprivate var code: Substring { number.prefix { $0 != "-" } }
}

extension String {
    fileprivate var searchWords: [String] {
        folded.split { $0.isWhitespace }.map(String.init)
    }
}
