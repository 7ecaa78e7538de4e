// The past of a neighborhood that a device is to hold from now on, or of a member who moved to one
// of its neighborhoods, in parts. Source: docs/protocol.md sections 3.8 and 7.10.
// Neighbors: PageReader asks in the snapshot of a page that reached the ledger's end, and packs
// what fits beside it; the device's ScopeTaking is the other end.
// Invariants: stateless; whoever does not hold a neighborhood gets nothing of it.

internal import Shared
internal import Store

/// A part of a neighborhood's past, of one snapshot.
struct FillNews: Sendable {
    let asked: ScopeFill
    private(set) var entries: [PageEntry]
    private(set) var end: LedgerPosition
    private(set) var root: Hash
    /// Of the neighborhood, when the part goes to the ledger's end.
    private(set) var checkpoints: [Checkpoint]
    private let named: [DataKeyID: DataKey]
    private let epoch: Epoch

    /// Nil when the device may not have it.
    init?(
        _ asked: ScopeFill, held: HeldScopes, community: CommunityID, views: Views,
        keys: KeyReader
    ) throws {
        guard asked.upto <= views.position,
            let source = try Self.source(asked, held: held, views: views)
        else { return nil }
        let tables = views.tables
        let stored = source.entries
        var bytes = 0
        let part = stored.prefix(PageLimits.entriesMax).prefix { entry in
            bytes += entry.bytes.count + PageLimits.entryBytes
            return bytes <= PageLimits.bytesMax
        }
        self.asked = asked
        (entries, named) = try keys.withKeys(part.map(PageEntry.init(whole:)))
        end = part.count == stored.count ? source.end : part.last?.position ?? asked.upto
        root = try tables.ledgerRoot(at: end) ?? MerkleTree.emptyRoot
        epoch = try tables.epoch()
        checkpoints =
            asked.moved == nil && end == views.position
            ? try tables.checkpoints(
                of: [.neighborhood(asked.scope)], grownAfter: .start, community: community) : []
    }

    /// What is left of it, one more than a part at most, and how far it goes; nil when the device
    /// may not have it.
    private static func source(
        _ asked: ScopeFill, held: HeldScopes, views: Views
    ) throws -> (entries: [StoredEntry], end: LedgerPosition)? {
        let limit = PageLimits.entriesMax + 1
        guard let moved = asked.moved else {
            guard held.mayHave(asked.scope) else { return nil }
            let entries = try views.tables.entries(
                in: [.neighborhood(asked.scope)], after: asked.upto, limit: limit)
            return (entries, views.position)
        }
        guard let move = try views.tables.move(at: moved), move.member == asked.scope,
            held.mayHave(move.to)
        else { return nil }
        let history = try views.tables.history(of: move.member, before: moved)
            .filter { $0 > asked.upto }
        return (
            try views.tables.entries(at: Array(history.prefix(limit))),
            LedgerPosition(max(moved.value - 1, asked.upto.value))
        )
    }

    /// The first entries only.
    func cut(to count: Int, views: Views) throws -> FillNews {
        var news = self
        news.entries = Array(entries.prefix(count))
        news.end = news.entries.last?.position ?? asked.upto
        news.root = try views.tables.ledgerRoot(at: news.end) ?? MerkleTree.emptyRoot
        news.checkpoints = []
        return news
    }

    /// Ascending by id.
    var keys: [DataKey] { Set(entries.flatMap(\.keys)).sorted().compactMap { named[$0] } }

    /// Empty when there is nothing.
    func packed(community: CommunityID) -> [UInt8] {
        if entries.isEmpty { return [] }
        return Page(
            community: community, epoch: epoch, first: asked.upto.next, last: end, root: root,
            entries: entries.map(\.entry)
        ).packed()
    }
}
