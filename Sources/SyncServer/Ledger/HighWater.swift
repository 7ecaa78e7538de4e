// The highest ledger checkpoint this server signed, in files outside the database: SQLite drops
// acknowledged commits without a word when a bit of its log flips, and folders get set back.
// Source: docs/protocol.md sections 3.5 and 3.6. Neighbors: ServerStore compares at start, writes
// after each commit; Shown keeps what a device proved.
// Invariants: written after the commit it vouches for, so it may lag behind the ledger and never
// leads it; of two files the older is overwritten, so a torn write leaves the one before; a file of
// an earlier epoch is evidence, and moved aside instead.

internal import Foundation
internal import Shared
internal import Texts

/// Guarded by the folder's lock: only the process that appends writes.
struct HighWater: Sendable {
    static let fileNames = ["high-water-0", "high-water-1"]
    /// The newest checkpoint by which a device proved that the ledger was set back or altered.
    static let shownName = "shown-checkpoint"
    private let folder: URL
    private let epoch: Epoch

    init(folder: URL, epoch: Epoch) {
        self.folder = folder
        self.epoch = epoch
    }

    /// The newest record that this community's ledger key signed; nil if there is none. One of a
    /// later epoch than the database knows vouches for what the database has lost.
    func newest(community: CommunityID, ledgerKey: [UInt8]) -> Checkpoint? {
        Self.fileNames.compactMap { record($0, community, ledgerKey) }
            .max { ($0.epoch.value, $0.size) < ($1.epoch.value, $1.size) }
    }

    /// The highest epoch that anything signed beside the database is of, evidence among it.
    static func newestEpoch(
        folder: URL, community: CommunityID, ledgerKey: [UInt8]
    ) throws -> Epoch? {
        let names = fileNames + [shownName]
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            .filter { file in names.contains { file.hasPrefix($0) } }
        return files.compactMap { file in
            anyRecord(folder.appendingPathComponent(file), community, ledgerKey)?.epoch
        }.max { $0.value < $1.value }
    }

    /// What a device proved in this epoch or of a later one.
    func shown(community: CommunityID, ledgerKey: [UInt8]) -> Checkpoint? {
        record(Self.shownName, community, ledgerKey)
    }

    /// The note itself, of whatever epoch.
    static func shownNote(folder: URL) -> String? {
        (try? Data(contentsOf: folder.appendingPathComponent(shownName)))
            .map { String(decoding: $0, as: UTF8.self) }
    }

    /// Durable when it returns.
    func keepShown(_ signed: SignedCheckpoint, ledgerKey: [UInt8]) throws {
        moveAsideIfEarlier(Self.shownName, signed.checkpoint.community, ledgerKey)
        try PrivateFile.write(Data(signed.note.utf8), name: Self.shownName, folder: folder)
    }

    private func record(
        _ name: String, _ community: CommunityID, _ key: [UInt8]
    ) -> Checkpoint? {
        Self.anyRecord(folder.appendingPathComponent(name), community, key)
            .flatMap { $0.epoch.value >= epoch.value ? $0 : nil }
    }

    private static func anyRecord(
        _ url: URL, _ community: CommunityID, _ key: [UInt8]
    ) -> Checkpoint? {
        guard let data = try? Data(contentsOf: url) else { return nil }
        return try? SignedCheckpoint(
            verifyingAnyEpoch: String(decoding: data, as: UTF8.self), community: community,
            ledgerKey: key, scopes: []
        ).checkpoint
    }

    /// A record that a power cut loses only lags.
    func write(_ checkpoint: SignedCheckpoint, ledgerKey: [UInt8]) throws {
        let community = checkpoint.checkpoint.community
        let sizes = Self.fileNames.map { record($0, community, ledgerKey)?.size ?? 0 }
        let older = sizes[0] <= sizes[1] ? 0 : 1
        moveAsideIfEarlier(Self.fileNames[older], community, ledgerKey)
        let url = folder.appendingPathComponent(Self.fileNames[older])
        try Data(checkpoint.note.utf8).write(to: url)
    }

    /// What cannot be read as one of this epoch or later may be one of the last: the first of each
    /// name is kept beside it.
    private func moveAsideIfEarlier(_ name: String, _ community: CommunityID, _ key: [UInt8]) {
        guard epoch != .first, record(name, community, key) == nil else { return }
        let aside = folder.appendingPathComponent("\(name)-before-epoch-\(epoch.value)")
        // Refused where there is one already, or nothing to move.
        try? FileManager.default.moveItem(
            at: folder.appendingPathComponent(name), to: aside)
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
                + "was set back or has lost commits. It is read-only; keep this folder as it is, "
                + "put back a newer copy if there is one, else run `recover`"
        case .off(let size):
            "this ledger is not the one that was signed at position \(size): its database was "
                + "altered. It is read-only; keep this folder as it is, put back a sound copy if "
                + "there is one, else run `recover`"
        }
    }

    /// The same for a page.
    var phrase: Phrase? {
        switch self {
        case .whole: nil
        case .behind(let size, let recorded):
            Phrase("ledger_behind", ["size": "\(size)", "recorded": "\(recorded)"])
        case .off(let size): Phrase("ledger_off", ["size": "\(size)"])
        }
    }

    /// Compares a ledger with a record that was read before it, so that a ledger which grows
    /// meanwhile is never thought to be behind. One of a later epoch was signed over the
    /// `ledger.reopened` that began it, which is not here.
    init(
        _ record: Checkpoint?, epoch: Epoch, size: UInt64,
        rootAt: (LedgerPosition) throws -> Hash?
    ) rethrows {
        guard let record else {
            self = .whole
            return
        }
        guard record.size <= size else {
            self = .behind(size: size, recorded: record.size)
            return
        }
        let root = try rootAt(LedgerPosition(record.size))
        let isOne = record.epoch == epoch && root == record.root
        self = isOne ? .whole : .off(size: record.size)
    }
}
