// Who may talk to a page that is served on this machine: pure.
// Source: cases 25 and 26 of the list of faults: another site's form or image, DNS rebinding,
// framing, another user of the machine.
// Neighbors: FieldSite asks before anything else; Origins is the half that the console shares.
// Invariants: nothing is changed by a request that another site can cause; nothing of the book is
// shown without the key of this run, which only the terminal that began it has shown.

internal import Shared

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

    public let origins: Origins
    /// The key of this run.
    public let key: String
    /// Browsers keep one for all ports of a machine: so that two pages do not lock each other out,
    /// each has its own.
    public let cookieName: String

    public init(port: Int, key: String) {
        origins = .machine(port: port)
        self.key = key
        cookieName = "hourbook-\(port)"
    }

    /// `cookie` is the key that came with it.
    public func verdict(_ request: Provenance, cookie: String?) -> Verdict {
        switch origins.fault(of: request) {
        case .misdirected: .misdirected
        case .foreign: .foreign
        case nil: isKey(cookie) ? .pass : .locked
        }
    }

    public func isKey(_ typed: String?) -> Bool {
        isSame(Array((typed ?? "").utf8), Array(key.utf8))
    }
}

/// Takes the same time wherever they differ.
public func isSame(_ one: [UInt8], _ other: [UInt8]) -> Bool {
    guard one.count == other.count else { return false }
    return zip(one, other).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
}
