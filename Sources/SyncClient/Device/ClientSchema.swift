// The tables that only a device has, beside those of Store: who it is and how far it has synced.
// Neighbors: DeviceTables reads and writes them. A shipped migration is frozen.

internal import GRDB

enum ClientSchema {
    static func register(in migrator: inout DatabaseMigrator) {
        migrator.registerMigration("client 1: pairing and sync") { db in
            try db.execute(sql: tables)
        }
        migrator.registerMigration("client 2: checkpoints") { db in
            try db.execute(sql: checkpoints)
        }
        migrator.registerMigration("client 3: who records") { db in
            try db.execute(sql: currentWorker)
        }
        migrator.registerMigration("client 4: pinned TLS") { db in
            try db.execute(sql: "ALTER TABLE pairing ADD COLUMN pin BLOB")
        }
        migrator.registerMigration("client 5: import maps") { db in
            try db.execute(sql: importMaps)
        }
        migrator.registerMigration("client 6: what a revoked device is told") { db in
            try db.execute(sql: revocation)
        }
        migrator.registerMigration("client 7: what may have been sent") { db in
            try db.execute(
                sql: "ALTER TABLE sync_state ADD COLUMN offered INTEGER NOT NULL DEFAULT 0")
        }
        migrator.registerMigration("client 8: parted events") { db in
            try db.execute(sql: parted)
        }
        migrator.registerMigration("client 10: epochs") { db in
            try db.execute(sql: epochs)
        }
        migrator.registerMigration("client 11: repairs") { db in
            try db.execute(sql: repairs)
        }
        migrator.registerMigration("client 12: how wrong its clock is") { db in
            try db.execute(
                sql: """
                    CREATE TABLE clock_offset (
                        id INTEGER PRIMARY KEY CHECK (id = 1),
                        milliseconds INTEGER NOT NULL
                    ) STRICT
                    """)
        }
        migrator.registerMigration("client 13: offers") { db in
            try db.execute(sql: offers)
        }
        migrator.registerMigration("client 14: what it holds") { db in
            try db.execute(sql: scopes)
        }
        migrator.registerMigration("client 15: slips, and what of the office was seen") { db in
            try db.execute(sql: slips + seen)
        }
    }

    /// `sync_state.acknowledged` is the last own event the server possesses; `acknowledged_chain`
    /// the chain there. `diverged_after` is set once the server says the ledger took another way.
    private static let tables = """
        CREATE TABLE pairing (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            community BLOB NOT NULL CHECK (length(community) = 16),
            community_name TEXT NOT NULL,
            replica BLOB NOT NULL CHECK (length(replica) = 16),
            label TEXT NOT NULL,
            host TEXT NOT NULL,
            port INTEGER NOT NULL,
            mode TEXT NOT NULL,
            ledger_key BLOB NOT NULL CHECK (length(ledger_key) = 32),
            server_signing_key BLOB NOT NULL CHECK (length(server_signing_key) = 32),
            server_receiving_key BLOB NOT NULL CHECK (length(server_receiving_key) = 32),
            paired_at INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE sync_state (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            cursor INTEGER NOT NULL,
            acknowledged INTEGER NOT NULL,
            acknowledged_chain BLOB NOT NULL CHECK (length(acknowledged_chain) = 32),
            nonce BLOB NOT NULL,
            last_contact INTEGER,
            server_time INTEGER,
            diverged_after INTEGER,
            advice TEXT NOT NULL
        ) STRICT;
        CREATE TABLE cursor_tag (
            position INTEGER PRIMARY KEY,
            tag BLOB NOT NULL CHECK (length(tag) IN (0, 4))
        ) STRICT;
        CREATE TABLE refused_event (
            sequence INTEGER PRIMARY KEY,
            leaf BLOB NOT NULL CHECK (length(leaf) = 32),
            bytes BLOB NOT NULL,
            reason INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE scope_mismatch (
            scope BLOB PRIMARY KEY,
            position INTEGER NOT NULL
        ) STRICT;
        """

