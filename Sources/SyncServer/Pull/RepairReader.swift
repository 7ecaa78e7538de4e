// Answers a device that looks for what it holds otherwise than the ledger.
// Source: docs/protocol.md section 7.7. Neighbors: PageReader asks in the snapshot of the page;
// SyncClient/Sync/TreeRepair is the other end.
// Invariant: nothing of a scope that the device does not hold is said.

internal import Shared
internal import Store

struct RepairReader {
    let views: Views
    let keys: KeyReader
    let community: CommunityID

    /// The answer, and the data keys of the entries in it; nil for a report, or a scope of others.
    func answer(
        _ question: RepairQuestion
    ) throws -> (answer: RepairAnswer, keys: [DataKey])? {
        guard keys.held.contains(question.scope) else { return nil }
        switch question.matter {
        case .subtrees(0, let first):
            return (
                .leaves(
                    try views.tables.leaves(
                        of: question.scope, from: first, limit: RepairLimits.subtreesMax)), []
            )
        case .subtrees(let level, let first):
            return (
                .subtrees(
                    try views.tables.subtrees(
                        of: question.scope, level: level, first: first,
                        limit: RepairLimits.subtreesMax)), []
            )
        case .entries(let positions): return try entries(at: positions)
        case .report: return nil
        }
    }

    /// As many as fit; the device asks again for the rest.
    private func entries(
        at positions: [LedgerPosition]
    ) throws -> (answer: RepairAnswer, keys: [DataKey])? {
        var bytes = 0
        let stored = try views.tables.entries(at: positions)
            .filter { !keys.held.isDisjoint(with: $0.reach) }
            .prefix { entry in
                defer { bytes += entry.bytes.count }
                return bytes < Self.bytesMax
            }
        guard let last = stored.last?.position, let first = stored.first?.position,
            let root = try views.tables.ledgerRoot(at: last)
        else { return nil }
        let (entries, named) = try keys.withKeys(stored.map(PageEntry.init(whole:)))
        let page = Page(
            community: community, epoch: .first, first: first, last: last, root: root,
            entries: entries.map(\.entry))
        let allowed = Set(entries.flatMap(\.keys)).sorted().compactMap { named[$0] }
        return (.entries(page.packed()), allowed)
    }

    /// Leaves room for a page beside them.
    private static let bytesMax = 200_000
}

extension PageEntry {
    /// With its bytes, whoever wrote it: the device may not have them, or they are in doubt.
    init(whole stored: StoredEntry) {
        self.init(
            entry: LedgerEntry(
                position: stored.position, reach: stored.reach, receivedAt: stored.receivedAt,
                content: .bytes(stored.bytes), contextUnknown: stored.contextUnknown),
            keys: Event.sealedKeys(in: stored.bytes))
    }
}
