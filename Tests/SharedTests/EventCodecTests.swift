// Event bytes there and back, and what older and newer builds do with each other's.

import Testing
import TestSupport

@testable import Shared

@Suite("Event bytes")
struct EventCodecTests {
    @Test("an event comes back as it was written", arguments: UInt64(1)...200)
    func roundTrip(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let event = random.event()
        let bytes = event.encoded()
        #expect(try Event(decoding: bytes) == event)
        #expect(try Event(decoding: bytes).encoded() == bytes)
    }

    @Test("an event whose context is all default still says so")
    func emptyContextIsWritten() {
        var author = Author()
        let bytes = author.write(.hoursRecorded, .exchange()).encoded()
        let replicaAndSequence = Raw.bytes(1, author.replica.bytes) + Raw.number(2, 1)
        #expect(bytes.starts(with: replicaAndSequence + [0x1A, 0x00]))
    }

    @Test("a field of a newer build is read over, and stays in the bytes that are relayed")
    func unknownFieldSurvives() throws {
        var author = Author()
        let event = author.write(.hoursRecorded, .exchange())
        let newer = event.encoded() + Raw.bytes(99, [1, 2, 3]) + Raw.number(98, 7)
        #expect(try Event(decoding: newer) == event)

        var chain = ReplicaChain(signingKey: author.keys.signingPublicKey)
        chain.append(.leaf(newer))
        let run = PushedRun(
            community: Fixed.community, epoch: .first, replica: author.replica,
            first: Sequence64(1), chain: chain, signature: [], events: [newer])
        let relayed = try PushedRun(unpacking: run.packed(), bytesMax: 100_000)
        #expect(relayed.events == [newer])
    }

    @Test("a kind of a newer build passes the shape check, inert")
    func unknownKindPasses() throws {
        var author = Author()
        var event = author.write(.hoursRecorded, [200: .text("something else")])
        event.kind = KindNumber(9_999)
        let read = try Event(decoding: event.encoded())
        #expect(read.knownKind == nil)
        try read.checkShape()
    }

    @Test("a type of value of a newer build is unrecognized, not an error")
    func unknownValue() throws {
        let value = Raw.bytes(77, [1, 2, 3])
        let field = Raw.bytes(1, Raw.number(1, 5) + Raw.bytes(2, value))
        #expect(try Payload(decoding: field) == [5: .unrecognized])
    }

    @Test("field order in a payload does not matter to a reader")
    func fieldOrder() throws {
        func field(_ number: UInt64) -> [UInt8] {
            Raw.bytes(1, Raw.number(1, number) + Raw.bytes(2, Raw.number(2, number * 2)))
        }
        let expected: Payload = [1: .integer(1), 2: .integer(2)]
        #expect(try Payload(decoding: field(2) + field(1)) == expected)
        #expect(expected.encoded() == field(1) + field(2))
    }

    @Test("texts are compared by canonical equivalence")
    func canonicalEquivalence() {
        #expect(Value.text("caf\u{E9}") == Value.text("cafe\u{301}"))
    }

    @Test("an event may have 60,000 bytes and not one more")
    func longest() throws {
        var author = Author()
        var event = author.write(.hoursRecorded, [200: .data([])])
        let around = event.encoded().count
        event.payload = [200: .data([UInt8](repeating: 7, count: 60_000 - around - 8))]
        let bytes = event.encoded()
        #expect(bytes.count == Event.byteCountMax)
        #expect(try Event(decoding: bytes) == event)
        #expect(throws: EventError.tooLong(60_001)) {
            try Event(decoding: bytes + [0])
        }
    }
}

extension SeededRandom {
    /// An event of arbitrary content, within what an event may hold.
    mutating func event() -> Event {
        Event(
            dot: dot(),
            context: CausalContext(
                position: LedgerPosition(UInt64(int(0...1_000_000))),
                rootTag: RootTag(of: .of(bytes(4))), ownSequence: Sequence64(UInt64(int(0...900))),
                extras: (0..<int(0...3)).map { _ in dot() }),
            recordedAt: Instant(milliseconds: Int64(int(-4_000_000_000_000...4_000_000_000_000))),
            utcOffsetMinutes: Int32(int(-720...840)), worker: chance(9, of: 10) ? entity() : nil,
            onBehalfOf: chance(1, of: 5) ? entity() : nil,
            home: chance(1, of: 5) ? .community : .neighborhood(entity()),
            subject: chance(1, of: 2) ? entity() : nil, kind: KindNumber(UInt32(int(1...60))),
            schema: UInt32(int(0...2)), payload: payload(depth: 0),
            sealed: (0..<int(0...2)).map { _ in
                SealedPart(key: DataKeyID(next()), nonce: bytes(12), ciphertext: bytes(int(0...60)))
            },
            reissued: chance(1, of: 6) ? Reissued(origin: dot(), leaf: .of(bytes(3))) : nil,
            importKey: chance(1, of: 6) ? ImportKey(Bytes16(prefixOf: .of(bytes(3)))) : nil)
    }

    mutating func dot() -> Dot {
        Dot(Fixed.replica(number: int(1...50)), Sequence64(UInt64(int(1...100_000))))
    }

    mutating func entity() -> EntityID { EntityID(dot()) }

    mutating func payload(depth: Int) -> Payload {
        var payload = Payload()
        for _ in 0..<int(0...6) {
            payload[FieldNumber(UInt32(int(0...30)))] = value(depth: depth)
        }
        return payload
    }

    mutating func value(depth: Int) -> Value {
        switch int(1...(depth < 3 ? 12 : 11)) {
        case 1: .text(String(repeating: "ñ", count: int(0...20)))
        case 2: .integer(Int64(truncatingIfNeeded: next()))
        case 3:
            .date(
                Instant(milliseconds: Int64(truncatingIfNeeded: next() >> 20)).date(
                    utcOffsetMinutes: 0))
        case 4: .entity(entity())
        case 5: .entities((0..<int(0...4)).map { _ in entity() })
        case 6:
            .shares(
                Shares(
                    providers: parties(), recipients: parties(),
                    rule: chance(1, of: 2) ? .pot : .split))
        case 7: .data(bytes(int(0...40)))
        case 8: .texts((0..<int(0...3)).map { _ in "x" })
        case 9: .sides([Side(dot: dot(), leaf: .of(bytes(2)))])
        case 10: .flag(chance(1, of: 2))
        case 11:
            .blocks([
                NumberBlock(
                    neighborhood: entity(), first: UInt32(int(0...9)), last: UInt32(int(0...9)))
            ])
        default: .payload(payload(depth: depth + 1))
        }
    }

    private mutating func parties() -> [Party] {
        (0..<int(0...3)).map { _ in
            Party(account: entity(), minutes: Minutes(Int64(int(0...9_000))))
        }
    }
}
