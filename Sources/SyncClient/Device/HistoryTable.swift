// Histories of members who moved to a neighborhood that this device holds: whether they are here.
// Neighbors: MoveHistories fetches them, Authority and `verify` ask; ClientSchema makes the table.
// Invariant: `whole` was found equal to what the ledger's `member.moved` vouches for.

internal import Foundation
internal import GRDB
internal import Shared
internal import Store

struct MemberHistory: Equatable {
    enum State: Int64 {
        case coming = 0
        case whole
        /// What came was not what the ledger vouches for; asked for again in the next session.
        case refused
    }

    let moved: LedgerPosition
    let member: EntityID
    /// It has been fetched up to here.
    var upto = LedgerPosition.start
    var state: State
}

extension LedgerTables {
    /// Ascending by the place of the move.
    func histories() throws -> [MemberHistory] {
        try Row.fetchAll(
            db.cachedStatement(
                sql: "SELECT position, member, upto, state FROM member_history ORDER BY position")
        ).map { row in
            guard let member = EntityID(stored: row[1]),
                let state = MemberHistory.State(rawValue: row[3])
            else { throw StoreDamage.missing("whose history it fetches") }
            return MemberHistory(
                moved: LedgerPosition(UInt64(row[0] as Int64)), member: member,
                upto: LedgerPosition(UInt64(row[2] as Int64)), state: state)
        }
    }

    func save(_ history: MemberHistory) throws {
        try db.execute(
            sql: "INSERT OR REPLACE INTO member_history VALUES (?, ?, ?, ?)",
            arguments: [
                Int64(history.moved.value), Data(history.member.bytes),
                Int64(history.upto.value), history.state.rawValue,
            ])
    }

    /// After entries were taken out or set right, and where damage is looked for: what is no longer
    /// whole is fetched again. Its entries may be leaves of no tree here that would show it.
    func recheckHistories(at now: Instant) throws {
        for var history in try histories() where history.state == .whole {
            guard let move = try readableMove(at: history.moved) else { continue }
            while let damaged = try damage(of: move) {
                (history.state, history.upto) = (.coming, .start)
                if damaged.isEmpty { break }
                let rows = try replace(at: damaged, with: [], holding: try scopesWithTrees())
                try keepDamaged(rows, at: now)
            }
            if history.state == .coming { try save(history) }
        }
    }

    /// Entries of a history whose bytes are not what was stored, the first that cannot be read if
    /// there is one; empty when entries are missing, nil when all of it is here.
    private func damage(of move: MemberMove) throws -> [LedgerPosition]? {
        do {
            if try holdsHistory(of: move) { return nil }
            return try altered(history(of: move.member, before: move.position))
        } catch StoreDamage.unreadable(let position) {
            guard let place = LedgerPosition(admitted: position) else {
                throw StoreDamage.unreadable(position: position)
            }
            return [place]
        }
    }

    /// Nil of one that is damaged: a tree of what is held here shows that, and the history is
    /// looked at again when that has been set right.
    private func readableMove(at position: LedgerPosition) throws -> MemberMove? {
        do {
            return try move(at: position)
        } catch is StoreDamage {
            return nil
        }
    }

    func forget(_ history: MemberHistory) throws {
        try dropStaged(of: history.member)
        try db.execute(
            sql: "DELETE FROM member_history WHERE position = ?",
            arguments: [Int64(history.moved.value)])
    }
}

extension LocalBook {
    /// Histories that are being fetched, in the order of the moves.
    var comingHistories: [ScopeFill] {
        get throws {
            try tables.histories().filter { $0.state == .coming }
                .map { ScopeFill(scope: $0.member, upto: $0.upto, moved: $0.moved) }
        }
    }

    /// What to ask for next: a neighborhood first, for it brings moves of its own.
    var nextFill: ScopeFill? { get throws { try filling.first ?? comingHistories.first } }
}
