// Everybody who can be named in an entry, for finding while somebody types.
// Neighbors: FieldDesk keeps one as long as nobody came or changed; RecordForm and the list of
// people ask it.
// Invariant: who gave or received last comes first, then by number.

internal import GRDB
internal import Shared
internal import Store

struct PeopleIndex: Sendable {
    /// Changes whenever a name, a number or a home may have.
    struct Version: Equatable, Sendable {
        private let cursor: LedgerPosition
        private let members: Int64
        /// The last event about a member here that was not sent.
        private let unsent: Int64

        init(_ book: LocalBook) throws {
            cursor = book.sync.cursor
            members = try Int64.fetchOne(book.tables.db, sql: "SELECT count(*) FROM member") ?? 0
            unsent = try book.tables.lastUnsent(of: [.memberEnrolled, .memberChanged])
        }
    }

    struct Person: Sendable {
        let id: EntityID
        /// "HAR-37".
        let number: String
        let name: String
        let isActive: Bool
        /// Folded, apart.
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
    }

    /// Whom a whole number, or the label that begins with it, names.
    func named(_ typed: String) -> Person? {
        let first = typed.split(separator: " ").first.map { $0.lowercased() } ?? ""
        return byNumber[first].map { people[$0] }
    }

    /// Those of whom each typed word begins a word of the name or the number: active ones, and of
    /// these the `recent` first.
    func found(_ typed: String, recent: [EntityID], limit: Int = answersMax) -> [Person] {
        let wanted = typed.searchWords
        let order = Dictionary(
            recent.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        let matching = people.enumerated().filter { _, person in
            person.isActive
                && wanted.allSatisfy { word in person.words.contains { $0.hasPrefix(word) } }
        }
        return matching.sorted { one, other in
            (order[one.element.id] ?? .max, one.offset) < (
                order[other.element.id] ?? .max, other.offset
            )
        }.prefix(limit).map(\.element)
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

extension LocalBook {
    /// Own entries that are looked at for who gave and received last.
    private static let recentMax: UInt64 = 60

    /// Own entries of hours, the last first.
    func recentHours() throws -> [EntityID] {
        let head = try head.sequence.value
        let first = head > Self.recentMax ? head - Self.recentMax : 0
        return try (first..<head).reversed().compactMap { index in
            let event = try ownEvent(Sequence64(index + 1))?.event
            return event?.knownKind == .hoursRecorded ? event?.entity : nil
        }
    }

    /// Who gave or received in them, the last first.
    func recentPeople(_ entries: [EntityID]) throws -> [EntityID] {
        var seen: Set<EntityID> = []
        return try entries.flatMap { entry -> [EntityID] in
            guard case .hours(let hours)? = try views.state(of: entry) else { return [] }
            return hours.shares.accounts
        }.filter { seen.insert($0).inserted }
    }
}
