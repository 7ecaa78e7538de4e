// Data keys, in a file of their own apart from the ledger: what is erased here is unreadable
// everywhere. Neighbors: Record makes keys, sync brings them, Views open sealed parts with them;
// LedgerTables+Keyring notices when this is not the file that the ledger knew.
// Invariant: a key is durable here before any event that uses it is stored.

public import Foundation
public import GRDB
public import Shared
internal import Synchronization

/// Which keyring it is, and how many keys it has ever been given.
struct KeyringMark: Equatable {
    let name: Data
    let added: Int64
}

public final class Keyring: Sendable {
    public static let fileName = "keys.db"
    private let database: any DatabaseWriter
    private let file: KeyringFile?
    private let writes: WriteGuard
    /// Of the file that this process has open; nil in memory.
    public let identity: FileIdentity?
    /// The name that a damaged file was moved to when this one was opened in its place.
    public let damaged: String?
    public enum Failure: Error, CustomStringConvertible {
        /// Another program found another file there, and the ledger knows that one now.
        case exchanged
        /// Found while it was in use: nothing is moved from under other programs.
        case damaged
        case tooManyDamaged
        public var description: String {
            switch self {
            case .exchanged:
                "\(Keyring.fileName) was removed or exchanged while this program ran; nothing was "
                    + "written. Start it again"
            case .damaged:
                "\(Keyring.fileName) is damaged inside. Stop every Hourbook program on this "
                    + "folder, rename that file and start again: entries, hours and balances are "
                    + "not touched, and the keys are asked for anew"
            case .tooManyDamaged:
                "\(Keyring.fileName) is damaged, as many before it: move the files "
                    + "\(Keyring.fileName).damaged-… to another place, and have the disk checked"
            }
        }
    }

    /// As of the last time this process looked or added.
    private let lastMark: Mutex<KeyringMark?> = Mutex(nil)

    /// `writes` is that of the ledger beside it: no event may be stored whose key is not.
    public convenience init(folder: URL, writes: WriteGuard = WriteGuard()) throws {
        let file = KeyringFile(folder: folder)
        let (pool, damaged) = try file.open()
        self.init(whole: pool, file: file, writes: writes, damaged: damaged)
    }

    /// Nil unless a damaged file was moved aside.
    public var damageSentence: String? {
        damaged.map {
            "\(Self.fileName) was damaged: it is kept as \($0), and work goes on with a new one. "
                + "The keys are asked for again"
        }
    }

    /// Over a database of the caller's, in memory in tests.
    public convenience init(_ database: any DatabaseWriter) throws {
        try KeyringSchema.bringUpToDate(database)
        self.init(whole: database, file: nil, writes: WriteGuard(), damaged: nil)
    }

    private init(
        whole database: any DatabaseWriter, file: KeyringFile?, writes: WriteGuard,
        damaged: String?
    ) {
        self.database = database
        self.file = file
        self.writes = writes
        self.damaged = damaged
        identity = file?.identity
    }

    /// Throws when the file's name leads to another file than this process has, or to none: what is
    /// written there is lost with the process.
    public func checkFile() throws { if !isInPlace { throw Failure.exchanged } }

    public var isInPlace: Bool { file?.identity == identity }

    /// For a copy of the whole.
    var reader: any DatabaseReader { database }

    /// Lets go of the file now, and not with the last reference.
    public func close() throws { try database.close() }

    /// Stores keys that are not here yet, durably.
    public func add(_ keys: [DataKey]) throws {
        guard !keys.isEmpty else { return }
        let mark = try write { db in
            var added = 0
            for key in keys {
                try db.cachedStatement(
                    sql: "INSERT OR IGNORE INTO data_key (id, subjects, key) VALUES (?, ?, ?)"
                ).execute(arguments: [
                    Int64(bitPattern: key.id.value), key.subjectBytes, Data(key.key),
                ])
                added += db.changesCount
            }
            if added > 0 {
                try db.execute(sql: "UPDATE keyring SET added = added + ?", arguments: [added])
            }
            return try Self.mark(db)
        }
        lastMark.withLock { $0 = mark }
    }

    /// What a ledger remembers of it.
    var mark: KeyringMark {
        get throws {
            if let known = lastMark.withLock({ $0 }) { return known }
            let mark = try read(Self.mark)
            lastMark.withLock { $0 = mark }
            return mark
        }
    }

