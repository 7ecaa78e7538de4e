// Lost branches of the ledger, one for each time that this device went back: where each began, and
// what its scopes' trees were there. Neighbors: EpochRewind writes, OfferPlan proves with it.
// Invariant: with a branch's leaves, its prefix gives every root that the branch's trees had.

internal import Foundation
internal import GRDB
internal import Shared
internal import Store

/// What a scope's tree was where a branch began.
struct LostPrefix {
    let scope: ScopeID
    let size: UInt64
    /// Roots of its complete subtrees, largest first.
    let peaks: [Hash]
}

/// What became of an orphan besides coming back.
enum OrphanStanding: Int64 {
    case open = 0
    /// The office has it; a page brings it.
    case taken
    case refused
    /// Nothing that was signed for this device vouches for it.
    case unproven
    /// What a lost server said of itself comes back to nobody.
    case ofItsEpoch
    /// This folder recorded it under a name that it had before, and hands it in anew.
    case handedIn
}

/// A leaf of a lost branch.
struct Orphan {
    let number: Int64
    let leaf: Hash
    let reach: [ScopeID]
    /// Nil for an own event.
    let bytes: [UInt8]?
    /// Neither back nor answered for good.
    let isOpen: Bool
}

extension LedgerTables {
    func beginBranch(after position: LedgerPosition, at now: Instant) throws -> Int64 {
        try db.execute(
            sql: "INSERT INTO lost_branch (epoch, after, left_at) VALUES (?, ?, ?)",
            arguments: [
                Int64(try epoch().value), Int64(clamping: position.value), now.milliseconds,
            ])
        return db.lastInsertedRowID
    }

    /// Call once the trees are those of the branch's beginning.
    func keepPrefixes(of branch: Int64, scopes: some Sequence<ScopeID>) throws {
        for scope in scopes {
            let peaks = try peaks(of: scope)
            try db.execute(
                sql: "INSERT INTO lost_prefix VALUES (?, ?, ?, ?)",
                arguments: [
                    branch, Data(scope.bytes), Int64(peaks.size),
                    Data(peaks.hashes.flatMap(\.bytes)),
                ])
        }
    }

    func prefixes(of branch: Int64) throws -> [LostPrefix] {
        try Row.fetchAll(
            db, sql: "SELECT scope, size, peaks FROM lost_prefix WHERE branch = ? ORDER BY scope",
            arguments: [branch]
        ).map { row in
            let bytes = [UInt8](row[2] as Data)
            let peaks = stride(from: 0, to: bytes.count, by: Hash.byteCount).compactMap {
                Hash(Array(bytes[$0..<$0 + Hash.byteCount]))
            }
            guard let scope = ScopeID(stored: row[0]) else {
                throw StoreDamage.missing("the scope of a lost branch")
            }
            return LostPrefix(scope: scope, size: UInt64(row[1] as Int64), peaks: peaks)
        }
    }

    // MARK: What is left to offer

    private static let openRow = """
        is_back = 0 AND bytes IS NOT NULL AND branch IS NOT NULL
            AND standing = \(OrphanStanding.open.rawValue)
        """

    /// Others' entries that the office has neither got nor answered for good.
    func hasOpenOrphans() throws -> Bool {
        try Bool.fetchOne(
            db.cachedStatement(
                sql: "SELECT EXISTS (SELECT 1 FROM orphan_event WHERE \(Self.openRow))")) ?? false
    }

    func openBranches() throws -> [Int64] {
        try Int64.fetchAll(
            db,
            sql: "SELECT DISTINCT branch FROM orphan_event WHERE \(Self.openRow) ORDER BY branch")
    }

    /// Every leaf of a branch, in the old order.
    func orphans(of branch: Int64) throws -> [Orphan] {
        try Row.fetchAll(
            db,
            sql: """
                SELECT number, leaf, reach, bytes, is_back, standing FROM orphan_event
                WHERE branch = ? ORDER BY position
                """, arguments: [branch]
        ).map { row in
            guard let leaf = Hash(row[1] as Data) else {
                throw StoreDamage.missing("a leaf of a lost branch")
            }
            return Orphan(
                number: row[0], leaf: leaf, reach: try reach(row[2]),
                bytes: (row[3] as Data?).map { [UInt8]($0) },
                isOpen: !(row[4] as Bool)
                    && row[5] as Int64 == OrphanStanding.open.rawValue)
        }
    }

    func setStanding(_ standing: OrphanStanding, of orphans: [Int64]) throws {
        for orphan in orphans {
            try db.cachedStatement(sql: "UPDATE orphan_event SET standing = ? WHERE number = ?")
                .execute(arguments: [standing.rawValue, orphan])
        }
    }

    /// What is back in another form: no page will bring it.
    func strike(orphans: [Int64], at now: Instant) throws {
        for orphan in orphans {
            try db.cachedStatement(
                sql: "UPDATE orphan_event SET is_back = 1, back_at = ? WHERE number = ?"
            ).execute(arguments: [now.milliseconds, orphan])
        }
    }

    /// What one epoch took, refused or found nothing to vouch for is open again in the next; so is
    /// what is back in places that this device does not hold: no page says that it is lost again.
    func reopenOrphans(outside held: Set<ScopeID>) throws {
        try db.execute(
            sql: """
                UPDATE orphan_event SET standing = \(OrphanStanding.open.rawValue)
                WHERE is_back = 0 AND standing IN (
                    \(OrphanStanding.taken.rawValue), \(OrphanStanding.refused.rawValue),
                    \(OrphanStanding.unproven.rawValue))
                """)
        let elsewhere = try Int64.fetchAll(
            db, sql: "SELECT DISTINCT reach FROM orphan_event WHERE is_back = 1"
        ).filter { try held.isDisjoint(with: reach($0)) }
        for number in elsewhere {
            try db.execute(
                sql: """
                    UPDATE orphan_event
                    SET is_back = 0, back_at = NULL, standing = \(OrphanStanding.open.rawValue)
                    WHERE is_back = 1 AND reach = ?
                        AND bytes IS NOT NULL AND branch IS NOT NULL AND standing NOT IN (
                            \(OrphanStanding.ofItsEpoch.rawValue),
                            \(OrphanStanding.handedIn.rawValue))
                    """, arguments: [number])
        }
    }

    func orphanNotes() throws -> [String] {
        try String.fetchAll(db, sql: "SELECT note FROM orphan_checkpoint ORDER BY number")
    }
}
