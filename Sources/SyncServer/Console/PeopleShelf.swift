// Every member by name and number, kept from request to request and up with the ledger.
// Neighbors: ConsoleDesk keeps one; Store/Views/PeopleIndex finds in it.
// Invariant: it says what the ledger says at its position.

internal import Shared
internal import Store

struct PeopleShelf: Sendable {
    /// Events about members that are looked at one by one; after more all are read anew.
    private static let eventsMax = 500

    let position: LedgerPosition
    let index: PeopleIndex
    /// Whom each concerns.
    let scopes: [EntityID: [ScopeID]]

    /// `before` is of the same ledger, earlier.
    init(_ views: Views, after before: PeopleShelf?) throws {
        position = views.position
        guard let before, let changed = try Self.changed(views, since: before.position) else {
            let all = try views.members()
            index = PeopleIndex(try all.map { try Self.person($0, views) })
            scopes = try Dictionary(
                uniqueKeysWithValues: all.map { ($0.id, try views.reach(of: $0.id) ?? []) })
            return
        }
        guard !changed.isEmpty else {
            (index, scopes) = (before.index, before.scopes)
            return
        }
        let members = try changed.compactMap { entity -> MemberState? in
            if case .member(let member)? = try views.state(of: entity) { member } else { nil }
        }
        var scopes = before.scopes
        for member in members { scopes[member.id] = try views.reach(of: member.id) ?? [] }
        let new = try members.map { try Self.person($0, views) }
        self.scopes = scopes
        index = PeopleIndex(
            (before.index.people.filter { !changed.contains($0.id) } + new)
                .sorted { Self.order($0) < Self.order($1) })
    }

    /// Whom events since then were about; nil for more than are looked at one by one.
    private static func changed(
        _ views: Views, since position: LedgerPosition
    ) throws -> Set<EntityID>? {
        let events = try views.tables.memberEvents(
            after: position, through: views.position, limit: eventsMax)
        return events.count < eventsMax ? Set(events.map(\.entity)) : nil
    }

    private static func person(_ member: MemberState, _ views: Views) throws -> PeopleIndex.Person {
        PeopleIndex.Person(
            id: member.id, number: try views.number(of: member),
            name: try views.name(of: member) ?? "", isActive: member.isActive)
    }

    /// By code, then number as a number.
    private static func order(_ person: PeopleIndex.Person) -> (String, Int, EntityID) {
        let parts = person.number.split(separator: "-")
        return (
            parts.first.map(String.init) ?? "", parts.last.flatMap { Int($0) } ?? .max, person.id
        )
    }

    // MARK: Finding

    func found(_ typed: String, for person: SignedIn, limit: Int) -> [PeopleIndex.Person] {
        index.found(typed, recent: [], limit: limit) { isFor(person, $0.id) }
    }

    private func isFor(_ person: SignedIn, _ member: EntityID) -> Bool {
        person.role == .admin || person.serves(scopes[member] ?? [])
    }

    /// Others at home in the same neighborhood with the same name.
    func alike(_ member: EntityID) -> [PeopleIndex.Person] { index.alike(member) }
}
