// What is kept apart and waits for an admin, of which somebody may know, by device and reason.
// Neighbors: QuarantineTable beneath; ConsoleSite+Waiting shows a page of it.
// Invariant: a coordinator is shown what is in the books of their neighborhoods, an admin all.

internal import Shared
internal import Store

struct KeptApartList {
    /// What a page asks for; nil for all.
    struct Filter: Equatable, Sendable {
        var device: ReplicaID?
        var reason: QuarantineReason?

        func takes(_ entry: QuarantineTable.Entry) -> Bool {
            (device.map { $0 == entry.dot.replica } ?? true)
                && (reason.map { $0 == entry.reason } ?? true)
        }
    }

    /// In the order they came.
    let all: [QuarantineTable.Entry]

    init(_ views: Views, for person: SignedIn) throws {
        all = try QuarantineTable(views.tables.db).undecided()
            .filter { person.knows(of: $0.home) }
    }

    /// How many there are, and since when the oldest waits: without reading them.
    static func figures(
        _ views: Views, for person: SignedIn
    ) throws -> (count: Int, since: Instant?) {
        let homes = try QuarantineTable(views.tables.db).waiting()
            .filter { person.knows(of: $0.home) }
        return (homes.map(\.count).reduce(0, +), homes.map(\.since).min())
    }

    func found(_ filter: Filter) -> [QuarantineTable.Entry] { all.filter(filter.takes) }

    /// Nil for one that is not there, or not for this person to know of. It may have been decided.
    static func find(
        _ dot: Dot, _ table: QuarantineTable, for person: SignedIn
    ) throws -> QuarantineTable.Entry? {
        guard let entry = try table.find(dot) else { return nil }
        return person.knows(of: entry.home) ? entry : nil
    }
}

extension QuarantineTable {
    func event(_ dot: Dot) throws -> Event? {
        try bytes(dot).flatMap { try? Event(decoding: $0) }
    }
}

extension SignedIn {
    /// Of what nobody can read the home of, an admin alone.
    fileprivate func knows(of home: ScopeID?) -> Bool {
        role == .admin || home.map { serves([$0]) } ?? false
    }
}

extension QuarantineReason {
    /// By the name in an address.
    init?(named name: String) {
        guard let reason = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = reason
    }

    /// As part of a key of the string tables.
    var key: String { name.replacing("-", with: "_") }
}
