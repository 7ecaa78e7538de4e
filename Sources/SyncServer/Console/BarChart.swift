// A bar for each of some amounts, as numbers for a picture and as lines of the table behind it:
// pure. Neighbors: ConsoleSite+Home fills it, home.mustache draws it.
// Invariant: it can be read on a telephone: 340 units wide, and words of 14.

internal import Shared

struct BarChart: Sendable {
    struct Bar: Sendable {
        let label: String
        /// What is left of a label that is longer than its place.
        let short: String
        let value: String
        /// In the table.
        let exact: String
        let y: Int
        let textY: Int
        let width: Int
        let valueX: Int
    }

    static let width = 340
    /// Where bars begin; labels stand before it.
    static let left = 124
    static let labelCharactersMax = 15
    /// For the value behind the longest bar.
    static let right = 62
    static let rowHeight = 26

    /// Names the picture for those who cannot see it; unique on its page.
    let id: String
    let title: String
    let unit: String
    /// What the bars are of, at the head of the table.
    let rows: String
    let width = BarChart.width
    let height: Int
    let bars: [Bar]

    /// `amounts` are not negative.
    init(
        id: String, title: String, unit: String, rows: String,
        _ amounts: [(label: String, amount: Int64)],
        value: (Int64) -> String, exact: ((Int64) -> String)? = nil
    ) {
        (self.id, self.title, self.unit, self.rows) = (id, title, unit, rows)
        let most = max(1, amounts.map(\.amount).max() ?? 1)
        let room = Int64(Self.width - Self.left - Self.right)
        bars = amounts.enumerated().map { index, one in
            // A little is more than nothing.
            let width = one.amount == 0 ? 0 : max(2, Int(one.amount * room / most))
            let y = index * Self.rowHeight
            return Bar(
                label: one.label,
                short: one.label.count > Self.labelCharactersMax
                    ? one.label.prefix(Self.labelCharactersMax - 1) + "…" : one.label,
                value: value(one.amount), exact: exact?(one.amount) ?? value(one.amount), y: y + 4,
                textY: y + 18, width: width,
                valueX: Self.left + width + 6)
        }
        height = amounts.count * Self.rowHeight + 4
    }
}
