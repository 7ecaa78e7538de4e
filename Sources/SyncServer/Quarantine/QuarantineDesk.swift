// An admin's decision about an event kept apart: it gets its place in the ledger, or stays apart.
// Neighbors: QuarantineCommand asks; Shared's Permission says where it is delivered.
// Invariant: an admitted event is placed in the transaction that says so, byte for byte as its
// author wrote it; nothing is ever deleted here.

internal import Shared
internal import Store
internal import Texts

extension AppendSession {
    /// Decides in the order of the chain, so that one may need what was let in just before it;
    /// returns the position of the last decision.
    @discardableResult
    func decide(
        _ dots: Set<Dot>, _ choice: QuarantineChoice, as worker: EntityID, reason: String
    ) throws -> LedgerPosition {
        guard try facts.role(ofWorker: worker) == .admin else {
            throw Refusal(exit: 77, Phrase("only_admin_quarantine"))
        }
        for dot in dots.sorted() {
            let entry = try undecided(dot)
            if choice == .admit { try letIn(entry) }
            let decidedAt = try write(choice, about: entry, as: worker, reason: reason)
            try QuarantineTable(db).setChoice(choice, of: dot, at: decidedAt)
        }
        return position
    }

    private func undecided(_ dot: Dot) throws -> QuarantineTable.Entry {
        guard let entry = try QuarantineTable(db).find(dot) else {
            throw Refusal.noInput(Phrase("not_in_quarantine", ["entry": .text(dot.short)]))
        }
        if let choice = entry.choice {
            throw Refusal(
                exit: 65,
                Phrase(
                    "decided_already",
                    ["entry": .text(dot.short), "choice": .code(choice.name, of: "choice")]))
        }
        return entry
    }

    func letIn(_ entry: QuarantineTable.Entry) throws {
        let admissible: AdmissibleEvent
        do {
            admissible = try AdmissibleEvent(entry, of: QuarantineTable(db), facts)
        } catch let reason as Inadmissible {
            throw Refusal(exit: 65, sentence: reason.sentence, page: reason.phrase)
        }
        try place(admissible.new, reach: admissible.reach)
        try project()
        // Others than its author may have them from now on.
        let event = admissible.new.event
        try tables.noteMissing(
            Set(event.sealed.map(\.key).filter(tables.isMissing)), namedBy: event.dot)
    }

    private func write(
        _ choice: QuarantineChoice, about entry: QuarantineTable.Entry, as worker: EntityID,
        reason: String
    ) throws -> LedgerPosition {
        let side = Side(dot: entry.dot, leaf: entry.leaf)
        let entered = try entry.entered ?? enter([side], entry.reason)
        let device = try DeviceTable(db).pairing(of: entry.dot.replica)?.entity
        let kind = Kind.quarantineDecided
        let why = try seal(
            reason: reason, as: QuarantineField.reason, of: kind, about: [device ?? entered])
        return try author(
            Draft(
                kind: kind, worker: worker, subject: entered,
                payload: [
                    QuarantineField.events: .sides([side]),
                    QuarantineField.choice: .integer(choice.rawValue),
                ], sealed: [why])
        ).position
    }
}

/// Why no decision lets an event in.
struct Inadmissible: Error {
    enum Fault {
        case unreadable
        /// It says that it is another.
        case misnamed(Dot)
        case breaksRule(ShapeFault)
        case officeOnly
        /// The ledger has what it repeats.
        case repeats(Dot)
        /// What it needs was rejected.
        case needsRejected([Dot])
        /// What it needs is kept apart itself.
        case needsApart([Dot])
        case cannot(QuarantineReason)
    }

    let event: Dot
    let fault: Fault

    /// What it needs and is kept apart itself.
    var decideFirst: [Dot] {
        if case .needsApart(let dots) = fault { dots } else { [] }
    }

