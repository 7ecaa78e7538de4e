// Data keys of what left this device with a neighborhood go after the commit that took it out.
// Neighbors: Leaving notes them, SyncSession calls this before each request: what comes back with a
// neighborhood brings its keys again.
// Invariant: a process that dies in between does it the next time, before it asks for anything.

internal import GRDB
internal import Shared
internal import Store

extension Device {
    func dropKeys() throws {
        let ids = try read { try $0.tables.keysToDrop() }
        guard !ids.isEmpty else { return }
        try keyring.remove(ids)
        try write { try $0.tables.forgetKeysToDrop() }
    }
}

extension LedgerTables {
    fileprivate func keysToDrop() throws -> [DataKeyID] {
        try Int64.fetchAll(db.cachedStatement(sql: "SELECT key FROM key_to_drop ORDER BY key"))
            .map { DataKeyID(UInt64(bitPattern: $0)) }
    }

    fileprivate func forgetKeysToDrop() throws {
        try db.execute(sql: "DELETE FROM key_to_drop")
    }
}
