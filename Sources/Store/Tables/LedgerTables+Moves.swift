// Members who moved: where each is at home besides, and the history that goes along with a move.
// Source: docs/protocol.md section 3.8. Neighbors: Projector+Moves keeps the table; the server's
// Setup/MovingMembers and Pull/FillReader, and the device's MoveHistories ask.
// Invariants: a history is a function of the ledger before the move; of what is here, on a device.

internal import Foundation
internal import GRDB
public import Shared

/// A `member.moved` that is here.
public struct MemberMove: Sendable {
    public let member: EntityID
    public let position: LedgerPosition
    public let to: EntityID
    /// What went along.
    public let size: UInt64
    public let root: Hash
}

extension LedgerTables {
    /// Ascending by position; none in most communities.
    public func moves() throws -> [MemberMove] {
        try Int64.fetchAll(
            db.cachedStatement(sql: "SELECT position FROM event WHERE kind = 12 ORDER BY position")
        ).compactMap { position in try move(at: LedgerPosition(UInt64(position))) }
    }

    /// Whether anybody moved after a position.
    public func hasMoves(after position: LedgerPosition) throws -> Bool {
        try db.hotInt(
            "SELECT 1 FROM event WHERE kind = 12 AND position > ? LIMIT 1",
            .int(Int64(clamping: position.value))) != nil
    }

    /// Where the histories stand of members who moved to one of these.
    public func placesAlong(movedTo scopes: Set<ScopeID>) throws -> Set<LedgerPosition> {
        let moves = try moves().filter { scopes.contains(.neighborhood($0.to)) }
        return Set(try moves.flatMap { try history(of: $0.member, before: $0.position) })
    }

    public func move(at position: LedgerPosition) throws -> MemberMove? {
        guard let moved = try event(at: position)?.event, moved.knownKind == .memberMoved,
            let to = moved.payload.entity(MoveField.to),
            let root = moved.payload.data(MoveField.historyRoot).flatMap({ Hash($0) })
        else { return nil }
        return MemberMove(
            member: moved.entity, position: position, to: to,
            size: UInt64(max(moved.payload.integer(MoveField.historySize) ?? 0, 0)), root: root)
    }

    /// Positions, ascending, of all events before `position` about a member and about the hours
    /// entries that had named the member by then, as far as they are here.
    public func history(
        of member: EntityID, before position: LedgerPosition
    ) throws -> [LedgerPosition] {
        let entries = try entriesNaming(member).flatMap { key -> [RecordedEvent] in
            let events = try events(of: key).placed(before: position)
            return events.contains { $0.event.accountsNamed.contains(member) } ? events : []
        }
        let all = try events(of: member).placed(before: position) + entries
        return Set(all.compactMap(\.observation.position)).sorted()
    }

    /// Whether what is here is what the move vouches for.
    public func holdsHistory(of move: MemberMove) throws -> Bool {
        let positions = try history(of: move.member, before: move.position)
        return try UInt64(positions.count) == move.size && root(of: positions) == move.root
    }

    /// RFC 9162 root over the leaf hashes of entries at these positions, computed from their bytes.
    public func root(of positions: [LedgerPosition]) throws -> Hash {
        MerkleTree.root(leaves: try positions.compactMap { try leaves(at: $0)?.computed })
    }

    /// Those whose bytes are no longer what was stored.
    public func altered(_ positions: [LedgerPosition]) throws -> [LedgerPosition] {
        try positions.filter { position in
            try leaves(at: position).map { $0.computed != $0.stored } ?? false
        }
    }

    private func leaves(at position: LedgerPosition) throws -> (stored: Hash?, computed: Hash)? {
        try Row.fetchOne(
            db.cachedStatement(sql: "SELECT leaf, bytes FROM event WHERE position = ?"),
            arguments: [Int64(position.value)]
        ).map { row in (Hash(row[0] as Data), .leaf([UInt8](row[1] as Data))) }
    }
}

extension [RecordedEvent] {
    func placed(before position: LedgerPosition) -> [RecordedEvent] {
        filter { $0.observation.position.map { $0 < position } ?? false }
    }
}
