// Stored entries → ledger entries for one device, own events named instead of repeated.
// Neighbors: PageReader bounds and packs them, Store/Tables reads.

internal import Shared
internal import Store

/// An entry, and the data keys that its sealed parts need.
struct PageEntry: Sendable {
    let entry: LedgerEntry
    let keys: [DataKeyID]
    var position: LedgerPosition { entry.position }
}

/// For a device that holds its own events up to `ownSequence`.
struct EntryReader {
    let tables: LedgerTables
    let replica: ReplicaID
    let ownSequence: Sequence64

    /// Entries in order, at most a page of them; `isLast` when there are no more.
    func entries(
        of scopes: [ScopeID], after cursor: LedgerPosition
    ) throws -> (entries: [PageEntry], isLast: Bool) {
        let stored = try tables.entries(
            in: Set(scopes), after: cursor, limit: PageLimits.entriesMax + 1)
        var entries: [PageEntry] = []
        var bytes = 0
        for found in stored.prefix(PageLimits.entriesMax) {
            bytes += (isOwn(found) ? 0 : found.bytes.count) + PageLimits.entryBytes
            if bytes > PageLimits.bytesMax, !entries.isEmpty { return (entries, false) }
            entries.append(entry(found))
        }
        return (entries, stored.count <= PageLimits.entriesMax)
    }

    private func isOwn(_ stored: StoredEntry) -> Bool {
        stored.dot.replica == replica && stored.dot.sequence <= ownSequence
    }

    private func entry(_ stored: StoredEntry) -> PageEntry {
        PageEntry(
            entry: LedgerEntry(
                position: stored.position, reach: stored.reach, receivedAt: stored.receivedAt,
                content: isOwn(stored) ? .own(stored.dot.sequence) : .bytes(stored.bytes),
                contextUnknown: stored.contextUnknown),
            keys: isOwn(stored) ? [] : Event.sealedKeys(in: stored.bytes))
    }
}
