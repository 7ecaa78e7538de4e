// The entries of a neighborhood that this device no longer holds are taken out, once its own there
// have their place in the ledger or at the desk, and none of a former name waits to be looked for.
// Source: docs/protocol.md section 7.10.
// Neighbors: ScopeTaking says which; KeyDropping removes the data keys after the commit.
// Invariants: bytes of own events stay, in put_away_event; of members a line stays, as of anybody
// elsewhere; a data key goes only if all that it is about has gone and nothing that stays needs it.

internal import Foundation
internal import GRDB
internal import Shared
internal import Store

struct Leaving {
    let taking: ScopeTaking
    private var tables: LedgerTables { taking.tables }

    init(taking: ScopeTaking) { self.taking = taking }

    func letGo(_ holdings: [EntityID: ScopeHolding]) throws {
        let leaving = holdings.filter { $0.value == .leaving }.map(\.key).sorted()
        let others = holdings.filter { ![.leaving, .gone].contains($0.value) }.map(\.key)
        let kept = Set([.community] + others.map(ScopeID.neighborhood))
        guard !leaving.isEmpty, try !tables.hasUnplaced(outside: kept),
            try !tables.unsettledParted().contains(where: { kept.isDisjoint(with: $0.reach) })
        else { return }
        try clear(outside: kept)
        for place in leaving {
            try tables.dropTree(of: .neighborhood(place))
            try tables.dropCheckpoints(of: .neighborhood(place), community: taking.paired.community)
            try tables.save(.gone, of: place)
        }
        try tables.rebuild { _ in }
        // A tree that left can no longer say what of it was damaged.
        try tables.recheckHistories(at: taking.now)
    }

    /// After a step back: what had come along with a member whose move the ledger has lost belongs
    /// to no neighborhood that is here.
    func takeOutStrays() throws {
        let holdings = try tables.scopeHoldings()
        let here = holdings.filter { $0.value != .gone }.map(\.key)
        let kept = Set([.community] + here.map(ScopeID.neighborhood))
        guard here.count < holdings.count, try tables.hasPlaced(outside: kept) else { return }
        try clear(outside: kept)
        try tables.rebuild { _ in }
    }

    /// Leaves a line of each member and the bytes of own events, and notes which keys go.
    /// Projections are made anew after it.
    private func clear(outside kept: Set<ScopeID>) throws {
        let book = try taking.present()
        try keepLines(of: try tables.membersOutside(kept), book)
        try takeOut(outside: kept, book)
        try noteKeys(outside: kept, book)
    }

    /// As the server's lines would say; one that it sent since is newer.
    private func keepLines(of members: [EntityID], _ book: LocalBook) throws {
        for id in members {
            guard case .member(let member)? = try book.views.state(of: id),
                let number = member.number
            else { continue }
            try tables.keepLineOfLeaving(
                DirectoryLine(
                    member: id, home: member.home, number: number, isActive: member.isActive,
                    isAlias: try tables.isAlias(id)))
        }
    }

    private func takeOut(outside kept: Set<ScopeID>, _ book: LocalBook) throws {
        let own = Set([book.paired.replica] + (book.device?.former ?? []))
        try tables.withdraw(outside: kept) { entry in
            guard let new = try? NewEvent(bytes: entry.bytes) else {
                throw StoreDamage.unreadable(position: Int64(entry.position.value))
            }
            if new.event.subject == nil {
                try tables.noteLeft(new.event.entity, home: new.event.home, at: taking.now)
            }
            guard own.contains(entry.dot.replica) else { return }
            try tables.putAway(
                PlacedEvent(
                    new: new,
                    admitted: Admitted(
                        position: entry.position, reach: entry.reach,
                        receivedAt: entry.receivedAt, contextUnknown: entry.contextUnknown)))
        }
    }

    // MARK: Data keys

    /// Those whose every subject leaves, and that nothing which stays was sealed with. The tables
    /// of who reaches what are still those of before.
    private func noteKeys(outside kept: Set<ScopeID>, _ book: LocalBook) throws {
        let needed = try tables.keysNamed()
        try taking.keyring.forEach { key, subjects in
            guard !subjects.isEmpty, !needed.contains(key),
                try subjects.allSatisfy({ try isOutside($0, kept, book) })
            else { return }
            try tables.noteToDrop(key)
        }
    }

    private func isOutside(
        _ subject: EntityID, _ kept: Set<ScopeID>, _ book: LocalBook
    ) throws -> Bool {
        if try book.views.home(of: subject)?.family == .neighborhood {
            return !kept.contains(.neighborhood(subject))
        }
        if let reach = try book.views.reach(of: subject) { return kept.isDisjoint(with: reach) }
        return try book.views.directoryLine(of: subject).map { !kept.contains($0.home) } ?? false
    }
}

extension LedgerTables {
    fileprivate func noteLeft(_ entity: EntityID, home: ScopeID, at now: Instant) throws {
        try db.execute(
            sql: "INSERT OR REPLACE INTO left_entity VALUES (?, ?, ?)",
            arguments: [Data(entity.bytes), Data(home.bytes), now.milliseconds])
    }

    /// Also those that differed from what was held here: there is nothing left to compare with.
    fileprivate func dropCheckpoints(of scope: ScopeID, community: CommunityID) throws {
        let origin = try scopeOrigin(scope, community)
        try db.execute(sql: "DELETE FROM checkpoint WHERE origin = ?", arguments: [origin])
        try db.execute(
            sql: """
                DELETE FROM refused_checkpoint
                WHERE reason = ?1 AND substr(note, 1, length(?2)) = ?2
                """, arguments: [CheckpointComparison.differsHere, origin + "\n"])
    }

    /// Of all that is here: also of own events at the desk, under a former name or put away, whose
    /// texts may be nowhere else once the office is set back, and of what is offered to it.
    fileprivate func keysNamed() throws -> Set<DataKeyID> {
        let rows = try Row.fetchCursor(
            db,
            sql: """
                SELECT bytes FROM event UNION ALL SELECT bytes FROM refused_event
                UNION ALL SELECT bytes FROM parted_event UNION ALL SELECT bytes FROM put_away_event
                UNION ALL SELECT bytes FROM orphan_event WHERE bytes IS NOT NULL
                """)
        var keys: Set<DataKeyID> = []
        while let row = try rows.next() {
            keys.formUnion(Event.sealedKeys(in: [UInt8](row[0] as Data)))
        }
        return keys
    }

    fileprivate func noteToDrop(_ key: DataKeyID) throws {
        try db.execute(
            sql: "INSERT OR IGNORE INTO key_to_drop VALUES (?)",
            arguments: [Int64(bitPattern: key.value)])
    }
}
