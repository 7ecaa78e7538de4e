// The records of a CSV file → values, or refusals named by file, line and reason. Pure.
// Neighbors: CSVReader gives the records, TimeOverflowRows and MappedRows say what a row means.
// Invariant: every row is a value or a refusal; nothing is passed over in silence.

internal import Shared

struct ImportRefusal: Equatable, Codable {
    let file: String
    let line: Int
    let reason: String
}

/// A refusal before it knows where it stands.
struct RowFault: Error, Equatable {
    let reason: String
    init(_ reason: String) { self.reason = reason }
}

/// One file's good rows and the others.
struct Sorted<Row> {
    var rows: [Row] = []
    var refusals: [ImportRefusal] = []
}

struct RowSorting {
    /// As in the import key.
    let source: String
    let scope: ScopeID
    /// Nothing may be dated later.
    let today: CivilDate
    let columns: Int
    var dates = DateOrder.yearMonthDay

    /// Counts equal rows, and sorts what `parse` makes of each.
    func sorted<Row>(
        _ records: some Sequence<CSVRecord>, file: String,
        parse: (Fields) throws(RowFault) -> Row
    ) -> Sorted<Row> {
        var result = Sorted<Row>()
        var occurrences: [[UInt8]: UInt64] = [:]
        for record in records {
            occurrences[record.raw, default: 0] += 1
            let key = ImportKey(
                source: source, scope: scope, row: record.raw,
                occurrence: occurrences[record.raw, default: 1])
            do throws(RowFault) {
                result.rows.append(
                    try parse(
                        Fields(
                            line: record.line, importKey: key, texts: try texts(record),
                            today: today, dates: dates)))
            } catch {
                result.refusals.append(
                    ImportRefusal(file: file, line: record.line, reason: error.reason))
            }
        }
        return result
    }

    private func texts(_ record: CSVRecord) throws(RowFault) -> [String] {
        let texts = try record.texts
        guard texts.count == columns else {
            throw RowFault("it has \(texts.count) columns where \(columns) are needed")
        }
        return texts
    }
}

extension CSVRecord {
    /// The fields, or why they cannot be read.
    var texts: [String] {
        get throws(RowFault) {
            switch fields {
            case .failure(.quotes):
                throw RowFault("its quotes do not match; double each quote inside a quoted text")
            case .failure(.notUTF8):
                throw RowFault("it holds bytes that are not UTF-8; save the file as UTF-8")
            case .success(let texts): return texts
            }
        }
    }
}
