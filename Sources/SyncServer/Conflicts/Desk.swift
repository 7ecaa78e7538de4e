// The desk: an admin resolves a conflict, as of what that admin had been shown.
// Neighbors: PastConflicts finds what was disputed then, DeskRuling makes the fields, AppendSession
// writes the event; it goes back to every device of the sides' reach.
// Invariant: the event's context is what the admin saw, so that a decision made without seeing
// another one disagrees with it in sight.

internal import Foundation
internal import GRDB
internal import Shared
internal import Store
internal import Texts

extension AppendSession {
    /// Writes the decision; returns its position.
    @discardableResult
    func resolve(
        _ id: ConflictID, as worker: EntityID, seen: LedgerPosition, _ ruling: DeskRuling
    ) throws -> LedgerPosition {
        try requireAdmin(worker)
        try requireShown(seen)
        let past = PastConflicts(views: views, seen: seen)
        guard let conflict = try past.find(id) else {
            throw Refusal.noInput(
                "no conflict \(id) as seen at position \(seen) awaits this decision; look again: "
                    + "`conflicts list` shows what is open now, and `--seen` what you looked at",
                page: Phrase("conflict_not_now"))
        }
        let fields = try fields(of: ruling, on: conflict)
        try check(fields)
        guard let (_, home) = try views.home(of: conflict.entity) else {
            throw StoreDamage.missing("the entity of a conflict")
        }
        try checkNumber(fields, of: conflict, home: home)
        return try author(
            Draft(
                kind: .conflictResolved, worker: worker, home: home, subject: conflict.entity,
                payload: fields.plain,
                sealed: [
                    try seal(
                        fields.sealed, of: .conflictResolved, about: try subjects(of: conflict))
                ], reach: try reach(of: conflict, past), context: try context(seen: seen))
        ).position
    }

    func requireAdmin(_ worker: EntityID) throws {
        guard try facts.role(ofWorker: worker) == .admin else {
            throw Refusal(exit: 77, Phrase("only_admin_resolves"))
        }
    }

    func requireShown(_ seen: LedgerPosition) throws {
        guard .start < seen, seen <= position else {
            throw Refusal.usage(
                "--seen must be a position of the ledger, 1 to \(position)",
                page: Phrase("conflict_not_now"))
        }
    }

    /// Sealed fields are checked here, where they can still be read.
    private func check(_ fields: ResolutionFields) throws {
        let descriptor = Kind.conflictResolved.descriptor
        try descriptor.check(fields.sealed, sealed: true, anySealed: true)
    }

    /// A member number that somebody else has would be the next conflict.
    private func checkNumber(
        _ fields: ResolutionFields, of conflict: Conflict, home: ScopeID
    ) throws {
        guard conflict.fieldDescriptor?.number == MemberField.number, conflict.about != .amend,
            let number = fields.plain.integer(ResolutionField.value),
            let other = try views.member(numbered: number, in: home, besides: conflict.entity)
        else { return }
        throw Refusal(
            exit: 65,
            sentence: "\(try told(other)) has the number \(number) already; give "
                + "\(try told(conflict.entity)) one that nobody has: --merge number=NEW",
            page: Phrase(
                "number_of_other",
                [
                    "other": .text(try told(other)), "number": "\(number)",
                    "member": .text(try told(conflict.entity)),
                ]))
    }

    /// A member in an error, where no name may stand: two may have one number, so with the id.
    private func told(_ member: EntityID) throws -> String {
        "\(try views.number(of: member)) (\(member.short))"
    }

    // MARK: What is decided

