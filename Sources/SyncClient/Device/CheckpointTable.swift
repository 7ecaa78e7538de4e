// The last checkpoint of each tree that the server signed for this device, and those it refused.
// Neighbors: CheckpointComparison decides, `verify` reads; ClientSchema makes the tables.
// Invariant: what was refused is evidence against whoever signed it, and is deleted only once a
// repair has shown that this copy was the wrong one.

internal import Foundation
internal import GRDB
internal import Shared
internal import Store

/// A checkpoint that contradicts what this device holds, with what it contradicts.
struct RefusedCheckpoint: Equatable {
    let note: String
    let reason: String
}

extension LedgerTables {
    /// Bounds what a server that contradicts itself at every sync can make a device keep.
    static let refusedCheckpointsMax = 100

    /// The note kept last for a tree.
    func keptCheckpoint(origin: String) throws -> String? {
        try String.fetchOne(
            db.cachedStatement(sql: "SELECT note FROM checkpoint WHERE origin = ?"),
            arguments: [origin])
    }

    func keptCheckpoints() throws -> [String] {
        try String.fetchAll(db, sql: "SELECT note FROM checkpoint ORDER BY origin")
    }

    func keep(_ signed: SignedCheckpoint) throws {
        try db.execute(
            sql: "INSERT OR REPLACE INTO checkpoint (origin, size, note) VALUES (?, ?, ?)",
            arguments: [signed.checkpoint.origin, Int64(signed.checkpoint.size), signed.note])
    }

    /// Of the ledger's last checkpoint; the start before there is one.
    func checkpointSize(community: CommunityID) throws -> LedgerPosition {
        let size = try Int64.fetchOne(
            db.cachedStatement(sql: "SELECT size FROM checkpoint WHERE origin = ?"),
            arguments: [try ledgerOrigin(community)])
        return LedgerPosition(UInt64(size ?? 0))
    }

    /// The ledger's own tree, in the epoch that is known here.
    func ledgerOrigin(_ community: CommunityID) throws -> String {
        Checkpoint(
            community: community, epoch: try epoch(), tree: .ledger, size: 0,
            root: MerkleTree.emptyRoot
        ).origin
    }

    /// Of a scope's tree, in the epoch that is known here.
    func scopeOrigin(_ scope: ScopeID, _ community: CommunityID) throws -> String {
        Checkpoint(
            community: community, epoch: try epoch(),
            tree: .scope(scope, ledgerSize: 0, ledgerRoot: MerkleTree.emptyRoot), size: 0,
            root: MerkleTree.emptyRoot
        ).origin
    }

    func keepRefused(_ refused: RefusedCheckpoint, at now: Instant) throws {
        let count = try Int.fetchOne(db, sql: "SELECT count(*) FROM refused_checkpoint") ?? 0
        guard count < Self.refusedCheckpointsMax else { return }
        try db.execute(
            sql: """
                INSERT OR IGNORE INTO refused_checkpoint (note, reason, seen_at) VALUES (?, ?, ?)
                """, arguments: [refused.note, refused.reason, now.milliseconds])
    }

    func forgetRefused(_ note: String) throws {
        try db.execute(sql: "DELETE FROM refused_checkpoint WHERE note = ?", arguments: [note])
    }

    func refusedCheckpoints() throws -> [RefusedCheckpoint] {
        try Row.fetchAll(
            db.cachedStatement(
                sql: "SELECT note, reason FROM refused_checkpoint ORDER BY number")
        ).map { RefusedCheckpoint(note: $0[0], reason: $0[1]) }
    }
}
