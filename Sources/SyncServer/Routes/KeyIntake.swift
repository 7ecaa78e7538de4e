// The data keys of a request → the keyring: those of the events that it brings, and those that
// the server had lost. Source: docs/protocol.md sections 5.1 and 5.2. Neighbors: SyncRoute hands
// them over, Pull/KeyReader asks for what is missing.
// Invariants: nothing is stored of a request whose keys cannot be opened; a key that the ledger
// misses is taken only if it opens the first event that names it; one that nothing names is not.

internal import Shared
internal import Store

struct KeyIntake {
    let store: ServerStore

    /// Returns the keys that the runs name and that are not here even now.
    func take(_ wrapped: WrappedKeys?, with runs: [VerifiedRun]) async throws -> Set<DataKeyID> {
        let named = Set(runs.flatMap { $0.events.flatMap(\.sealedKeys) })
        guard let wrapped else { return try store.keyring.lacking(named) }
        let opened = try wrapped.unwrap(with: store.keys.replica, community: store.community)
        guard opened.allSatisfy({ $0.subjects.count <= Limits.entitiesMax }) else {
            throw Problem.unreadable(.keys)
        }
        let missed = try await keep(opened, named: named)
        if !missed.isEmpty, store.standing == .whole {
            try await store.appendAsync { try $0.tables.forgetMissing(missed) }
        }
        return try store.keyring.lacking(named)
    }

    /// Returns those that were missing.
    private func keep(_ opened: [DataKey], named: Set<DataKeyID>) async throws -> [DataKeyID] {
        let (missed, others) = try await store.readAsync { [community = store.community] views in
            try views.tables.sound(opened, community: community) { dot in
                try QuarantineTable(views.tables.db).bytes(dot)
            }
        }
        try store.keyring.add(missed + others.filter { named.contains($0.id) })
        return missed.map(\.id)
    }
}
