// How the server is reached: pure. Encrypted with keys of its own, with a certificate that others
// vouch for, behind a proxy, or in plain HTTP on this machine.
// Source: docs/protocol.md section 7.1. Neighbors: ServeCommand parses, ServerApplication listens,
// ServingRecord remembers for `pairing-link`.
// Invariant: plain HTTP leaves this machine only where somebody said that a proxy stands before it.

internal import Shared

enum Serving: Equatable, Sendable {
    /// TLS with the server's own key, which devices know by its fingerprint.
    case pinned
    /// TLS with a certificate and its key, both PEM files, that systems trust.
    case certificate(chain: String, key: String)
    /// Plain HTTP behind a proxy that speaks TLS to devices.
    case behindProxy
    /// Plain HTTP, for this machine only.
    case plain

    struct Options: Equatable {
        var plain = false
        var behindProxy = false
        var certificate: String?
        var key: String?
    }

    init(_ options: Options, host: String) throws {
        let chosen = [options.plain, options.behindProxy, options.certificate != nil]
        guard chosen.count(where: { $0 }) <= 1 else {
            throw Refusal.usage("choose one of --plain, --behind-proxy and --certificate")
        }
        switch (options.certificate, options.key) {
        case (let chain?, let key?): self = .certificate(chain: chain, key: key)
        case (nil, nil) where options.behindProxy: self = .behindProxy
        case (nil, nil) where options.plain:
            guard Loopback.hosts.contains(host) else {
                throw Refusal.usage(
                    "--plain is not encrypted and stays on this machine (127.0.0.1, ::1 or "
                        + "localhost); leave it out, or say --behind-proxy if a proxy before this "
                        + "server speaks TLS")
            }
            self = .plain
        case (nil, nil): self = .pinned
        case (_?, nil), (nil, _?):
            throw Refusal.usage("--certificate and --key belong together: give both PEM files")
        }
    }

    /// As links name it.
    var linkMode: ServingRecord.Mode {
        switch self {
        case .pinned: .pinned
        case .certificate, .behindProxy: .public
        case .plain: .loopback
        }
    }
}

enum Loopback {
    static let hosts: Set = ["127.0.0.1", "::1", "localhost"]
}
