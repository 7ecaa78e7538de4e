// A moment as people read one: day, month, hour and minute, in the language of the page; the exact
// instant stands behind it, for a machine and for whoever points at it.
// Neighbors: page models hold these; Resources/moment.mustache shows them, texts name them.

public import Shared
public import Texts

public struct Moment: Sendable {
    /// "24 Mar, 14:05"; with the year where it is not the reader's: "24 Mar 2025, 14:05".
    public let words: String
    /// RFC 3339, to the second: "2026-03-24T14:05:09+01:00".
    let datetime: String
    /// "2026-03-24 14:05:09 +01:00".
    let exact: String

    /// `utcOffsetMinutes` is that of the clock it is shown by: the author's for what somebody
    /// recorded, this machine's for the rest.
    public init(
        _ instant: Instant, utcOffsetMinutes: Int32, now: Instant, _ text: StringTable
    ) {
        let day = instant.date(utcOffsetMinutes: utcOffsetMinutes)
        let thisYear = now.date(utcOffsetMinutes: utcOffsetMinutes).year
        let clock = instant.clock(utcOffsetMinutes: utcOffsetMinutes)
        let year = day.year == thisYear ? "" : " \(day.year)"
        words = "\(day.day) \(text.month(day.month))\(year), \(clock)"
        exact = instant.text(utcOffsetMinutes: utcOffsetMinutes)
        let parts = exact.split(separator: " ")
        datetime = parts.count == 3 ? "\(parts[0])T\(parts[1])\(parts[2])" : exact
    }
}

extension StringTable {
    /// "Mar" of 3.
    func month(_ month: Int) -> Substring {
        texts["months"]?.split(separator: " ").dropFirst(month - 1).first ?? ""
    }

    /// "Mar 2026" of 2026 · 100 + 3.
    public func monthOfYear(_ code: Int) -> String { "\(month(code % 100)) \(code / 100)" }
}

extension Visit {
    /// By the clock of whoever recorded it.
    public func moment(_ instant: Instant, utcOffsetMinutes: Int32) -> Moment {
        Moment(instant, utcOffsetMinutes: utcOffsetMinutes, now: now, text)
    }

    /// By this machine's clock.
    public func moment(_ instant: Instant) -> Moment {
        moment(instant, utcOffsetMinutes: utcOffsetMinutes)
    }
}
