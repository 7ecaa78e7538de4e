// How far back a device asks for a new epoch. Neighbors: Sources/SyncClient/Sync/EpochSearch.

import Shared
import Testing

@testable import SyncClient

@Suite("The search for what a new epoch inherited")
struct EpochSearchTests {
    private static func asked(_ cursors: [UInt64], signed: UInt64? = nil) -> [UInt64] {
        var search = EpochSearch(
            epoch: Epoch(2), cursors: cursors.map { LedgerPosition($0) },
            signed: signed.map { LedgerPosition($0) })
        var asked = [search.cursor.value]
        while search.stepBack() { asked.append(search.cursor.value) }
        return asked
    }

    @Test("it goes back in growing steps and ends at the start, whatever is kept")
    func ends() {
        #expect(Self.asked([]) == [0])
        #expect(Self.asked([0]) == [0])
        #expect(Self.asked([5]) == [5, 0])
        let many = (0...100).reversed().map { UInt64($0) }
        #expect(Self.asked(many) == [100, 99, 97, 93, 85, 69, 37, 0])
    }

    @Test("it passes over no cursor at which the ledger was signed")
    func landmark() {
        let many = (1...100).reversed().map { UInt64($0) }
        #expect(Self.asked(many, signed: 90) == [100, 99, 97, 93, 90, 74, 42, 0])
        #expect(Self.asked(many, signed: 100) == Self.asked(many))
        #expect(Self.asked(many, signed: 1_000) == Self.asked(many))
    }
}
