// The tables that only the server has, beside those it shares with devices. Shipped migrations are
// frozen. Neighbors: ServerStore opens the database with these; Admission state, pairing links and
// the quarantine live here, inside the append transaction.

internal import Foundation
internal import GRDB
internal import Shared

enum ServerSchema {
    static func register(in migrator: inout DatabaseMigrator) {
        migrator.registerMigration("server 1: devices, links, quarantine, signatures") { db in
            try db.execute(sql: devices + quarantine)
        }
        migrator.registerMigration("server 2: what was decided about the quarantine") { db in
            try db.execute(sql: decisions)
        }
        migrator.registerMigration("server 3: member events") { db in
            try db.execute(sql: memberEvents)
        }
        migrator.registerMigration("server 4: copies that have parted") { db in
            try db.execute(sql: partedCopies)
        }
        migrator.registerMigration("server 5: whose member numbers are whose") { db in
            try db.execute(sql: deviceBlocks)
            try fillDeviceBlocks(db)
        }
        migrator.registerMigration("server 6: when the quarantine was decided") { db in
            try db.execute(sql: decisionTimes)
            try fillDecisionTimes(db)
        }
        migrator.registerMigration("server 7: devices that have seen more than there is") { db in
            try db.execute(sql: aheadDevices)
        }
        migrator.registerMigration("server 8: copies that go on under another name") { db in
            try db.execute(sql: splits)
        }
        migrator.registerMigration("server 11: repairs of devices") { db in
            try db.execute(sql: deviceRepairs)
        }
        migrator.registerMigration("server 12: how wrong a device's clock is") { db in
            try db.execute(sql: "ALTER TABLE device_report ADD COLUMN clock_offset INTEGER")
        }
        migrator.registerMigration("server 13: offers") { db in
            try db.execute(sql: offers)
        }
        migrator.registerMigration("server 14: members who moved") { db in
            try db.execute(sql: movedMemberEvents)
        }
        migrator.registerMigration("server 15: ids that were given twice") { db in
            try db.execute(sql: reusedIDs)
        }
        migrator.registerMigration("server 16: accounts of the console") { db in
            try db.execute(sql: accounts)
        }
        migrator.registerMigration("server 17: where pairing links lead") { db in
            try db.execute(sql: "ALTER TABLE pairing_link ADD COLUMN address TEXT")
        }
        migrator.registerMigration("server 18: in whose book what is kept apart is") { db in
            try db.execute(sql: keptHomes)
            try fillKeptHomes(db)
        }
        migrator.registerMigration("server 19: which program a device has") { db in
            try db.execute(sql: "ALTER TABLE device_report ADD COLUMN program TEXT")
        }
    }

    /// `worker` is the 24 bytes of the id that the ledger has. `token` is the SHA-256 of a secret
    /// that only a link or a cookie has. `conflict_assignment`: who said that they see to it; part
    /// of no state.
    private static let accounts = """
        CREATE TABLE console_account (
            worker BLOB PRIMARY KEY CHECK (length(worker) = 24),
            salt BLOB NOT NULL CHECK (length(salt) = 16),
            hash BLOB NOT NULL CHECK (length(hash) = 32),
            rounds INTEGER NOT NULL,
            block_size INTEGER NOT NULL,
            parallelism INTEGER NOT NULL,
            chosen_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE console_invitation (
            worker BLOB PRIMARY KEY CHECK (length(worker) = 24),
            token BLOB NOT NULL UNIQUE CHECK (length(token) = 32),
            expires_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE console_session (
            token BLOB PRIMARY KEY CHECK (length(token) = 32),
            worker BLOB NOT NULL REFERENCES console_account (worker) ON DELETE CASCADE,
            created_at INTEGER NOT NULL,
            seen_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX console_session_worker ON console_session (worker);
        CREATE TABLE conflict_assignment (
            conflict BLOB PRIMARY KEY CHECK (length(conflict) = 8),
            worker BLOB NOT NULL CHECK (length(worker) = 24),
            at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        """

    /// Ids of a lost branch that this ledger has given to something else.
    private static let reusedIDs = """
        CREATE TABLE reused_id (
            entity BLOB PRIMARY KEY CHECK (length(entity) = 24),
            noted_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        """

