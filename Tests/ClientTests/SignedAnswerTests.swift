// A device takes an answer only if the office's ledger signed it as the answer to this request:
// whatever stands between, such as a proxy where TLS ends, can neither alter nor repeat one.
// Found by the simulator: an answer with one bit turned over moved the cursor, and the device was
// refused ever after. Neighbors: SyncSession, SignedRequest.

import Shared
import Store
import Testing

@testable import SyncClient

@Suite("Whose answer it is")
struct SignedAnswerTests {
    @Test("an answer with any byte altered is not taken, and the next sync is well")
    func altered() throws {
        let bench = try Bench.ready(try OfficeInMemory())
        _ = try bench.sync()
        let length = try answerLength(bench)
        for index in 0..<length {
            try refuses(bench) { answer in
                var body = answer.body
                body[index] ^= 1
                return HTTPAnswer(status: 200, headers: answer.headers, body: body)
            }
        }
        #expect(try bench.sync().end == .complete)
    }

    @Test("an answer without a signature, cut or longer, is not taken")
    func cut() throws {
        let bench = try Bench.ready(try OfficeInMemory())
        _ = try bench.sync()
        try refuses(bench) { answer in
            let nonce = answer.headers.filter { $0.key == "hourbook-nonce" }
            return HTTPAnswer(status: 200, headers: nonce, body: answer.body)
        }
        try refuses(bench) {
            HTTPAnswer(status: 200, headers: $0.headers, body: $0.body.dropLast())
        }
        try refuses(bench) { HTTPAnswer(status: 200, headers: $0.headers, body: $0.body + [0]) }
        #expect(try bench.sync().end == .complete)
    }

    @Test("the answer to another request is not taken, although the office signed it")
    func replayed() throws {
        let bench = try Bench.ready(try OfficeInMemory())
        let old = Altering(bench.office) { $0 }
        _ = try session(bench, over: old).run()
        guard let first = old.last else {
            Issue.record("no answer")
            return
        }
        _ = try bench.enroll(1, "Ana")
        try refuses(bench) { _ in first }
        #expect(try bench.sync().end == .complete)
    }

    private func session(_ bench: Bench, over transport: any Transport) -> SyncSession {
        SyncSession(device: bench.device, keys: bench.keys, transport: transport)
    }

    private func answerLength(_ bench: Bench) throws -> Int {
        let plain = Altering(bench.office) { $0 }
        _ = try session(bench, over: plain).run()
        return plain.last?.body.count ?? 0
    }

    /// Nothing of such an answer is stored.
    private func refuses(
        _ bench: Bench, _ alter: @escaping (HTTPAnswer) -> HTTPAnswer
    ) throws {
        let before = try bench.device.read { ($0.sync.cursor, $0.sync.acknowledged) }
        let end = try session(bench, over: Altering(bench.office, alter)).run().end
        guard case .unreadableAnswer(let why) = end else {
            Issue.record("it was taken: \(end)")
            return
        }
        #expect(why.contains("did not sign it"))
        #expect(try bench.device.read { ($0.sync.cursor, $0.sync.acknowledged) } == before)
    }
}

/// What stands between a device and its office.
private final class Altering: Transport {
    private let office: any Transport
    private let alter: (HTTPAnswer) -> HTTPAnswer
    /// The office's own, of status 200.
    private(set) var last: HTTPAnswer?

    init(_ office: any Transport, _ alter: @escaping (HTTPAnswer) -> HTTPAnswer) {
        (self.office, self.alter) = (office, alter)
    }

    func post(
        path: String, headers: [(name: String, value: String)], body: [UInt8]
    ) throws(TransportError) -> HTTPAnswer {
        let answer = try office.post(path: path, headers: headers, body: body)
        guard answer.status == 200 else { return answer }
        last = answer
        return alter(answer)
    }
}
