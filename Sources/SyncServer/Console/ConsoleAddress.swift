// Where browsers find the console: pure, from what was typed and how the server was last reached.
// Neighbors: `serve` and `accounts invite` print it; LinkAddress does the same for devices.

internal import Foundation
internal import Shared
internal import Texts

struct ConsoleAddress: Equatable {
    let url: String

    /// `typed` comes before what the server remembers of its last start.
    init(typed: String?, record: ServingRecord?) throws {
        if let typed {
            guard let parts = URLComponents(string: typed), let host = parts.host, !host.isEmpty,
                ["", "/"].contains(parts.path), parts.query == nil, parts.fragment == nil,
                let scheme = parts.scheme, ["http", "https"].contains(scheme)
            else { throw Refusal.usage(Phrase("address_looks_like")) }
            url = "\(scheme)://\(host)" + (parts.port.map { ":\($0)" } ?? "")
        } else {
            guard let record else {
                throw Refusal.usage(
                    "this server has not been started yet: start it with `serve`, or say where "
                        + "browsers will find it: --url https://book.example.org",
                    page: Phrase("say_address"))
            }
            guard let host = record.host else {
                throw Refusal.usage(
                    "say where browsers find this server: --url https://book.example.org, with "
                        + "its port if that is not 443",
                    page: Phrase("say_address"))
            }
            url = Self.url(record.mode, host: host, port: record.port)
        }
    }

    /// Of a server that listens; nil where only whoever set it up knows the name.
    init?(_ record: ServingRecord) {
        guard let host = record.host else { return nil }
        url = Self.url(record.mode, host: host, port: record.port)
    }

    private static func url(_ mode: ServingRecord.Mode, host: String, port: UInt16) -> String {
        let scheme = mode == .loopback ? "http" : "https"
        let name = host.contains(":") ? "[\(host)]" : host
        return "\(scheme)://\(name)"
            + (scheme == "https" && port == 443 ? "" : ":\(port)")
    }

    func joining(_ token: String) -> String { "\(url)\(ConsoleRoute.joinPath)?token=\(token)" }
}
