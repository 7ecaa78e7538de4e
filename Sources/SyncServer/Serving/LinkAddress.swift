// Where a pairing link tells a device to go: pure, from what was typed and how the server was last
// reached. Neighbors: PairingLinkCommand types and prints; ServingRecord remembers.

internal import Foundation
internal import Shared
internal import Texts

struct LinkAddress: Equatable, Sendable {
    static let portDefault: UInt16 = 8420

    struct Typed: Equatable {
        var url: String?
        var host: String?
        var port: UInt16?
        /// The certificate is one that devices' systems trust.
        var isPublic = false
    }

    let mode: ServingRecord.Mode
    let host: String
    let port: UInt16

    init(_ typed: Typed, record: ServingRecord?) throws {
        if let url = typed.url {
            guard typed.host == nil, typed.port == nil else {
                throw Refusal.usage("give --url, or --host and --port, not both")
            }
            try self.init(url: url, isPublic: typed.isPublic || record?.mode == .public)
        } else {
            guard typed.port != 0 else {
                throw Refusal.usage(Phrase("address_port"))
            }
            let mode = typed.isPublic ? .public : record?.mode ?? .pinned
            guard let host = typed.host ?? (record == nil ? "127.0.0.1" : record?.host) else {
                throw Refusal.usage(
                    "say where devices find this server: --url https://book.example.org, with "
                        + "its port if that is not 443",
                    page: Phrase("say_address"))
            }
            self.init(mode: mode, host: host, port: typed.port ?? record?.port ?? Self.portDefault)
        }
        guard mode != .loopback || Loopback.hosts.contains(host) else {
            throw Refusal.usage(
                "plain HTTP is for this machine only: use 127.0.0.1, ::1 or localhost, or serve "
                    + "without --plain",
                page: Phrase("address_plain"))
        }
        guard PairingLink.isHost(host) else {
            throw Refusal.usage(Phrase("address_no_host", ["host": .text(host)]))
        }
    }

    /// Of one that was kept.
    init(mode: ServingRecord.Mode, host: String, port: UInt16) {
        self.mode = mode
        self.host = host
        self.port = port
    }

    private init(url: String, isPublic: Bool) throws {
        guard let parts = URLComponents(string: url), let host = parts.host, !host.isEmpty,
            ["", "/"].contains(parts.path), parts.query == nil,
            let scheme = parts.scheme, ["http", "https"].contains(scheme),
            let port = UInt16(exactly: parts.port ?? (scheme == "http" ? 80 : 443)), port > 0
        else {
            throw Refusal.usage(Phrase("address_looks_like"))
        }
        self.init(
            mode: scheme == "http" ? .loopback : isPublic ? .public : .pinned,
            host: host.trimmingCharacters(in: ["[", "]"]), port: port)
    }
}
