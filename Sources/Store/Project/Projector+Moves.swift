// A member who moved takes the entries that name them along: what is said of these from then on is
// delivered to the new neighborhood too. Source: docs/protocol.md section 3.8.
// Neighbors: Projector calls it; LedgerTables+Moves finds the entries.
// Invariant: an entity's reach is that of its creation and the homes that its accounts moved to,
// whichever of both is projected first.

internal import Foundation
internal import GRDB
internal import Shared

extension Projector {
    /// Notes where a member is at home now, and before. True if there is one more since.
    func noteMoves(_ member: MemberState, key: LocalKey) throws -> Bool {
        let homes = Set(member.former + [member.home])
        try setReach(of: key, home: member.home, also: homes)
        var isNew = false
        for home in homes.sorted() {
            let added = try db.hot(
                "INSERT OR IGNORE INTO member_move (member, home) VALUES (?, ?)",
                .int(key.value), .int(try tables.scopeNumber(home)))
            isNew = added || isNew
        }
        return isNew
    }

    /// Once everything else of the batch is projected: every entry that names one of them.
    func takeAlong(_ moved: Set<EntityID>) throws {
        for member in moved.sorted() {
            for key in try tables.entriesNaming(member) {
                try extendReach(of: key, by: try tables.events(of: key))
            }
        }
    }

    /// Of an hours entry, by its events.
    func extendReach(of key: LocalKey, by events: [RecordedEvent]) throws {
        let accounts = Set(events.flatMap { $0.event.accountsNamed })
        let homes = try accounts.flatMap { account -> [ScopeID] in
            guard let member = try tables.existingKey(account.dot) else { return [] }
            return try db.hotInts(
                "SELECT home FROM member_move WHERE member = ?", .int(member.value)
            ).map(tables.scopeID)
        }
        guard !homes.isEmpty else { return }
        try setReach(of: key, home: nil, also: Set(homes))
    }

    private func setReach(of key: LocalKey, home: ScopeID?, also homes: Set<ScopeID>) throws {
        let created = try db.hotInt("SELECT reach FROM event WHERE dot = ?", .int(key.value))
        guard let created else { return }
        let reach = homes.union(try tables.reach(created)).sorted()
        try db.hot(
            "UPDATE entity SET reach = ?, home = coalesce(?, home) WHERE entity = ?",
            .int(try tables.reachNumber(reach)), .int(try home.map(tables.scopeNumber)),
            .int(key.value))
    }
}
