// Everybody who can be named in an entry here, and when that may have changed.
// Neighbors: Store/Views/PeopleIndex finds; FieldDesk keeps one as long as nobody came or changed;
// RecordForm and the list of people ask it.

internal import Shared
internal import Store

extension PeopleIndex {
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

    /// Members here by number, then those elsewhere.
    init(_ book: LocalBook) throws {
        let here = try book.views.members(in: book.held).map { member in
            Person(
                id: member.id, number: try book.views.number(of: member.id),
                name: try book.views.name(of: member) ?? "", isActive: member.isActive)
        }
        let elsewhere = try book.views.directory(in: nil).map { line in
            let record = try book.views.record(line)
            return Person(
                id: line.member, number: "\(record.code)-\(record.number)",
                name: record.name ?? "", isActive: record.active)
        }
        self.init(here + elsewhere)
    }
}
