// Member numbers in use, by the index and without opening anything sealed, and who has one.
// Neighbors: enrolling asks before it gives a number out, the desk before it gives another.

internal import GRDB
public import Shared

extension Views {
    /// Numbers that members of a neighborhood have, or had until they moved away, ascending.
    public func memberNumbers(
        in scope: ScopeID, within range: ClosedRange<Int64>, besides member: EntityID? = nil
    ) throws -> [Int64] {
        guard let home = try tables.existingScopeNumber(scope) else { return [] }
        let present = try Int64.fetchAll(
            db,
            sql: """
                SELECT DISTINCT number FROM member
                WHERE home = ? AND number BETWEEN ? AND ? ORDER BY number
                """, arguments: [home, range.lowerBound, range.upperBound])
        let former = try formerNumbers(in: scope).filter { $0.value != member }.map(\.key)
        return Set(present + former.filter(range.contains)).sorted()
    }

    /// Of members who moved away from a neighborhood, by the number that each had there: cards and
    /// slips go on saying it.
    func formerNumbers(in scope: ScopeID) throws -> [Int64: EntityID] {
        guard let home = try tables.existingScopeNumber(scope) else { return [:] }
        let away = try db.hotInts(
            """
            SELECT member FROM member_move WHERE home = ?1
            AND member NOT IN (SELECT entity FROM member WHERE home = ?1) ORDER BY member
            """, .int(home))
        return try away.reduce(into: [:]) { found, key in
            let events = try tables.events(of: LocalKey(stored: key))
            for move in events where move.event.knownKind == .memberMoved {
                guard let position = move.observation.position,
                    case .member(let before)? = decideEntity(events.placed(before: position)),
                    before.home == scope, let number = before.number
                else { continue }
                found[number] = before.id
            }
        }
    }

    /// Somebody else who has a number.
    public func member(
        numbered number: Int64, in scope: ScopeID, besides member: EntityID
    ) throws -> EntityID? {
        guard let home = try tables.existingScopeNumber(scope) else { return nil }
        return try Int64.fetchAll(
            db,
            sql: """
                SELECT entity FROM member WHERE home = ? AND number = ? AND canonical = entity
                ORDER BY entity
                """, arguments: [home, number]
        ).map { try tables.entity(LocalKey(stored: $0)) }.first { $0 != member }
    }

    /// The device that a number is set apart for.
    public func device(
        givingOut number: Int64, in neighborhood: EntityID
    ) throws -> DeviceState? {
        try devices().first { device in
            device.numberBlocks.contains {
                $0.neighborhood == neighborhood && $0.numbers.contains(number)
            }
        }
    }
}
