// What a device does with what the server signed: keeps what agrees, refuses and keeps as evidence
// what does not. Neighbors: SessionTests has the rest of a sync.

import GRDB
import Shared
import Store
import TestSupport
import Testing

@testable import SyncClient

@Suite struct CheckpointComparisonTests {
    private func ready() throws -> Bench {
        let bench = try Bench.ready(try OfficeInMemory())
        let ana = try bench.enroll(1)
        let luis = try bench.enroll(2, "Luis")
        try bench.exchange(ana, luis, 90)
        #expect(try bench.sync().end == .complete)
        return bench
    }

    private func kept(_ bench: Bench) throws -> [Checkpoint] {
        try bench.device.read { book in
            try book.tables.keptCheckpoints().map {
                try book.verifiedCheckpoint($0, scopes: book.held).checkpoint
            }
        }
    }

    private func refused(_ bench: Bench) throws -> [RefusedCheckpoint] {
        try bench.device.read { try $0.tables.refusedCheckpoints() }
    }

    @Test func theLastCheckpointOfLedgerAndScopesIsKeptAndVerifies() throws {
        let bench = try ready()
        let size = try bench.office.ledger.read { try LedgerTables($0).ledgerRoot().size }
        #expect(try kept(bench).count == 3)
        #expect(try kept(bench).first?.size == size)
        #expect(
            try bench.device.read { try $0.verified() }.filter { !$0.isWhole }.map(\.part) == [])
        #expect(try refused(bench) == [])
    }

    @Test func aCheckpointByAnotherKeyRefusesTheAnswer() throws {
        let bench = try ready()
        bench.office.ledgerKeys = Fixed.keys(signing: 0x33, receiving: 0x44)
        let before = try bench.digest()
        try bench.office.write(
            .neighborhoodDefined,
            [NeighborhoodField.name: .text("Mill"), NeighborhoodField.code: .text("MIL")])
        guard case .unreadableAnswer(let why) = try bench.sync().end else {
            Issue.record("the answer was taken")
            return
        }
        #expect(why.contains("not signed by this community's ledger"))
        #expect(try bench.digest() == before)
        bench.office.ledgerKeys = Fixed.ledger
        #expect(try bench.sync().end == .complete, "the next sync is well")
    }

    @Test func aSecondRootForOneSizeIsEvidenceAndTheAnswerIsNotTaken() throws {
        let bench = try ready()
        let size = try bench.office.ledger.read { try LedgerTables($0).ledgerRoot().size }
        bench.office.checkpoints = { _ in
            [Checkpoint(community: Fixed.community, tree: .ledger, size: size, root: .zero)]
        }
        guard case .unreadableAnswer(let why) = try bench.sync().end else {
            Issue.record("the answer was taken")
            return
        }
        #expect(why.contains("contradicts"))
        #expect(try refused(bench).count == 1)
        let unwell = try bench.device.read { try $0.verified() }.filter { !$0.isWhole }
        #expect(unwell.map(\.part) == ["signed by the office"])
    }

    @Test func aLedgerThatShrankIsEvidence() throws {
        let bench = try ready()
        bench.office.checkpoints = { _ in
            [Checkpoint(community: Fixed.community, tree: .ledger, size: 2, root: .zero)]
        }
        _ = try bench.sync()
        #expect(try refused(bench).map(\.reason).first?.contains("signed at size") == true)
        #expect(try kept(bench).first?.size != 2)
    }

    @Test func aScopeSignedWithAnotherRootIsKeptAsEvidenceAndTheSyncGoesOn() throws {
        let bench = try ready()
        bench.office.checkpoints = { checkpoints in
            checkpoints.map { checkpoint in
                guard case .scope(.neighborhood, _, _) = checkpoint.tree else { return checkpoint }
                return Checkpoint(
                    community: checkpoint.community, tree: checkpoint.tree,
                    size: checkpoint.size, root: .zero)
            }
        }
        _ = try bench.enroll(3, "Ida")
        #expect(try bench.sync().end == .complete)
        #expect(try refused(bench).map(\.reason) == ["the events held here have another root"])
        #expect(try bench.unsent() == 0)
    }

    @Test func anAlteredEventIsFoundByVerify() throws {
        let bench = try ready()
        try bench.device.write { book in
            try book.tables.db.execute(
                sql: """
                    UPDATE event SET bytes = substr(bytes, 1, length(bytes) - 1)
                    WHERE position = (SELECT max(position) FROM event)
                    """)
        }
        let unwell = try bench.device.read { try $0.verified() }.filter { !$0.isWhole }
        #expect(unwell.map(\.part).sorted() == ["events of HAR", "events of this device"])
    }
}
