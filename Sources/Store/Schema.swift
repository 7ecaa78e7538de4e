// The tables that a device and the embedded server share: events, trees, projections.
// Neighbors: each program registers its own migrations after these. A shipped migration is frozen.
// Invariant: what the hot path writes is in arrival order or clustered by (small replica number,
// sequence); random keys cost 3 to 10 times as much.

internal import Foundation
public import GRDB
internal import Shared

public enum StoreSchema {
    /// Positions of unsent events on a device: beyond any ledger, ascending by own sequence.
    static let unsentBase: Int64 = 1 << 62

    public static func register(in migrator: inout DatabaseMigrator) {
        migrator.registerMigration("store 1: events and trees") { db in
            try db.execute(sql: events + trees)
        }
        migrator.registerMigration("store 2: projections") { db in
            try db.execute(sql: projections)
        }
        migrator.registerMigration("store 3: directory") { db in
            try db.execute(sql: directory)
        }
        migrator.registerMigration("store 4: the keyring beside it") { db in
            try db.execute(sql: keyring)
        }
        migrator.registerMigration("store 5: epochs") { db in
            try db.execute(sql: epochs)
        }
        migrator.registerMigration("store 6: members who moved") { db in
            try db.execute(sql: moves)
        }
        migrator.registerMigration("store 7: events that name others") { db in
            try db.execute(sql: naming)
        }
        migrator.registerMigration("store 8: questions") { db in
            try db.execute(sql: questions)
            try noteQuestions(db)
        }
        migrator.registerMigration("store 9: slips, categories and disputes") { db in
            try db.execute(sql: slips)
            try LedgerTables(db).fillSlipsAndCategories()
        }
        migrator.registerMigration("store 10: whom changed entries have named") { db in
            try db.execute(sql: namedAccounts)
            try LedgerTables(db).fillNamedAccounts()
        }
    }

    /// Those that came while this program did not know their kind.
    private static func noteQuestions(_ db: Database) throws {
        for row in try Row.fetchAll(
            db, sql: "SELECT dot, reach, bytes FROM event WHERE kind = 44 AND subject IS NULL")
        {
            let (dot, reach, bytes): (Int64, Int64, Data) = (row[0], row[1], row[2])
            guard let home = try? Event(decoding: [UInt8](bytes)).home else { continue }
            try db.execute(
                sql: """
                    INSERT OR IGNORE INTO entity (entity, family, home, reach)
                    SELECT ?, 8, number, ? FROM scope WHERE id = ?
                    """, arguments: [dot, reach, Data(home.bytes)])
        }
    }

    /// `dot` and `subject` are LocalKeys: small replica number and sequence in one integer.
    private static let events = """
        CREATE TABLE replica (
            number INTEGER PRIMARY KEY,
            id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
            last_sequence INTEGER NOT NULL DEFAULT 0,
            chain BLOB CHECK (length(chain) = 32)
        ) STRICT;
        CREATE TABLE scope (
            number INTEGER PRIMARY KEY,
            id BLOB NOT NULL UNIQUE CHECK (length(id) IN (0, 24))
        ) STRICT;
        CREATE TABLE reach (
            number INTEGER PRIMARY KEY,
            scopes BLOB NOT NULL UNIQUE CHECK (length(scopes) % 8 = 0)
        ) STRICT;
        CREATE TABLE event (
            position INTEGER PRIMARY KEY,
            dot INTEGER NOT NULL UNIQUE,
            subject INTEGER,
            kind INTEGER NOT NULL,
            received_at INTEGER NOT NULL,
            reach INTEGER NOT NULL REFERENCES reach,
            context_unknown INTEGER NOT NULL CHECK (context_unknown IN (0, 1)),
            leaf BLOB NOT NULL CHECK (length(leaf) = 32),
            bytes BLOB NOT NULL
        ) STRICT;
        CREATE INDEX event_subject ON event (subject) WHERE subject IS NOT NULL;
        CREATE TABLE event_side (
            entity INTEGER NOT NULL,
            dot INTEGER NOT NULL REFERENCES event (dot),
            PRIMARY KEY (entity, dot)
        ) STRICT, WITHOUT ROWID;
        """

    /// Tree 0 is the ledger's; the others are their scope's number.
    private static let trees = """
        CREATE TABLE tree (
            number INTEGER PRIMARY KEY,
            size INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE tree_node (
            tree INTEGER NOT NULL,
            number INTEGER NOT NULL,
            hash BLOB NOT NULL CHECK (length(hash) = 32),
            PRIMARY KEY (tree, number)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE scope_entry (
            scope INTEGER NOT NULL REFERENCES scope,
            position INTEGER NOT NULL,
            PRIMARY KEY (scope, position)
        ) STRICT, WITHOUT ROWID;
        """