    private static func mark(_ db: Database) throws -> KeyringMark {
        guard let row = try Row.fetchOne(db, sql: "SELECT name, added FROM keyring") else {
            throw StoreDamage.missing("the name of its keyring")
        }
        return KeyringMark(name: row[0], added: row[1])
    }

    private func write<Result>(_ body: (Database) throws -> Result) throws -> Result {
        do {
            return try writes.run { try database.write(body) }
        } catch let error as DatabaseError where error.isOfDamagedFile {
            throw Failure.damaged
        }
    }

    private func read<Result>(_ body: (Database) throws -> Result) throws -> Result {
        do {
            return try database.read(body)
        } catch let error as DatabaseError where error.isOfDamagedFile {
            throw Failure.damaged
        }
    }

    /// Every key's id.
    func ids() throws -> Set<DataKeyID> {
        try read { db in
            try Int64.fetchSet(db, sql: "SELECT id FROM data_key")
        }.reduce(into: []) { $0.insert(DataKeyID(UInt64(bitPattern: $1))) }
    }

    /// Every key's id and whom it is about, one by one.
    public func forEach(_ body: (DataKeyID, [EntityID]) throws -> Void) throws {
        try read { db in
            let rows = try Row.fetchCursor(db, sql: "SELECT id, subjects FROM data_key ORDER BY id")
            while let row = try rows.next() {
                try body(
                    DataKeyID(UInt64(bitPattern: row[0] as Int64)), DataKey.subjects(row[1]))
            }
        }
    }

    /// Deletes keys, durably; how many there ever were stays as it was.
    public func remove(_ ids: some Sequence<DataKeyID>) throws {
        try write { db in
            for id in ids {
                try db.execute(
                    sql: "DELETE FROM data_key WHERE id = ?",
                    arguments: [Int64(bitPattern: id.value)])
            }
        }
    }

    /// Those of the ids that are not here.
    public func lacking(_ ids: Set<DataKeyID>) throws -> Set<DataKeyID> {
        if ids.isEmpty { return [] }
        return try read { db in
            let statement = try db.cachedStatement(
                sql: "SELECT 1 FROM data_key WHERE id = ? AND length(key) = \(DataKey.byteCount)")
            return try ids.filter { id in
                try Row.fetchOne(statement, arguments: [Int64(bitPattern: id.value)]) == nil
            }
        }
    }

    public func key(_ id: DataKeyID) throws -> DataKey? {
        try read { db in try Self.key(id, db) }
    }

    /// Those of the ids that are here, ascending by id.
    public func keys(_ ids: Set<DataKeyID>) throws -> [DataKey] {
        try read { db in
            try ids.sorted().compactMap { try Self.key($0, db) }
        }
    }

    /// A key made for exactly these subjects, to be used again.
    public func key(of subjects: [EntityID]) throws -> DataKey? {
        let wanted = DataKey.subjectBytes(Set(subjects).sorted())
        return try read { db in
            try Row.fetchOne(
                db,
                sql: "SELECT id, subjects, key FROM data_key WHERE subjects = ? ORDER BY id",
                arguments: [wanted]
            ).flatMap(Self.key)
        }
    }

    private static func key(_ id: DataKeyID, _ db: Database) throws -> DataKey? {
        try Row.fetchOne(
            db.cachedStatement(sql: "SELECT id, subjects, key FROM data_key WHERE id = ?"),
            arguments: [Int64(bitPattern: id.value)]
        ).flatMap(key)
    }

    private static func key(_ row: Row) -> DataKey? {
        let id: Int64 = row[0]
        let subjects: Data = row[1]
        let bytes: Data = row[2]
        guard bytes.count == DataKey.byteCount else { return nil }
        return DataKey(
            id: DataKeyID(UInt64(bitPattern: id)), subjects: DataKey.subjects(subjects),
            key: [UInt8](bytes))
    }
}

extension DataKey {
    fileprivate var subjectBytes: Data { Self.subjectBytes(subjects) }

    fileprivate static func subjectBytes(_ subjects: [EntityID]) -> Data {
        Data(subjects.flatMap(\.bytes))
    }

    fileprivate static func subjects(_ data: Data) -> [EntityID] {
        let bytes = [UInt8](data)
        return stride(from: 0, to: bytes.count - 23, by: 24).compactMap { start in
            EntityID(stored: Data(bytes[start..<start + 24]))
        }
    }
}
