// One HTTP exchange, as a sync session sees it.
// Neighbors: CurlTransport does it over the network, a test's twin in memory.

internal import Shared

struct HTTPAnswer: Equatable {
    let status: Int
    /// Names in lower case; of repeated headers the last.
    let headers: [String: String]
    let body: [UInt8]
}

/// Why there is no answer. None of these says whether the server acted on the request.
enum TransportError: Error, Equatable {
    case cannotConnect
    case timedOut
    case tooLarge
    case other(String)
}

protocol Transport: AnyObject {
    /// Sends and waits. The answer's body is bounded by `TransportLimits`.
    func post(
        path: String, headers: [(name: String, value: String)], body: [UInt8]
    ) throws(TransportError) -> HTTPAnswer
}

enum TransportLimits {
    /// A body that keeps the protocol's bound may come with this much around it.
    static let answerBytesMax = ContainerLimits.bodyBytesMax + 250_000
    static let connectMillisecondsMax = 10_000
    /// Slower than a byte a second for this long is no connection any more. There is no bound on
    /// the total: a slow line that moves is a line.
    static let stallSecondsMax = 60
}
