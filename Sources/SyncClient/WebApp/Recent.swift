// What was recorded here last: for who is likely meant, and for the same again.
// Neighbors: FieldDesk keeps one until something is recorded or comes from the office.

internal import Shared
internal import Store
internal import Texts

struct Recent: Sendable {
    /// The last own event, how far the ledger is here, how far it was seen, and in whose language
    /// it is told.
    struct Moment: Equatable, Sendable {
        private let own: Sequence64
        private let cursor: LedgerPosition
        private let seen: LedgerPosition
        private let language: Language

        init(_ book: LocalBook) throws {
            (own, cursor) = (try book.head.sequence, book.sync.cursor)
            seen = try book.tables.officeSeen()
            language = book.views.voice.language
        }
    }

    /// Own events that are looked at.
    private static let eventsMax: UInt64 = 60

    let moment: Moment
    /// Own entries of hours, the last first.
    let hours: [HoursRecord]
    /// What others changed of what was recorded here, until it is seen.
    let changes: [OfficeChange]
    /// Theirs, in order of the alphabet.
    let categories: [String]
    /// Who gave or received in them, the last first.
    let people: [EntityID]

    init(_ book: LocalBook, _ moment: Moment) throws {
        self.moment = moment
        let head = try book.head.sequence.value
        let first = head > Self.eventsMax ? head - Self.eventsMax : 0
        hours = try (first..<head).reversed().compactMap { index in
            let event = try book.ownEvent(Sequence64(index + 1))?.event
            guard let event, event.knownKind == .hoursRecorded else { return nil }
            return try book.views.hours(event.entity)
        }
        changes = try book.unseenChanges()
        categories = Set(hours.compactMap(\.category)).sorted()
        var seen: Set<EntityID> = []
        people = hours.flatMap { $0.providers + $0.recipients }
            .compactMap { EntityID($0.account) }.filter { seen.insert($0).inserted }
    }
}
