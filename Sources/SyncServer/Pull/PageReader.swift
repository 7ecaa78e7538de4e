// The pull half of a sync: entries of the device's scopes after its cursor, in order, bounded.
// Source: docs/protocol.md section 7.3. Neighbors: SyncRoute asks, EntryReader reads rows,
// DirectoryReader what there is to say of members elsewhere.
// Invariants: a page and its root are of one snapshot; an answer without news has constant size.

internal import GRDB
internal import Shared
internal import Store
internal import Texts

enum PageLimits {
    /// Entries of a page: a device stores it in one transaction.
    static let entriesMax = 5_000
    /// Unpacked bytes of a page.
    static let bytesMax = 4_000_000
    /// Bytes of page and keys in a body; below the body's bound by what stands around them.
    static let packedBytesMax = ContainerLimits.bodyBytesMax - 50_000
    /// Of an entry beside its event's bytes.
    static let entryBytes = 80
}

struct PageReader {
    let store: ServerStore

    func answer(
        _ request: SyncRequest, to device: DeviceState, outcomes: [Outcome]
    ) async throws -> SyncResponse {
        let store = store
        if device.revokedAfter != nil {
            return try await bare(request, to: device, outcomes: outcomes)
        }
        let (news, fill, keys, repair) = try await store.readAsync { views in
            let reader = KeyReader(views: views, store: store, device: device)
            let held = try HeldScopes(of: device, views: views)
            let news = try News(
                request, to: device, held: held, outcomes: outcomes, community: store.community,
                views: views, keys: reader)
            // Beside a page that goes to the end, for both to be of one moment.
            let asked = news.end == news.head && request.repair == nil ? request.fill : nil
            return (
                news,
                try asked.flatMap {
                    try FillNews(
                        $0, held: held, community: store.community, views: views, keys: reader)
                },
                try reader.news(for: request, along: held, isWhole: store.standing == .whole),
                try request.repair.flatMap {
                    try RepairReader(views: views, keys: reader, community: store.community)
                        .answer($0)
                }
            )
        }
        var keyNews = keys
        if let repair { keyNews.given += repair.keys }
        var response = try await fitting(
            news, fill, keyNews, outcomes: outcomes, to: device, store: store)
        response.repair = repair?.answer
        return response
    }

    /// What a revoked device still gets: what became of its events, and what to do.
    private func bare(
        _ request: SyncRequest, to device: DeviceState, outcomes: [Outcome]
    ) async throws -> SyncResponse {
        let (root, told) = try await store.readAsync { views in
            (
                try views.tables.ledgerRoot(at: request.cursor) ?? MerkleTree.emptyRoot,
                try views.revocation(of: device, decidedAfter: request.decidedTo)
            )
        }
        return SyncResponse(
            outcomes: outcomes, page: [], cursor: request.cursor, root: root, more: told.more,
            scopes: [], keys: nil, serverTime: store.environment.now(),
            advice: Self.revokedAdvice, checkpoints: [], revocation: told.revocation)
    }

    private static let revokedAdvice = Voice.terminal("problem_revoked_advice")

    /// Halves the page until it fits a body: sealed text does not compress. With a single entry it
    /// does, however many the directory's lines.
    private func fitting(
        _ news: News, _ fill: FillNews?, _ keyNews: KeyNews, outcomes: [Outcome],
        to device: DeviceState, store: ServerStore
    ) async throws -> SyncResponse {
        var news = news
        while true {
            let page = news.packed(community: store.community)
            let keys = news.keys
            let bytes = keys.reduce(page.count + news.directoryByteCount) { $0 + $1.wireBytesMax }
            if bytes > PageLimits.packedBytesMax, news.entries.count > 1 {
                let half = news.entries.count / 2
                news = try await store.readAsync { [news] in try news.cut(to: half, views: $0) }
                continue
            }
            // Not of a page that had to be cut: then it no longer goes to the end.
            let filled =
                news.end == news.head
                ? try await fitting(
                    fill, in: PageLimits.packedBytesMax - bytes, besides: !page.isEmpty) : nil
            let paged = Set((keys + (filled?.news.keys ?? [])).map(\.id))
            let given = keyNews.given.filter { !paged.contains($0.id) }.fitting(
                PageLimits.packedBytesMax - bytes - (filled?.bytes ?? 0))
            let all = Dictionary(
                (keys + (filled?.news.keys ?? [])).map { ($0.id, $0) },
                uniquingKeysWith: { first, _ in first })
            return SyncResponse(
                outcomes: outcomes, page: page, cursor: news.end, root: news.root,
                more: news.end < news.head, scopes: news.scopes,
                keys: try WrappedKeys.wrap(
                    all.values.sorted { $0.id < $1.id } + given, to: device.receivingKey,
                    community: store.community),
                serverTime: store.environment.now(), advice: store.advice,
                checkpoints: try (news.checkpoints + (filled?.news.checkpoints ?? [])).map {
                    try SignedCheckpoint($0, signedBy: store.keys.ledger).note
                }, directory: news.directory.map(\.line),
                wantedKeys: news.end < news.head ? [] : keyNews.wanted,
                fill: filled?.packed ?? [],
                filled: filled?.news.end ?? fill?.asked.upto)
        }
    }

