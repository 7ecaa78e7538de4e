// A device whose copy is not what the ledger holds finds what differs and sets it right by itself.
// Neighbors: Sources/SyncClient/Sync/TreeRepair, Sources/Store/Tables/LedgerTables+Repair.

import Foundation
import GRDB
import Shared
import Store
import TestSupport
import Testing

@testable import SyncClient

@Suite("Self-repair")
struct TreeRepairTests {
    private struct Case {
        let office: OfficeInMemory
        let bench: Bench
        let ana: EntityID
        let scope = ScopeID.neighborhood(OfficeInMemory.harbor)

        /// In step, with more leaves than one answer has.
        init(entries: Int64 = 80) throws {
            office = try OfficeInMemory()
            bench = try Bench.ready(office)
            ana = try bench.enroll(1)
            let luis = try bench.enroll(2, "Luis")
            for minutes in 1...entries { try bench.exchange(ana, luis, minutes) }
            #expect(try bench.sync().end == .complete)
        }

        func damage(_ sql: String) throws {
            try bench.device.database.write { try $0.execute(sql: sql) }
        }

        var last: Int64 {
            get throws {
                try bench.device.read { Int64(try $0.tables.lastPosition().value) }
            }
        }

        func expectWhole(_ note: RepairCause, entries: UInt64) throws {
            let report = try bench.sync()
            #expect(report.end == .complete)
            #expect(report.repaired.map(\.cause) == [note])
            #expect(report.repaired.map(\.entries) == [entries])
            #expect(report.mismatches == [])
            #expect(try bench.digest() == office.harborDigest)
            #expect(try bench.statement(ana).balance == 80 * 81 / 2)
            #expect(try bench.device.read { try $0.tables.mismatches() } == [])
            let recomputed = try bench.device.read { try $0.tables.recomputedDigest(of: scope) }
            #expect(recomputed == (try office.harborDigest))
            #expect(office.questions.last?.matter == .report(note, entries: entries))
            #expect(try bench.sync().requests == 1, "and it stays so")
        }
    }

    @Test("a damaged tree is made anew from the entries here, without a question")
    func tree() throws {
        let it = try Case()
        try it.damage(
            """
            UPDATE tree_node SET hash = zeroblob(32) WHERE tree =
                (SELECT max(number) FROM tree WHERE size > 64)
            """)
        try it.expectWhole(.tree, entries: 0)
        #expect(it.office.questions.count == 1, "the report only")
    }

    @Test("entries that are missing are fetched", arguments: [0, 1, 40])
    func missing(from end: Int64) throws {
        let it = try Case()
        let position = try it.last - end
        try it.damage("DELETE FROM event WHERE position = \(position)")
        // As a tree that never had it: a bare hole in the table shows at the next check only.
        try it.bench.device.write { try $0.tables.regrow(it.scope) }
        try it.expectWhole(.missing, entries: 1)
    }

    @Test("entries with other bytes are replaced, and those bytes kept")
    func altered() throws {
        let it = try Case()
        let position = try it.last - 10
        let bytes = try it.bench.device.read { book in
            try Data.fetchOne(
                book.tables.db, sql: "SELECT bytes FROM event WHERE position = ?",
                arguments: [position])
        }
        try it.damage("UPDATE event SET bytes = x'0a0b' WHERE position = \(position)")
        try it.bench.device.write { try $0.tables.regrow(it.scope) }
        try it.expectWhole(.altered, entries: 1)
        let (kept, now) = try it.bench.device.read { book in
            (
                try Data.fetchAll(book.tables.db, sql: "SELECT bytes FROM damaged_event"),
                try Data.fetchOne(
                    book.tables.db, sql: "SELECT bytes FROM event WHERE position = ?",
                    arguments: [position])
            )
        }
        #expect(kept == [Data([0x0a, 0x0b])])
        #expect(now == bytes)
    }

