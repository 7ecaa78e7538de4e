// The fields of one row, read as numbers and dates, with a reason when they cannot be.
// Neighbors: TimeOverflowRows and MappedRows know which column is what.

internal import Shared

struct Fields {
    let line: Int
    let importKey: ImportKey
    let texts: [String]
    let today: CivilDate
    let dates: DateOrder

    func memberNumber(_ column: Int) throws(RowFault) -> Int64 {
        let text = texts[column]
        guard let number = Int64(text), case .integer(let range)? = Self.numberType,
            range.contains(number)
        else { throw RowFault("\"\(text.shortened)\" is not a member number") }
        return number
    }

    private static let numberType =
        Kind.memberEnrolled.descriptor.field(MemberField.number)?.type

    func dateIfAny(_ column: Int, _ name: String) throws(RowFault) -> CivilDate? {
        texts[column].isEmpty ? nil : try date(column, name)
    }

    /// "2025-03-01", with a time of day or without.
    func date(_ column: Int, _ name: String) throws(RowFault) -> CivilDate {
        try date(texts[column], name)
    }

    func date(_ text: String, _ name: String) throws(RowFault) -> CivilDate {
        let parts = text.split(
            maxSplits: 1, omittingEmptySubsequences: false, whereSeparator: { " T".contains($0) })
        guard let date = parts.first.flatMap({ dates.date($0) }) else {
            throw RowFault(
                "its \(name) \"\(text.shortened)\" is not a day of the calendar from "
                    + "\(CivilDate.years.lowerBound) to \(CivilDate.years.upperBound), written as "
                    + dates.rawValue)
        }
        if parts.count > 1, !isTimeOfDay(parts[1]) {
            throw RowFault("its \(name) \"\(text.shortened)\" has an impossible time of day")
        }
        guard date <= today else { throw RowFault("its \(name) \(date) is in the future") }
        return date
    }

    private func isTimeOfDay(_ text: Substring) -> Bool {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        let numbers = parts.compactMap { part -> UInt8? in
            part.utf8.count == 2 && part.utf8.allSatisfy { (48...57).contains($0) }
                ? UInt8(part) : nil
        }
        guard numbers.count == parts.count, (2...3).contains(numbers.count) else { return false }
        return zip(numbers, [23, 59, 60] as [UInt8]).allSatisfy { $0 <= $1 }
    }
}

extension String {
    var trimmed: String {
        let head = drop(while: \.isWhitespace)
        guard let end = head.lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return String(head[...end])
    }

    /// A cell as a message can quote it.
    var shortened: String { count > 40 ? prefix(40) + "…" : self }
}
