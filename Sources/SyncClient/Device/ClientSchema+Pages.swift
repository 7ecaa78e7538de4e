// Tables of the page that no event is in: piles of slips being typed, slips that are kept for
// later, and what of the office's changes was seen. Neighbors: SlipTable and SeenTable use them.

extension ClientSchema {
    /// A batch is one pile. `carried` has the names of the fields that the next row takes from the
    /// one before, between blanks. A row's `entry` is 24 bytes of an entity id; `minutes` what was
    /// typed; `token` that of its form, so that a form that comes again is done once. A parked slip
    /// holds what was typed until it is settled: then by the entry it became, or by the reason it
    /// was thrown away for, and its words are gone.
    static let slips = """
        CREATE TABLE slip_batch (
            number INTEGER PRIMARY KEY,
            cover_slips INTEGER CHECK (cover_slips >= 0),
            cover_minutes INTEGER CHECK (cover_minutes >= 0),
            carried TEXT NOT NULL,
            begun_at INTEGER NOT NULL,
            finished_at INTEGER
        ) STRICT;
        CREATE TABLE slip_row (
            batch INTEGER NOT NULL REFERENCES slip_batch,
            line INTEGER NOT NULL,
            token TEXT NOT NULL UNIQUE,
            slip TEXT NOT NULL,
            entry BLOB NOT NULL CHECK (length(entry) = 24),
            minutes INTEGER NOT NULL,
            undone INTEGER NOT NULL DEFAULT 0 CHECK (undone IN (0, 1)),
            PRIMARY KEY (batch, line)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE parked_slip (
            number INTEGER PRIMARY KEY,
            batch INTEGER NOT NULL REFERENCES slip_batch,
            token TEXT NOT NULL UNIQUE,
            slip TEXT NOT NULL,
            typed TEXT NOT NULL,
            parked_at INTEGER NOT NULL,
            settled_at INTEGER,
            entry BLOB CHECK (length(entry) = 24),
            reason TEXT,
            CHECK ((settled_at IS NULL) = (entry IS NULL AND reason IS NULL))
        ) STRICT;
        CREATE INDEX parked_slip_open ON parked_slip (number) WHERE settled_at IS NULL;
        """

    /// What the office changed up to `position` has been seen; on a device that was in use before,
    /// all of it.
    static let seen = """
        CREATE TABLE office_seen (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            position INTEGER NOT NULL
        ) STRICT;
        INSERT INTO office_seen SELECT 1, cursor FROM sync_state;
        """
}
