// What decisions about clusters tie together: one of them ends by a later one about any of its
// entries, though that entry is of another group by now.
// Source: docs/protocol.md section 8.4. Neighbors: Projector, Views and the server's PastConflicts
// gather by it what `decideGroup` needs.

public import Shared

extension LedgerTables {
    /// The entries that the decisions among these events name, those that decisions about them
    /// name, and so on, each with all of its events.
    public func tied(
        by events: some Sequence<RecordedEvent>, besides known: Set<EntityID> = []
    ) throws -> [EntityID: [RecordedEvent]] {
        var tied: [EntityID: [RecordedEvent]] = [:]
        var named = Set(events.flatMap(\.event.clusterSides)).subtracting(known)
        while let entity = named.popFirst() {
            let own = try self.events(of: entity)
            tied[entity] = own
            named.formUnion(own.flatMap(\.event.clusterSides).filter { tied[$0] == nil })
            named.subtract(known)
        }
        return tied
    }
}