    /// The last signed note of each tree, and notes that contradict what is held or was signed.
    private static let checkpoints = """
        CREATE TABLE checkpoint (
            origin TEXT PRIMARY KEY,
            size INTEGER NOT NULL,
            note TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE refused_checkpoint (
            number INTEGER PRIMARY KEY,
            note TEXT NOT NULL UNIQUE,
            reason TEXT NOT NULL,
            seen_at INTEGER NOT NULL
        ) STRICT;
        """

    /// What a copied folder had under the name that it shared with another: `replica` is that name;
    /// `moved_to` the own sequence under which it was handed in anew; `reason` why the office keeps
    /// it apart. `split_from` is where the ledger has the pairing of that name.
    private static let parted = """
        CREATE TABLE parted_event (
            replica BLOB NOT NULL CHECK (length(replica) = 16),
            sequence INTEGER NOT NULL,
            leaf BLOB NOT NULL CHECK (length(leaf) = 32),
            bytes BLOB NOT NULL,
            reach INTEGER NOT NULL REFERENCES reach,
            is_settled INTEGER NOT NULL CHECK (is_settled IN (0, 1)),
            moved_to INTEGER,
            reason INTEGER,
            PRIMARY KEY (replica, sequence)
        ) STRICT, WITHOUT ROWID;
        ALTER TABLE pairing ADD COLUMN split_from INTEGER;
        """

    /// What was set right in this copy, and the bytes that were taken out for it.
    private static let repairs = """
        CREATE TABLE repair (
            number INTEGER PRIMARY KEY,
            at INTEGER NOT NULL,
            scope BLOB NOT NULL CHECK (length(scope) IN (0, 24)),
            cause INTEGER NOT NULL,
            entries INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE damaged_event (
            number INTEGER PRIMARY KEY,
            position INTEGER NOT NULL,
            bytes BLOB NOT NULL,
            seen_at INTEGER NOT NULL
        ) STRICT;
        """

    /// What a lost branch of the ledger held here: every leaf in its old place, and the bytes of
    /// those that this device did not write; its own stay among the events. With the notes signed
    /// then, each can be proven. `refused_epoch` is evidence: an answer as it came.
    private static let epochs = """
        CREATE TABLE orphan_event (
            number INTEGER PRIMARY KEY,
            epoch INTEGER NOT NULL,
            position INTEGER NOT NULL,
            leaf BLOB NOT NULL CHECK (length(leaf) = 32),
            reach INTEGER NOT NULL REFERENCES reach,
            received_at INTEGER NOT NULL,
            bytes BLOB,
            left_at INTEGER NOT NULL,
            is_back INTEGER NOT NULL CHECK (is_back IN (0, 1))
        ) STRICT;
        CREATE INDEX orphan_leaf ON orphan_event (leaf);
        CREATE TABLE orphan_checkpoint (
            number INTEGER PRIMARY KEY,
            note TEXT NOT NULL UNIQUE
        ) STRICT;
        CREATE TABLE refused_epoch (
            number INTEGER PRIMARY KEY,
            answer BLOB NOT NULL UNIQUE,
            reason TEXT NOT NULL,
            seen_at INTEGER NOT NULL
        ) STRICT;
        """

