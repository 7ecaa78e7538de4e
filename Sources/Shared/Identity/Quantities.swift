// Positions, amounts, dates and instants. A bare Int never travels.
// Neighbors: Events/ encodes them, Decide/ adds minutes up.

/// A place in the canonical order, from 1; position p is leaf p − 1 of the ledger's tree.
public struct LedgerPosition: Hashable, Comparable, Sendable, CustomStringConvertible {
    public let value: UInt64
    public init(_ value: UInt64) { self.value = value }
    /// Before the first entry.
    public static let start = LedgerPosition(0)
    public var next: LedgerPosition { LedgerPosition(value + 1) }
    public var description: String { String(value) }
    public static func < (lhs: Self, rhs: Self) -> Bool { lhs.value < rhs.value }
}

/// One incarnation of the ledger, from 1.
public struct Epoch: Hashable, Sendable {
    public let value: UInt32
    public init(_ value: UInt32) { self.value = value }
    public static let first = Epoch(1)
}

/// Time credit in integer minutes: an hour of anybody's work is sixty.
public struct Minutes: Hashable, Comparable, Sendable, CustomStringConvertible {
    public let value: Int64
    public init(_ value: Int64) { self.value = value }
    public static let zero = Minutes(0)
    public static func < (lhs: Self, rhs: Self) -> Bool { lhs.value < rhs.value }
    public static func + (lhs: Self, rhs: Self) -> Self { Minutes(lhs.value + rhs.value) }
    public static func - (lhs: Self, rhs: Self) -> Self { Minutes(lhs.value - rhs.value) }
    public static func += (lhs: inout Self, rhs: Self) { lhs = lhs + rhs }
    public static prefix func - (minutes: Self) -> Self { Minutes(-minutes.value) }

    /// Hours and minutes as people write them: "1:30", "-0:45".
    public var description: String {
        let (hours, rest) = value.magnitude.quotientAndRemainder(dividingBy: 60)
        return "\(value < 0 ? "-" : "")\(hours):\(rest < 10 ? "0" : "")\(rest)"
    }
}

/// Milliseconds since 1970 UTC, by whichever clock the holder says.
public struct Instant: Hashable, Comparable, Sendable {
    public let milliseconds: Int64
    public init(milliseconds: Int64) { self.milliseconds = milliseconds }
    public static func < (lhs: Self, rhs: Self) -> Bool { lhs.milliseconds < rhs.milliseconds }

    /// The civil date at a UTC offset. Days are counted as in Hinnant, "chrono-compatible
    /// low-level date algorithms".
    public func date(utcOffsetMinutes: Int32) -> CivilDate {
        let local = milliseconds.addingReportingOverflow(Int64(utcOffsetMinutes) * 60_000)
        let days = (local.overflow ? milliseconds : local.partialValue).flooredDivision(86_400_000)
        return CivilDate(daysSince1970: days)
    }

    /// "2026-11-22 21:24:42Z", to the second, in UTC.
    public var text: String { "\(dateAndClock)Z" }

    /// "2026-11-22 22:24:42 +01:00": as the clock on somebody's wall showed it.
    public func text(utcOffsetMinutes: Int32) -> String {
        let shifted = milliseconds.addingReportingOverflow(Int64(utcOffsetMinutes) * 60_000)
        guard !shifted.overflow else { return text }
        let offset = Minutes(Int64(utcOffsetMinutes.magnitude)).description
        return "\(Instant(milliseconds: shifted.partialValue).dateAndClock) "
            + (utcOffsetMinutes < 0 ? "-" : "+") + (offset.utf8.count < 5 ? "0" : "") + offset
    }

    /// "22:24": what the clock on somebody's wall showed.
    public func clock(utcOffsetMinutes: Int32) -> String {
        let shifted = milliseconds.addingReportingOverflow(Int64(utcOffsetMinutes) * 60_000)
        let shown = shifted.overflow ? self : Instant(milliseconds: shifted.partialValue)
        return String(shown.dateAndClock.dropFirst("2026-11-22 ".count).prefix("22:24".count))
    }

    private var dateAndClock: String {
        let date = date(utcOffsetMinutes: 0)
        let seconds = milliseconds.flooredDivision(1000)
        let ofDay = seconds - seconds.flooredDivision(86_400) * 86_400
        func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let clock = [ofDay / 3600, ofDay / 60 % 60, ofDay % 60].map(two).joined(separator: ":")
        return "\(date) \(clock)"
    }
}

/// A day of the Gregorian calendar, 1900-01-01 to 2199-12-31, without a time zone.
public struct CivilDate: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// year · 10,000 + month · 100 + day, as in an event's bytes.
    public let code: UInt32
    public static let years = 1900...2199

    public var year: Int { Int(code / 10_000) }
    public var month: Int { Int(code / 100 % 100) }
    public var day: Int { Int(code % 100) }

    /// Nil for a day that the calendar does not have, or years outside the range.
    public init?(year: Int, month: Int, day: Int) {
        guard Self.years.contains(year), (1...12).contains(month),
            (1...Self.days(inMonth: month, of: year)).contains(day)
        else { return nil }
        code = UInt32(year * 10_000 + month * 100 + day)
    }

    public init?(code: UInt32) {
        self.init(year: Int(code / 10_000), month: Int(code / 100 % 100), day: Int(code % 100))
    }

    /// "2026-11-22"; nil for another shape or an impossible day.
    public init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.map(\.utf8.count) == [4, 2, 2],
            parts.allSatisfy({ $0.utf8.allSatisfy { (48...57).contains($0) } }),
            let year = Int(parts[0]), let month = Int(parts[1]), let day = Int(parts[2])
        else { return nil }
        self.init(year: year, month: month, day: day)
    }

    /// Clamped to the range of years: a device clock may say anything.
    init(daysSince1970 days: Int64) {
        let first: Int64 = -25_567
        let last: Int64 = 84_005
        let shifted = min(max(days, first), last) + 719_468
        let era = shifted.flooredDivision(146_097)
        let ofEra = shifted - era * 146_097
        let yearOfEra = (ofEra - ofEra / 1_460 + ofEra / 36_524 - ofEra / 146_096) / 365
        let ofYear = ofEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * ofYear + 2) / 153
        let day = ofYear - (153 * shiftedMonth + 2) / 5 + 1
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        code = UInt32(year * 10_000 + month * 100 + day)
    }

    private static func days(inMonth month: Int, of year: Int) -> Int {
        switch month {
        case 2:
            year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400))
                ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    public var description: String {
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(year)-\(two(month))-\(two(day))"
    }

    public static func < (lhs: Self, rhs: Self) -> Bool { lhs.code < rhs.code }
}

extension Int64 {
    func flooredDivision(_ divisor: Int64) -> Int64 {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }
}
