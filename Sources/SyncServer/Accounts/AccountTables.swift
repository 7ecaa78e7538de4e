// The tables of the console's accounts: who has a passphrase, open invitations, sessions.
// Neighbors: Accounts is all that asks; ServerSchema makes them; a backup leaves them out.
// Invariant: no secret is here, only what tells whether one fits; no name either, for the keyring
// has those.

internal import Foundation
internal import GRDB
internal import Shared
internal import Store

struct ConsoleAccount: Equatable, Sendable {
    let worker: EntityID
    let passphrase: PassphraseHash
    let chosenAt: Instant
}

struct ConsoleAccountTable {
    let db: Database
    init(_ db: Database) { self.db = db }

    func find(_ worker: EntityID) throws -> ConsoleAccount? {
        try Row.fetchOne(
            db, sql: "SELECT * FROM console_account WHERE worker = ?",
            arguments: [Data(worker.bytes)]
        ).flatMap(account)
    }

    func all() throws -> [ConsoleAccount] {
        try Row.fetchAll(db, sql: "SELECT * FROM console_account ORDER BY worker")
            .compactMap(account)
    }

    private func account(_ row: Row) -> ConsoleAccount? {
        EntityID(stored: row["worker"]).map {
            ConsoleAccount(
                worker: $0,
                passphrase: PassphraseHash(
                    cost: ScryptCost(
                        rounds: row["rounds"], blockSize: row["block_size"],
                        parallelism: row["parallelism"]),
                    salt: [UInt8](row["salt"] as Data), hash: [UInt8](row["hash"] as Data)),
                chosenAt: Instant(milliseconds: row["chosen_at"]))
        }
    }

    /// In place of one that there was.
    func set(_ account: ConsoleAccount) throws {
        let (kept, cost) = (account.passphrase, account.passphrase.cost)
        try db.execute(
            sql: """
                INSERT INTO console_account
                    (worker, salt, hash, rounds, block_size, parallelism, chosen_at)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (worker) DO UPDATE SET
                    salt = excluded.salt, hash = excluded.hash, rounds = excluded.rounds,
                    block_size = excluded.block_size, parallelism = excluded.parallelism,
                    chosen_at = excluded.chosen_at
                """,
            arguments: [
                Data(account.worker.bytes), Data(kept.salt), Data(kept.hash), cost.rounds,
                cost.blockSize, cost.parallelism, account.chosenAt.milliseconds,
            ])
    }

    /// With all sessions. False if there is none.
    func remove(_ worker: EntityID) throws -> Bool {
        try db.execute(
            sql: "DELETE FROM console_account WHERE worker = ?",
            arguments: [Data(worker.bytes)])
        return db.changesCount > 0
    }
}

/// One for each worker: a new one takes the place of the old.
struct InvitationTable {
    let db: Database
    init(_ db: Database) { self.db = db }

    func set(_ token: Hash, for worker: EntityID, expiresAt: Instant) throws {
        try db.execute(
            sql: """
                INSERT OR REPLACE INTO console_invitation (worker, token, expires_at)
                VALUES (?, ?, ?)
                """,
            arguments: [Data(worker.bytes), Data(token.bytes), expiresAt.milliseconds])
    }

    func worker(_ token: Hash, at now: Instant) throws -> EntityID? {
        try Data.fetchOne(
            db, sql: "SELECT worker FROM console_invitation WHERE token = ? AND expires_at > ?",
            arguments: [Data(token.bytes), now.milliseconds]
        ).flatMap { EntityID(stored: $0) }
    }

    func open(at now: Instant) throws -> [(worker: EntityID, expiresAt: Instant)] {
        try Row.fetchAll(
            db,
            sql: """
                SELECT worker, expires_at FROM console_invitation WHERE expires_at > ?
                ORDER BY worker
                """, arguments: [now.milliseconds]
        ).compactMap { row in
            EntityID(stored: row[0]).map { ($0, Instant(milliseconds: row[1])) }
        }
    }

    /// False if there is none.
    func remove(of worker: EntityID) throws -> Bool {
        try db.execute(
            sql: "DELETE FROM console_invitation WHERE worker = ?",
            arguments: [Data(worker.bytes)])
        return db.changesCount > 0
    }
}

struct ConsoleSession: Equatable, Sendable {
    let worker: EntityID
    let createdAt: Instant
    let seenAt: Instant
}

struct SessionTable {
    let db: Database
    init(_ db: Database) { self.db = db }

    func find(_ token: Hash) throws -> ConsoleSession? {
        try Row.fetchOne(
            db.cachedStatement(
                sql: """
                    SELECT worker, created_at, seen_at FROM console_session WHERE token = ?
                    """), arguments: [Data(token.bytes)]
        ).flatMap { row in
            EntityID(stored: row[0]).map {
                ConsoleSession(
                    worker: $0, createdAt: Instant(milliseconds: row[1]),
                    seenAt: Instant(milliseconds: row[2]))
            }
        }
    }

    /// Of each account that has one, how many.
    func counts(seenAfter: Instant, createdAfter: Instant) throws -> [EntityID: Int] {
        let rows = try Row.fetchAll(
            db,
            sql: """
                SELECT worker, count(*) FROM console_session
                WHERE seen_at > ? AND created_at > ? GROUP BY worker
                """, arguments: [seenAfter.milliseconds, createdAfter.milliseconds])
        return Dictionary(
            uniqueKeysWithValues: rows.compactMap { row in
                EntityID(stored: row[0]).map { ($0, row[1]) }
            })
    }

    func insert(_ token: Hash, of worker: EntityID, at now: Instant) throws {
        try db.execute(
            sql: """
                INSERT INTO console_session (token, worker, created_at, seen_at)
                VALUES (?1, ?2, ?3, ?3)
                """,
            arguments: [Data(token.bytes), Data(worker.bytes), now.milliseconds])
    }

    /// Keeps the last seen of one account.
    func trim(of worker: EntityID, to count: Int) throws {
        try db.execute(
            sql: """
                DELETE FROM console_session WHERE worker = ?1 AND token NOT IN (
                    SELECT token FROM console_session WHERE worker = ?1
                    ORDER BY seen_at DESC, created_at DESC, token LIMIT ?2)
                """, arguments: [Data(worker.bytes), count])
    }

    func see(_ token: Hash, at now: Instant) throws {
        try db.execute(
            sql: "UPDATE console_session SET seen_at = ? WHERE token = ?",
            arguments: [now.milliseconds, Data(token.bytes)])
    }

    func remove(_ token: Hash) throws {
        try db.execute(
            sql: "DELETE FROM console_session WHERE token = ?", arguments: [Data(token.bytes)])
    }

    func removeAll(of worker: EntityID) throws -> Int {
        try db.execute(
            sql: "DELETE FROM console_session WHERE worker = ?",
            arguments: [Data(worker.bytes)])
        return db.changesCount
    }

    func removeAll(of worker: EntityID, but kept: Hash) throws {
        try db.execute(
            sql: "DELETE FROM console_session WHERE worker = ? AND token <> ?",
            arguments: [Data(worker.bytes), Data(kept.bytes)])
    }

    func removeAll(createdBefore: Instant) throws {
        try db.execute(
            sql: "DELETE FROM console_session WHERE created_at < ?",
            arguments: [createdBefore.milliseconds])
    }
}
