// How the console is reached: which addresses are its own, its cookie, and who asks.
// Neighbors: Serving says which; ConsoleSite asks before anything else.
// Source of `__Host-`: RFC 6265bis, section 4.1.3.2: such a cookie is this host's alone, is sent
// over TLS alone, and no other site, subdomain or plain page can set one.

internal import Faces
internal import Foundation
internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import Shared

enum ConsoleDoor: Sendable {
    /// Plain HTTP on this machine.
    case loopback
    /// TLS by this server.
    case encrypted
    /// TLS by a proxy, which passes on the name and the address it was asked by and from.
    case proxied

    init(_ serving: Serving) {
        switch serving {
        case .plain: self = .loopback
        case .pinned, .certificate: self = .encrypted
        case .behindProxy: self = .proxied
        }
    }

    var origins: Origins {
        switch self {
        case .loopback: .loopback
        case .encrypted, .proxied: .encrypted
        }
    }

    /// Browsers keep one for all ports of a machine: there each port has its own.
    func cookieName(host: String?) -> String {
        switch self {
        case .encrypted, .proxied: "__Host-hourbook"
        case .loopback: "hourbook-console-\(Self.port(of: host))"
        }
    }

    private static func port(of host: String?) -> Int {
        host?.split(separator: ":").last.flatMap { Int($0) } ?? 80
    }

    /// Kept until the browser closes, if the session does not end before.
    func cookie(_ token: String, host: String?) -> String {
        cookieName(host: host) + "=\(token); Path=/; HttpOnly; SameSite=Strict" + secure
    }

    func noCookie(host: String?) -> String {
        cookieName(host: host) + "=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0" + secure
    }

    private var secure: String {
        switch self {
        case .encrypted, .proxied: "; Secure"
        case .loopback: ""
        }
    }

    /// For counting tries: an IPv6 subscriber has a whole /64.
    func address(of request: Request, _ context: OfficeContext) -> String {
        var address = context.remoteAddress?.ipAddress ?? "unknown"
        if case .proxied = self, let name = HTTPField.Name("X-Forwarded-For"),
            // The last is the proxy's own word; what stands before it anybody may have written.
            let last = request.headers[values: name].last?.split(separator: ",").last
        {
            address = last.trimmingCharacters(in: .whitespaces)
        }
        guard address.contains(":"), let parsed = try? SocketAddress(ipAddress: address, port: 0),
            case .v6(let v6) = parsed
        else { return String(address.prefix(Self.addressCharactersMax)) }
        return withUnsafeBytes(of: v6.address.sin6_addr) { hex($0.prefix(8)) }
    }

    /// Of what a proxy may claim.
    private static let addressCharactersMax = 64
}

/// A request with the address it came from.
struct OfficeContext: RequestContext, RemoteAddressRequestContext {
    var coreContext: CoreRequestContextStorage
    let remoteAddress: SocketAddress?

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        remoteAddress = source.channel.remoteAddress
    }
}
