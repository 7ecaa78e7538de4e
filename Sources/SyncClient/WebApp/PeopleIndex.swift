// Everybody who can be named in an entry, for finding while somebody types.
// Neighbors: FieldDesk keeps one as long as nobody came or changed; RecordForm and the list of
// people ask it.
// Invariant: a number that was typed whole comes first, then who gave or received last.

internal import Shared
internal import Store

struct PeopleIndex: Sendable {
    /// Changes whenever a name, a number or a home may have.
    struct Version: Equatable, Sendable {
        private let cursor: LedgerPosition
        /// The last own event about a member.
        private let own: Sequence64
        /// The last own event there was.
        private let head: Sequence64

        /// Own events that are looked at one by one since the version before.
        private static let eventsMax: UInt64 = 1_000

        init(_ book: LocalBook, after before: Version?) throws {
            cursor = book.sync.cursor
            head = try book.head.sequence
            guard let before, before.head <= head,
                head.value - before.head.value <= Self.eventsMax
            else {
                own = head
                return
            }
            own = try Self.lastOwn(book, from: before, to: head)
        }

        private static func lastOwn(
            _ book: LocalBook, from before: Version, to head: Sequence64
        ) throws -> Sequence64 {
            let new = (before.head.value..<head.value).reversed().map { Sequence64($0 + 1) }
            return try new.first { sequence in
                let kind = try book.ownEvent(sequence)?.event.knownKind
                return kind == .memberEnrolled || kind == .memberChanged
            } ?? before.own
        }

        static func == (one: Version, other: Version) -> Bool {
            one.cursor == other.cursor && one.own == other.own
        }
    }

    struct Person: Sendable {
        let id: EntityID
        /// "HAR-37".
        let number: String
        let name: String
        let isActive: Bool
        /// Folded, apart: the number, the number without its code, and the name's.
        fileprivate let words: [String]

        /// "HAR-37 Ana Ruiz", as it is typed and shown.
        var label: String { name.isEmpty ? number : "\(number) \(name)" }
    }

    /// A longer list would cover what comes after the field.
    static let answersMax = 5

    let version: Version
    /// By number.
    let people: [Person]
    private let byNumber: [String: Int]
    private let byID: [EntityID: Int]

    init(_ book: LocalBook, _ version: Version) throws {
        self.version = version
        let here = try book.views.members(in: book.held).map { member in
            Person(
                id: member.id, number: try book.views.number(of: member.id),
                name: try book.views.record(member).name ?? "", isActive: member.isActive)
        }
        let elsewhere = try book.views.directory(in: nil).map { line in
            let record = try book.views.record(line)
            return Person(
                id: line.member, number: "\(record.code)-\(record.number)",
                name: record.name ?? "", isActive: record.active)
        }
        people = here + elsewhere
        byNumber = Dictionary(
            people.enumerated().map { ($1.number.lowercased(), $0) },
            uniquingKeysWith: { first, _ in first })
        byID = Dictionary(
            people.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// Whom somebody meant.
    enum Match {
        case one(Person)
        case nobody
        /// The first of them.
        case several([Person])
    }

    /// Told of in a mistake: a longer list is not read.
    private static let namedMax = 5

    /// By number, name, a part of one, or a card that was scanned.
    func one(_ typed: String) -> Match {
        let typed = MemberCard(scanned: typed)?.number ?? typed
        if let person = named(typed) ?? numbered(typed) { return .one(person) }
        let found = found(typed, recent: [], limit: Self.namedMax + 1)
        return found.isEmpty
            ? .nobody
            : found.count == 1 ? .one(found[0]) : .several(Array(found.prefix(Self.namedMax)))
    }

    func person(_ id: EntityID) -> Person? { byID[id].map { people[$0] } }

    /// Whom a whole number, or the label that begins with it, names.
    func named(_ typed: String) -> Person? {
        let first = typed.split(separator: " ").first.map { $0.lowercased() } ?? ""
        return byNumber[first].map { people[$0] }
    }

    /// The only one whose number, without the neighborhood's code, this is.
    func numbered(_ typed: String) -> Person? {
        let found = people.filter { $0.words[1] == typed }
        return found.count == 1 ? found[0] : nil
    }

    /// Those of whom each typed word begins a word of the name or the number: active ones, whose
    /// number it is first, then the `recent`.
    func found(_ typed: String, recent: [EntityID], limit: Int = answersMax) -> [Person] {
        let wanted = (MemberCard(scanned: typed)?.number ?? typed).searchWords
        let order = Dictionary(
            recent.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        let matching = people.enumerated().filter { _, person in
            person.isActive
                && wanted.allSatisfy { word in person.words.contains { $0.hasPrefix(word) } }
        }
        func rank(_ found: (offset: Int, element: Person)) -> (Int, Int, Int) {
            let isExact = wanted.count == 1 && found.element.words.prefix(2).contains(wanted[0])
            return (isExact ? 0 : 1, order[found.element.id] ?? .max, found.offset)
        }
        return matching.sorted { rank($0) < rank($1) }.prefix(limit).map(\.element)
    }
}

extension PeopleIndex.Person {
    fileprivate init(id: EntityID, number: String, name: String, isActive: Bool) {
        (self.id, self.number, self.name, self.isActive) = (id, number, name, isActive)
        let bare = number.split(separator: "-").last.map(String.init) ?? ""
        words = "\(number) \(bare) \(name)".searchWords
    }
}

extension String {
    fileprivate var searchWords: [String] {
        folded.split { $0.isWhitespace }.map(String.init)
    }
}
