// How far this device's clock was from the office's when they were last in touch.
// Neighbors: AnswerApplication measures, `status`, `sync` and `doctor` tell; ClientSchema makes it.

internal import GRDB
internal import Shared
internal import Store

extension LedgerTables {
    /// One row: only the last one counts.
    func save(_ offset: ClockOffset) throws {
        try db.cachedStatement(
            sql: "INSERT OR REPLACE INTO clock_offset (id, milliseconds) VALUES (1, ?)"
        ).execute(arguments: [offset.milliseconds])
    }

    /// Nil before the first answer.
    func clockOffset() throws -> ClockOffset? {
        try Int64.fetchOne(db, sql: "SELECT milliseconds FROM clock_offset")
            .map(ClockOffset.init(milliseconds:))
    }
}

extension LocalBook {
    /// Why a certificate may have been refused although it is a good one: this device's clock
    /// cannot be right, or runs far from when the office was last heard of. Nil if it may be right.
    func clockDoubt(now: Instant) -> String? {
        guard let last = sync.serverTime else { return nil }
        let since = ClockOffset(shown: now, right: last)
        let shows = "this device's clock shows \(now.text), "
        if since.isOff, since.milliseconds < 0 {
            return shows + "and it was in touch with the office at \(last.text): its clock is at "
                + "least \(since.words). Set the clock, then sync again"
        }
        guard since.milliseconds > Self.longestAbsence.milliseconds else { return nil }
        return shows + "and was last in touch with the office at \(last.text). If the clock is "
            + "wrong, set it, then sync again"
    }

    /// Certificates are mostly good for less.
    private static let longestAbsence = ClockOffset(milliseconds: 365 * 86_400_000)
}