    /// For a page, where what is meant stands above it.
    var phrase: Phrase {
        switch fault {
        case .unreadable, .misnamed: Phrase("inadmissible_unreadable")
        case .breaksRule(let rule): Phrase("inadmissible_rule", ["rule": .phrase(rule.phrase)])
        case .officeOnly: Phrase("inadmissible_office")
        case .repeats: Phrase("inadmissible_repeats")
        case .needsRejected: Phrase("inadmissible_needs_rejected")
        case .needsApart: Phrase("inadmissible_needs_apart")
        case .cannot(let why):
            Phrase("inadmissible_cannot", ["why": .phrase(Phrase("apart_\(why.key)"))])
        }
    }

    var sentence: String {
        let name = event.short
        switch fault {
        case .unreadable: return "\(name) cannot be read as an event; reject it"
        case .misnamed(let other): return "\(name) says that it is \(other.short); reject it"
        case .breaksRule(let rule):
            return "\(name) breaks a rule: \(rule.field) \(rule.rule); reject it"
        case .officeOnly: return "only the office writes what \(name) says; reject it"
        case .repeats(let other):
            return "\(name) repeats \(other.short), which is in the ledger; reject it"
        case .needsRejected(let dots):
            let rejected = dots.map(\.short).joined(separator: ", ")
            return "\(name) needs \(rejected), which was rejected; reject it too"
        case .needsApart(let dots):
            let open = dots.map(\.short).joined(separator: ", ")
            return "\(name) needs what is kept apart too: decide first about \(open), or admit "
                + "them in one command"
        case .cannot(let reason):
            return "\(name) cannot be admitted: \(reason.sentence); reject it"
        }
    }
}

/// What an admin may let in, and where it will be delivered.
struct AdmissibleEvent {
    let new: NewEvent
    let reach: [ScopeID]

    init(_ entry: QuarantineTable.Entry, of table: QuarantineTable, _ facts: StoredFacts) throws {
        func inadmissible(_ fault: Inadmissible.Fault) -> Inadmissible {
            Inadmissible(event: entry.dot, fault: fault)
        }
        let bytes = try table.bytes(entry.dot) ?? []
        guard let event = try? Event(decoding: bytes) else { throw inadmissible(.unreadable) }
        guard event.dot == entry.dot else { throw inadmissible(.misnamed(event.dot)) }
        do {
            try event.checkShape()
        } catch {
            throw inadmissible(.breaksRule(error))
        }
        guard try facts.device(entry.dot.replica) != nil, event.isForDevices else {
            throw inadmissible(.officeOnly)
        }
        // A copy that was revoked could not see that the ledger has it.
        if let lost = event.reissued, let known = try facts.possessed(lost.origin),
            known.leaf == lost.leaf, known.quarantined == nil
        {
            throw inadmissible(.repeats(lost.origin))
        }
        do {
            reach = try Permission.deliveryWhenWritten(of: event, entity: facts.entity)
        } catch let reason as QuarantineReason {
            throw try Inadmissible(event, reason, table)
        }
        new = NewEvent(event: event, leaf: entry.leaf, bytes: bytes)
    }
}

extension Inadmissible {
    fileprivate init(
        _ event: Event, _ reason: QuarantineReason, _ table: QuarantineTable
    ) throws {
        let apart =
            reason == .unknownSubject
            ? try event.named.filter { $0 != event.dot }.compactMap(table.find) : []
        let open = apart.filter { $0.choice == nil }.map(\.dot)
        let rejected = apart.filter { $0.choice == .reject }.map(\.dot)
        self.init(
            event: event.dot,
            fault: !rejected.isEmpty
                ? .needsRejected(rejected) : !open.isEmpty ? .needsApart(open) : .cannot(reason))
    }
}

extension Event {
    /// Not one that the server alone writes.
    fileprivate var isForDevices: Bool {
        if let form = hoursForm, form.recordedBy == nil { return false }
        return knownKind?.descriptor.authors != .server
    }

    /// What must be in the ledger for it to have an effect, ascending.
    fileprivate var named: [Dot] {
        let shares = [payload.shares(HoursField.shares), payload.shares(ChangeField.new)]
        let others = [
            payload.entity(TestimonyField.other), payload.entity(TestimonyField.party), subject,
        ]
        let accounts = shares.compactMap(\.self).flatMap(\.accounts)
        return Set((accounts + others.compactMap(\.self)).map(\.dot)).sorted()
    }
}
