// The ledger: found by place, id, person, kind and day; one entry with its history and its proof.
// Neighbors: Store/LedgerTables+Search finds; LedgerPages fills the pages.
// Invariants: nothing is changed here; a coordinator sees what reaches their neighborhoods.

internal import Faces
internal import Hummingbird
internal import Shared
internal import Store
internal import Texts

extension ConsoleSite {
    static let ledgerLinesMax = 50

    func respond(
        to route: ConsoleRoute.Ledger, _ fields: FormFields, _ visit: ConsoleVisit
    ) async throws -> Response {
        switch route {
        case .list: try await ledgerPage(fields, visit)
        case .one(let position): try await ledgerEntryPage(position, visit)
        }
    }

    private func ledgerPage(
        _ fields: FormFields, _ visit: ConsoleVisit
    ) async throws -> Response {
        let offset = desk.environment.utcOffsetMinutes()
        let found = try await desk.read(visit.text) { [desk] views -> LedgerFound in
            let question = LedgerQuestion(fields, views, visit, people: try desk.people(views))
            switch try question.meant() {
            case .place(let position): return .place(position)
            case .list(let list):
                return .page(
                    try LedgerModel(list, fields, views, visit, utcOffsetMinutes: offset))
            }
        }
        switch found {
        case .place(let position): return redirect(to: "/ledger/\(position)")
        case .page(let model): return html("ledger", model)
        }
    }

    private enum LedgerFound: Sendable {
        case place(LedgerPosition)
        case page(LedgerModel)
    }

    private func ledgerEntryPage(
        _ position: LedgerPosition, _ visit: ConsoleVisit
    ) async throws -> Response {
        let (standing, keys) = (desk.store.standing, desk.store.keys)
        let community = desk.store.community
        let model = try await desk.read(visit.text) { views -> LedgerEntryModel? in
            guard let entry = try views.tables.entry(at: position),
                visit.person.serves(entry.reach)
            else { return nil }
            // Nobody vouches for a ledger that has to be repaired first.
            let signed =
                standing == .whole
                ? try SignedCheckpoint(
                    views.tables.checkpoint(of: community), signedBy: keys.ledger) : nil
            return try LedgerEntryModel(
                entry, signed, ledgerKey: keys.ledger.signingPublicKey, views, visit)
        }
        guard let model else { throw SiteFault.notFound }
        return html("ledgerentry", model)
    }
}

/// What somebody typed, and what it can mean.
struct LedgerQuestion {
    enum Meant {
        /// One entry alone.
        case place(LedgerPosition)
        case list(List)
    }
    struct List {
        /// Whose entries; nil: all.
        var person: EntityID?
        /// It may be any of these.
        var candidates: [PeopleIndex.Person] = []
        var isUnknown = false
    }

    private static let candidatesMax = 10

    let typed: String
    let person: String
    let views: Views
    let visit: ConsoleVisit
    let people: PeopleShelf

    init(_ fields: FormFields, _ views: Views, _ visit: ConsoleVisit, people: PeopleShelf) {
        (typed, person) = (fields["q"], fields["person"])
        (self.views, self.visit, self.people) = (views, visit, people)
    }

    func meant() throws -> Meant {
        if typed.isEmpty {
            guard let chosen = EntityID(person),
                try views.member(chosen, for: visit.person) != nil
            else { return .list(List()) }
            return .list(List(person: chosen))
        }
        if let position = UInt64(typed), position > 0, position <= views.position.value {
            return .place(LedgerPosition(position))
        }
        if let position = try placeOfID() { return .place(position) }
        let found = people.found(typed, for: visit.person, limit: Self.candidatesMax)
        switch found.count {
        case 0: return .list(List(isUnknown: true))
        case 1: return .list(List(person: found[0].id))
        default: return .list(List(candidates: found))
        }
    }

    /// Of an event or entity by its whole id, or by the short one that listings show.
    private func placeOfID() throws -> LedgerPosition? {
        if let dot = Dot(typed.lowercased()) { return try views.tables.position(of: dot) }
        let parts = typed.lowercased().split(separator: "-")
        guard parts.count == 2, let sequence = UInt64(parts[1]), sequence <= Limits.countMax
        else { return nil }
        let places = try views.replicas(beginning: String(parts[0])).compactMap {
            try views.tables.position(of: Dot($0, Sequence64(sequence)))
        }
        return places.count == 1 ? places[0] : nil
    }
}

extension Views {
    /// As short ids begin.
    private static let prefixLength = 8

    /// Devices and the server itself, in each epoch.
    fileprivate func replicas(beginning prefix: String) throws -> [ReplicaID] {
        guard prefix.utf8.count >= Self.prefixLength else { return [] }
        let server =
            try entities(.community).map(\.dot.replica)
            + tables.reopenings().map { ReplicaID(signingKey: $0.serverSigningKey) }
        let devices = try DeviceTable(tables.db).replicas()
        return Set(server + devices).filter { $0.description.hasPrefix(prefix) }.sorted()
    }
}
