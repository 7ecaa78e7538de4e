// Stored entries → ledger entries for one device, own events named instead of repeated.
// Neighbors: PageReader bounds and packs them, Store/Tables reads.
// Invariant: an own event is named only where the device has just shown that it holds the same
// bytes. Of a copied folder the ledger may hold another event under the same sequence.

internal import Shared
internal import Store

/// An entry, and the data keys that its sealed parts name; of these KeyReader leaves those that the
/// device may have.
struct PageEntry: Sendable {
    let entry: LedgerEntry
    var keys: [DataKeyID]
    var position: LedgerPosition { entry.position }
}

struct EntryReader {
    let tables: LedgerTables
    let replica: ReplicaID
    /// Own events that the request brought and that the ledger has.
    let shown: [ClosedRange<Sequence64>]

    init(tables: LedgerTables, replica: ReplicaID, outcomes: [Outcome]) {
        self.tables = tables
        self.replica = replica
        shown = outcomes.filter { [.admitted, .duplicate].contains($0.disposition) }
            .map { $0.first...$0.last }
    }

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
        stored.dot.replica == replica && shown.contains { $0.contains(stored.dot.sequence) }
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
