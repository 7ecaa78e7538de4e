// Time and randomness, passed in. Live values are made in ClientMain and ServerMain only.
// Neighbors: Record/ on the device and the server's append take one.

public struct Environment: Sendable {
    /// The machine's clock: it dates, and never decides.
    public let now: @Sendable () -> Instant
    /// Offset of local time from UTC, in minutes.
    public let utcOffsetMinutes: @Sendable () -> Int32
    /// This many bytes nobody can guess.
    public let randomBytes: @Sendable (Int) -> [UInt8]

    public init(
        now: @escaping @Sendable () -> Instant,
        utcOffsetMinutes: @escaping @Sendable () -> Int32,
        randomBytes: @escaping @Sendable (Int) -> [UInt8]
    ) {
        self.now = now
        self.utcOffsetMinutes = utcOffsetMinutes
        self.randomBytes = randomBytes
    }

    public var today: CivilDate { now().date(utcOffsetMinutes: utcOffsetMinutes()) }
}
