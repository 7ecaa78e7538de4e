// The tables of data keys and of the keyring's own name. Neighbor: Keyring, their only reader and
// writer; LedgerTables+Keyring remembers the name beside the ledger.

internal import GRDB

enum KeyringSchema {
    /// Whether a later program made it.
    static func isNewer(_ database: any DatabaseReader) throws -> Bool {
        try database.read(migrator.hasBeenSuperseded)
    }

    static func bringUpToDate(_ database: any DatabaseWriter) throws {
        let migrator = migrator
        if try !database.read(migrator.hasCompletedMigrations) { try migrator.migrate(database) }
    }

    private static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        register(in: &migrator)
        return migrator
    }

    static func register(in migrator: inout DatabaseMigrator) {
        migrator.registerMigration("keyring 1") { db in
            try db.execute(
                sql: """
                    CREATE TABLE data_key (
                        id INTEGER PRIMARY KEY,
                        subjects BLOB NOT NULL CHECK (length(subjects) % 24 = 0),
                        key BLOB NOT NULL CHECK (length(key) = 32)
                    ) STRICT;
                    CREATE INDEX data_key_subjects ON data_key (subjects);
                    """)
        }
        // The name is SQLite's chance, for it never leaves this machine and only has to differ from
        // the name of any other file. `added` counts every key there ever was.
        migrator.registerMigration("keyring 2: its own name") { db in
            try db.execute(
                sql: """
                    CREATE TABLE keyring (
                        id INTEGER PRIMARY KEY CHECK (id = 1),
                        name BLOB NOT NULL CHECK (length(name) = 16),
                        added INTEGER NOT NULL
                    ) STRICT;
                    INSERT INTO keyring SELECT 1, randomblob(16), count(*) FROM data_key;
                    """)
        }
    }
}
