// How much was given, by whom and where: sums over what counts now.
// Neighbors: the projector keeps standings and postings; the office's first page shows these.
// Invariant: only services are hours given; credits that went from one account to another are none.

internal import GRDB
public import Shared

/// Hours given in a month in a neighborhood, of one category.
public struct ServiceHours: Equatable, Sendable {
    /// year · 100 + month.
    public let month: Int
    /// Where it was recorded.
    public let home: ScopeID
    /// Nil where none was given.
    public let category: String?
    public let minutes: Minutes

    public init(month: Int, home: ScopeID, category: String?, minutes: Minutes) {
        (self.month, self.home) = (month, home)
        (self.category, self.minutes) = (category, minutes)
    }
}

/// Members of one neighborhood who gave or received in a period.
public struct TakingPart: Equatable, Sendable {
    public let home: ScopeID
    public let people: Int
    /// Of them, who did both.
    public let both: Int
}

extension Views {
    // CROSS JOIN keeps the order of the tables: entries of the period first, a tenth of all, then
    // what each posted. Left to itself SQLite begins with all postings there are, which takes ten
    // to thirty times as long.

    /// Of services: exchanges and contributions.
    private static let services =
        "h.form IN (\(HoursForm.exchange.rawValue), \(HoursForm.contribution.rawValue))"

    /// By month, then neighborhood, then category.
    public func serviceHours(from: CivilDate, to: CivilDate) throws -> [ServiceHours] {
        try Row.fetchAll(
            db.cachedStatement(
                sql: """
                    SELECT h.service_date / 100, e.home, h.category, sum(p.minutes)
                    FROM hours h
                    CROSS JOIN posting p ON p.entity = h.entity
                    CROSS JOIN entity e ON e.entity = h.entity
                    WHERE h.service_date BETWEEN ? AND ? AND \(Self.services)
                        AND h.standing = \(EntryStanding.counts.rawValue) AND p.minutes > 0
                    GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
                    """), arguments: [Int64(from.code), Int64(to.code)]
        ).map { row in
            ServiceHours(
                month: row[0], home: try tables.scopeID(row[1]), category: row[2],
                minutes: Minutes(row[3]))
        }
    }

    /// By neighborhood. A member who was imported twice is one.
    public func takingPart(from: CivilDate, to: CivilDate) throws -> [TakingPart] {
        try Row.fetchAll(
            db.cachedStatement(
                sql: """
                    SELECT m.home, count(*), sum(a.gave AND a.received) FROM (
                        SELECT m.canonical AS member, max(p.minutes > 0) AS gave,
                            max(p.minutes < 0) AS received
                        FROM hours h
                        CROSS JOIN posting p ON p.entity = h.entity
                        CROSS JOIN member m ON m.entity = p.account
                        WHERE h.service_date BETWEEN ? AND ? AND \(Self.services)
                            AND h.standing = \(EntryStanding.counts.rawValue)
                        GROUP BY m.canonical) a
                    JOIN member m ON m.entity = a.member
                    GROUP BY m.home ORDER BY m.home
                    """), arguments: [Int64(from.code), Int64(to.code)]
        ).map { row in
            TakingPart(home: try tables.scopeID(row[0]), people: row[1], both: row[2])
        }
    }
}
