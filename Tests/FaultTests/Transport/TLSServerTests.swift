// What the server takes from whoever connects: TLS 1.2 or newer, HTTP/2, and nothing in plain text.
// Neighbors: Sources/SyncServer/Serving; Caller stands for the other side.

import FaultInjection
import NIOCore
import NIOSSL
import Shared
import Testing

@testable import SyncClient
@testable import SyncServer

@Suite("Whom the server talks to")
struct TLSServerTests {
    /// RFC 9113 section 3.4: how a client begins, and settings that say nothing.
    private static let preface =
        Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) + [0, 0, 0, settingsFrame, 0, 0, 0, 0, 0]
    private static let settingsFrame: UInt8 = 4
    private static let frameHeadBytes = 9

    private static let request = Array("GET /healthz HTTP/1.1\r\nHost: here\r\n\r\n".utf8)

    @Test("TLS 1.1 is refused, 1.2 and 1.3 are not")
    func versions() async throws {
        let town = try Town()
        defer { town.remove() }
        try await town.serving(encrypted: true) { port in
            for version in [TLSVersion.tlsv12, .tlsv13] {
                let answer = try await Caller.call(
                    port: port, tls: Caller.configuration(from: version, to: version),
                    saying: Self.request, bytesWanted: 1)
                #expect(String(decoding: answer, as: UTF8.self).hasPrefix("HTTP/1.1 200"))
            }
            await #expect(throws: (any Error).self) {
                try await Caller.call(
                    port: port, tls: Caller.configuration(from: .tlsv1, to: .tlsv11),
                    saying: Self.request)
            }
        }
    }

    @Test("HTTP/2 is spoken to a client that offers it, and a device does")
    func http2() async throws {
        let town = try Town()
        defer { town.remove() }
        try await town.serving(encrypted: true) { port in
            let heard = try await Caller.call(
                port: port, tls: Caller.configuration(protocols: ["h2"]), saying: Self.preface,
                bytesWanted: Self.frameHeadBytes)
            #expect(heard.dropFirst(3).first == Self.settingsFrame)
        }
        let both = try SampleCertificate.configuration(protocols: ["h2", "http/1.1"])
        try await Peer.listening(both) { peer in
            _ = try await apart {
                let address = ServerAddress(
                    host: Loopback4.host, port: peer.port, mode: .pinned(SampleCertificate.pin))
                let transport = try CurlTransport(
                    to: address, pins: [SampleCertificate.pin], patience: .ofTests)
                return try? transport.post(path: SyncProtocol.syncPath, headers: [], body: [1])
            }
            #expect(peer.received.starts(with: Array("PRI * HTTP/2.0\r\n".utf8)))
        }
    }

    @Test("a request in plain text gets no answer, and the server goes on")
    func plainText() async throws {
        let town = try Town()
        defer { town.remove() }
        try await town.serving(encrypted: true) { port in
            let heard = try? await Caller.call(port: port, saying: Self.request)
            // At most an alert of TLS.
            #expect(!String(decoding: heard ?? [], as: UTF8.self).contains("HTTP"))
            let answer = try await Caller.call(
                port: port, tls: Caller.configuration(), saying: Self.request, bytesWanted: 1)
            #expect(!answer.isEmpty)
        }
    }

    @Test("24: whoever connects and says nothing is hung up on", .timeLimit(.minutes(1)))
    func silence() async throws {
        let town = try Town()
        defer { town.remove() }
        try await town.serving(encrypted: true, handshakeDeadline: .milliseconds(20)) { port in
            // Waits for the other side to end the connection.
            let heard = try? await Caller.call(port: port, saying: [])
            #expect(heard?.isEmpty != false)
        }
        try FaultReport.row(
            24, "connections that say nothing", times: 1, broken: [], looked: [.i6])
    }
}
