// A CSV file with a line of titles, read by a map: rows → texts by field, or refusals. Pure.
// Neighbors: RowSorting sorts the rows, MappedImport looks up who is meant and records.

internal import Shared

struct MappedRow {
    let line: Int
    let importKey: ImportKey
    /// What the row says of each field, as a person would type it; no field without a text.
    let texts: [String: [String]]
}

struct MappedRows {
    /// Texts of one row: with an event's other parts they stay within its limit.
    static let rowBytesMax = 40_000

    let map: ImportMap
    let scope: ScopeID
    /// Nothing may be dated later.
    let today: CivilDate

    func read(_ bytes: [UInt8], file: String) throws -> Sorted<MappedRow> {
        var reader = CSVReader(bytes, separator: map.separator.byte)
        guard let head = reader.next() else {
            throw UserError(.dataError, "\(file) is empty; its first line must name the columns")
        }
        let titles = try titles(head, file: file)
        let columns = try places(in: titles, file: file)
        let sorting = RowSorting(
            source: "csv/\(map.target.rawValue)/\(hex(Hash.of(head.raw).bytes.prefix(8)))",
            scope: scope, today: today, columns: titles.count, dates: map.dates)
        var records: [CSVRecord] = []
        while let record = reader.next() { records.append(record) }
        return sorting.sorted(records, file: file) { fields throws(RowFault) in
            try self.row(fields, columns)
        }
    }

    // MARK: Titles

    private func titles(_ head: CSVRecord, file: String) throws -> [String] {
        do throws(RowFault) {
            return try head.texts.map(\.trimmed)
        } catch {
            throw UserError(
                .dataError,
                "\(file): the first line must name the columns, but \(error.reason)")
        }
    }

    /// Places of the mapped columns, by field.
    private func places(in titles: [String], file: String) throws -> [String: [Int]] {
        try map.columns.mapValues { wanted in
            try wanted.map { try place(of: $0, in: titles, file: file) }
        }
    }

    /// As written; else whatever the case of its letters.
    private func place(of wanted: String, in titles: [String], file: String) throws -> Int {
        let exact = titles.indices.filter { titles[$0] == wanted }
        let found =
            exact.isEmpty
            ? titles.indices.filter { titles[$0].lowercased() == wanted.lowercased() } : exact
        if let one = found.first, found.count == 1 { return one }
        guard found.isEmpty else {
            throw UserError(
                .dataError, "\(file) has \(found.count) columns \"\(wanted)\"; rename all but one")
        }
        let list = titles.map(\.shortened).joined(separator: ", ")
        throw UserError(
            .dataError,
            "\(file) has no column \"\(wanted)\"; its first line, which must name the columns, "
                + "says: \(list)\(separatorHint(titles))")
    }

    private func separatorHint(_ titles: [String]) -> String {
        guard titles.count == 1, let title = titles.first else { return "" }
        let other = ColumnSeparator.allCases.first {
            $0 != map.separator && title.utf8.contains($0.byte)
        }
        return other.map { ". Perhaps it needs --separator \($0.rawValue)" } ?? ""
    }

    // MARK: Rows

    private func row(_ fields: Fields, _ columns: [String: [Int]]) throws(RowFault) -> MappedRow {
        guard fields.texts.reduce(0, { $0 + $1.utf8.count }) <= Self.rowBytesMax else {
            throw RowFault("it is longer than one entry may be; shorten its texts")
        }
        var texts: [String: [String]] = [:]
        for name in map.target.fieldNames {
            let cells = (columns[name] ?? []).map { fields.texts[$0].trimmed }
            let found = self.texts(cells.filter { !$0.isEmpty }, name)
            let said = found.isEmpty ? map.constants[name] ?? [] : found
            if said.isEmpty {
                guard !map.target.required.contains(name) else { throw missing(name) }
                continue
            }
            texts[name] = try typed(said, name, fields)
        }
        return MappedRow(line: fields.line, importKey: fields.importKey, texts: texts)
    }

    private func texts(_ cells: [String], _ name: String) -> [String] {
        if map.target.isRepeatable(name) {
            return cells.flatMap { $0.split(separator: ";").map { String($0).trimmed } }
                .filter { !$0.isEmpty }
        }
        return map.target.isText(name) && !cells.isEmpty ? [cells.joined(separator: " ")] : cells
    }

    private func missing(_ name: String) -> RowFault {
        let columns = map.columns[name, default: []].joined(separator: ", ")
        return RowFault("its \(name) is missing: fill in \(columns)")
    }

    /// As the field's own parser reads it: days by the year first, tags and codes in lower case
    /// without blanks.
    private func typed(
        _ said: [String], _ name: String, _ fields: Fields
    ) throws(RowFault) -> [String] {
        switch map.target.descriptor(of: name)?.type {
        case .date?:
            var days: [String] = []
            for text in said { days.append(try fields.date(text, name).description) }
            return days
        case .tag?, .code?, .flag?:
            return said.map { $0.lowercased().split(separator: " ").joined(separator: "-") }
        case .text?, .texts?, .integer?, .entity?, .entities?, .shares?, .data?, .sides?, .blocks?,
            .anyValue?, .fieldNumber?, nil:
            return said
        }
    }
}