    private static let projections = """
        CREATE TABLE entity (
            entity INTEGER PRIMARY KEY,
            family INTEGER NOT NULL,
            home INTEGER NOT NULL REFERENCES scope,
            reach INTEGER NOT NULL REFERENCES reach
        ) STRICT;
        CREATE INDEX entity_family ON entity (family, entity) WHERE family < 5;
        CREATE TABLE member (
            entity INTEGER PRIMARY KEY,
            home INTEGER NOT NULL REFERENCES scope,
            number INTEGER,
            canonical INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX member_number ON member (home, number);
        CREATE TABLE hours (
            entity INTEGER PRIMARY KEY,
            form INTEGER NOT NULL,
            service_date INTEGER NOT NULL,
            group_key INTEGER NOT NULL,
            standing INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX hours_group ON hours (group_key);
        CREATE TABLE posting (
            account INTEGER NOT NULL,
            entity INTEGER NOT NULL,
            minutes INTEGER NOT NULL,
            contested INTEGER NOT NULL CHECK (contested IN (0, 1)),
            PRIMARY KEY (account, entity)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX posting_entity ON posting (entity);
        CREATE TABLE import_key (
            key BLOB NOT NULL CHECK (length(key) = 16),
            entity INTEGER NOT NULL,
            leaf BLOB NOT NULL CHECK (length(leaf) = 32),
            PRIMARY KEY (key, entity)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE conflict (
            id INTEGER PRIMARY KEY,
            entity INTEGER,
            group_key INTEGER,
            CHECK ((entity IS NULL) <> (group_key IS NULL))
        ) STRICT;
        CREATE INDEX conflict_entity ON conflict (entity) WHERE entity IS NOT NULL;
        CREATE INDEX conflict_group ON conflict (group_key) WHERE group_key IS NOT NULL;
        """

    /// Members elsewhere, as the server told of them; empty on the server. No projection: a rebuild
    /// leaves it. `alias`: another member's line stands for this one.
    private static let directory = """
        CREATE TABLE directory (
            member INTEGER PRIMARY KEY,
            home INTEGER NOT NULL REFERENCES scope,
            number INTEGER NOT NULL,
            active INTEGER NOT NULL CHECK (active IN (0, 1)),
            alias INTEGER NOT NULL CHECK (alias IN (0, 1)),
            name TEXT
        ) STRICT;
        CREATE INDEX directory_number ON directory (home, number);
        """

    /// Each `ledger.reopened` that is here; the first epoch has none.
    private static let epochs = """
        CREATE TABLE epoch (
            number INTEGER PRIMARY KEY,
            position INTEGER NOT NULL UNIQUE,
            inherited_size INTEGER NOT NULL,
            inherited_root BLOB NOT NULL CHECK (length(inherited_root) = 32),
            signing_key BLOB NOT NULL CHECK (length(signing_key) = 32),
            receiving_key BLOB NOT NULL CHECK (length(receiving_key) = 32)
        ) STRICT;
        """

    /// `member_move`, a projection: the homes of members who moved, old and new.
    private static let moves = """
        CREATE TABLE member_move (
            member INTEGER NOT NULL,
            home INTEGER NOT NULL REFERENCES scope,
            PRIMARY KEY (member, home)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX event_of_move ON event (position) WHERE kind = 12;
        """

    /// Marks, decisions, and what is kept apart: few, and looked for in every history.
    private static let naming = """
        CREATE INDEX event_naming ON event (position) WHERE kind IN (26, 27, 40, 41, 42, 43);
        """

    /// What was asked about conflicts: few, and looked for on every page. In histories as well: the
    /// list is that of Views+History.
    private static let questions = """
        CREATE INDEX entity_question ON entity (entity) WHERE family = 8;
        DROP INDEX event_naming;
        CREATE INDEX event_naming ON event (position)
            WHERE kind IN (26, 27, 40, 41, 42, 43, 44, 45);
        """

    /// `slip` is folded as `SlipNumber` says. The index of disputes is of events that open one.
    private static let slips = """
        ALTER TABLE hours ADD COLUMN category TEXT;
        ALTER TABLE hours ADD COLUMN slip TEXT;
        CREATE INDEX hours_slip ON hours (slip) WHERE slip IS NOT NULL;
        CREATE INDEX event_disputing ON event (subject) WHERE kind = 24;
        """

    /// A projection: accounts that an entry's events give minutes, of each entry that has no
    /// postings or more than one event about it. Few have; of all others the postings say it.
    private static let namedAccounts = """
        CREATE TABLE named_account (
            account INTEGER NOT NULL,
            entity INTEGER NOT NULL,
            PRIMARY KEY (account, entity)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX named_account_entity ON named_account (entity);
        """

    /// Which keyring this database knew last, and the keys that one lacks: local facts, no
    /// projection. `key` is an id with its first bit turned over, so that SQLite orders as ids do;
    /// `dot` an event that names it, one for each `reach`; 0 for one that is kept apart.
    private static let keyring = """
        CREATE TABLE keyring (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            name BLOB NOT NULL CHECK (length(name) = 16),
            added INTEGER NOT NULL,
            is_replaced INTEGER NOT NULL CHECK (is_replaced IN (0, 1))
        ) STRICT;
        CREATE TABLE missing_key (
            key INTEGER NOT NULL,
            reach INTEGER NOT NULL,
            dot INTEGER NOT NULL,
            PRIMARY KEY (key, reach)
        ) STRICT, WITHOUT ROWID;
        """
}
