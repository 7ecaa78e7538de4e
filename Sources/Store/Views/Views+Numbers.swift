// Member numbers in use, by the index and without opening anything sealed.
// Neighbors: enrolling asks before it gives a number out.

internal import GRDB
public import Shared

extension Views {
    /// Numbers that members of a neighborhood have, ascending.
    public func memberNumbers(in scope: ScopeID, within range: ClosedRange<Int64>) throws -> [Int64]
    {
        guard let home = try tables.existingScopeNumber(scope) else { return [] }
        return try Int64.fetchAll(
            db,
            sql: """
                SELECT DISTINCT number FROM member
                WHERE home = ? AND number BETWEEN ? AND ? ORDER BY number
                """, arguments: [home, range.lowerBound, range.upperBound])
    }
}