    /// `entity` is the 24 bytes of the device's id, the dot of its `device.paired`.
    /// What a device reported of itself is a claim, and no part of any state.
    private static let devices = """
        CREATE TABLE paired_device (
            replica BLOB PRIMARY KEY CHECK (length(replica) = 16),
            entity BLOB NOT NULL CHECK (length(entity) = 24),
            paired_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE device_report (
            replica BLOB PRIMARY KEY CHECK (length(replica) = 16),
            synced_at INTEGER NOT NULL,
            own_sequence INTEGER NOT NULL,
            cursor INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE number_block (
            neighborhood BLOB PRIMARY KEY CHECK (length(neighborhood) = 24),
            last INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE pairing_link (
            id BLOB PRIMARY KEY CHECK (length(id) = 8),
            secret BLOB NOT NULL CHECK (length(secret) = 10),
            workers TEXT NOT NULL,
            neighborhoods TEXT NOT NULL,
            role INTEGER NOT NULL,
            expires_at INTEGER NOT NULL,
            replica BLOB CHECK (length(replica) = 16)
        ) STRICT, WITHOUT ROWID;
        """

    private static let quarantine = """
        CREATE TABLE quarantine (
            number INTEGER PRIMARY KEY,
            replica BLOB NOT NULL CHECK (length(replica) = 16),
            sequence INTEGER NOT NULL,
            leaf BLOB NOT NULL CHECK (length(leaf) = 32),
            reason INTEGER NOT NULL,
            received_at INTEGER NOT NULL,
            bytes BLOB NOT NULL,
            UNIQUE (replica, sequence)
        ) STRICT;
        CREATE TABLE run_signature (
            number INTEGER PRIMARY KEY,
            replica BLOB NOT NULL CHECK (length(replica) = 16),
            last_sequence INTEGER NOT NULL,
            chain BLOB NOT NULL CHECK (length(chain) = 32),
            signature BLOB NOT NULL
        ) STRICT;
        """

    /// `entered` is the 24 bytes of the `quarantine.entered` that names the event; `choice` what an
    /// admin decided.
    private static let decisions = """
        ALTER TABLE quarantine ADD COLUMN entered BLOB CHECK (length(entered) = 24);
        ALTER TABLE quarantine ADD COLUMN choice INTEGER;
        """

    /// What the server saw of devices whose folder was copied; part of no state.
    private static let partedCopies = """
        CREATE TABLE parted_copy (
            replica BLOB PRIMARY KEY CHECK (length(replica) = 16),
            common_sequence INTEGER NOT NULL,
            sign INTEGER NOT NULL CHECK (sign IN (1, 2)),
            times INTEGER NOT NULL,
            first_at INTEGER NOT NULL,
            last_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        """

    /// What the server saw of devices that showed more of the ledger than it has; part of no state.
    private static let aheadDevices = """
        CREATE TABLE ahead_device (
            replica BLOB PRIMARY KEY CHECK (length(replica) = 16),
            position INTEGER NOT NULL,
            first_at INTEGER NOT NULL,
            last_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        """

    /// `replica` goes on from a copy of `origin`'s folder; the ledger's `device.split` says so too.
    /// `allowed` counts the splits of a device that the office let through beyond the first.
    private static let splits = """
        CREATE TABLE device_split (
            replica BLOB PRIMARY KEY CHECK (length(replica) = 16),
            origin BLOB NOT NULL CHECK (length(origin) = 16)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX device_split_origin ON device_split (origin);
        CREATE TABLE split_allowance (
            origin BLOB PRIMARY KEY CHECK (length(origin) = 16),
            allowed INTEGER NOT NULL,
            waiting_since INTEGER
        ) STRICT, WITHOUT ROWID;
        """

    /// `epoch`: the newest that the device said it knows. `taken_back` counts what came back by
    /// offers since the epoch began; part of no state.
    private static let offers = """
        ALTER TABLE ahead_device ADD COLUMN epoch INTEGER NOT NULL DEFAULT 1;
        CREATE TABLE taken_back (
            epoch INTEGER PRIMARY KEY,
            entries INTEGER NOT NULL,
            first_at INTEGER NOT NULL,
            last_at INTEGER NOT NULL
        ) STRICT;
        """

