// Which member numbers a device gives out, and what it says when it has none.

import Shared
import Store
import TestSupport
import Testing

@testable import SyncClient

@Suite struct MemberNumberTests {
    private static func block(_ first: UInt32, _ last: UInt32) -> NumberBlock {
        NumberBlock(neighborhood: OfficeInMemory.harbor, first: first, last: last)
    }

    private func ready(_ blocks: [NumberBlock]) throws -> Bench {
        let bench = try Bench(office: try OfficeInMemory(), numberBlocks: blocks)
        _ = try bench.sync()
        return bench
    }

    private func numbers<Result>(
        _ bench: Bench, _ body: (MemberNumbers) throws -> Result
    ) throws -> Result {
        try bench.device.read { book in
            let harbor = try #require(try book.neighborhoods.first)
            return try body(MemberNumbers(book: book, neighborhood: harbor))
        }
    }

    @Test func aDeviceThatHasUsedUpItsNumbersSaysWhatToDoAndGoesOnAfterASync() throws {
        let bench = try ready([Self.block(1_001, 1_002)])
        _ = try bench.enroll(1_001)
        #expect(try numbers(bench) { try $0.next() } == 1_002)
        _ = try bench.enroll(1_002)
        let refusal = #expect(throws: UserError.self) { try numbers(bench) { try $0.next() } }
        #expect(refusal?.description.contains("`hourbook sync`, which brings more") ?? false)
        #expect(refusal?.description.contains("--number") ?? false)
        try bench.office.give(Self.block(1_501, 1_502), to: bench)
        #expect(try bench.sync().end == .complete)
        #expect(try numbers(bench) { try $0.next() } == 1_501)
        #expect(try bench.device.read { $0.device?.neighborhoods } == [OfficeInMemory.harbor])
    }

    @Test func numbersLeftOfEarlierBlocksAreGivenOutFirst() throws {
        let bench = try ready([Self.block(1_001, 1_003)])
        _ = try bench.enroll(1_001)
        _ = try bench.enroll(1_003)
        try bench.office.give(Self.block(1_501, 1_502), to: bench)
        _ = try bench.sync()
        #expect(try numbers(bench) { try $0.next() } == 1_002)
        #expect(try numbers(bench) { try $0.next(besides: [1_002]) } == 1_501)
    }

    /// The member has a card with it, whatever the office decides.
    @Test func aNumberOfAnEnrollmentThatIsKeptApartIsNotGivenOutAgain() throws {
        let bench = try ready([Self.block(1_001, 1_500)])
        bench.office.verdict = { _ in .quarantined(.revoked) }
        _ = try bench.enroll(1_001)
        _ = try bench.sync()
        #expect(try bench.device.read { try $0.views.members().isEmpty })
        #expect(try numbers(bench) { try $0.next() } == 1_002)
        #expect(try numbers(bench) { try $0.next(besides: [1_002]) } == 1_003)
    }

    // MARK: Typed numbers

    /// A device that knows of another one with a block of its own.
    private func beside(_ other: NumberBlock) throws -> Bench {
        let office = try OfficeInMemory()
        _ = try Bench(
            office: office, keys: Fixed.keys(signing: 0x11, receiving: 0x22), seed: 9,
            numberBlocks: [other])
        let bench = try Bench(office: office, numberBlocks: [Self.block(1_001, 1_500)])
        _ = try bench.sync()
        return bench
    }

    @Test func aNumberOfAnotherDeviceIsRefusedUnlessItIsOnTheCard() throws {
        let bench = try beside(Self.block(1_501, 2_000))
        for number: Int64 in [1_501, 2_000] {
            let refusal = #expect(throws: UserError.self) {
                try numbers(bench) { try $0.check(number, isOnCard: false) }
            }
            #expect(refusal?.description.contains("HAR-\(number) is set apart for") ?? false)
            #expect(refusal?.description.contains("\"tablet\"") ?? false)
            #expect(refusal?.description.contains("--on-card") ?? false)
            try numbers(bench) { try $0.check(number, isOnCard: true) }
        }
    }

    @Test(arguments: [1, 1_000, 1_001, 1_500, 2_001] as [Int64])
    func paperNumbersAndOwnOnesAreFree(number: Int64) throws {
        let bench = try beside(Self.block(1_501, 2_000))
        try numbers(bench) { try $0.check(number, isOnCard: false) }
    }

    @Test func aTakenNumberIsRefusedEvenIfTheCardHasIt() throws {
        let bench = try beside(Self.block(1_501, 2_000))
        _ = try bench.enroll(1_501, "Ana Ruiz")
        let refusal = #expect(throws: UserError.self) {
            try numbers(bench) { try $0.check(1_501, isOnCard: true) }
        }
        #expect(refusal?.description.contains("HAR-1501 Ana Ruiz has this number") ?? false)
    }

    @Test func numbersThatADeviceWasGivenLaterAreItsOwnToo() throws {
        let bench = try beside(Self.block(1_501, 2_000))
        try bench.office.give(Self.block(2_001, 2_500), to: bench)
        _ = try bench.sync()
        let second = try Bench(
            office: bench.office, keys: Fixed.keys(signing: 0x33, receiving: 0x44), seed: 11)
        _ = try second.sync()
        try numbers(bench) { try $0.check(2_100, isOnCard: false) }
        #expect(throws: UserError.self) {
            try numbers(second) { try $0.check(2_100, isOnCard: false) }
        }
    }
}
