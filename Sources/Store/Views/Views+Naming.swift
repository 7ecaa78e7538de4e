// What a person types for anything in the book → its id: an id of an entity or of an event about
// it, a member or pot, a worker, a device, a neighborhood.
// Neighbors: Views+Members matches people; `history` of both programs asks here.

internal import Foundation
internal import GRDB
public import Shared

extension Views {
    /// `apart` are events that are kept outside the ledger, which have ids too.
    public func matchAnything(
        _ typed: String, besides apart: [KeptApart] = []
    ) throws -> AccountMatch {
        var found = try byID(typed, besides: apart)
        // A whole id is no part of a name: nobody's has to be opened.
        if let one = found.first, found.count == 1, Dot(typed.lowercased()) != nil {
            return .one(one)
        }
        switch try match(typed) {
        case .one(let account): found.insert(account)
        case .several(let accounts): found.formUnion(accounts.map(\.id))
        case .none: break
        }
        found.formUnion(try byName(typed))
        if let one = found.first, found.count == 1 { return .one(one) }
        let labels = try found.map { (id: $0, label: try historySubject($0)) }
        return labels.isEmpty
            ? .none : .several(labels.sorted { ($0.label, $0.id) < ($1.label, $1.id) })
    }

    /// "9f86d081-12": the beginning of a replica id, a hyphen, and the sequence. An event's id
    /// leads to what the event is about.
    private func byID(_ typed: String, besides apart: [KeptApart]) throws -> Set<EntityID> {
        guard let id = TypedID(typed) else { return [] }
        let stored = try tables.dots(id).compactMap { try tables.event($0)?.event.entity }
        let others = apart.map(\.event).filter {
            $0.dot.sequence == id.sequence && $0.dot.replica.description.hasPrefix(id.replica)
        }.map(\.entity)
        return Set(stored + others)
    }

    /// Workers, devices, neighborhoods and the community by their whole names.
    private func byName(_ typed: String) throws -> [EntityID] {
        let wanted = typed.folded
        let workers = try workers().map(\.id).filter { try workerName($0)?.folded == wanted }
        let devices = try devices().filter { $0.label.folded == wanted }.map(\.id)
        let places = try neighborhoods()
            .filter { [$0.code.folded, $0.name.folded].contains(wanted) }.map(\.id)
        let communities = try entities(.community).filter { id in
            guard case .community(let state)? = try state(of: id) else { return false }
            return state.name.folded == wanted
        }
        return workers + devices + places + communities
    }
}

/// "9f86d081-12" as people type it, the replica's id whole or only its beginning.
public struct TypedID {
    /// Lower case hex digits, one at least.
    public let replica: String
    public let sequence: Sequence64

    /// Nil for what is no id.
    public init?(_ typed: String) {
        let parts = typed.lowercased().split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, let sequence = UInt64(parts[1]), sequence <= Limits.countMax,
            (1...32).contains(parts[0].utf8.count), parts[0].allSatisfy(\.isHexDigit)
        else { return nil }
        self.replica = String(parts[0])
        self.sequence = Sequence64(sequence)
    }
}

extension LedgerTables {
    /// Those that an id may mean, of replicas that were heard of here; whether there is such an
    /// event is another question.
    public func dots(_ id: TypedID) throws -> [Dot] {
        try replicas(prefix: id.replica).map { Dot($0, id.sequence) }
    }

    /// Replicas whose id begins with these hex digits, lower case.
    public func replicas(prefix: String) throws -> [ReplicaID] {
        try Data.fetchAll(
            db, sql: "SELECT id FROM replica WHERE lower(hex(id)) LIKE ? || '%' ORDER BY id",
            arguments: [prefix]
        ).compactMap { ReplicaID($0) }
    }
}