    private struct FittingFill {
        let news: FillNews
        let packed: [UInt8]
        let bytes: Int
    }

    /// Halves it until it fits; nil when there is no room for even one entry beside the page.
    private func fitting(
        _ fill: FillNews?, in bytesMax: Int, besides hasPage: Bool
    ) async throws -> FittingFill? {
        guard var news = fill else { return nil }
        while true {
            let packed = news.packed(community: store.community)
            let bytes = news.keys.reduce(packed.count) { $0 + $1.wireBytesMax }
            if bytes <= bytesMax || (news.entries.count == 1 && !hasPage) {
                return FittingFill(news: news, packed: packed, bytes: bytes)
            }
            guard news.entries.count > 1 else { return nil }
            let half = news.entries.count / 2
            news = try await store.readAsync { [news] in try news.cut(to: half, views: $0) }
        }
    }
}

/// What a device has not seen yet, of one snapshot.
struct News: Sendable {
    let cursor: LedgerPosition
    let head: LedgerPosition
    private(set) var entries: [PageEntry]
    private(set) var end: LedgerPosition
    private(set) var root: Hash
    /// Held scopes whose digest differs; only when the page reaches the head.
    private(set) var scopes: [ScopeDigest]
    /// Of the ledger and of held scopes that grew since the device's last; only at the head, where
    /// a device can compare them with what it holds.
    private(set) var checkpoints: [Checkpoint]
    /// Of members elsewhere, by position.
    private(set) var directory: [PlacedLine]
    /// Every key that its entries name; `keys` are those that the device may have.
    private let named: [DataKeyID: DataKey]
    private let epoch: Epoch

    init(
        _ request: SyncRequest, to device: DeviceState, held along: HeldScopes,
        outcomes: [Outcome], community: CommunityID, views: Views, keys: KeyReader
    ) throws {
        let tables = views.tables
        let held = along.scopes(after: request.cursor, named: request.held.map(\.scope))
        let reader = EntryReader(
            tables: tables, names: try OwnNames(of: device, held: along, views: views),
            outcomes: outcomes)
        cursor = request.cursor
        head = views.position
        let page = try reader.entries(
            of: held, after: cursor, through: along.nextChange(after: cursor) ?? head)
        epoch = try tables.epoch()
        (directory, end) = try DirectoryReader(views: views, held: held).lines(
            after: cursor, through: page.end)
        entries = page.entries
        if let last = entries.last?.position, last > end {
            entries.removeAll { [end] in $0.position > end }
        }
        (entries, named) = try keys.withKeys(entries)
        root = try tables.ledgerRoot(at: end) ?? MerkleTree.emptyRoot
        scopes = []
        checkpoints = []
        guard end == head else { return }
        scopes = try held.sorted().map { try tables.digest(of: $0) }.filter {
            !request.held.contains($0)
        }
        guard request.checkpointSize < head else { return }
        checkpoints =
            [try tables.checkpoint(of: community)]
            + (try tables.checkpoints(
                of: held.sorted(), grownAfter: request.checkpointSize, community: community))
    }

    /// The first entries only.
    func cut(to count: Int, views: Views) throws -> News {
        var news = self
        news.entries = Array(entries.prefix(count))
        news.end = news.entries.last?.position ?? cursor
        news.directory = directory.filter { $0.position <= news.end }
        news.root = try views.tables.ledgerRoot(at: news.end) ?? MerkleTree.emptyRoot
        news.scopes = []
        news.checkpoints = []
        return news
    }

    var directoryByteCount: Int { directory.reduce(0) { $0 + $1.byteCount } }

    /// Ascending by id.
    var keys: [DataKey] { Set(entries.flatMap(\.keys)).sorted().compactMap { named[$0] } }

    /// Empty when there is nothing new.
    func packed(community: CommunityID) -> [UInt8] {
        if entries.isEmpty { return [] }
        return Page(
            community: community, epoch: epoch, first: cursor.next, last: end, root: root,
            entries: entries.map(\.entry)
        ).packed()
    }
}

extension ServerStore {
    /// A device that may not push fetches all the same, and is told here what is the matter.
    fileprivate var advice: String {
        if standing == .whole, !keyring.isInPlace { return Problem.keyringExchanged.detail }
        return standing.advice
    }
}

extension LedgerStanding {
    /// For the people at the devices: what the office has to mend, and that nothing is lost.
    fileprivate var advice: String {
        switch self {
        case .whole: ""
        case .behind, .off:
            Voice.terminal("problem_read_only_advice")
        }
    }
}