    private func fields(of ruling: DeskRuling, on conflict: Conflict) throws -> ResolutionFields {
        let isSealed = conflict.fieldDescriptor?.isSealed ?? false
        switch (ruling.choice, conflict.about) {
        case (.take(let names), .field), (.take(let names), .amend):
            let kept = try conflict.sides(named: names)
            guard let side = kept.first, kept.count == 1 else {
                throw Refusal.usage(Phrase("take_one_side"))
            }
            return conflict.resolution(
                .take, kept: [], value: try value(of: side, in: conflict), isSealed: isSealed,
                reason: ruling.reason)
        case (.take(let names), .void):
            let kept = try conflict.sides(named: names)
            guard let side = kept.first, kept.count == 1 else {
                throw Refusal.usage(Phrase("take_void_or_not"))
            }
            return conflict.resolution(
                try isVoid(side) ? .void : .take, kept: [], value: nil, isSealed: false,
                reason: ruling.reason)
        case (.merge, .void):
            throw Refusal.usage(Phrase("take_then_amend_side"))
        case (.take, .number), (.void, .number):
            throw Refusal.usage(
                "give \(try told(conflict.entity)) another number: --merge "
                    + "number=NEW; to give it to the other, change that member on a device",
                page: Phrase(
                    "give_another_number", ["member": .text(try told(conflict.entity))]))
        case (.take(let names), _):
            return conflict.resolution(
                .take, kept: try conflict.sides(named: names), value: nil, isSealed: false,
                reason: ruling.reason)
        case (.merge(let field, let value), .field), (.merge(let field, let value), .amend),
            (.merge(let field, let value), .number):
            return conflict.resolution(
                .merge, kept: [], value: try typed(value, for: field, in: conflict),
                isSealed: isSealed, reason: ruling.reason)
        case (.parts(let parts), .amend):
            return conflict.resolution(
                .merge, kept: [], value: .shares(try shares(parts, in: conflict)),
                isSealed: isSealed, reason: ruling.reason)
        case (.parts, _):
            throw Refusal.usage("who gave, who received and how long are parts of an amendment")
        case (.merge, _):
            throw Refusal.usage(Phrase("take_then_amend"))
        case (.bothHappened, .duplicate), (.bothHappened, .resolution):
            return conflict.resolution(
                .bothHappened, kept: [], value: nil, isSealed: false, reason: ruling.reason)
        case (.bothHappened, _): throw Refusal.usage(Phrase("both_of_entries"))
        case (.void, .field): throw Refusal.usage(Phrase("field_not_voided"))
        case (.void, _):
            return conflict.resolution(
                .void, kept: [], value: nil, isSealed: false, reason: ruling.reason)
        }
    }

    /// Whether a side of a disputed void says that the entry is void.
    private func isVoid(_ side: Side) throws -> Bool {
        guard let event = try tables.event(side.dot)?.event else {
            throw StoreDamage.missing("a side of a conflict")
        }
        return event.knownKind == .hoursVoided
            || event.payload.integer(ResolutionField.choice) == Choice.void.rawValue
    }

    private func value(of side: Side, in conflict: Conflict) throws -> Value? {
        guard let field = conflict.fieldDescriptor, let recorded = try tables.event(side.dot)
        else { throw StoreDamage.missing("a side of a conflict") }
        let reader = SealedReader(keyring: store.keyring, community: store.community)
        let value = reader.value(of: field.number, changedBy: recorded.event)
        guard value != nil || !field.isSealed else {
            throw Refusal.noInput(
                "that side cannot be read here; use --merge to write the value",
                page: Phrase("side_unreadable"))
        }
        return value
    }

    /// A value that no side had.
    private func typed(
        _ text: String, for name: String, in conflict: Conflict
    ) throws -> Value {
        guard let field = conflict.fieldDescriptor else {
            throw StoreDamage.missing("the field of a conflict")
        }
        let isMinutes = field.number == HoursField.shares && conflict.about == .amend
        guard field.name.matches(name) || (isMinutes && name.matches("minutes")) else {
            throw Refusal.usage(
                "this conflict is about \(isMinutes ? "minutes" : field.name): write --merge "
                    + "\(isMinutes ? "minutes" : field.name)=VALUE")
        }
        if isMinutes { return .shares(try shares(minutes: text, in: conflict)) }
        return try field.parse([text]) { typed throws(TypingFault) in
            try self.account(named: typed)
        }
    }

    private func account(named typed: String) throws(TypingFault) -> EntityID {
        if let worker = try? views.worker(typed) { return worker }
        if case .one(let account)? = try? views.match(typed) { return account }
        throw TypingFault(Phrase("names_nobody", ["typed": .text(typed)]))
    }

