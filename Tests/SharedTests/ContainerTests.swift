// Runs and pages in their container; headers that lie, and bombs.

import Testing
import TestSupport

@testable import Shared

@Suite("Run container")
struct ContainerTests {
    private static let bytesMax = 100_000
    private static let magic = Array("HBR1".utf8)

    private func run(_ count: Int = 3) throws -> PushedRun {
        var author = Author()
        for _ in 0..<count { _ = author.write(.hoursRecorded, .exchange()) }
        return try author.run()
    }

    private func page() -> Page {
        func entry(
            _ position: UInt64, _ reach: [ScopeID], _ content: LedgerEntry.Content, _ unknown: Bool
        ) -> LedgerEntry {
            LedgerEntry(
                position: LedgerPosition(position), reach: reach,
                receivedAt: Instant(milliseconds: 5), content: content, contextUnknown: unknown)
        }
        let entries = [
            entry(7, [.community], .bytes([1, 2, 3]), false),
            entry(
                9, [.neighborhood(Fixed.harbor), .neighborhood(Fixed.entity(1))],
                .own(Sequence64(4)), true),
        ]
        return Page(
            community: Fixed.community, epoch: .first, first: LedgerPosition(6),
            last: LedgerPosition(12), root: .of([1]), entries: entries)
    }

    @Test("a pushed run comes back byte for byte")
    func runRoundTrip() throws {
        let run = try run()
        #expect(try PushedRun(unpacking: run.packed(), bytesMax: Self.bytesMax) == run)
    }

    @Test("a page comes back, with entries of its own device left out and unknown contexts marked")
    func pageRoundTrip() throws {
        let page = page()
        #expect(try Page(unpacking: page.packed(), bytesMax: Self.bytesMax) == page)
    }

    @Test("a page may be empty: everything it spans belongs to other scopes")
    func emptyPage() throws {
        let page = Page(
            community: Fixed.community, epoch: .first, first: LedgerPosition(1),
            last: LedgerPosition(50), root: .zero, entries: [])
        #expect(try Page(unpacking: page.packed(), bytesMax: Self.bytesMax) == page)
    }

