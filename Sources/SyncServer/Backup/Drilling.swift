// A backup tried out: all of a restore but the new epoch, in a folder that is gone afterwards.
// Neighbors: Restoring unpacks, `drill` prints.

internal import Foundation
internal import GRDB
internal import Shared
internal import Store

extension Backup {
    struct Drilled: Encodable {
        let entries: UInt64
        let epoch: UInt32
        let position: UInt64
        let madeAt: String
        let ageDays: Int64
        let parts: [VerifiedPart]
    }

    private static let millisecondsPerDay: Int64 = 86_400_000

    func drill(environment: Shared.Environment) throws -> Drilled {
        let scratch = FileManager.default.temporaryDirectory.appendingPathComponent(
            "hourbook-drill-\(hex(environment.randomBytes(8)))", isDirectory: true)
        return try Self.inScratch(scratch) {
            let (store, parts) = try unpack(into: scratch, environment: environment)
            let entries = try store.read { try $0.tables.ledgerRoot().size }
            try store.pool.close()
            try store.keyring.close()
            let age = environment.now().milliseconds - data.header.madeAtMilliseconds
            return Drilled(
                entries: entries, epoch: store.epoch.value, position: data.header.position,
                madeAt: data.madeAt.text, ageDays: max(0, age) / Self.millisecondsPerDay,
                parts: parts)
        }
    }
}
