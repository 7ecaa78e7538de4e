// Aligned columns for people, and one line of JSON per value for programs.
// Neighbors: every listing command.

internal import Store
internal import Foundation

struct Table {
    enum Alignment { case left, right }

    private let columns: [(title: String, alignment: Alignment)]
    private var rows: [[String]] = []

    init(_ columns: (String, Alignment)...) {
        self.columns = columns.map { (title: $0.0, alignment: $0.1) }
    }

    var isEmpty: Bool { rows.isEmpty }

    mutating func add(_ cells: String...) {
        precondition(cells.count == columns.count, "a row has a cell for every column")
        rows.append(cells.map(\.onOneLine))
    }

    /// Two spaces between columns, none at the end of a line.
    var text: String {
        let all = [columns.map(\.title)] + rows
        let widths = columns.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
        return all.map { cells in
            let padded = cells.indices.map { index in
                let space = String(repeating: " ", count: widths[index] - cells[index].count)
                return switch columns[index].alignment {
                case .left: cells[index] + space
                case .right: space + cells[index]
                }
            }
            return padded.joined(separator: "  ").trimmedAtEnd + "\n"
        }.joined()
    }
}

extension String {
    fileprivate var trimmedAtEnd: String {
        guard let end = lastIndex(where: { $0 != " " }) else { return "" }
        return String(self[...end])
    }
}

enum Screen {
    static func printJSON(_ value: some Encodable) throws { print(try jsonLine(value)) }

    /// Progress and warnings go beside the output, not into it.
    static func note(_ text: String) {
        FileHandle.standardError.write(Data((text + "\n").utf8))
    }
}
