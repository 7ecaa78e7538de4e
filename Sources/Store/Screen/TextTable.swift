// Aligned columns for people, the same from both programs.
// Neighbors: every listing command fills one; Ink says whether it is for a terminal.
// Invariant: what others typed is on one line before it is measured, so no cell moves a column.

public protocol TableCell {
    var cellText: String { get }
    /// Colored on a terminal.
    var needsAttention: Bool { get }
}

extension String: TableCell {
    public var cellText: String { self }
    public var needsAttention: Bool { false }

    /// A cell that is colored on a terminal when something is the matter.
    public func attention(if isNeeded: Bool = true) -> some TableCell {
        MarkedCell(cellText: self, needsAttention: isNeeded)
    }
}

private struct MarkedCell: TableCell {
    let cellText: String
    let needsAttention: Bool
}

public struct TextTable {
    public enum Alignment: Sendable { case left, right }

    private struct Cell {
        let text: String
        let columns: Int
        let needsAttention: Bool

        init(_ cell: any TableCell) {
            text = cell.cellText.onOneLine
            columns = text.columnCount
            needsAttention = cell.needsAttention
        }
    }

    private let columns: [(title: Cell, alignment: Alignment)]
    private var rows: [[Cell]] = []

    public init(_ columns: (String, Alignment)...) {
        self.columns = columns.map { (title: Cell($0.0), alignment: $0.1) }
    }

    public var isEmpty: Bool { rows.isEmpty }

    public mutating func add(_ cells: any TableCell...) {
        precondition(cells.count == columns.count, "a row has a cell for every column")
        rows.append(cells.map(Cell.init))
    }

    /// Two spaces between columns, none at the end of a line; no titles where all are empty.
    public func text(_ ink: Ink = .plain) -> String {
        let titles = columns.map(\.title)
        let widths = columns.indices.map { column in
            ([titles] + rows).map { $0[column].columns }.max() ?? 0
        }
        let head =
            titles.allSatisfy(\.text.isEmpty)
            ? [] : [line(titles, widths) { ink.heading($0.text) }]
        let body = rows.map { row in
            line(row, widths) { $0.needsAttention ? ink.attention($0.text) : $0.text }
        }
        return (head + body).map { $0 + "\n" }.joined()
    }

    /// Padding stays outside the color, and there is none behind the last text.
    private func line(_ cells: [Cell], _ widths: [Int], style: (Cell) -> String) -> String {
        let end = (cells.lastIndex { !$0.text.isEmpty } ?? -1) + 1
        return cells.indices.prefix(end).map { index in
            let space = String(repeating: " ", count: widths[index] - cells[index].columns)
            return switch columns[index].alignment {
            case .left: style(cells[index]) + (index + 1 == end ? "" : space)
            case .right: space + style(cells[index])
            }
        }.joined(separator: "  ")
    }
}