    /// `held_scope.state` is a case of ScopeHolding. `fill_entry` keeps what came of a
    /// neighborhood, or of the history of a member, until all of it is here; `put_away_event` own
    /// events that reach only neighborhoods not held; `left_entity` what left with one, by the 24
    /// bytes of its id; `key_to_drop` data keys that the keyring beside this database has to give
    /// up after the commit; `member_history` how far that of a member is here, by the place of the
    /// move.
    private static let scopes = """
        CREATE TABLE held_scope (
            scope BLOB PRIMARY KEY CHECK (length(scope) = 24),
            state INTEGER NOT NULL CHECK (state IN (0, 1, 2, 3)),
            upto INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE fill_entry (
            scope BLOB NOT NULL,
            position INTEGER NOT NULL,
            reach INTEGER NOT NULL REFERENCES reach,
            received_at INTEGER NOT NULL,
            context_unknown INTEGER NOT NULL CHECK (context_unknown IN (0, 1)),
            bytes BLOB NOT NULL,
            PRIMARY KEY (scope, position)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE put_away_event (
            replica BLOB NOT NULL CHECK (length(replica) = 16),
            sequence INTEGER NOT NULL,
            position INTEGER NOT NULL,
            reach INTEGER NOT NULL REFERENCES reach,
            received_at INTEGER NOT NULL,
            context_unknown INTEGER NOT NULL CHECK (context_unknown IN (0, 1)),
            leaf BLOB NOT NULL CHECK (length(leaf) = 32),
            bytes BLOB NOT NULL,
            PRIMARY KEY (replica, sequence)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE left_entity (
            entity BLOB PRIMARY KEY CHECK (length(entity) = 24),
            home BLOB NOT NULL CHECK (length(home) IN (0, 24)),
            left_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE key_to_drop (
            key INTEGER PRIMARY KEY
        ) STRICT;
        CREATE TABLE member_history (
            position INTEGER PRIMARY KEY,
            member BLOB NOT NULL CHECK (length(member) = 24),
            upto INTEGER NOT NULL,
            state INTEGER NOT NULL CHECK (state IN (0, 1, 2))
        ) STRICT;
        """

    /// `lost_branch` is one way back: to `after`. `lost_prefix` has the roots of the complete
    /// subtrees that each scope's tree had there, largest first: with the branch's leaves, every
    /// tree of it. `standing` of an orphan is what became of offering it. `epoch_evidence` has
    /// notes that a later epoch contradicts, and by what.
    private static let offers = """
        CREATE TABLE lost_branch (
            number INTEGER PRIMARY KEY,
            epoch INTEGER NOT NULL,
            after INTEGER NOT NULL,
            left_at INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE lost_prefix (
            branch INTEGER NOT NULL REFERENCES lost_branch,
            scope BLOB NOT NULL CHECK (length(scope) IN (0, 24)),
            size INTEGER NOT NULL,
            peaks BLOB NOT NULL CHECK (length(peaks) % 32 = 0),
            PRIMARY KEY (branch, scope)
        ) STRICT, WITHOUT ROWID;
        ALTER TABLE orphan_event ADD COLUMN branch INTEGER REFERENCES lost_branch;
        ALTER TABLE orphan_event ADD COLUMN standing INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE orphan_event ADD COLUMN back_at INTEGER;
        ALTER TABLE orphan_checkpoint ADD COLUMN is_compared INTEGER NOT NULL DEFAULT 0;
        CREATE TABLE epoch_evidence (
            number INTEGER PRIMARY KEY,
            note TEXT NOT NULL UNIQUE,
            reason TEXT NOT NULL,
            against BLOB NOT NULL,
            seen_at INTEGER NOT NULL
        ) STRICT;
        """

    /// Who was chosen to record on a device that several people share: 24 bytes of an entity id.
    private static let currentWorker = """
        CREATE TABLE current_worker (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            worker BLOB NOT NULL CHECK (length(worker) = 24)
        ) STRICT;
        """

    /// `map` is JSON: it is read and written whole.
    private static let importMaps = """
        CREATE TABLE import_map (
            name TEXT PRIMARY KEY,
            map TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;
        """

    /// `position` is where an own event was admitted that this device is not sent.
    private static let revocation = """
        CREATE TABLE revocation (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            revoked_at INTEGER NOT NULL,
            as_of INTEGER NOT NULL,
            decided_to INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE own_decision (
            sequence INTEGER PRIMARY KEY,
            choice INTEGER NOT NULL,
            position INTEGER
        ) STRICT;
        """
}
