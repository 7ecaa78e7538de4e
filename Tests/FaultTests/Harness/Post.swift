// The way of requests from a device to the server: keeps what was sent, holds it back when asked
// to, and delivers it again, late, or altered.
// Neighbors: stands before CurlTransport in a SyncSession.

import Shared

@testable import SyncClient

/// A request as it left the device.
struct Letter {
    var path: String
    var headers: [(name: String, value: String)]
    var body: [UInt8]
}

final class Post: Transport {
    private let carrier: any Transport
    /// Requests are kept and not delivered: to the device the connection is cut.
    var isCatching = false
    private(set) var caught: [Letter] = []
    private(set) var delivered: [Letter] = []
    private(set) var answers: [HTTPAnswer] = []

    init(_ carrier: any Transport) { self.carrier = carrier }

    var statuses: [Int] { answers.map(\.status) }

    func post(
        path: String, headers: [(name: String, value: String)], body: [UInt8]
    ) throws(TransportError) -> HTTPAnswer {
        let letter = Letter(path: path, headers: headers, body: body)
        if isCatching {
            caught.append(letter)
            throw .cut
        }
        return try deliver(letter)
    }

    @discardableResult
    func deliver(_ letter: Letter) throws(TransportError) -> HTTPAnswer {
        let answer = try carrier.post(
            path: letter.path, headers: letter.headers, body: letter.body)
        delivered.append(letter)
        answers.append(answer)
        return answer
    }
}

extension Letter {
    /// One bit of the signature, which ends the header, is another.
    func withFlippedSignature(bit: Int) -> Letter {
        var letter = self
        letter.headers = headers.map { header in
            guard header.name == "Authorization" else { return header }
            var digits = Array(header.value)
            let index = digits.count - 1 - bit / 4
            let value = (digits[index].hexDigitValue ?? 0) ^ (1 << (bit % 4))
            digits[index] = Character(String(value, radix: 16))
            return (header.name, String(digits))
        }
        return letter
    }
}
