// The transport over libcurl where no server is needed; demo and kill test use a real one.

import Testing

@testable import Shared
@testable import SyncClient

@Suite struct TransportTests {
    @Test func nobodyListening() throws {
        // Port 1 of the loopback is reserved and closed on any machine that runs tests.
        let transport = try CurlTransport(
            to: ServerAddress(host: "127.0.0.1", port: 1, mode: .loopback), pins: [])
        #expect(throws: TransportError.cannotConnect) {
            try transport.post(path: "/", headers: [], body: [1, 2, 3])
        }
    }

    @Test("an HTTP layer that never had the whole request tells of the line, not of the request")
    func cutRequest() {
        func isCut(_ status: Int, nonce: Bool = false, body: [UInt8] = []) -> Bool {
            let headers = nonce ? [SyncProtocol.nonceHeader.lowercased(): "00"] : [:]
            return HTTPAnswer(status: status, headers: headers, body: body).isOfCutRequest
        }
        #expect(isCut(400) && isCut(408))
        #expect(!isCut(400, nonce: true) && !isCut(400, body: [1]))
        #expect(![200, 401, 413, 500, 503].contains { isCut($0) })
    }

    @Test func onlyLoopbackIsLoopback() {
        for host in ["localhost", "127.0.0.1", "127.255.0.9", "::1"] {
            #expect(Loopback.contains(host))
        }
        for host in ["", "127.0.0.1.example.org", "128.0.0.1", "127.0.0.256", "0.0.0.0", "::"] {
            #expect(!Loopback.contains(host))
        }
    }
}
