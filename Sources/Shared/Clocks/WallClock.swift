// How wrong the clock on a device's wall is. It decides nothing: entries are admitted and merged
// whatever it shows; people are told, with what it is known from.
// Source: docs/protocol.md section 7.8. Neighbors: a sync measures an offset, a history flags what
// was recorded by a clock that cannot have been right.

/// What a clock shows minus the right time.
public struct ClockOffset: Hashable, Comparable, Sendable {
    /// Half a round trip, and what people do not notice.
    public static let tolerance = ClockOffset(milliseconds: 5 * 60_000)

    public let milliseconds: Int64
    public init(milliseconds: Int64) { self.milliseconds = milliseconds }

    /// The difference of two instants as peers may send them, bounded instead of trapping.
    public init(shown: Instant, right: Instant) {
        let difference = shown.milliseconds.subtractingReportingOverflow(right.milliseconds)
        self.init(
            milliseconds: difference.overflow
                ? (shown < right ? .min : .max) : difference.partialValue)
    }

    public static func < (lhs: Self, rhs: Self) -> Bool { lhs.milliseconds < rhs.milliseconds }

    public var isOff: Bool { milliseconds.magnitude > Self.tolerance.milliseconds.magnitude }

    /// "16 years 303 days"; the two largest units.
    public var size: String {
        let seconds = milliseconds.magnitude / 1_000
        let parts: [(UInt64, String)] = [
            (seconds / 31_536_000, "year"), (seconds / 86_400 % 365, "day"),
            (seconds / 3_600 % 24, "hour"), (seconds / 60 % 60, "minute"),
        ]
        let shown = parts.drop { $0.0 == 0 }.prefix(2).filter { $0.0 > 0 }
            .map { "\($0.0) \($0.1)\($0.0 == 1 ? "" : "s")" }
        return shown.isEmpty ? "less than a minute" : shown.joined(separator: " ")
    }

    public var words: String { "\(size) \(milliseconds < 0 ? "behind" : "ahead")" }

    /// "16 years 303 days ahead of the office's".
    public var wordsBesideOffice: String {
        words + (milliseconds < 0 ? " the office's" : " of the office's")
    }
}

extension ClockOffset {
    /// How wrong the clock was at least by which an event was recorded; nil if it may have been
    /// right. It cannot have been recorded after it came to the office, nor before its author had
    /// been shown an entry which the office had received by then. What was shown came in before: if
    /// it is said to have come later, the office's clock was set back, and proves nothing.
    public init?(recordedAt: Instant, receivedAt: Instant?, shownEntryReceivedAt: Instant?) {
        if let receivedAt {
            self.init(shown: recordedAt, right: receivedAt)
            if isOff, milliseconds > 0 { return }
        }
        guard let shownEntryReceivedAt, shownEntryReceivedAt <= receivedAt ?? shownEntryReceivedAt
        else { return nil }
        self.init(shown: recordedAt, right: shownEntryReceivedAt)
        guard isOff, milliseconds < 0 else { return nil }
    }
}
