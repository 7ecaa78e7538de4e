// What happens in the world, step by step, chosen by its seed.
// Neighbors: World carries a step out; PropertyTests run many and look at the end.

import GRDB
import Shared
import Store
import TestSupport

extension Event {
    /// What a creation, a change or a decision says of a field.
    fileprivate func value(givenTo field: FieldNumber) -> Value? {
        switch knownKind {
        case .memberChanged, .hoursAmended: payload[ChangeField.new]
        case .conflictResolved: payload[ResolutionField.value]
        default: payload[field]
        }
    }
}

extension World {
    mutating func step() throws {
        let index = random.int(0...devices.count - 1)
        switch random.int(0...24) {
        case 0...5: try recordExchange(index)
        case 6...9: try amend(index)
        case 10...11: try changeMember(index)
        case 12 where random.chance(1, of: 2): try voidEntry(index)
        case 12...14: try push(index, limit: random.int(1...8))
        case 15...16: try pull(index, limit: random.int(1...20))
        case 17: try undo()
        case 18...20: try testify(index)
        case 21 where random.chance(1, of: 4): try changeScope(index)
        default: try resolve()
        }
    }

    /// Few members, few days: so that duplicates and concurrent edits are common. An imported row
    /// is of one neighborhood, which its key names.
    private mutating func recordExchange(_ index: Int) throws {
        let members = try entities(index, .member)
        guard let provider = pick(Array(members.prefix(3))), let recipient = pick(members),
            provider.id != recipient.id
        else { return }
        let minutes = Minutes(Int64(random.int(1...4) * 15))
        var payload: Payload = [
            HoursField.form: .integer(HoursForm.exchange.rawValue),
            HoursField.shares: .shares(
                Shares(
                    providers: [Party(account: provider.id, minutes: minutes)],
                    recipients: [Party(account: recipient.id, minutes: minutes)])),
            HoursField.serviceDate: .date(date()),
        ]
        if random.chance(1, of: 3) { payload[HoursField.slip] = .text("\(random.int(1...3))") }
        let row = provider.home.bytes + [UInt8(random.int(0...5))]
        try record(
            index, .hoursRecorded, home: provider.home, about: nil, payload,
            importKey: provider.home == recipient.home && random.chance(1, of: 6)
                ? ImportKey(Bytes16(prefixOf: .of(row))) : nil)
    }

    private mutating func date() -> CivilDate {
        CivilDate(year: 2026, month: 3, day: random.int(1...2)) ?? CivilDate(
            year: 2026, month: 3, day: 1)!
    }

    private mutating func amend(_ index: Int) throws {
        let entries = try entities(index, .hours).suffix(4)
        guard let entry = pick(Array(entries)) else { return }
        let change: (FieldNumber, Value)
        switch random.int(0...2) {
        case 0: change = (HoursField.serviceDate, .date(date()))
        case 1: change = (HoursField.category, .text("tag-\(random.int(1...2))"))
        default:
            guard case .hours(let hours)? = try state(index, entry.id) else { return }
            let minutes = Minutes(Int64(random.int(1...4) * 15))
            change = (
                HoursField.shares,
                .shares(
                    Shares(
                        providers: hours.shares.providers.map {
                            Party(account: $0.account, minutes: minutes)
                        },
                        recipients: hours.shares.recipients.map {
                            Party(account: $0.account, minutes: minutes)
                        }))
            )
        }
        try record(
            index, .hoursAmended, home: entry.home, about: entry.id,
            [
                ChangeField.field: .integer(Int64(change.0.value)), ChangeField.new: change.1,
            ], forged: random.chance(1, of: 12))
    }

    private mutating func changeMember(_ index: Int) throws {
        guard let member = pick(try entities(index, .member)) else { return }
        let sealed = random.chance(1, of: 3)
        var payload: Payload = [:]
        if random.chance(1, of: 4) {
            payload[ChangeField.field] = .integer(Int64(MemberField.number.value))
            payload[ChangeField.new] = .integer(Int64(random.int(1...9)))
            return try record(
                index, .memberChanged, home: member.home, about: member.id, payload)
        }
        if sealed {
            payload[ChangeField.field] = .integer(Int64(MemberField.name.value))
        } else {
            payload[ChangeField.field] = .integer(Int64(MemberField.active.value))
            payload[ChangeField.new] = .flag(random.chance(1, of: 2))
        }
        try record(
            index, .memberChanged, home: member.home, about: member.id, payload, sealed: sealed)
    }

    private mutating func voidEntry(_ index: Int) throws {
        guard let entry = pick(try entities(index, .hours)) else { return }
        try record(index, .hoursVoided, home: entry.home, about: entry.id, [:])
    }

