// Directory lines to bytes and back; an odd one is left out and the rest of an answer taken.

import TestSupport
import Testing

@testable import Shared

@Suite("Directory lines")
struct DirectoryLineTests {
    private static let home = ScopeID.neighborhood(Fixed.harbor)

    private func response(_ directory: [DirectoryLine] = []) -> SyncResponse {
        SyncResponse(
            outcomes: [], page: [], cursor: LedgerPosition(40), root: .of([2]), more: false,
            scopes: [], keys: nil, serverTime: Instant(milliseconds: 1), advice: "",
            directory: directory)
    }

    /// What an answer with these raw lines says.
    private func read(_ lines: [[UInt8]]) throws -> [DirectoryLine] {
        let bytes = try response().encoded() + lines.flatMap { Raw.bytes(12, $0) }
        return try SyncResponse(decoding: bytes).directory
    }

    private static func dot(_ sequence: UInt64) -> [UInt8] {
        Raw.bytes(1, Fixed.server.bytes) + Raw.number(2, sequence)
    }

    private static func line(
        member: UInt64 = 10, home: UInt64 = 2, number: UInt64 = 37, name: String = ""
    ) -> [UInt8] {
        Raw.bytes(1, dot(member)) + Raw.bytes(2, dot(home)) + Raw.number(3, number)
            + Raw.number(4, 1) + Raw.bytes(5, Array(name.utf8))
    }

    @Test("lines come back")
    func roundTrip() throws {
        let lines = [
            DirectoryLine(member: Fixed.ana, home: Self.home, number: 1),
            DirectoryLine(
                member: Fixed.luis, home: Self.home, number: 9_999_999, isActive: false,
                name: "Luis", isAlias: true),
        ]
        let response = response(lines)
        #expect(try SyncResponse(decoding: response.encoded()) == response)
    }

    @Test("the vector of a line")
    func vector() throws {
        let vector = try ProtocolDocument.vector("directory-line")
        let line = DirectoryLine(
            member: Fixed.ana, home: Self.home, number: 37, name: "Ana Ruiz", isAlias: true)
        #expect(
            try response([line]).encoded()
                == response().encoded() + Raw.bytes(12, vector.bytes("bytes")))
        #expect(try read([vector.bytes("bytes")]) == [line])
    }

    static let odd: [[UInt8]] = [
        [], line(number: 0), line(number: 10_000_000), line(number: 1 << 32 - 1),
        line(member: 0), line(member: 1 << 53), line(home: 0),
        // No home, no member; a replica of 15 bytes.
        Raw.bytes(1, dot(10)) + Raw.number(3, 37), Raw.bytes(2, dot(2)) + Raw.number(3, 37),
        Raw.bytes(1, Raw.bytes(1, counting(0, 15)) + Raw.number(2, 1)) + Raw.bytes(2, dot(2))
            + Raw.number(3, 37),
    ]

    @Test("an odd line is left out, those beside it stay", arguments: odd)
    func oddLines(_ odd: [UInt8]) throws {
        let good = DirectoryLine(member: Fixed.ana, home: Self.home, number: 37)
        #expect(try read([Self.line(), odd]) == [good])
        #expect(try read([odd, Self.line()]) == [good])
    }

    @Test("a name that no member can have is left out")
    func names() throws {
        let longest = String(repeating: "é", count: 200)
        let read = try read([longest, longest + "é", ""].map { Self.line(name: $0) })
        #expect(read.map(\.name) == [longest, nil, nil])
    }

    @Test("more lines than an answer may have are refused")
    func tooMany() throws {
        let most = Array(repeating: Self.line(), count: DirectoryLine.countMax)
        #expect(try read(most).count == DirectoryLine.countMax)
        #expect(throws: MessageError.malformed("sync response")) {
            try read(most + [Self.line()])
        }
    }

    @Test("damaged lines never trap", arguments: UInt64(1)...20)
    func damaged(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let line = DirectoryLine(member: Fixed.ana, home: Self.home, number: 7, name: "Ana")
        let whole = try response([line]).encoded()
        for _ in 0..<100 {
            var bytes = whole
            bytes[random.int(0...bytes.count - 1)] = UInt8(random.int(0...255))
            let read = try? SyncResponse(decoding: bytes).directory
            #expect(read.map { $0.allSatisfy { (1...9_999_999).contains($0.number) } } ?? true)
        }
    }
}
