// How far somebody at this device has seen what the office changed of what was recorded here.
// Neighbors: Views+OfficeChanges finds it, the page of entries shows it; ClientSchema+Pages makes
// the table.

internal import GRDB
internal import Shared
internal import Store

extension LedgerTables {
    func officeSeen() throws -> LedgerPosition {
        let position = try Int64.fetchOne(
            db.cachedStatement(sql: "SELECT position FROM office_seen"))
        return LedgerPosition(UInt64(position ?? 0))
    }

    /// Only ever further on, as far as this copy goes.
    func setOfficeSeen(_ position: LedgerPosition) throws {
        let seen = try min(max(position, officeSeen()), syncState().cursor)
        try db.execute(
            sql: "INSERT OR REPLACE INTO office_seen VALUES (1, ?)",
            arguments: [Int64(clamping: seen.value)])
    }
}

extension LocalBook {
    /// A page lists so many; there may be more.
    static let officeChangesMax = 50

    /// What others changed of what this device recorded, and nobody here has seen; the last first.
    /// After the ledger was set back, what comes in the place of what was seen is new.
    func unseenChanges() throws -> [OfficeChange] {
        let own = [paired.replica] + (device?.former ?? [])
        return try views.changes(
            to: own, after: min(tables.officeSeen(), sync.cursor), limit: Self.officeChangesMax)
    }
}
