// Bytes that no author of ours writes: refused with a reason, never a trap.

import Testing
import TestSupport

@testable import Shared

@Suite("Malformed events")
struct MalformedEventTests {
    private static let replica = Fixed.replica(1).bytes
    private static let start = Raw.bytes(1, replica) + Raw.number(2, 1) + Raw.bytes(3, [])

    @Test("a truncated event is refused or is another event, at every length")
    func truncated() throws {
        let event = try VectorTests.creating()
        let bytes = event.encoded()
        for length in 0..<bytes.count {
            let read = try? Event(decoding: Array(bytes.prefix(length)))
            #expect(read != event)
        }
    }

    @Test("random bytes never trap", arguments: UInt64(1)...20)
    func randomBytes(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        for _ in 0..<100 {
            let bytes = random.bytes(random.int(0...200))
            _ = try? Event(decoding: bytes)
            _ = try? Payload(decoding: bytes)
        }
    }

    @Test("damaged events never trap, also when their shape is checked", arguments: UInt64(1)...40)
    func damaged(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        var event = random.event()
        event.kind = (Kind.allCases.randomElement(using: &random) ?? .hoursRecorded).number
        let bytes = event.encoded()
        for _ in 0..<50 {
            var damaged = bytes
            for _ in 0...random.int(0...3) {
                damaged[random.int(0...damaged.count - 1)] = UInt8(random.int(0...255))
            }
            if let read = try? Event(decoding: damaged) { try? read.checkShape() }
        }
    }

    @Test(
        "a dot needs sixteen bytes and a sequence from 1 to 2^53 − 1",
        arguments: [
            Raw.number(2, 1), Raw.bytes(1, replica), Raw.bytes(1, [1]) + Raw.number(2, 1),
            Raw.bytes(1, replica + [0]) + Raw.number(2, 1),
            Raw.bytes(1, replica) + Raw.number(2, 1 << 53),
            Raw.bytes(1, replica) + Raw.number(2, .max),
        ])
    func badDots(dot: [UInt8]) {
        let malformed = EventError.malformed(field: "dot")
        #expect(throws: malformed) { try Event(decoding: dot) }
        for field: UInt64 in 6...9 {
            #expect(throws: malformed) {
                try Event(decoding: Self.start + Raw.bytes(field, dot))
            }
        }
    }

    @Test(
        "a context's counts stay below 2^53, its tag has four bytes, its extras are bounded",
        arguments: [
            Raw.number(1, 1 << 53), Raw.number(3, .max), Raw.bytes(2, [1, 2, 3]),
            Raw.bytes(2, [1, 2, 3, 4, 5]),
            (0...1_000).flatMap { _ in Raw.bytes(4, Raw.bytes(1, replica) + Raw.number(2, 1)) },
        ])
    func badContexts(context: [UInt8]) {
        let event = Raw.bytes(1, Self.replica) + Raw.number(2, 1) + Raw.bytes(3, context)
        #expect(throws: EventError.malformed(field: "context")) { try Event(decoding: event) }
    }

    @Test(
        "a day that the calendar does not have is refused",
        arguments: [0, 20_260_229, 20_261_301, 20_260_100, 18_991_231, 22_000_101, 4_294_967_295])
    func badDates(code: UInt64) {
        let value = Raw.number(3, code)
        #expect(throws: EventError.malformed(field: "date")) {
            try Event(decoding: Self.start + Raw.bytes(12, Self.field(3, value)))
        }
    }

    @Test("a field number that comes twice is refused")
    func fieldTwice() {
        let field = Self.field(3, Raw.number(2, 2))
        #expect(throws: EventError.malformed(field: "field 3 twice")) {
            try Payload(decoding: field + field)
        }
        // Protocol Buffers joins a message that comes twice: the same field must not slip through.
        #expect(throws: EventError.malformed(field: "field 3 twice")) {
            try Event(decoding: Self.start + Raw.bytes(12, field) + Raw.bytes(12, field))
        }
    }

    @Test("payloads nest four deep, no deeper")
    func depth() throws {
        func nested(_ levels: Int) -> [UInt8] {
            levels == 1 ? [] : Self.field(1, Raw.bytes(11, nested(levels - 1)))
        }
        _ = try Payload(decoding: nested(4))
        #expect(throws: EventError.malformed(field: "payload")) {
            try Payload(decoding: nested(5))
        }
        #expect(throws: EventError.notProtobuf) { try Payload(decoding: nested(5_000)) }
    }

    @Test("a payload has at most a hundred fields")
    func fieldCount() throws {
        func fields(_ count: UInt64) -> [UInt8] {
            (1...count).flatMap { Self.field($0, Raw.number(10, 1)) }
        }
        _ = try Payload(decoding: fields(100))
        #expect(throws: EventError.malformed(field: "payload")) {
            try Payload(decoding: fields(101))
        }
    }

    @Test(
        "other parts of the wrong size are refused",
        arguments: [
            (Raw.bytes(13, Raw.bytes(2, [1, 2, 3])), "sealed"),
            (Raw.bytes(14, Raw.bytes(2, [1])), "reissued"),
            (Raw.bytes(15, [1, 2, 3]), "import key"),
            (Raw.bytes(12, field(2, Raw.bytes(6, Raw.number(3, 9)))), "shares"),
            (Raw.bytes(12, field(2, Raw.bytes(9, Raw.bytes(1, [])))), "side"),
        ])
    func badParts(part: [UInt8], field: String) {
        #expect(throws: EventError.malformed(field: field)) {
            try Event(decoding: Self.start + part)
        }
    }

    @Test("text that is not UTF-8 is refused")
    func notUnicode() {
        let payload = Self.field(1, Raw.bytes(1, [0xFF, 0xFE]))
        #expect(throws: EventError.notProtobuf) { try Payload(decoding: payload) }
    }

    private static func field(_ number: UInt64, _ value: [UInt8]) -> [UInt8] {
        Raw.bytes(1, Raw.number(1, number) + Raw.bytes(2, value))
    }
}
