// Which column of a CSV file fills which field, and how its values are written. Kept by a name, so
// that next month's file needs no more than that.
// Neighbors: ImportTarget has the fields, ImportMapTable keeps maps, MappedRows reads by one.

internal import Shared

/// How days are written; parts may be separated by hyphens, slashes or dots.
enum DateOrder: String, CaseIterable, Codable {
    case yearMonthDay = "YYYY-MM-DD"
    case dayMonthYear = "DD/MM/YYYY"
    case monthDayYear = "MM/DD/YYYY"

    /// Nil for a day that the calendar does not have, or another order.
    func date(_ text: some StringProtocol) -> CivilDate? {
        let parts = text.split(omittingEmptySubsequences: false) { "-/.".contains($0) }
        guard parts.count == 3, parts.allSatisfy({ $0.utf8.allSatisfy { (48...57).contains($0) } })
        else { return nil }
        let order =
            switch self {
            case .yearMonthDay: [0, 1, 2]
            case .dayMonthYear: [2, 1, 0]
            case .monthDayYear: [2, 0, 1]
            }
        let sorted = order.map { parts[$0] }
        guard sorted[0].count == 4, sorted.dropFirst().allSatisfy({ (1...2).contains($0.count) }),
            let year = Int(sorted[0]), let month = Int(sorted[1]), let day = Int(sorted[2])
        else { return nil }
        return CivilDate(year: year, month: month, day: day)
    }
}

enum ColumnSeparator: String, CaseIterable, Codable {
    case comma, semicolon, tab

    var byte: UInt8 {
        switch self {
        case .comma: UInt8(ascii: ",")
        case .semicolon: UInt8(ascii: ";")
        case .tab: UInt8(ascii: "\t")
        }
    }
}

struct ImportMap: Equatable, Codable {
    /// Of a saved map's name: it is typed again each month.
    static let nameCharactersMax = 40

    var target: ImportTarget
    /// Titles of columns by field, in the order given.
    var columns: [String: [String]] = [:]
    /// Values by field, for rows whose columns leave it empty.
    var constants: [String: [String]] = [:]
    var dates = DateOrder.yearMonthDay
    var separator = ColumnSeparator.comma

    init(target: ImportTarget) { self.target = target }

    /// A saved map, or an empty one, changed by what was typed, and checked.
    init(
        from saved: ImportMap?, target: ImportTarget?, columns: [String], constants: [String],
        dates: DateOrder?, separator: ColumnSeparator?
    ) throws {
        self = saved ?? ImportMap(target: target ?? .exchange)
        if let target, target != self.target {
            throw UserError(
                .usage,
                "the saved map is for the kind \(self.target.rawValue); leave --kind out, or make "
                    + "another map")
        }
        try add(columns: columns, constants: constants)
        if let dates { self.dates = dates }
        if let separator { self.separator = separator }
        try check()
    }

    /// Adds `--map field=Column` and `--set field=value`; a field given here replaces what the map
    /// had for it.
    mutating func add(columns typedColumns: [String], constants typedConstants: [String]) throws {
        columns.merge(try pairs(typedColumns, option: "--map", example: "provider=Gave")) { $1 }
        constants.merge(try pairs(typedConstants, option: "--set", example: "category=garden")) {
            $1
        }
    }

    private func pairs(
        _ typed: [String], option: String, example: String
    ) throws -> [String: [String]] {
        var pairs: [String: [String]] = [:]
        for text in typed {
            let parts = text.split(separator: "=", maxSplits: 1).map { String($0).trimmed }
            guard parts.count == 2, parts.allSatisfy({ !$0.isEmpty }) else {
                throw UserError(
                    .usage, "\(option) \"\(text)\" lacks a side; write it as \(option) \(example)")
            }
            pairs[try target.fieldName(parts[0]), default: []].append(parts[1])
        }
        return pairs
    }

    /// Refuses a map by which no row could be read.
    func check() throws {
        for name in target.required where columns[name] == nil && constants[name] == nil {
            throw UserError(
                .usage,
                "say where the \(name) of each \(target.rawValue) is: --map \(name)=COLUMN, or "
                    + "--set \(name)=VALUE")
        }
        for name in target.fieldNames where columns[name, default: []].count > 1 {
            guard target.isRepeatable(name) || target.isText(name) else {
                throw UserError(.usage, "\(name) has one column; give --map \(name)=COLUMN once")
            }
        }
    }
}

extension ImportTarget {
    /// Several columns of one text are joined: a first and a last name.
    func isText(_ name: String) -> Bool {
        if case .text? = descriptor(of: name)?.type { return true }
        return false
    }
}
