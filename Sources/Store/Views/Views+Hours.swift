// Entries and balances as records, the same on device and server.
// Neighbors: the projector keeps standings and postings; Commands print these.

internal import Foundation
internal import GRDB
public import Shared

extension Views {
    /// Entries by service date, then position; unsent last, by own sequence. A row imported twice
    /// is shown once.
    public func hours(limit: Int = Int.max) throws -> [HoursRecord] {
        try Int64.fetchAll(
            db,
            sql: """
                SELECT hours.entity FROM hours JOIN event ON event.dot = hours.entity
                WHERE standing <> \(EntryStanding.repeatedImport.rawValue)
                ORDER BY event.position >= \(StoreSchema.unsentBase), service_date, event.position
                LIMIT ?
                """, arguments: [limit]
        ).compactMap { try record(LocalKey(stored: $0)) }
    }

    /// The last that came into the book, unsent ones first, with where each stands: `before` goes
    /// on from there.
    public func newestHours(
        before: Int64 = .max, limit: Int
    ) throws -> [(place: Int64, record: HoursRecord)] {
        try Row.fetchAll(
            db.cachedStatement(
                sql: """
                    SELECT event.position, hours.entity FROM event
                    JOIN hours ON hours.entity = event.dot
                    WHERE event.position < ?
                        AND standing <> \(EntryStanding.repeatedImport.rawValue)
                    ORDER BY event.position DESC LIMIT ?
                    """), arguments: [before, limit]
        ).compactMap { row in
            try record(LocalKey(stored: row[1])).map { (row[0], $0) }
        }
    }

    public func hours(_ entity: EntityID) throws -> HoursRecord? {
        try tables.existingKey(entity.dot).flatMap(record)
    }

    /// Entries of the same people and day that are not void, in the order they appeared.
    public func entries(alike shares: Shares, on date: CivilDate) throws -> [HoursState] {
        let key = GroupKey(shares, date)
        return try Int64.fetchAll(
            db.cachedStatement(
                sql: """
                    SELECT entity FROM hours WHERE group_key = ? AND standing NOT IN
                        (\(EntryStanding.void.rawValue), \(EntryStanding.repeatedImport.rawValue))
                    ORDER BY entity
                    """), arguments: [Int64(bitPattern: key.value)]
        ).compactMap { stored in
            guard case .hours(let hours)? = try state(of: tables.entity(LocalKey(stored: stored)))
            else { return nil }
            return hours
        }
    }

    private func record(_ key: LocalKey) throws -> HoursRecord? {
        let events = try tables.events(of: key)
        guard case .hours(let state)? = decideEntity(events) else { return nil }
        let standing =
            try Int64.fetchOne(
                db.cachedStatement(sql: "SELECT standing FROM hours WHERE entity = ?"),
                arguments: [key.value]
            ).flatMap(EntryStanding.init(rawValue:)) ?? .contested
        var description: String?
        if case .text(let text)? = try value(of: HoursField.description, in: state.fields) {
            description = text
        }
        let providers = try state.shares.providers.map(record)
        let recipients = try state.shares.recipients.map(record)
        let sides = state.form.asMeant(providers: providers, recipients: recipients)
        return HoursRecord(
            id: state.id.description, form: state.form.name,
            serviceDate: state.serviceDate.description,
            providers: providers, recipients: recipients, gave: sides.gave,
            received: sides.received, category: state.category,
            description: description, slip: state.slip, toldBy: state.toldBy?.name,
            reportedMinutes: state.reportedMinutes, standing: standing.name,
            disputed: disputed(state.conflicts, creating: .hoursRecorded),
            confirmedBy: try state.confirmedBy.map(label),
            disputedBy: try state.disputes.map(disputer),
            position: state.creation.position?.value,
            unsent: events.contains { $0.observation.position == nil })
    }

    private func disputer(_ side: Side) throws -> String {
        let party = try tables.event(side.dot)?.event.payload.entity(TestimonyField.party)
        return try party.map(label) ?? side.dot.short
    }

    func record(_ party: Party) throws -> PartyRecord {
        PartyRecord(
            account: party.account.description, label: try label(of: party.account),
            minutes: party.minutes.value)
    }

    // MARK: Accounts

    /// Members and pots of `scopes` (nil: all here), by code and number, pots last.
    public func accounts(in scopes: Set<ScopeID>? = nil) throws -> [EntityID] {
        let pots = try neighborhoods().map(\.id)
            .filter { scopes?.contains(.neighborhood($0)) ?? true }
        return try members(in: scopes).map(\.id) + pots
    }

    func owner(
        of account: EntityID
    ) throws -> (code: String, number: String, name: String?) {
        switch try state(of: account) {
        case .member(let member)?:
            (
                try code(of: member.home), member.number.map(String.init) ?? "?",
                try name(of: member)
            )
        case .neighborhood(let neighborhood)?: (neighborhood.code, "pot", neighborhood.name)
        case .community?, .worker?, .device?, .hours?, .quarantine?, .question?, nil:
            ("", account.short, nil)
        }
    }

    /// Balances of every account with postings here, accounts of other neighborhoods among them.
    public func balances() throws -> [BalanceRecord] {
        let rows = try Row.fetchAll(
            db,
            sql: """
                SELECT coalesce(m.canonical, p.account) AS owner,
                    sum(CASE WHEN p.minutes > 0 THEN p.minutes ELSE 0 END),
                    sum(CASE WHEN p.minutes < 0 THEN -p.minutes ELSE 0 END)
                FROM posting p LEFT JOIN member m ON m.entity = p.account
                WHERE p.contested = 0 GROUP BY owner ORDER BY owner
                """)
        return try rows.map { row in
            let account = try tables.entity(LocalKey(stored: row[0]))
            let owner = try owner(of: account)
            let given: Int64 = row[1]
            let received: Int64 = row[2]
            return BalanceRecord(
                account: account.description, code: owner.code, number: owner.number,
                name: owner.name, given: given, received: received, balance: given - received)
        }.sorted { $0.account < $1.account }
    }

    /// Recomputed from the events' bytes, so that it vouches for what is here now.
    public func digest(of scopes: [ScopeID]) throws -> DigestRecord {
        DigestRecord(
            position: position.value,
            scopes: try scopes.sorted().map { scope in
                let digest = try tables.recomputedDigest(of: scope)
                let code = try code(of: scope)
                return ScopeRecord(
                    scope: scope.description, name: code.isEmpty ? "community" : code,
                    size: digest.size, root: digest.root.description)
            })
    }
}
