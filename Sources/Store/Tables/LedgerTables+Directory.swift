// The directory: members whose home a device does not hold. The server reads from the ledger whom
// its news are about; a device keeps the lines it was sent.
// Neighbors: the server's Pull/DirectoryReader, the device's AnswerApplication; Views+Directory.
// Invariant: `rebuild` leaves the table alone, for no event that is here could make it again.

internal import Foundation
internal import GRDB
public import Shared

/// An admitted event that may have changed a member.
public struct MemberEvent: Sendable {
    public let position: LedgerPosition
    public let entity: EntityID
    /// Nil when it is about something else.
    public let home: ScopeID?
}

extension LedgerTables {
    // MARK: From the ledger (server)

    /// The first `limit` events in the range that create or change a member, or decide about
    /// something that may be one, by an index of their own.
    public func memberEvents(
        after position: LedgerPosition, through end: LedgerPosition, limit: Int
    ) throws -> [MemberEvent] {
        try Row.fetchAll(
            db.cachedStatement(
                sql: """
                    SELECT e.position, coalesce(e.subject, e.dot), m.home
                    FROM event e INDEXED BY event_member
                    LEFT JOIN member m ON m.entity = coalesce(e.subject, e.dot)
                    WHERE e.kind IN (10, 11, 12, 40, 41) AND e.position > ? AND e.position <= ?
                    ORDER BY e.position LIMIT ?
                    """),
            arguments: [
                Int64(clamping: position.value), Int64(clamping: end.value), Int64(limit),
            ]
        ).map { row in
            MemberEvent(
                position: LedgerPosition(UInt64(row[0] as Int64)),
                entity: try entity(LocalKey(stored: row[1])),
                home: try (row[2] as Int64?).map(scopeID))
        }
    }

    /// Of the members imported under one key at or before a position, the one that stood for all.
    public func firstImport(
        of importKey: ImportKey, upTo position: LedgerPosition
    ) throws -> EntityID? {
        try Int64.fetchOne(
            db.cachedStatement(
                sql: """
                    SELECT i.entity FROM import_key i JOIN event e ON e.dot = i.entity
                    WHERE i.key = ? AND e.position <= ? ORDER BY i.leaf LIMIT 1
                    """),
            arguments: [Data(importKey.value.bytes), Int64(clamping: position.value)]
        ).map { try entity(LocalKey(stored: $0)) }
    }

    /// Whether another member stands for this one.
    public func isAlias(_ member: EntityID) throws -> Bool {
        guard let key = try existingKey(member.dot) else { return false }
        return try Bool.fetchOne(
            db.cachedStatement(sql: "SELECT canonical <> entity FROM member WHERE entity = ?"),
            arguments: [key.value]) ?? false
    }

    // MARK: As it was sent (device)

    /// Keeps the lines; each takes the place of an older one. Who is held here needs none, unless
    /// they are about to leave with one of these neighborhoods.
    public func keepDirectory(
        _ lines: [DirectoryLine], leaving: Set<ScopeID> = []
    ) throws {
        for line in lines where line.member.dot.sequence.value <= LocalKey.sequenceMax {
            try db.cachedStatement(
                sql: """
                    INSERT INTO directory (member, home, number, active, alias, name)
                    SELECT ?1, ?2, ?3, ?4, ?5, ?6
                    WHERE ?7 OR NOT EXISTS (SELECT 1 FROM entity WHERE entity = ?1)
                    ON CONFLICT (member) DO UPDATE SET home = excluded.home,
                        number = excluded.number, active = excluded.active,
                        alias = excluded.alias, name = excluded.name
                    """
            ).execute(arguments: [
                try key(line.member).value, try scopeNumber(line.home), line.number,
                line.isActive, line.isAlias, line.name, leaving.contains(line.home),
            ])
        }
    }

    /// Of a member who is here and leaves: one that the server sent meanwhile is newer.
    public func keepLineOfLeaving(_ line: DirectoryLine) throws {
        try db.cachedStatement(
            sql: """
                INSERT OR IGNORE INTO directory (member, home, number, active, alias, name)
                VALUES (?, ?, ?, ?, ?, ?)
                """
        ).execute(arguments: [
            try key(line.member).value, try scopeNumber(line.home), line.number, line.isActive,
            line.isAlias, line.name,
        ])
    }

    /// Lines in no particular order; `condition` is about the table's columns.
    func directoryLines(
        where condition: String, _ arguments: StatementArguments = []
    ) throws -> [DirectoryLine] {
        try Row.fetchAll(
            db.cachedStatement(
                sql: """
                    SELECT member, home, number, active, alias, name FROM directory
                    WHERE \(condition)
                    """), arguments: arguments
        ).map { row in
            DirectoryLine(
                member: try entity(LocalKey(stored: row[0])), home: try scopeID(row[1]),
                number: row[2], isActive: row[3], name: row[5], isAlias: row[4])
        }
    }
}
