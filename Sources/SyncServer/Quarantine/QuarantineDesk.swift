// An admin's decision about an event kept apart: it gets its place in the ledger, or stays apart.
// Neighbors: QuarantineCommand asks; Shared's Permission says where it is delivered.
// Invariant: an admitted event is placed in the transaction that says so, byte for byte as its
// author wrote it; nothing is ever deleted here.

internal import Shared
internal import Store

extension AppendSession {
    /// Decides in the order of the chain; returns the position of the last decision.
    @discardableResult
    func decide(
        _ dots: [Dot], _ choice: QuarantineChoice, as worker: EntityID, reason: String
    ) throws -> LedgerPosition {
        guard try facts.role(ofWorker: worker) == .admin else {
            throw Refusal(exit: 77, sentence: "only an admin decides about the quarantine")
        }
        for dot in Set(dots).sorted() {
            let entry = try undecided(dot)
            if choice == .admit { try admit(entry) }
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

    private func admit(_ entry: QuarantineTable.Entry) throws {
        let admissible = try AdmissibleEvent(
            entry, bytes: QuarantineTable(db).bytes(entry.dot) ?? [], facts)
        try place(admissible.new, reach: admissible.reach)
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
        let texts: Payload = [QuarantineField.reason: .text(reason)]
        let kind = Kind.quarantineDecided
        try kind.descriptor.check(texts, sealed: true, anySealed: true)
        return try author(
            Draft(
                kind: kind, worker: worker, subject: entered,
                payload: [
                    QuarantineField.events: .sides([side]),
                    QuarantineField.choice: .integer(choice.rawValue),
                ], sealed: [try seal(texts, of: kind, about: [device ?? entered])])
        ).position
    }
}

/// What an admin may let in, and where it will be delivered.
struct AdmissibleEvent {
    let new: NewEvent
    let reach: [ScopeID]

    /// Throws a sentence for what no decision lets in.
    init(_ entry: QuarantineTable.Entry, bytes: [UInt8], _ facts: StoredFacts) throws {
        let name = entry.dot.short
        guard let event = try? Event(decoding: bytes), event.dot == entry.dot,
            (try? event.checkShape()) != nil
        else {
            throw Refusal(exit: 65, sentence: "\(name) cannot be read as an event; reject it")
        }
        guard let device = try facts.device(entry.dot.replica), event.isForDevices else {
            throw Refusal(
                exit: 65, sentence: "only the office writes what \(name) says; reject it")
        }
        let permission = Permission(device: device, workerRole: nil, entity: facts.entity)
        do {
            reach = try permission.delivery(of: event)
        } catch let reason as QuarantineReason {
            throw Refusal(
                exit: 65,
                sentence: "\(name) cannot be admitted: \(reason.sentence); decide first "
                    + "about what it needs, or reject it")
        }
        new = NewEvent(event: event, leaf: entry.leaf, bytes: bytes)
    }
}

extension Event {
    /// Not one that the server alone writes.
    fileprivate var isForDevices: Bool {
        if let form = hoursForm, form.recordedBy == nil { return false }
        return knownKind?.descriptor.authors != .server
    }
}
