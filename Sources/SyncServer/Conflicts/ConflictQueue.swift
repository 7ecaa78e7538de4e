// What awaits an admin's decision, in the order in which the desk works it off.
// Neighbors: ConsoleDesk keeps one from request to request; Store/Views decide what is open.
// Invariant: what changes somebody's balance comes first, then what has waited longest.

internal import Shared
internal import Store

struct ConflictQueue: Sendable {
    struct Line: Sendable {
        let conflict: Conflict
        let changesBalance: Bool
        /// When the second of its sides came to the office.
        let since: Instant?
        /// Where what it is about is delivered.
        let scopes: [ScopeID]
        var id: ConflictID { conflict.id }
    }

    let position: LedgerPosition
    let lines: [Line]

    /// `before` is one of the same ledger, earlier: what has not changed since is not read again.
    init(_ views: Views, after before: ConflictQueue?) throws {
        position = views.position
        let known = Dictionary(
            uniqueKeysWithValues: (before?.lines ?? []).map { ($0.id, $0) })
        // Whoever moves takes along where what is about them is delivered.
        let haveMoved = try views.tables.hasMoves(after: before?.position ?? position)
        let open = try views.conflicts(
            knowing: known.values.map(\.conflict), at: before?.position ?? .start)
        lines = try open.map { conflict in
            if !haveMoved, let same = known[conflict.id], same.conflict == conflict {
                return same
            }
            return try Line(conflict, views)
        }.sorted { $0.rank < $1.rank }
    }

    /// Those that concern somebody, in order.
    func lines(for person: SignedIn) -> [Line] { lines.filter { person.serves($0.scopes) } }
}

extension ConflictQueue.Line {
    fileprivate init(_ conflict: Conflict, _ views: Views) throws {
        self.conflict = conflict
        changesBalance = conflict.changesBalance
        let arrived = try conflict.sides.compactMap { try views.tables.receivedAt($0.dot) }
        since = arrived.sorted().dropFirst().first ?? arrived.first
        let entities = try conflict.sides.compactMap {
            try views.tables.event($0.dot)?.event.entity
        }
        scopes = Set(
            try (entities + [conflict.entity]).flatMap { try views.reach(of: $0) ?? [] }
        ).sorted()
    }

    fileprivate var rank: (Int, Int64, ConflictID) {
        (changesBalance ? 0 : 1, since?.milliseconds ?? .max, id)
    }
}

extension Conflict {
    /// Whether somebody's balance depends on what is decided.
    var changesBalance: Bool {
        switch about {
        case .duplicate, .void: true
        case .amend: field == HoursField.shares
        case .field, .number, .resolution: false
        }
    }
}
