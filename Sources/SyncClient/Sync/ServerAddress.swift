// Where the office's server is, and how a device knows that it talks to that one.
// Source: docs/protocol.md section 7.1. Neighbors: a pairing link names one, PairedDevice keeps it,
// CurlTransport connects to it.

internal import Shared
internal import Store

struct ServerAddress: Equatable {
    let host: String
    let port: UInt16
    let mode: PairingLink.Mode

    init(host: String, port: UInt16, mode: PairingLink.Mode) {
        self.host = host
        self.port = port
        self.mode = mode
    }

    init(_ link: PairingLink) { self.init(host: link.host, port: link.port, mode: link.mode) }

    /// "name:port", with an IPv6 address in brackets.
    var text: String { "\(host.contains(":") ? "[\(host)]" : host):\(port)" }

    var url: String { "\(mode == .loopback ? "http" : "https")://\(text)" }

    /// The TLS keys to take for the server's; none but in mode pinned. The link's own counts until
    /// the ledger has named it: from then on the ledger's latest announcement is all there is.
    func pins(announced: [TLSKeys]) -> [Hash] {
        guard let linked = mode.pin else { return [] }
        let latest = announced.last.map { [$0.current, $0.next] } ?? []
        let isAnnounced = announced.contains { $0.current == linked }
        return isAnnounced || latest.contains(linked) ? latest : [linked] + latest
    }
}

extension LocalBook {
    /// As the server announced them in the ledger, latest last.
    var announcedKeys: [TLSKeys] {
        get throws {
            // Its first server replica founded it, which need not be the one of this pairing.
            for community in try views.entities(.community) {
                if case .community(let state)? = try views.state(of: community) {
                    return state.tlsKeys
                }
            }
            return []
        }
    }
}