    @Test(
        "a run whose header does not fit its events is refused",
        arguments: [
            (0, 2), (1, 1), (1, 3), (2, 1), (1 << 53, (1 << 53) + 1), (.max, 0),
        ] as [(UInt64, UInt64)])
    func lyingCounts(first: UInt64, last: UInt64) {
        let header =
            Raw.bytes(1, Fixed.community.bytes) + Raw.bytes(3, Fixed.server.bytes)
            + Raw.number(4, first) + Raw.number(5, last) + Raw.bytes(6, Hash.zero.bytes)
        let packed = Self.packed(header + Raw.bytes(8, [1]) + Raw.bytes(8, [2]))
        #expect(throws: ContainerError.malformed("the count of events in a run")) {
            try PushedRun(unpacking: packed, bytesMax: Self.bytesMax)
        }
    }

    @Test("a run without events, community, replica or hash is refused")
    func lackingHeaders() throws {
        let parts = [
            Raw.bytes(1, Fixed.community.bytes), Raw.bytes(3, Fixed.server.bytes),
            Raw.number(4, 1) + Raw.number(5, 1), Raw.bytes(6, Hash.zero.bytes), Raw.bytes(8, [1]),
        ]
        _ = try PushedRun(unpacking: Self.packed(parts.flatMap(\.self)), bytesMax: Self.bytesMax)
        for missing in parts.indices {
            let rest = parts.indices.filter { $0 != missing }.flatMap { parts[$0] }
            #expect(throws: ContainerError.self) {
                try PushedRun(unpacking: Self.packed(rest), bytesMax: Self.bytesMax)
            }
        }
    }

    @Test(
        "a page whose entries leave its span or its order is refused",
        arguments: [[5, 7], [7, 7], [8, 7], [7, 13], [0], [UInt64.max]])
    func lyingPages(positions: [UInt64]) {
        let header =
            Raw.bytes(1, Fixed.community.bytes) + Raw.number(4, 6) + Raw.number(5, 12)
            + Raw.bytes(6, Hash.zero.bytes)
        let entries = positions.flatMap { Raw.bytes(9, Raw.number(1, $0) + Raw.bytes(4, [1])) }
        #expect(throws: ContainerError.malformed("the order of a page")) {
            try Page(unpacking: Self.packed(header + entries), bytesMax: Self.bytesMax)
        }
    }

    @Test("an entry holds bytes or the number of an own event, never both or neither")
    func entryContent() {
        let header =
            Raw.bytes(1, Fixed.community.bytes) + Raw.number(5, 12)
            + Raw.bytes(6, Hash.zero.bytes)
        for content in [[], Raw.bytes(4, [1]) + Raw.number(5, 1), Raw.number(5, 1 << 53)] {
            let entry = Raw.bytes(9, Raw.number(1, 7) + content)
            #expect(throws: ContainerError.malformed("the content of an entry")) {
                try Page(unpacking: Self.packed(header + entry), bytesMax: Self.bytesMax)
            }
        }
    }

    @Test("what unpacks to more than the bound is refused before it is unpacked")
    func bombs() {
        let zeros = Self.packed([UInt8](repeating: 0, count: 17_000_000))
        #expect(zeros.count < 2_000)
        #expect(throws: ContainerError.tooLarge(unpackedBytes: 17_000_000)) {
            try PushedRun(unpacking: zeros, bytesMax: ContainerLimits.unpackedBytesMax)
        }
        // A header alone that claims a terabyte: nothing could be allocated for it.
        let terabyte = UInt64(1) << 40
        let claim = [0x28, 0xB5, 0x2F, 0xFD, 0xE0] + terabyte.bigEndianBytes.reversed()
        #expect(throws: ContainerError.tooLarge(unpackedBytes: terabyte)) {
            try Page(unpacking: Self.magic + claim, bytesMax: ContainerLimits.unpackedBytesMax)
        }
    }

    @Test("a frame that does not state its size, or states another, is refused")
    func lyingFrames() throws {
        let unstated: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD, 0x00, 0x58, 0x01, 0x00, 0x00]
        #expect(throws: ContainerError.notAContainer) {
            try Page(unpacking: Self.magic + unstated, bytesMax: Self.bytesMax)
        }
        var packed = try run(1).packed()
        // Frame header: magic 4, descriptor 1, then the stated size of a single segment.
        for change: UInt8 in [1, 0x10, 0x80] {
            packed[Self.magic.count + 5] ^= change
            #expect(throws: ContainerError.notAContainer) {
                try PushedRun(unpacking: packed, bytesMax: Self.bytesMax)
            }
            packed[Self.magic.count + 5] ^= change
        }
    }

    @Test("cut containers are refused, at every length")
    func cut() throws {
        let packed = try run().packed()
        for length in packed.indices {
            #expect(throws: ContainerError.notAContainer) {
                try PushedRun(unpacking: Array(packed.prefix(length)), bytesMax: Self.bytesMax)
            }
        }
    }

    @Test("random and damaged containers never trap", arguments: UInt64(1)...20)
    func randomBytes(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let valid = [try run().packed(), page().packed()]
        for _ in 0..<50 {
            let noise = random.bytes(random.int(0...100))
            var damaged = valid[random.int(0...1)]
            damaged[random.int(4...damaged.count - 1)] = UInt8(random.int(0...255))
            for bytes in [noise, Self.magic + noise, Self.packed(noise), damaged] {
                _ = try? PushedRun(unpacking: bytes, bytesMax: Self.bytesMax)
                _ = try? Page(unpacking: bytes, bytesMax: Self.bytesMax)
            }
        }
    }

    private static func packed(_ plain: [UInt8]) -> [UInt8] {
        magic + Zstandard.compress(plain)
    }
}
