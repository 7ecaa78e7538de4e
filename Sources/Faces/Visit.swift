// One request by somebody: what their browser says, and what they read.
// Neighbors: each site makes one, every page takes one.

public import Hummingbird
public import Shared
public import Texts

public struct Visit: Sendable {
    public let path: String
    public let text: StringTable
    public let now: Instant
    /// Of this machine's clock.
    public let utcOffsetMinutes: Int32
    public var done: Done?

    public init(
        path: String, text: StringTable, now: Instant, utcOffsetMinutes: Int32, done: Done? = nil
    ) {
        (self.path, self.text, self.done) = (path, text, done)
        (self.now, self.utcOffsetMinutes) = (now, utcOffsetMinutes)
    }

    /// After a form no page is named to come back to: its own path answers forms alone.
    public init(_ request: Request, _ environment: Shared.Environment, done: Done?) {
        self.init(
            path: request.method == .get ? request.pathAndQuery : "/",
            text: .of(request.language), now: environment.now(),
            utcOffsetMinutes: environment.utcOffsetMinutes(), done: done)
    }
}

/// There is no such page.
public enum SiteFault: Error { case notFound }

extension StringTable {
    private static let minute: Int64 = 60_000

    /// "3 hours ago", in the largest unit that is full.
    public func ago(from then: Instant, to now: Instant) -> String {
        let minutes = max(0, now.milliseconds - then.milliseconds) / Self.minute
        return switch minutes {
        case 0: self("just_now")
        case ..<60: count("minutes_ago", Int(minutes))
        case ..<1_440: count("hours_ago", Int(minutes / 60))
        default: count("days_ago", Int(clamping: minutes / 1_440))
        }
    }
}