    @Test("what the office does not have is put aside")
    func extra() throws {
        let it = try Case()
        let last = try it.last
        try it.office.enrollElsewhere()
        _ = try it.bench.sync()
        try it.damage(
            """
            INSERT INTO event (position, dot, subject, kind, received_at, reach, context_unknown,
                leaf, bytes)
            SELECT position + 1, dot + 500, subject, kind, received_at, reach, 0, leaf, bytes
            FROM event WHERE position = \(last)
            """)
        try it.bench.device.write { try $0.tables.regrow(it.scope) }
        try it.expectWhole(.extra, entries: 1)
    }

    @Test("an office whose entry is not what its own tree says changes nothing here")
    func damagedOffice() throws {
        let it = try Case()
        let position = try it.last - 3
        try it.damage("DELETE FROM event WHERE position = \(position)")
        try it.bench.device.write { try $0.tables.regrow(it.scope) }
        it.office.wrong = try it.bench.office.ledger.read { db in
            [UInt8](
                try Data.fetchOne(
                    db, sql: "SELECT bytes FROM event WHERE position = ?",
                    arguments: [position - 1]) ?? Data())
        }
        let report = try it.bench.sync()
        #expect(report.mismatches == [it.scope])
        #expect(report.repairFailures[it.scope]?.contains("its own tree") == true)
        it.office.wrong = nil
        try it.expectWhole(.missing, entries: 1)
    }

    @Test("an office that lies about a digest is believed nothing")
    func lie() throws {
        let it = try Case()
        let before = try it.bench.digest()
        it.office.lies = true
        let report = try it.bench.sync()
        #expect(report.end == .complete)
        #expect(report.mismatches.contains(it.scope))
        #expect(report.repaired == [])
        #expect(try it.bench.digest() == before)
    }

    @Test("the office's other tree does not replace what it signed before and this device holds")
    func signedBefore() throws {
        let it = try Case()
        let position = try it.last - 5
        try it.office.ledger.write { db in
            let tables = LedgerTables(db)
            let other = try #require(try tables.entries(at: [LedgerPosition(1)]).first).bytes
            try db.execute(
                sql: "UPDATE event SET bytes = ? WHERE position = ?",
                arguments: [Data(other), position])
            try tables.regrow(it.scope)
            try tables.finish()
        }
        let before = try it.bench.digest()
        let report = try it.bench.sync()
        #expect(report.mismatches == [it.scope])
        #expect(report.repairFailures[it.scope]?.contains("signed") == true)
        #expect(try it.bench.digest() == before)
    }

    @Test("among 100,000 leaves one that differs is found by three questions")
    func descent() {
        let leaves = (0..<100_000).map { Hash.of(UInt64($0).bigEndianBytes) }
        for wrong in [0, 1, 63, 64, 4_095, 77_777, 98_303, 99_999] {
            var other = leaves
            other[wrong] = .zero
            let (theirs, own) = (TreeInMemory(leaves), TreeInMemory(other))
            var descent = TreeDescent(leaves: 100_000)
            var questions = 0
            while descent.level > 0, questions < 10 {
                questions += 1
                let theirRoots = theirs.subtrees(descent.level, descent.first)
                descent.take(theirRoots, own: own.subtrees(descent.level, descent.first))
            }
            #expect(questions <= 2)
            #expect((descent.first..<descent.first + 64).contains(UInt64(wrong)))
        }
    }
}

private struct TreeInMemory {
    private var nodes = NodesInMemory()
    private let size: UInt64

    init(_ leaves: [Hash]) {
        var tree = MerkleTree()
        for leaf in leaves { try? tree.append(leaf, to: &nodes) }
        size = tree.size
    }

    func subtrees(_ level: Int, _ first: UInt64) -> [Hash] {
        let count = size >> UInt64(level)
        guard first < count else { return [] }
        return (first..<min(count, first + UInt64(RepairLimits.subtreesMax))).map {
            nodes.node(MerkleTree.subtreeNumber(level: level, index: $0))
        }
    }
}
