// Answers that a device must not swallow, nor follow: redirects, and bodies and headers without an
// end. Neighbors: Sources/SyncClient/Sync/CurlTransport bounds them; Peer sends them.

import FaultInjection
import Foundation
import Shared
import Testing

@testable import SyncClient

@Suite("What a device takes for an answer")
struct AnswerBoundTests {
    private static func post(to peer: Peer, tls: Bool) async throws -> Result<
        HTTPAnswer, TransportError
    > {
        let mode: PairingLink.Mode = tls ? .pinned(SampleCertificate.pin) : .loopback
        let address = ServerAddress(host: Loopback4.host, port: peer.port, mode: mode)
        return try await apart {
            let transport = try CurlTransport(
                to: address, pins: address.pins(announced: []), patience: .ofTests)
            do throws(TransportError) {
                return .success(
                    try transport.post(path: SyncProtocol.syncPath, headers: [], body: [1]))
            } catch { return .failure(error) }
        }
    }

    /// What a device makes of an answer over TLS.
    private static func outcome(of answer: [UInt8]) async throws -> Result<
        HTTPAnswer, TransportError
    > {
        try await Peer.listening(SampleCertificate.configuration(), answering: answer) {
            try await post(to: $0, tls: true)
        }
    }

    @Test("a redirect is not followed, be it to plain HTTP or to TLS", arguments: [true, false])
    func redirect(tls: Bool) async throws {
        let configuration = try tls ? SampleCertificate.configuration() : nil
        try await Peer.listening { elsewhere in
            for scheme in ["http", "https"] {
                let location = "Location: \(scheme)://\(Loopback4.host):\(elsewhere.port)/v1/sync"
                let answer = HTTPText.answer("307 Temporary Redirect", headers: [location])
                try await Peer.listening(configuration, answering: answer) { peer in
                    let answer = try await Self.post(to: peer, tls: tls).get()
                    #expect(answer.status == 307)
                    #expect(ProblemDetails(answer).sentence.contains("elsewhere"))
                }
            }
            #expect(elsewhere.connectionCount == 0)
        }
    }

    @Test("23: a body over the bound is cut off, whether it says its length or not")
    func endlessBody() async throws {
        let body = [UInt8](repeating: 7, count: TransportLimits.answerBytesMax + 1)
        #expect(
            try await Self.outcome(of: HTTPText.answer("200 OK", body: body))
                == .failure(.tooLarge))
        let chunk = Array("\(String(body.count, radix: 16))\r\n".utf8) + body
        let chunked = HTTPText.head("200 OK", headers: ["Transfer-Encoding: chunked"]) + chunk
        #expect(try await Self.outcome(of: chunked) == .failure(.tooLarge))
        #expect(TransportError.tooLarge.sentence.contains("larger than this program reads"))
    }

    @Test("a body of exactly the bound is read")
    func boundedBody() async throws {
        let body = [UInt8](repeating: 7, count: TransportLimits.answerBytesMax)
        let answer = try await Self.outcome(of: HTTPText.answer("200 OK", body: body)).get()
        #expect(answer.body == body)
    }

    @Test("23: headers over the bound are cut off, in many lines or in one")
    func endlessHeaders() async throws {
        let line = "X-Filler: " + String(repeating: "x", count: 1_000)
        let lines = Array(repeating: line, count: TransportLimits.headerBytesMax / 1_000 + 1)
        #expect(
            try await Self.outcome(of: HTTPText.answer("200 OK", headers: lines))
                == .failure(.tooLarge))
        let single =
            "X-Filler: " + String(repeating: "x", count: 2 * TransportLimits.headerBytesMax)
        #expect(
            try await Self.outcome(of: HTTPText.answer("200 OK", headers: [single]))
                == .failure(.tooLarge))
    }

    @Test("of an answer after an interim one, only its own headers count")
    func interim() async throws {
        let answer =
            HTTPText.head("103 Early Hints", headers: ["Hourbook-Nonce: 00"])
            + HTTPText.answer("200 OK", headers: ["X-Last: yes"])
        let headers = try await Self.outcome(of: answer).get().headers
        #expect(headers == ["x-last": "yes", "content-length": "0"])
    }
}
