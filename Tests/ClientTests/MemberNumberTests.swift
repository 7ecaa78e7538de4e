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
}
