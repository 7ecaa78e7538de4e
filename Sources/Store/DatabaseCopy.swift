// Copies of an open database, as of one moment, while others write to it.
// Neighbors: the server's backups are made of them.
// Invariant: a copy is one file that needs no log beside it.

public import Foundation
public import GRDB

public enum DatabaseCopy {
    /// SQLite's own backup, in one step: one snapshot, for which no writer waits. What `leavingOut`
    /// deletes is in no page of the copy.
    public static func make(
        of database: any DatabaseReader, at url: URL,
        leavingOut: (Database) throws -> Void = { _ in }
    ) throws {
        let copy = try DatabaseQueue(path: url.path)
        try database.backup(to: copy)
        // Else the copy says that it has a log, which who reads it would have to make.
        try copy.writeWithoutTransaction { db in
            try db.execute(sql: "PRAGMA journal_mode = DELETE")
            try db.execute(sql: "PRAGMA secure_delete = ON")
            try leavingOut(db)
        }
        try copy.close()
    }
}

extension Keyring {
    public func copy(to url: URL) throws { try DatabaseCopy.make(of: reader, at: url) }
}
