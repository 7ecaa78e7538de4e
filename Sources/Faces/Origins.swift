// Where a request comes from, by what browsers say of it, and what every answer forbids them: pure.
// Neighbors: the gate of a device's pages and the office's console ask; Answers sends the headers.
// Invariant: no form of another site passes, whatever cookie the browser sends along.

/// What of a request says where it comes from.
public struct Provenance: Sendable {
    public var host: String?
    public var origin: String?
    /// `Sec-Fetch-Site`; nil from a browser that does not send it.
    public var site: String?
    /// Somebody followed a link or typed an address: no image, frame or script.
    public var isNavigation = false
    public var isWrite: Bool

    public init(
        host: String?, origin: String?, site: String?, isNavigation: Bool = false, isWrite: Bool
    ) {
        self.host = host
        self.origin = origin
        self.site = site
        self.isNavigation = isNavigation
        self.isWrite = isWrite
    }
}

public struct Origins: Sendable {
    public enum Fault: Equatable, Sendable {
        /// The name it was asked by is not one of these pages'.
        case misdirected
        /// It comes from another site.
        case foreign
    }

    enum Hosts {
        case these(Set<String>)
        /// This machine's own names, whatever the port: who forwards one may choose another.
        case loopback
        /// Only whoever has the certificate of a name can be asked by it.
        case any
    }

    let hosts: Hosts
    let scheme: String
    /// A page elsewhere may link here: an invitation in somebody's mail. Nothing is shown for it
    /// that needs a cookie, for none of ours is sent along.
    let takesLinks: Bool

    /// Pages of a program on this machine.
    public static func machine(port: Int) -> Origins {
        Origins(
            hosts: .these(["127.0.0.1:\(port)", "localhost:\(port)"]), scheme: "http",
            takesLinks: false)
    }

    /// Pages over plain HTTP, which never leave this machine.
    public static let loopback = Origins(hosts: .loopback, scheme: "http", takesLinks: true)

    /// Pages over TLS, here or at a proxy that passes the name on which it was asked for.
    public static let encrypted = Origins(hosts: .any, scheme: "https", takesLinks: true)

    /// Nil for a request of one of its own pages, or of nobody's.
    public func fault(of request: Provenance) -> Fault? {
        guard let host = request.host?.lowercased(), takes(host) else { return .misdirected }
        if request.isWrite {
            // Every browser says it of a form that is sent.
            guard request.origin == "\(scheme)://\(host)" else { return .foreign }
        }
        guard let site = request.site, !["same-origin", "none"].contains(site) else { return nil }
        return takesLinks && request.isNavigation && !request.isWrite ? nil : .foreign
    }

    private func takes(_ host: String) -> Bool {
        switch hosts {
        case .these(let names): names.contains(host)
        case .loopback: Self.loopbackNames.contains(Self.name(of: host))
        case .any: true
        }
    }

    private static let loopbackNames: Set = ["127.0.0.1", "localhost", "[::1]"]

    private static func name(of host: String) -> String {
        let end = host.lastIndex(of: ":") ?? host.endIndex
        // "[::1]" has colons of its own.
        return host.hasSuffix("]") ? host : String(host[..<end])
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
