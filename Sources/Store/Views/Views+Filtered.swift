// Entries that somebody looks for: by person, days, standing, category or slip, a page at a time.
// Neighbors: Views+Hours lists all of them, the page of entries asks here.
// Invariant: a page reads a bounded number of entries, and says where the next one goes on.

internal import GRDB
public import Shared

public struct HoursFilter: Equatable, Sendable {
    public enum Standing: String, CaseIterable, Sendable {
        /// The entry, or something said of it, is on this device only.
        case here
        /// Awaits a decision.
        case decision
        /// A party says that it was not so.
        case disputed
        case void
    }

    public var person: EntityID?
    public var from: CivilDate?
    public var to: CivilDate?
    public var standing: Standing?
    /// Any part of it; empty: any category or none.
    public var category = ""
    public var slip: SlipNumber?

    public init() {}

    public var isEmpty: Bool { self == HoursFilter() }
}

/// Where a page of them ended: entries before it, by service date, are on the next.
public struct HoursPlace: Equatable, Sendable, CustomStringConvertible {
    let date: Int64
    let entity: Int64

    /// "20260324-1099511627779", as `description` writes it.
    public init?(_ text: String) {
        let parts = text.split(separator: "-").map { Int64($0) }
        guard parts.count == 2, let date = parts[0], let entity = parts[1] else { return nil }
        (self.date, self.entity) = (date, entity)
    }

    init(date: Int64, entity: Int64) { (self.date, self.entity) = (date, entity) }

    public var description: String { "\(date)-\(entity)" }
}

public struct HoursFound: Sendable {
    public let records: [HoursRecord]
    /// Nil where there are no more.
    public let next: HoursPlace?
}

extension Views {
    /// Entries that are decoded for one page.
    static let scannedMax = 400

    /// By service date, the last first.
    public func hours(
        _ filter: HoursFilter, after place: HoursPlace?, limit: Int
    ) throws -> HoursFound {
        let accounts = try filter.person.map(accountsMeant)
        let keys = try accounts?.sorted().compactMap { try tables.existingKey($0.dot)?.value }
        let query = FilterQuery(filter, keys: keys, after: place)
        let rows = try Row.fetchCursor(
            db.cachedStatement(sql: query.sql(limit: Self.scannedMax + 1)),
            arguments: query.arguments)
        var found: [HoursRecord] = []
        var last: HoursPlace?
        var scanned = 0
        while let row = try rows.next() {
            if found.count == limit || scanned == Self.scannedMax {
                return HoursFound(records: found, next: last)
            }
            scanned += 1
            last = HoursPlace(date: row[0], entity: row[1])
            guard let record = try hours(tables.entity(LocalKey(stored: row[1]))),
                record.fits(filter, accounts: accounts)
            else { continue }
            found.append(record)
        }
        return HoursFound(records: found, next: nil)
    }

    /// Of a member who was imported twice, both.
    private func accountsMeant(_ person: EntityID) throws -> Set<EntityID> {
        guard let key = try tables.existingKey(person.dot) else { return [person] }
        let same = try db.hotInts(
            """
            SELECT entity FROM member WHERE canonical =
                (SELECT canonical FROM member WHERE entity = ?)
            """, .int(key.value))
        return Set(try same.map { try tables.entity(LocalKey(stored: $0)) } + [person])
    }
}

/// What SQLite leaves out; the rest is read and looked at.
private struct FilterQuery {
    private var conditions = ["standing <> \(EntryStanding.repeatedImport.rawValue)"]
    private(set) var arguments = StatementArguments()

    func sql(limit: Int) -> String {
        """
        SELECT service_date, entity FROM hours WHERE \(conditions.joined(separator: " AND "))
        ORDER BY service_date DESC, entity DESC LIMIT \(limit)
        """
    }
}

extension FilterQuery {
    init(_ filter: HoursFilter, keys: [Int64]?, after place: HoursPlace?) {
        self.init()
        if let place {
            add("(service_date, entity) < (?, ?)", [place.date, place.entity])
        }
        if let from = filter.from { add("service_date >= ?", [Int64(from.code)]) }
        if let to = filter.to { add("service_date <= ?", [Int64(to.code)]) }
        if !filter.category.isEmpty { add("instr(category, ?) > 0", [filter.category]) }
        if let slip = filter.slip { add("slip = ?", [slip.folded]) }
        if let keys {
            let places = keys.map { _ in "?" }.joined(separator: ", ")
            // What does not count has no postings.
            add(
                """
                (entity IN (SELECT entity FROM posting WHERE account IN (\(places)))
                    OR standing IN (\(EntryStanding.void.rawValue),
                        \(EntryStanding.dropped.rawValue)))
                """, StatementArguments(keys))
        }
        if let standing = filter.standing { conditions.append(standing.condition) }
    }

    private mutating func add(_ condition: String, _ values: StatementArguments) {
        conditions.append(condition)
        arguments += values
    }
}

extension HoursFilter.Standing {
    fileprivate var condition: String {
        switch self {
        case .here:
            """
            entity IN (SELECT coalesce(subject, dot) FROM event
                WHERE position >= \(StoreSchema.unsentBase))
            """
        case .decision:
            """
            (standing = \(EntryStanding.contested.rawValue)
                OR entity IN (SELECT entity FROM conflict WHERE entity IS NOT NULL))
            """
        case .disputed: "entity IN (SELECT subject FROM event WHERE kind = 24)"
        case .void: "standing = \(EntryStanding.void.rawValue)"
        }
    }
}

extension HoursRecord {
    /// What the query could not say.
    fileprivate func fits(_ filter: HoursFilter, accounts: Set<EntityID>?) -> Bool {
        if filter.standing == .disputed, disputedBy.isEmpty { return false }
        guard let accounts else { return true }
        return (providers + recipients).contains { party in
            EntityID(party.account).map(accounts.contains) ?? false
        }
    }
}
