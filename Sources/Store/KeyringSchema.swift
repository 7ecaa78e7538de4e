// The table of data keys. Neighbor: Keyring, its only reader and writer.

internal import GRDB

enum KeyringSchema {
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
    }
}
