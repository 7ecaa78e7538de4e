// Statements that run for every event, bound directly: GRDB's argument lists cost more than the
// row itself. Everything else in this target goes through GRDB's own interface.
// Neighbors: LedgerTables and the projector write with these.

internal import GRDB
internal import GRDBSQLite

enum HotValue {
    case int(Int64)
    case bytes([UInt8])
    case text(String)
    case null

    static func int(_ value: Int64?) -> HotValue { value.map { .int($0) } ?? .null }
    static func text(_ value: String?) -> HotValue { value.map { .text($0) } ?? .null }
}

extension Database {
    /// Runs a statement that gives no row. True when it changed something.
    @discardableResult
    func hot(_ sql: String, _ values: HotValue...) throws -> Bool {
        let statement = try cachedStatement(sql: sql).sqliteStatement
        defer { sqlite3_reset(statement) }
        try bind(values, to: statement)
        try check(sqlite3_step(statement), is: SQLITE_DONE)
        return sqlite3_changes(sqliteConnection) > 0
    }

    /// The first column of the first row; nil when there is no row or it is null.
    func hotInt(_ sql: String, _ values: HotValue...) throws -> Int64? {
        let statement = try cachedStatement(sql: sql).sqliteStatement
        defer { sqlite3_reset(statement) }
        try bind(values, to: statement)
        let code = sqlite3_step(statement)
        if code == SQLITE_DONE { return nil }
        try check(code, is: SQLITE_ROW)
        guard sqlite3_column_type(statement, 0) != SQLITE_NULL else { return nil }
        return sqlite3_column_int64(statement, 0)
    }

    /// The first column of every row.
    func hotInts(_ sql: String, _ values: HotValue...) throws -> [Int64] {
        let statement = try cachedStatement(sql: sql).sqliteStatement
        defer { sqlite3_reset(statement) }
        try bind(values, to: statement)
        var ints: [Int64] = []
        while true {
            let code = sqlite3_step(statement)
            if code == SQLITE_DONE { return ints }
            try check(code, is: SQLITE_ROW)
            ints.append(sqlite3_column_int64(statement, 0))
        }
    }

    private func bind(_ values: [HotValue], to statement: SQLiteStatement) throws {
        for (index, value) in values.enumerated() {
            let place = CInt(index + 1)
            let code =
                switch value {
                case .int(let int): sqlite3_bind_int64(statement, place, int)
                case .null: sqlite3_bind_null(statement, place)
                case .bytes(let bytes):
                    bytes.withUnsafeBufferPointer {
                        // SQLite copies: the array may go before the step.
                        sqlite3_bind_blob(
                            statement, place, $0.baseAddress, CInt($0.count), Self.transient)
                    }
                case .text(let text):
                    sqlite3_bind_text(
                        statement, place, text, CInt(text.utf8.count), Self.transient)
                }
            try check(code, is: SQLITE_OK)
        }
    }

    /// SQLITE_TRANSIENT, a cast that Swift does not import.
    private static var transient: sqlite3_destructor_type {
        unsafeBitCast(-1, to: sqlite3_destructor_type.self)
    }

    private func check(_ code: CInt, is expected: CInt) throws {
        guard code == expected else {
            throw DatabaseError(
                resultCode: ResultCode(rawValue: code),
                message: sqlite3_errmsg(sqliteConnection).map { String(cString: $0) })
        }
    }
}
