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
    /// What names a key has come: it stays if it was to go, and is asked for if it is not here.
    func needKeys(of event: Event, in keyring: Keyring) throws {
        let named = Set(event.sealed.map(\.key))
        try keepKeys(named)
        try noteMissing(keyring.lacking(named), namedBy: event.dot)
    }

    /// They were to go and are needed again.
    func keepKeys(_ keys: Set<DataKeyID>) throws {
        for key in keys.intersection(try keysToDrop()) {
            try db.execute(
                sql: "DELETE FROM key_to_drop WHERE key = ?",
                arguments: [Int64(bitPattern: key.value)])
        }
    }

    fileprivate func keysToDrop() throws -> [DataKeyID] {
        try Int64.fetchAll(db.cachedStatement(sql: "SELECT key FROM key_to_drop ORDER BY key"))
            .map { DataKeyID(UInt64(bitPattern: $0)) }
    }

    fileprivate func forgetKeysToDrop() throws {
        try db.execute(sql: "DELETE FROM key_to_drop")
    }
}
