// Entries by the number of the paper slip they were copied from.
// Neighbors: the projector keeps the column, pages and commands that copy slips ask.

internal import GRDB
public import Shared

/// A number as it stands on a slip. Two that differ in case, accents or blanks alone are one.
public struct SlipNumber: Hashable, Sendable {
    public let typed: String
    /// As it is compared and stored.
    public let folded: String

    /// Nil without anything but blanks.
    public init?(_ typed: String) {
        let folded = typed.folded.filter { !$0.isWhitespace }
        guard !folded.isEmpty else { return nil }
        (self.typed, self.folded) = (typed, folded)
    }

    public static func == (one: Self, other: Self) -> Bool { one.folded == other.folded }
    public func hash(into hasher: inout Hasher) { hasher.combine(folded) }
}

extension HoursState {
    public var slipNumber: SlipNumber? { slip.flatMap(SlipNumber.init) }
}

/// Where an entry stands and how long it is, without its words.
public struct EntryFigures: Equatable, Sendable {
    public let standing: EntryStanding
    /// Given in all; none where it is void.
    public let minutes: Minutes
}

extension Views {
    /// Bounds what is told of a number that many entries have.
    public static let entriesOnSlipMax = 10

    /// Entries here that have this number and are not void, in the order they appeared.
    public func entries(onSlip number: SlipNumber) throws -> [EntityID] {
        try Int64.fetchAll(
            db.cachedStatement(
                sql: """
                    SELECT entity FROM hours WHERE slip = ? AND standing NOT IN
                        (\(EntryStanding.void.rawValue), \(EntryStanding.repeatedImport.rawValue))
                    ORDER BY entity LIMIT \(Self.entriesOnSlipMax)
                    """), arguments: [number.folded]
        ).map { try tables.entity(LocalKey(stored: $0)) }
    }

    /// Nil for an entry that is not in the book here.
    public func figures(of entry: EntityID) throws -> EntryFigures? {
        guard let key = try tables.existingKey(entry.dot),
            let standing = try db.hotInt(
                "SELECT standing FROM hours WHERE entity = ?", .int(key.value)
            ).flatMap(EntryStanding.init(rawValue:))
        else { return nil }
        let minutes = try db.hotInt(
            "SELECT sum(minutes) FROM posting WHERE entity = ? AND minutes > 0", .int(key.value))
        return EntryFigures(standing: standing, minutes: Minutes(minutes ?? 0))
    }
}

extension LedgerTables {
    /// Once, for entries that came before there were these columns. One that cannot be read has
    /// them when it is set right, for then it is projected.
    public func fillSlipsAndCategories() throws {
        for stored in try db.hotInts("SELECT entity FROM hours ORDER BY entity") {
            guard let events = try? events(of: LocalKey(stored: stored)),
                case .hours(let hours)? = decideEntity(events),
                hours.category != nil || hours.slip != nil
            else { continue }
            try db.hot(
                "UPDATE hours SET category = ?, slip = ? WHERE entity = ?",
                .text(hours.category), .text(hours.slipNumber?.folded), .int(stored))
        }
    }
}