    /// What devices reported of damage to their own copies; part of no state.
    private static let deviceRepairs = """
        CREATE TABLE device_repair (
            number INTEGER PRIMARY KEY,
            replica BLOB NOT NULL CHECK (length(replica) = 16),
            scope BLOB NOT NULL CHECK (length(scope) IN (0, 24)),
            cause INTEGER NOT NULL,
            entries INTEGER NOT NULL,
            at INTEGER NOT NULL
        ) STRICT;
        """

    /// The kinds that create or change a member: `member.enrolled`, `member.changed`,
    /// `conflict.resolved`, `conflict.undone`. A kind to come that does needs the index made anew.
    private static let memberEvents = """
        CREATE INDEX event_member ON event (position, dot, subject)
            WHERE kind IN (10, 11, 40, 41);
        """

    /// With `member.moved`.
    private static let movedMemberEvents = """
        DROP INDEX event_member;
        CREATE INDEX event_member ON event (position, dot, subject)
            WHERE kind IN (10, 11, 12, 40, 41);
        """

    /// A device's blocks; the ledger's `device.paired` says the same.
    private static let deviceBlocks = """
        CREATE TABLE device_block (
            neighborhood BLOB NOT NULL CHECK (length(neighborhood) = 24),
            last INTEGER NOT NULL,
            first INTEGER NOT NULL CHECK (first BETWEEN 1 AND last),
            replica BLOB NOT NULL CHECK (length(replica) = 16),
            PRIMARY KEY (neighborhood, last)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX device_block_replica ON device_block (replica);
        DROP TABLE number_block;
        """

    private static func fillDeviceBlocks(_ db: Database) throws {
        let paired = try Row.fetchAll(
            db,
            sql: """
                SELECT paired_device.replica, event.bytes FROM paired_device
                JOIN event ON event.position = paired_device.paired_at
                """)
        for row in paired {
            let device = try Event(decoding: [UInt8](row[1] as Data))
            for block in device.payload.blocks(DeviceField.numberBlocks) {
                try db.execute(
                    sql: "INSERT INTO device_block VALUES (?, ?, ?, ?)",
                    arguments: [
                        Data(block.neighborhood.bytes), Int64(block.last), Int64(block.first),
                        row[0] as Data,
                    ])
            }
        }
    }

    /// `decided_at` is the position of the `quarantine.decided`.
    private static let decisionTimes = """
        ALTER TABLE quarantine ADD COLUMN decided_at INTEGER;
        CREATE INDEX quarantine_decided ON quarantine (replica, decided_at)
            WHERE decided_at IS NOT NULL;
        """

    /// `home` is the scope that the event says; NULL where it cannot be read. Every page of the
    /// console counts what waits, by home.
    private static let keptHomes = """
        ALTER TABLE quarantine ADD COLUMN home BLOB CHECK (length(home) IN (0, 24));
        CREATE INDEX quarantine_waiting ON quarantine (home, received_at) WHERE choice IS NULL;
        """

    private static func fillKeptHomes(_ db: Database) throws {
        for number in try Int64.fetchAll(db, sql: "SELECT number FROM quarantine") {
            let bytes = try Data.fetchOne(
                db, sql: "SELECT bytes FROM quarantine WHERE number = ?", arguments: [number])
            guard let event = bytes.flatMap({ try? Event(decoding: [UInt8]($0)) }) else { continue }
            try db.execute(
                sql: "UPDATE quarantine SET home = ? WHERE number = ?",
                arguments: [Data(event.home.bytes), number])
        }
    }

    private static func fillDecisionTimes(_ db: Database) throws {
        let decisions = try Row.fetchAll(
            db, sql: "SELECT position, bytes FROM event WHERE kind = 43 ORDER BY position")
        for row in decisions {
            let decision = try Event(decoding: [UInt8](row[1] as Data))
            for side in decision.payload.sides(QuarantineField.events) {
                try db.execute(
                    sql: """
                        UPDATE quarantine SET decided_at = ?
                        WHERE replica = ? AND sequence = ? AND decided_at IS NULL
                        """,
                    arguments: [
                        row[0] as Int64, Data(side.dot.replica.bytes),
                        Int64(side.dot.sequence.value),
                    ])
            }
        }
    }
}
