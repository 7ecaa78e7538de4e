// Who may talk to a page that is served on this machine: pure.
// Source: cases 25 and 26 of the list of faults: another site's form or image, DNS rebinding,
// framing, another user of the machine.
// Neighbors: FieldSite asks before anything else, and sends the headers with every answer.
// Invariants: nothing is changed by a request that another site can cause; nothing of the book is
// shown without the key of this run, which only the terminal that began it has shown.

internal import Shared

/// What of a request says where it comes from.
public struct Provenance: Sendable {
    public var host: String?
    public var origin: String?
    /// `Sec-Fetch-Site`; nil from a browser that does not send it.
    public var site: String?
    /// The key that came with it, as a cookie.
    public var cookie: String?
    public var isWrite: Bool

    public init(
        host: String?, origin: String?, site: String?, cookie: String?, isWrite: Bool
    ) {
        self.host = host
        self.origin = origin
        self.site = site
        self.cookie = cookie
        self.isWrite = isWrite
    }
}

public struct Gate: Sendable {
    public enum Verdict: Equatable, Sendable {
        case pass
        /// The name it was asked by is not this machine's.
        case misdirected
        /// It comes from another site.
        case foreign
        /// It has no key, or that of an earlier run.
        case locked
    }

    /// "127.0.0.1:8421" and "localhost:8421".
    public let hosts: Set<String>
    /// The key of this run.
    public let key: String
    /// Browsers keep one for all ports of a machine: so that two pages do not lock each other out,
    /// each has its own.
    public let cookieName: String

    public init(port: Int, key: String) {
        hosts = ["127.0.0.1:\(port)", "localhost:\(port)"]
        self.key = key
        cookieName = "hourbook-\(port)"
    }

    public func verdict(_ request: Provenance) -> Verdict {
        guard let host = request.host?.lowercased(), hosts.contains(host) else {
            return .misdirected
        }
        if request.isWrite {
            // Every browser says it of a form that is sent.
            guard request.origin == "http://\(host)" else { return .foreign }
        }
        if let site = request.site, !["same-origin", "none"].contains(site) { return .foreign }
        return isKey(request.cookie) ? .pass : .locked
    }

    /// Takes the same time whatever is wrong with it.
    public func isKey(_ typed: String?) -> Bool {
        let (typed, key) = (Array((typed ?? "").utf8), Array(key.utf8))
        guard typed.count == key.count else { return false }
        return zip(typed, key).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }

    public static let headers: KeyValuePairs = [
        "Content-Security-Policy":
            "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
            + "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        // Without an origin no form could be told from another site's.
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    ]
}
