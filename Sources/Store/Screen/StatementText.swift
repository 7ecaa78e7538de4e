// A statement as people read it, and many of them as a table; the same from both programs.
// Neighbors: Views+Statement makes the record, `statement` of both programs prints this.

internal import Shared

extension StatementRecord {
    public func text(_ ink: Ink) -> String {
        let title = "\(code)-\(number) \(name ?? "(not readable here)")\(days)".onOneLine
        var lines = [ink.heading(title)]
        if from != nil { lines.append("balance before: \(opening.asHours)") }
        let sums =
            "given \(given.asHours), received \(received.asHours), "
            + "\(to == nil ? "balance" : "balance after") \(closing.asHours)"
        let open = contested == 0 ? "" : "; \(contested.asHours) await a decision"
        let rest = unsent == 0 ? "" : ", and \(unsent) on this device only"
        return lines.joined(separator: "\n") + "\n" + (self.lines.isEmpty ? "" : table.text(ink))
            + "\(sums)\(open)\ntrue at position \(position)\(rest)\n"
    }

    /// ", 2026-01-01 to 2026-03-31"; empty for all there is.
    private var days: String {
        switch (from, to) {
        case (nil, nil): ""
        case (let from?, nil): ", from \(from)"
        case (nil, let to?): ", to \(to)"
        case (let from?, let to?): ", \(from) to \(to)"
        }
    }

    private var table: TextTable {
        var table = TextTable(
            ("DATE", .left), ("ENTRY", .left), ("FORM", .left), ("WITH", .left), ("TIME", .right),
            ("", .left))
        for line in lines {
            table.add(
                line.serviceDate, EntityID(line.entry)?.short ?? line.entry, line.form,
                line.with.map(\.label).joined(separator: ", "), line.minutes.asHours,
                line.notes.attention(if: line.contested || line.disputed))
        }
        return table
    }
}

extension StatementLine {
    fileprivate var notes: String {
        let notes = [
            position == nil ? "on this device" : unsent ? "changed on this device" : nil,
            contested ? "needs a decision, not counted" : nil,
            disputed ? "needs a decision" : nil,
        ]
        return notes.compactMap(\.self).joined(separator: "; ")
    }
}

extension [StatementRecord] {
    /// A line each.
    public var table: TextTable {
        var table = TextTable(
            ("ACCOUNT", .left), ("NAME", .left), ("BEFORE", .right), ("GIVEN", .right),
            ("RECEIVED", .right), ("BALANCE", .right), ("CONTESTED", .right))
        for statement in self {
            table.add(
                "\(statement.code)-\(statement.number)",
                statement.name ?? "(not readable here)", statement.opening.asHours,
                statement.given.asHours, statement.received.asHours, statement.closing.asHours,
                statement.contested.asHours.attention(if: statement.contested != 0))
        }
        return table
    }
}

extension Int64 {
    fileprivate var asHours: String { Minutes(self).description }
}
