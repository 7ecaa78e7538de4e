// How wrong the clock on a device's wall is. It decides nothing: entries are admitted and merged
// whatever it shows; people are told, with what it is known from.
// Source: docs/protocol.md section 7.8. Neighbors: a sync measures an offset, a history flags what
// was recorded by a clock that cannot have been right.

public import Texts

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
    public var size: String { size(.terminal) }

    public func size(_ voice: Voice) -> String {
        let seconds = milliseconds.magnitude / 1_000
        let parts: [(UInt64, String)] = [
            (seconds / 31_536_000, "years"), (seconds / 86_400 % 365, "days"),
            (seconds / 3_600 % 24, "hours"), (seconds / 60 % 60, "minutes"),
        ]
        let shown = parts.drop { $0.0 == 0 }.prefix(2).filter { $0.0 > 0 }
            .map { voice.count($0.1, Int(clamping: $0.0)) }
        return shown.isEmpty ? voice("less_than_a_minute") : shown.joined(separator: " ")
    }

    public var words: String { words(.terminal) }

    public func words(_ voice: Voice) -> String {
        voice(
            milliseconds < 0 ? "clock_size_behind" : "clock_size_ahead",
            ["size": .text(size(voice))])
    }

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
