// An admin's decision about an event kept apart: it gets its place in the ledger, or stays apart.
// Neighbors: QuarantineCommand asks; Shared's Permission says where it is delivered.
// Invariant: an admitted event is placed in the transaction that says so, byte for byte as its
// author wrote it; nothing is ever deleted here.

internal import Shared
internal import Store

extension AppendSession {
    /// Decides in the order of the chain, so that one may need what was let in just before it;
    /// returns the position of the last decision.
    @discardableResult
    func decide(
        _ dots: Set<Dot>, _ choice: QuarantineChoice, as worker: EntityID, reason: String
    ) throws -> LedgerPosition {
        guard try facts.role(ofWorker: worker) == .admin else {
            throw Refusal(exit: 77, sentence: "only an admin decides about the quarantine")
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
            throw Refusal.noInput("\(dot.short) is not in quarantine")
        }
        if let choice = entry.choice {
            throw Refusal(
                exit: 65, sentence: "\(dot.short) has been decided already: \(choice.name)")
        }
        return entry
    }

    func letIn(_ entry: QuarantineTable.Entry) throws {
        let admissible: AdmissibleEvent
        do {
            admissible = try AdmissibleEvent(entry, of: QuarantineTable(db), facts)
        } catch let reason as Inadmissible {
            throw Refusal(exit: 65, sentence: reason.sentence)
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
    let sentence: String
    /// What it needs and is kept apart itself.
    var decideFirst: [Dot] = []
}

/// What an admin may let in, and where it will be delivered.
struct AdmissibleEvent {
    let new: NewEvent
    let reach: [ScopeID]

    init(_ entry: QuarantineTable.Entry, of table: QuarantineTable, _ facts: StoredFacts) throws {
        let name = entry.dot.short
        let bytes = try table.bytes(entry.dot) ?? []
        guard let event = try? Event(decoding: bytes) else {
            throw Inadmissible(sentence: "\(name) cannot be read as an event; reject it")
        }
        guard event.dot == entry.dot else {
            throw Inadmissible(sentence: "\(name) says that it is \(event.dot.short); reject it")
        }
        do {
            try event.checkShape()
        } catch {
            throw Inadmissible(
                sentence: "\(name) breaks a rule: \(error.field) \(error.rule); reject it")
        }
        guard let device = try facts.device(entry.dot.replica), event.isForDevices else {
            throw Inadmissible(sentence: "only the office writes what \(name) says; reject it")
        }
        // A copy that was revoked could not see that the ledger has it.
        if let lost = event.reissued, let known = try facts.possessed(lost.origin),
            known.leaf == lost.leaf, known.quarantined == nil
        {
            throw Inadmissible(
                sentence: "\(name) repeats \(lost.origin.short), which is in the ledger; reject it")
        }
        let permission = Permission(device: device, workerRole: nil, entity: facts.entity)
        do {
            reach = try permission.delivery(of: event)
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
        decideFirst = apart.filter { $0.choice == nil }.map(\.dot)
        let rejected = apart.filter { $0.choice == .reject }.map(\.dot.short)
        let open = decideFirst.map(\.short).joined(separator: ", ")
        let name = event.dot.short
        sentence =
            if !rejected.isEmpty {
                "\(name) needs \(rejected.joined(separator: ", ")), which was rejected; reject it "
                    + "too"
            } else if !open.isEmpty {
                "\(name) needs what is kept apart too: decide first about \(open), or admit them "
                    + "in one command"
            } else {
                "\(name) cannot be admitted: \(reason.sentence); reject it"
            }
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
