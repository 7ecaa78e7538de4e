// What a failing disk does to a device's copy of the ledger, by the device's own database.
// Neighbors: WorldSteps chooses, Sources/SyncClient/Sync/TreeRepair sets it right.

import Foundation
import GRDB
import Shared
import Store
import TestSupport

@testable import SyncClient

extension LocalBook {
    /// The hashes of a scope's tree are other ones; false when it has none.
    func damageTree(of scope: ScopeID) throws -> Bool {
        guard try tables.digest(of: scope).size > 0 else { return false }
        try tables.db.execute(
            sql: """
                UPDATE tree_node SET hash = zeroblob(32)
                WHERE tree = (SELECT number FROM scope WHERE id = ?)
                """, arguments: [Data(scope.bytes)])
        return true
    }

    /// An entry of a member or of hours is gone, or its bytes are no event any more; its leaf, nil
    /// where there is none. What tells a device who it is stays readable, or it could say nothing
    /// but that it is damaged.
    func damageEntry(random: inout SeededRandom, at now: Instant) throws -> Hash? {
        let positions = try Int64.fetchAll(
            tables.db,
            sql: """
                SELECT position FROM event WHERE position <= ? AND kind BETWEEN 10 AND 29
                ORDER BY position
                """, arguments: [Int64(sync.cursor.value)])
        guard !positions.isEmpty else { return nil }
        let position = positions[random.int(0...positions.count - 1)]
        let leaf = try Data.fetchOne(
            tables.db, sql: "SELECT leaf FROM event WHERE position = ?", arguments: [position]
        ).flatMap { Hash($0) }
        if random.chance(1, of: 2) {
            try tables.db.execute(
                sql: "UPDATE event SET bytes = ? WHERE position = ?",
                arguments: [Data(random.bytes(40)), position])
        } else {
            try tables.db.execute(
                sql: """
                    DELETE FROM event_side
                    WHERE dot = (SELECT dot FROM event WHERE position = ?)
                    """, arguments: [position])
            try tables.db.execute(
                sql: "DELETE FROM event WHERE position = ?", arguments: [position])
        }
        // A hole shows only when it is looked for, as by `sync --repair`.
        try lookForDamage(at: now)
        return leaf
    }
}
