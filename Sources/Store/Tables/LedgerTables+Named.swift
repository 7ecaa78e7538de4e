// Which hours entries name an account, now or in any event about them: without looking at others.
// Neighbors: Projector+Groups keeps the table beside the postings; histories and moves ask.
// Invariant: what names an account is found, also when it is void, or was given to others since.

internal import GRDB
internal import Shared

extension LedgerTables {
    /// Hours entries that have a posting of an account, and changed ones of which an event gives it
    /// minutes, ascending.
    func entriesNaming(_ account: EntityID) throws -> [LocalKey] {
        guard let key = try existingKey(account.dot) else { return [] }
        return try db.hotInts(
            """
            SELECT entity FROM posting WHERE account = ?1
            UNION SELECT entity FROM named_account WHERE account = ?1
            ORDER BY 1
            """, .int(key.value)
        ).map(LocalKey.init(stored:))
    }

    /// All that events about an entry name.
    func noteNamed(by events: [RecordedEvent], about entry: LocalKey) throws {
        for account in Set(events.flatMap { $0.event.accountsNamed }).sorted() {
            try db.hot(
                "INSERT OR IGNORE INTO named_account (account, entity) VALUES (?, ?)",
                .int(try key(account.dot).value), .int(entry.value))
        }
    }

    func forgetNamed(by entry: LocalKey) throws {
        try db.hot("DELETE FROM named_account WHERE entity = ?", .int(entry.value))
    }

    /// For entries from before there was the table.
    func fillNamedAccounts() throws {
        let changed = try db.hotInts(
            """
            SELECT entity FROM hours
            WHERE standing NOT IN (\(EntryStanding.counts.rawValue),
                \(EntryStanding.contested.rawValue))
            UNION SELECT subject FROM event WHERE subject IS NOT NULL
                AND EXISTS (SELECT 1 FROM hours WHERE entity = subject)
            UNION SELECT entity FROM event_side
                WHERE EXISTS (SELECT 1 FROM hours WHERE hours.entity = event_side.entity)
            ORDER BY 1
            """)
        for stored in changed {
            let key = LocalKey(stored: stored)
            // What cannot be read is found by `verify`; it names nobody here.
            guard let events = try? events(of: key) else { continue }
            try noteNamed(by: events, about: key)
        }
    }
}

extension Event {
    /// Accounts that an event about an hours entry gives minutes.
    var accountsNamed: [EntityID] {
        let fields: [Kind: FieldNumber] = [
            .hoursRecorded: HoursField.shares, .hoursAmended: ChangeField.new,
            .conflictResolved: ResolutionField.value,
        ]
        guard let kind = knownKind, let field = fields[kind] else { return [] }
        return payload.shares(field)?.accounts ?? []
    }
}
