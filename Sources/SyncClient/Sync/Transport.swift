// One HTTP exchange, as a sync session sees it.
// Neighbors: CurlTransport does it over the network, a test's twin in memory.

internal import Shared

struct HTTPAnswer: Equatable {
    let status: Int
    /// Names in lower case; of repeated headers the last.
    let headers: [String: String]
    let body: [UInt8]

    /// From an HTTP layer that never had the whole request, since the line broke off. What the
    /// office itself says against a request names a problem, and each of its answers has a nonce.
    var isOfCutRequest: Bool {
        [400, 408].contains(status) && body.isEmpty
            && headers[SyncProtocol.nonceHeader.lowercased()] == nil
    }
}

/// Why there is no answer. None of these says whether the server acted on the request.
enum TransportError: Error, Equatable {
    case cannotConnect
    case timedOut
    /// The connection ended before the whole answer had come.
    case cut
    case tooLarge
    /// It has another key than the one that was pinned.
    case wrongKey
    /// Its certificate is not one that the system trusts for this host.
    case untrusted
    /// No TLS could be agreed on: mostly it speaks plain HTTP, or too old a version.
    case notEncrypted
    case other(String)
}

extension TransportError {
    /// Trying again does not help: somebody has to look at the server, or at who answers for it.
    var needsPerson: Bool {
        switch self {
        case .wrongKey, .untrusted, .tooLarge: true
        case .cannotConnect, .timedOut, .cut, .notEncrypted, .other: false
        }
    }

    /// Whether the request may have reached the server: it then counts as unconfirmed.
    var mayHaveSent: Bool {
        switch self {
        case .timedOut, .cut, .tooLarge, .other: true
        case .cannotConnect, .wrongKey, .untrusted, .notEncrypted: false
        }
    }
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
    /// Of all headers together; an honest server's are a few hundred bytes.
    static let headerBytesMax = 100_000
    static let connectMillisecondsMax = 10_000
    /// Slower than a byte a second for this long is no connection any more. There is no bound on
    /// the total: a slow line that moves is a line.
    static let stallSecondsMax = 60
}

/// How long a peer may stay silent.
struct Patience {
    var connectMilliseconds = TransportLimits.connectMillisecondsMax
    var stallSeconds = TransportLimits.stallSecondsMax
}
