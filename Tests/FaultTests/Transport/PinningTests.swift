// What a device takes for its server, mode by mode (docs/protocol.md section 7.1), and that nothing
// is sent to anything else. Neighbors: Sources/SyncClient/Sync; Peer stands for the other side.

import FaultInjection
import Foundation
import NIOSSL
import Shared
import TestSupport
import Testing

@testable import SyncClient

@Suite("Whom a device talks to", .timeLimit(.minutes(5)))
struct PinningTests {
    /// What must never reach a stranger.
    private static let body = Array("a signed request".utf8)

    private static func post(
        to port: UInt16, _ mode: PairingLink.Mode, host: String = Loopback4.host
    ) async throws -> Result<HTTPAnswer, TransportError> {
        try await apart {
            let address = ServerAddress(host: host, port: port, mode: mode)
            let transport = try CurlTransport(
                to: address, pins: address.pins(announced: []), patience: .ofTests)
            do throws(TransportError) {
                return .success(
                    try transport.post(path: SyncProtocol.syncPath, headers: [], body: body))
            } catch { return .failure(error) }
        }
    }

    @Test("the pinned key is enough: the certificate is self-made, ended, and for another name")
    func pinnedKey() async throws {
        try await Peer.listening(SampleCertificate.configuration()) { peer in
            let answer = try await Self.post(to: peer.port, .pinned(SampleCertificate.pin))
            #expect(try answer.get().status == 200)
            #expect(peer.text.hasPrefix("POST \(SyncProtocol.syncPath) HTTP/1.1\r\n"))
        }
    }

    @Test("15: another key is refused before a byte of the request is sent")
    func anotherKey() async throws {
        try await Peer.listening(SampleCertificate.configuration()) { peer in
            let answer = try await Self.post(to: peer.port, .pinned(.of([1])))
            #expect(answer == .failure(.wrongKey))
            await peer.connectionEnded()
            #expect(peer.connectionCount == 1)
            #expect(peer.received.isEmpty)
        }
    }

    @Test("without a pin nobody is the server")
    func noPin() {
        let address = ServerAddress(
            host: Loopback4.host, port: 1, mode: .pinned(SampleCertificate.pin))
        #expect(throws: TransportError.wrongKey) { try CurlTransport(to: address, pins: []) }
    }

    @Test("in mode public a certificate that the system does not trust is refused, nothing sent")
    func untrusted() async throws {
        try await Peer.listening(SampleCertificate.configuration()) { peer in
            let answer = try await Self.post(to: peer.port, .public)
            #expect(answer == .failure(.untrusted))
            await peer.connectionEnded()
            #expect(peer.received.isEmpty)
        }
    }

    @Test(
        "a server of TLS 1.1 is refused, whatever its key",
        arguments: [PairingLink.Mode.public, .pinned(SampleCertificate.pin)])
    func oldVersion(_ mode: PairingLink.Mode) async throws {
        try await Peer.listening(SampleCertificate.configuration(from: .tlsv1, to: .tlsv11)) {
            peer in
            let answer = try await Self.post(to: peer.port, mode)
            #expect(answer == .failure(.notEncrypted))
            await peer.connectionEnded()
            #expect(peer.received.isEmpty)
        }
    }

    @Test(
        "plain HTTP where TLS is expected gets a greeting of TLS, and no request",
        arguments: [PairingLink.Mode.public, .pinned(SampleCertificate.pin)])
    func plain(_ mode: PairingLink.Mode) async throws {
        try await Peer.listening { peer in
            let answer = try await Self.post(to: peer.port, mode)
            #expect(answer == .failure(.notEncrypted))
            await peer.connectionEnded()
            // 22 is the record type of a handshake (RFC 8446 section 5.1).
            #expect(peer.received.first == 22)
            #expect(!peer.text.contains("POST") && !peer.text.contains("signed request"))
        }
        let sentence = TransportError.notEncrypted.sentence
        #expect(sentence.contains("nothing was sent") && sentence.contains("TLS"))
    }

    @Test("a server without a certificate cannot get round the pin by anonymous ciphers")
    func anonymous() async throws {
        let server = try await apart { try AnonymousServer() }
        let answer = try await Self.post(to: server.port, .pinned(SampleCertificate.pin))
        #expect(answer == .failure(.notEncrypted))
        // It serves whoever offers such a cipher, itself for one; a device does not.
        let outcomes = try await apart { try server.outcomes() }
        #expect(outcomes == ["served", "refused"])
    }

    @Test("plain HTTP stays on this machine", arguments: ["192.0.2.1", "book.example.org", "::2"])
    func plainElsewhere(host: String) throws {
        let address = ServerAddress(host: host, port: 80, mode: .loopback)
        #expect(throws: TransportError.notEncrypted) { try CurlTransport(to: address, pins: []) }
        let link = PairingLink(
            host: host, port: 80, mode: .loopback, id: counting(0, 8), secret: counting(0, 10),
            ledger: .of([1]))
        let refusal = #expect(throws: UserError.self) { try Pairing.link("\(link)") }
        #expect(refusal?.description.contains("is another machine") == true)
    }
}
