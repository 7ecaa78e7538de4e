// How many own events the next request carries: what the line takes in about ten seconds, so that a
// line that breaks now and then still lets something through. Pure.
// Source: docs/protocol.md section 7. Neighbors: SyncMachine asks, SyncSession measures.
// Invariant: at least one event, so that sending goes on over the slowest line.

internal import Shared

/// One answered request.
struct Exchange: Equatable {
    /// Events that it carried.
    let pushed: Int
    let milliseconds: Int64
    let bytesSent: Int
    let bytesReceived: Int
}

struct PushPace: Equatable {
    static let millisecondsWanted = 10_000.0
    /// Some 15 kB: twenty seconds over the slowest lines that there are.
    static let eventsFirst = 100
    static let eventsMax = 1_000

    private(set) var events = PushPace.eventsFirst

    /// Latency counts as if it were bytes: too little is expected of a line rather than too much.
    mutating func take(_ exchange: Exchange) {
        guard exchange.pushed > 0, exchange.bytesSent > 0 else { return }
        let bytes = Double(exchange.bytesSent) + Double(max(0, exchange.bytesReceived))
        // A clock may have been set back meanwhile.
        let milliseconds = Double(max(1, exchange.milliseconds))
        let sending = milliseconds * Double(exchange.bytesSent) / bytes
        let fitting = Double(exchange.pushed) * Self.millisecondsWanted / sending
        events = Int(min(max(fitting, 1), Double(Self.eventsMax)))
    }
}
