// CSV (RFC 4180) read as bytes: quotes, doubled quotes, CRLF or LF, line breaks inside quotes.
// Own code because an import key is over a row's raw bytes, and a bad row is named by its line:
// readers that hand out decoded texts keep neither.
// Neighbors: RowSorting reads its records, TimeOverflowRows and MappedRows say what they mean.

struct CSVRecord {
    enum Fault: Error, Equatable {
        /// A quoted field is not closed, or goes on after its closing quote.
        case quotes
        case notUTF8
    }

    /// Of its first byte, from 1.
    let line: Int
    /// As in the file, without the line break that ends it.
    let raw: [UInt8]
    let fields: Result<[String], Fault>
}

struct CSVReader {
    /// A file of a whole city's time bank is a few megabytes.
    static let fileBytesMax = 256_000_000

    private let bytes: [UInt8]
    private let separator: UInt8
    private var offset = 0
    private var line = 1

    init(_ bytes: [UInt8], separator: UInt8 = UInt8(ascii: ",")) {
        self.bytes = bytes
        self.separator = separator
        let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]
        if bytes.starts(with: byteOrderMark) { offset = byteOrderMark.count }
    }

    static func records(
        _ bytes: [UInt8], separator: UInt8 = UInt8(ascii: ",")
    ) -> [CSVRecord] {
        var reader = CSVReader(bytes, separator: separator)
        var records: [CSVRecord] = []
        while let record = reader.next() { records.append(record) }
        return records
    }

    /// Empty lines are passed over. A record with faulty quotes ends at its first line break, so
    /// that one stray quote does not swallow the rows behind it.
    mutating func next() -> CSVRecord? {
        skipEmptyLines()
        guard offset < bytes.count else { return nil }
        let start = offset
        let startLine = line
        var fields: [[UInt8]] = []
        var isWellFormed = true
        repeat {
            guard let field = field() else {
                isWellFormed = false
                break
            }
            fields.append(field)
        } while take(separator)
        if !isWellFormed || !isAtLineEnd {
            isWellFormed = false
            offset = bytes[start...].firstIndex(of: newline) ?? bytes.count
            if offset > start, bytes[offset - 1] == carriageReturn, offset < bytes.count {
                offset -= 1
            }
        }
        let raw = bytes[start..<offset]
        line += raw.count { $0 == newline }
        takeLineEnd()
        return CSVRecord(
            line: startLine, raw: Array(raw),
            fields: isWellFormed ? Self.decoded(fields) : .failure(.quotes))
    }

    private mutating func skipEmptyLines() {
        while offset < bytes.count, isAtLineEnd { takeLineEnd() }
    }

    /// Nil for faulty quotes.
    private mutating func field() -> [UInt8]? {
        guard take(quote) else {
            let end =
                bytes[offset...].firstIndex { $0 == separator || $0 == newline } ?? bytes.count
            var field = bytes[offset..<end]
            if end < bytes.count, bytes[end] == newline, field.last == carriageReturn {
                field.removeLast()
            }
            offset = field.endIndex
            return Array(field)
        }
        var field: [UInt8] = []
        while offset < bytes.count {
            if take(quote) {
                guard take(quote) else { return field }
                field.append(quote)
            } else {
                field.append(bytes[offset])
                offset += 1
            }
        }
        return nil
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard offset < bytes.count, bytes[offset] == byte else { return false }
        offset += 1
        return true
    }

    private var isAtLineEnd: Bool {
        guard offset < bytes.count else { return true }
        if bytes[offset] == newline { return true }
        return bytes[offset] == carriageReturn && offset + 1 < bytes.count
            && bytes[offset + 1] == newline
    }

    private mutating func takeLineEnd() {
        _ = take(carriageReturn)
        if take(newline) { line += 1 }
    }

    private static func decoded(_ fields: [[UInt8]]) -> Result<[String], CSVRecord.Fault> {
        let texts = fields.map { String(validating: $0, as: UTF8.self) }
        guard texts.allSatisfy({ $0 != nil }) else { return .failure(.notUTF8) }
        return .success(texts.compactMap { $0 })
    }
}

private let quote = UInt8(ascii: "\"")
private let newline = UInt8(ascii: "\n")
private let carriageReturn = UInt8(ascii: "\r")
