// Which data keys a device may have: with the entries of a page, and of those that it has lost; and
// which the server itself asks it for. Source: docs/protocol.md section 5.2. Neighbors: PageReader
// sends them, Store/Tables knows what is missing.
// Invariants: a device is given no key of entries outside its scopes, and is asked only for what it
// may have kept of places it was in; an event that only names a key entitles nobody to it, nor does
// one of the device's own.

internal import Shared
internal import Store

/// What an answer says of keys beside those of its page.
struct KeyNews: Sendable {
    /// To the device, ascending by id.
    var given: [DataKey] = []
    /// From the device.
    var wanted: [DataKeyID] = []
}

struct KeyReader {
    let views: Views
    private let keyring: Keyring
    private let community: CommunityID
    let device: DeviceState
    let held: Set<ScopeID>

    init(views: Views, store: ServerStore, device: DeviceState) {
        self.views = views
        keyring = store.keyring
        community = store.community
        self.device = device
        held = Set([.community] + device.neighborhoods.map(ScopeID.neighborhood))
    }

    private var tables: LedgerTables { views.tables }

    /// `isWhole`: the ledger is in order, so that what comes can be noted in it.
    func news(
        for request: SyncRequest, along places: HeldScopes, isWhole: Bool
    ) throws -> KeyNews {
        var news = KeyNews()
        if !request.wantedKeys.isEmpty { news.given = try keys(request.wantedKeys) }
        if isWhole, try tables.lacksKeys() {
            news.wanted = try tables.missingKeys(
                after: request.wantedAfter, limit: WantedKey.countMax,
                among: try tables.reopenings().isEmpty ? wherever(along: places) : nil
            ).map(\.key)
        }
        return news
    }

    /// Of what left it with a neighborhood it has kept the keys of its own texts. Once a branch was
    /// lost it also has those of what it brings back, from places that no ledger may know of.
    private func wherever(
        along places: HeldScopes
    ) throws -> (scopes: Set<ScopeID>, replica: ReplicaID) {
        let ever = try OwnNames(of: device, held: places, views: views).places
        return (held.union(ever), device.replica)
    }

    // MARK: What it may have

    /// The entries of a page with only those of their keys that the device may have, and the keys.
    func withKeys(
        _ entries: [PageEntry]
    ) throws -> (entries: [PageEntry], keys: [DataKeyID: DataKey]) {
        let named = try keyring.keys(Set(entries.flatMap(\.keys)))
        let keys = Dictionary(uniqueKeysWithValues: named.map { ($0.id, $0) })
        let theirs = Set(try named.filter(isAboutTheirs).map(\.id))
        let allowed = entries.map { entry in
            var entry = entry
            guard case .bytes(let bytes) = entry.entry.content else { return entry }
            entry.keys.removeAll { id in
                guard let key = keys[id] else { return true }
                return !theirs.contains(id) && !isUsed(key, in: bytes)
            }
            return entry
        }
        return (allowed, keys)
    }

    private func keys(_ wanted: [WantedKey]) throws -> [DataKey] {
        let events = Dictionary(wanted.map { ($0.key, $0.event) }) { first, _ in first }
        var along: Set<LedgerPosition>?
        return try keyring.keys(Set(events.keys)).filter { key in
            guard let event = events[key.id], let bytes = try bytes(inScope: event, &along),
                Event.sealedKeys(in: bytes).contains(key.id)
            else { return false }
            return try isAboutTheirs(key) || isUsed(key, in: bytes)
        }
    }

    /// Of an event in a held scope or in the history of a member who moved to one, or of one that
    /// was kept apart from this device. `along` is where such histories stand, once somebody asked.
    private func bytes(
        inScope event: Dot, _ along: inout Set<LedgerPosition>?
    ) throws -> [UInt8]? {
        if let reach = try tables.reach(ofEvent: event) {
            if held.isDisjoint(with: reach) {
                let places = try along ?? tables.placesAlong(movedTo: held)
                along = places
                guard !places.isEmpty, let place = try tables.position(of: event),
                    places.contains(place)
                else { return nil }
            }
            return try tables.bytes(of: event)?.bytes
        }
        return event.replica == device.replica
            ? try QuarantineTable(tables.db).bytes(event) : nil
    }

    /// Somebody else wrote the event, and had the key: what it seals opens.
    private func isUsed(_ key: DataKey, in bytes: [UInt8]) -> Bool {
        guard let event = try? Event(decoding: bytes), event.dot.replica != device.replica
        else { return false }
        return key.opens(event, community: community)
    }

    private func isAboutTheirs(_ key: DataKey) throws -> Bool {
        try key.subjects.contains(where: isTheirs)
    }

    /// Of its scopes, or made by the device itself.
    private func isTheirs(_ subject: EntityID) throws -> Bool {
        if subject.dot.replica == device.replica { return true }
        if try views.home(of: subject)?.family == .neighborhood {
            return held.contains(.neighborhood(subject))
        }
        return try views.reach(of: subject).map { !held.isDisjoint(with: $0) } ?? false
    }
}

extension [DataKey] {
    /// The first so many bytes of them, and one in any case: then a session comes to its end.
    func fitting(_ bytesMax: Int) -> ArraySlice<DataKey> {
        var bytes = 0
        let count = prefix { key in
            bytes += key.wireBytesMax
            return bytes <= bytesMax
        }.count
        return prefix(Swift.max(count, 1))
    }
}