    /// Somebody says something of an entry: confirms, disputes, reinstates, marks a pair.
    private mutating func testify(_ index: Int) throws {
        let entries = Array(try entities(index, .hours).suffix(6))
        guard let entry = pick(entries), case .hours(let hours)? = try state(index, entry.id)
        else { return }
        var payload = Payload()
        let kind: Kind
        switch random.int(0...4) {
        case 0...1:
            kind = random.chance(2, of: 3) ? .hoursConfirmed : .hoursDisputed
            payload[TestimonyField.party] = pick(hours.shares.accounts).map(Value.entity)
        case 2: kind = .hoursReinstated
        default:
            let others = try entries.filter { other in
                guard case .hours(let state)? = try state(index, other.id) else { return false }
                return other.id != entry.id && state.groupKey == hours.groupKey
            }
            guard let other = pick(others) else { return }
            kind = random.chance(1, of: 2) ? .hoursMarkedSame : .hoursMarkedDistinct
            payload[TestimonyField.other] = .entity(other.id)
        }
        try record(index, kind, home: entry.home, about: entry.id, payload)
    }

    /// An admin takes one of the decisions back.
    private mutating func undo() throws {
        let decisions = try ledger.read { db in
            let tables = LedgerTables(db)
            return try tables.views.decisionDots().compactMap(tables.event)
        }
        guard let decision = pick(decisions) else { return }
        let payload = decision.event.payload
        try append(
            serverEvent(
                .conflictUndone, home: decision.event.home, about: decision.event.entity,
                seen: ledgerSize, own: serverSequence,
                [
                    UndoingField.conflict: payload[ResolutionField.conflict] ?? .integer(1),
                    UndoingField.sides: .sides(payload.sides(ResolutionField.sides)),
                    UndoingField.decision: .sides([decision.side]),
                ]))
    }

    /// An admin decides at the server, from a view that may be a little old.
    private mutating func resolve() throws {
        let open = try ledger.read { db in try LedgerTables(db).views.conflicts() }
        guard !open.isEmpty else { return }
        let conflict = open[random.int(0...open.count - 1)]
        let stale = random.chance(1, of: 2) ? UInt64(random.int(1...6)) : 0
        let seen = ledgerSize - stale
        let own = UInt64(order.prefix(Int(seen)).count { $0.replica == Self.server })
        let home = try ledger.read { db in
            try LedgerTables(db).views.home(of: conflict.entity)?.home
        }
        guard let home else { return }
        try append(
            serverEvent(
                .conflictResolved, home: home, about: conflict.entity, seen: seen, own: own,
                try choice(conflict)))
    }

    private mutating func choice(_ conflict: Conflict) throws -> Payload {
        var payload: Payload = [
            ResolutionField.conflict: .integer(conflict.about.rawValue),
            ResolutionField.sides: .sides(conflict.sides),
        ]
        let side = conflict.sides[random.int(0...conflict.sides.count - 1)]
        if conflict.about == .number {
            payload[ResolutionField.choice] = .integer(Choice.merge.rawValue)
            payload[ResolutionField.field] = .integer(Int64(MemberField.number.value))
            payload[ResolutionField.value] = .integer(Int64(random.int(1...99)))
            return payload
        }
        guard let field = conflict.field else {
            let choices: [Choice] = [.take, .bothHappened, .void]
            let choice = choices[random.int(0...2)]
            payload[ResolutionField.choice] = .integer(choice.rawValue)
            if choice == .take { payload[ResolutionField.kept] = .sides([side]) }
            return payload
        }
        payload[ResolutionField.choice] = .integer(Choice.take.rawValue)
        payload[ResolutionField.field] = .integer(Int64(field.value))
        let event = try ledger.read { db in try LedgerTables(db).event(side.dot)?.event }
        // Now and then what the field cannot hold: such a decision changes nothing.
        payload[ResolutionField.value] =
            random.chance(1, of: 20) ? .data([0]) : event.flatMap { $0.value(givenTo: field) }
        return payload
    }

    // MARK: Looking

    private func entities(
        _ index: Int, _ family: Family
    ) throws -> [(id: EntityID, home: ScopeID)] {
        let scopes = devices[index].scopes
        return try devices[index].store.read { db in
            let views = LedgerTables(db).views
            return try views.entities(family).compactMap { id in
                guard let home = try views.home(of: id)?.home, scopes.contains(home) else {
                    return nil
                }
                return (id, home)
            }
        }
    }

    private func state(_ index: Int, _ entity: EntityID) throws -> EntityState? {
        try devices[index].store.read { db in try LedgerTables(db).views.state(of: entity) }
    }

    private mutating func pick<T>(_ list: [T]) -> T? {
        list.isEmpty ? nil : list[random.int(0...list.count - 1)]
    }
}
