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
    let names: OwnNames
    /// Own events that the request brought and that the ledger has.
    let shown: [ClosedRange<Sequence64>]

    init(tables: LedgerTables, names: OwnNames, outcomes: [Outcome]) {
        self.tables = tables
        self.names = names
        shown = outcomes.filter { [.admitted, .duplicate].contains($0.disposition) }
            .map { $0.first...$0.last }
    }

    /// Entries of `scopes` in order, at most a page of them, and the device's own wherever they
    /// are, up to `last`; and how far the ledger was read.
    func entries(
        of scopes: Set<ScopeID>, after cursor: LedgerPosition, through last: LedgerPosition
    ) throws -> (entries: [PageEntry], end: LedgerPosition) {
        let stored = try tables.entries(
            in: scopes.union(names.places), after: cursor, limit: PageLimits.entriesMax + 1)
        var entries: [PageEntry] = []
        var bytes = 0
        var end = cursor
        for found in stored.prefix(PageLimits.entriesMax) where found.position <= last {
            if !scopes.isDisjoint(with: found.reach) || names.has(found.dot) {
                bytes += (isOwn(found) ? 0 : found.bytes.count) + PageLimits.entryBytes
                if bytes > PageLimits.bytesMax, !entries.isEmpty { return (entries, end) }
                entries.append(entry(found, of: scopes))
            }
            end = found.position
        }
        let isLast = stored.count <= PageLimits.entriesMax || end == last
        return (entries, isLast ? last : end)
    }

    private func isOwn(_ stored: StoredEntry) -> Bool {
        stored.dot.replica == names.replica && shown.contains { $0.contains(stored.dot.sequence) }
    }

    /// A device has the keys of what it recorded, under whichever name; those of a place that it
    /// does not hold are not its to be told.
    private func entry(_ stored: StoredEntry, of scopes: Set<ScopeID>) -> PageEntry {
        PageEntry(
            entry: LedgerEntry(
                position: stored.position, reach: stored.reach, receivedAt: stored.receivedAt,
                content: isOwn(stored) ? .own(stored.dot.sequence) : .bytes(stored.bytes),
                contextUnknown: stored.contextUnknown),
            keys: isOwn(stored) || isElsewhere(stored, scopes)
                ? [] : Event.sealedKeys(in: stored.bytes))
    }

    private func isElsewhere(_ stored: StoredEntry, _ scopes: Set<ScopeID>) -> Bool {
        stored.dot.replica != names.replica && scopes.isDisjoint(with: stored.reach)
    }
}