    /// The same people, other minutes.
    private func shares(minutes text: String, in conflict: Conflict) throws -> Shares {
        let values = try conflict.sides.compactMap { side -> Shares? in
            if case .shares(let shares)? = try value(of: side, in: conflict) { shares } else { nil }
        }
        let people = Set(
            values.map { [$0.providers.map(\.account), $0.recipients.map(\.account)] })
        guard let any = values.first, people.count == 1, any.rule == .split else {
            throw Refusal.usage(Phrase("sides_of_others"))
        }
        let total = try Minutes(typed: text)
        let shares = Shares(
            providers: Shares.equalParts(of: total, to: any.providers.map(\.account)),
            recipients: Shares.equalParts(of: total, to: any.recipients.map(\.account)))
        guard case .hours(let hours)? = try views.state(of: conflict.entity) else {
            throw StoreDamage.missing("the entry of a conflict")
        }
        try shares.check(form: hours.form)
        return shares
    }

    /// Who gave of one side, who received of another, for as long as a third says.
    private func shares(_ parts: DeskRuling.Parts, in conflict: Conflict) throws -> Shares {
        guard case .hours(let hours)? = try views.state(of: conflict.entity) else {
            throw StoreDamage.missing("the entry of a conflict")
        }
        func said(_ letter: String) throws -> Shares {
            guard let side = try conflict.sides(named: [letter]).first,
                case .shares(let shares)? = try value(of: side, in: conflict),
                shares.rule == .split
            else { throw Refusal.usage("\(letter) says nothing that could be put together") }
            return shares
        }
        // As the postings have it: of a donation the credits go the other way.
        let letters = hours.form.asMeant(providers: parts.gave, recipients: parts.received)
        let total = try said(parts.time).given
        func side(_ parties: [Party], of before: Minutes) -> [Party] {
            before == total
                ? parties : Shares.equalParts(of: total, to: parties.map(\.account))
        }
        let (giving, taking) = (try said(letters.gave), try said(letters.received))
        guard
            Set(giving.providers.map(\.account))
                .isDisjoint(with: taking.recipients.map(\.account))
        else {
            throw Refusal(
                exit: 65,
                sentence: "nobody gives to themselves; take who gave or who received "
                    + "of another side")
        }
        let shares = Shares(
            providers: side(giving.providers, of: giving.given),
            recipients: side(taking.recipients, of: taking.received))
        try shares.check(form: hours.form)
        return shares
    }

    // MARK: Around it

    /// Whom the words are about: the member, or the parties of the entry.
    func subjects(of conflict: Conflict) throws -> [EntityID] {
        if case .hours(let hours)? = try views.state(of: conflict.entity) {
            return hours.shares.accounts
        }
        return [conflict.entity]
    }

    /// The union over the entities of all sides.
    func reach(of conflict: Conflict, _ past: PastConflicts) throws -> [ScopeID] {
        let entities = Set(try conflict.sides.map(past.entity(of:)) + [conflict.entity])
        return Set(try entities.flatMap { try views.reach(of: $0) ?? [] }).sorted()
    }

    /// What the admin had been shown: the ledger up to there, the server's own events in it.
    func context(seen: LedgerPosition) throws -> CausalContext {
        CausalContext(
            position: seen, rootTag: try tables.rootTag(at: seen) ?? .start,
            ownSequence: try serverSequence(at: seen))
    }

    /// The server replica's last event at or before a position: its events ascend in both.
    private func serverSequence(at seen: LedgerPosition) throws -> Sequence64 {
        var low: UInt64 = 0
        var high = try serverHead().sequence.value
        while low < high {
            let middle = low + (high - low + 1) / 2
            let event = try tables.event(Dot(serverReplica, Sequence64(middle)))
            guard let placed = event?.observation.position else {
                throw StoreDamage.missing("an event of the server")
            }
            if placed <= seen { low = middle } else { high = middle - 1 }
        }
        return Sequence64(low)
    }
}
