// The highest ledger checkpoint this server signed, in files outside the database: SQLite drops
// acknowledged commits without a word when a bit of its log flips, and folders get set back.
// Source: docs/protocol.md section 3.5. Neighbors: ServerStore compares at start, writes after each
// commit.
// Invariants: written after the commit it vouches for, so it may lag behind the ledger and never
// leads it; of two files the older is overwritten, so a torn write leaves the one before.

internal import Foundation
internal import Shared

/// Guarded by the folder's lock: only the process that appends writes.
struct HighWater: Sendable {
    static let fileNames = ["high-water-0", "high-water-1"]
    private let folder: URL

    init(folder: URL) { self.folder = folder }

    /// The newest record that this community's ledger key signed; nil if there is none.
    func newest(community: CommunityID, ledgerKey: [UInt8]) -> Checkpoint? {
        Self.fileNames.compactMap { record($0, community, ledgerKey) }
            .max { $0.size < $1.size }
    }

    private func record(
        _ name: String, _ community: CommunityID, _ key: [UInt8]
    ) -> Checkpoint? {
        guard let data = try? Data(contentsOf: folder.appendingPathComponent(name)) else {
            return nil
        }
        return try? SignedCheckpoint(
            verifying: String(decoding: data, as: UTF8.self), community: community,
            ledgerKey: key, scopes: []
        ).checkpoint
    }

    /// A record that a power cut loses only lags.
    func write(_ checkpoint: SignedCheckpoint, ledgerKey: [UInt8]) throws {
        let community = checkpoint.checkpoint.community
        let sizes = Self.fileNames.map { record($0, community, ledgerKey)?.size ?? 0 }
        let older = sizes[0] <= sizes[1] ? 0 : 1
        let url = folder.appendingPathComponent(Self.fileNames[older])
        try Data(checkpoint.note.utf8).write(to: url)
    }
}

/// What the record says of a ledger.
enum LedgerStanding: Equatable, Sendable {
    case whole
    /// Acknowledged entries are missing.
    case behind(size: UInt64, recorded: UInt64)
    /// The entries up to there are not those that were signed.
    case off(size: UInt64)

    /// Why nothing may be appended; nil if all is well.
    var sentence: String? {
        switch self {
        case .whole: nil
        case .behind(let size, let recorded):
            "this ledger ends at position \(size), but it had reached \(recorded): its database "
                + "was set back or has lost commits. It is read-only; put back the newest backup "
                + "of the folder, and keep this one"
        case .off(let size):
            "this ledger is not the one that was signed at position \(size): its database was "
                + "altered. It is read-only; put back the newest backup of the folder, and keep "
                + "this one"
        }
    }

    /// Compares a ledger with a record that was read before it, so that a ledger which grows
    /// meanwhile is never thought to be behind.
    init(_ record: Checkpoint?, size: UInt64, rootAt: (LedgerPosition) throws -> Hash?) rethrows {
        guard let record else {
            self = .whole
            return
        }
        guard record.size <= size else {
            self = .behind(size: size, recorded: record.size)
            return
        }
        let root = try rootAt(LedgerPosition(record.size))
        self = root == record.root ? .whole : .off(size: record.size)
    }
}
