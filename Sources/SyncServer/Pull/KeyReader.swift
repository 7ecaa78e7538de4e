// Data keys beside a page: those that a device has lost and may have, and which the server itself
// asks it for. Source: docs/protocol.md section 5.2. Neighbors: PageReader sends both, Store/Tables
// knows what is missing.
// Invariants: a device is given no key of entries outside its scopes, and is told of none; an event
// of its own entitles it to nothing that is about others only.

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
    let keyring: Keyring
    let device: DeviceState
    private let held: Set<ScopeID>

    init(views: Views, keyring: Keyring, device: DeviceState) {
        self.views = views
        self.keyring = keyring
        self.device = device
        held = Set([.community] + device.neighborhoods.map(ScopeID.neighborhood))
    }

    private var tables: LedgerTables { views.tables }

    /// `isWhole`: the ledger is in order, so that what comes can be noted in it.
    func news(for request: SyncRequest, isWhole: Bool) throws -> KeyNews {
        var news = KeyNews()
        if !request.wantedKeys.isEmpty { news.given = try keys(request.wantedKeys) }
        if isWhole, try tables.lacksKeys() {
            news.wanted = try tables.missingKeys(
                after: request.wantedAfter, limit: WantedKey.countMax,
                among: (held, device.replica)
            ).map(\.key)
        }
        return news
    }

    private func keys(_ wanted: [WantedKey]) throws -> [DataKey] {
        let named = try wanted.filter(isNamedInScope)
        let byOthers = Set(named.filter { $0.event.replica != device.replica }.map(\.key))
        return try keyring.keys(Set(named.map(\.key))).filter { key in
            try byOthers.contains(key.id) || key.subjects.contains(where: isTheirs)
        }
    }

    /// The event is in a held scope, or was kept apart from this device, and needs the key.
    private func isNamedInScope(_ wanted: WantedKey) throws -> Bool {
        if let reach = try tables.reach(ofEvent: wanted.event) {
            guard !held.isDisjoint(with: reach),
                let event = try tables.bytes(of: wanted.event)
            else { return false }
            return event.event.sealed.contains { $0.key == wanted.key }
        }
        guard wanted.event.replica == device.replica,
            let bytes = try QuarantineTable(tables.db).bytes(wanted.event)
        else { return false }
        return Event.sealedKeys(in: bytes).contains(wanted.key)
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

extension DataKey {
    /// What it adds to an answer, at most.
    var byteCountMax: Int { PageLimits.keyBytes + subjects.count * PageLimits.subjectBytes }
}

extension [DataKey] {
    /// The first so many bytes of them, and one in any case: then a session comes to its end.
    func fitting(_ bytesMax: Int) -> ArraySlice<DataKey> {
        var bytes = 0
        let count = prefix { key in
            bytes += key.byteCountMax
            return bytes <= bytesMax
        }.count
        return prefix(Swift.max(count, 1))
    }
}
