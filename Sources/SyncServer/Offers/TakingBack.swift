// What a lost branch of the ledger had comes back: each proven event gets a place again, with what
// the office had noted of it. Source: docs/protocol.md section 3.6.1.
// Neighbors: ProvenEvent checked it, OfferRoute answers; SideTables has what is kept beside.
// Invariants: an event is placed ahead of its author's chain if need be, and never twice; what two
// branches say differently under one dot is refused.

internal import Shared
internal import Store

/// What becomes of a proven event.
enum TakenBack: Equatable {
    case placed
    case known
    /// What it is about, or its author, is not in the ledger yet.
    case later
    case refused
}

extension AppendSession {
    /// In the order of the offer, so that one may need what came just before it.
    func takeBack(_ proven: [ProvenEvent]) throws -> (answer: OfferResponse, placed: Int) {
        var answer = OfferResponse(taken: [], later: [])
        var placed = 0
        for event in proven {
            switch try takeBack(event.new) {
            case .placed:
                placed += 1
                answer.taken.append(event.index)
            case .known: answer.taken.append(event.index)
            case .later: answer.later.append(event.index)
            case .refused: continue
            }
        }
        if placed > 0 { try TakenBackTable(db).note(placed, in: store.epoch, at: now) }
        return (answer, placed)
    }

    private func takeBack(_ new: NewEvent) throws -> TakenBack {
        guard new.event.maySeeAnotherEpoch else { return .refused }
        // What came just before may have changed all of it.
        let facts = StoredFacts(views)
        if let known = try facts.possessed(new.event.dot) {
            if known.leaf == new.leaf { return .known }
            try ReusedIDTable(db).note(new.event, at: now)
            return .refused
        }
        guard try !facts.namesReused(new.event) else { return .refused }
        guard try !isHandedInAnew(new) else { return .known }
        if new.event.knownKind == .memberMoved { return try moveAgain(new) }
        do {
            guard let reach = try Delivery(tables: tables, facts: facts).reach(of: new.event)
            else { return .later }
            try place(new, reach: reach)
        } catch QuarantineReason.unknownSubject {
            return .later
        } catch is QuarantineReason {
            return .refused
        }
        try project()
        try tables.noteMissing(
            store.keyring.lacking(Set(new.event.sealed.map(\.key))), namedBy: new.event.dot)
        try noteBeside(new.event)
        return .placed
    }
}

extension AppendSession {
    /// A copy of its author's folder goes on under another name, and has handed it in under that.
    private func isHandedInAnew(_ new: NewEvent) throws -> Bool {
        try SplitTable(db).splits(of: new.event.dot.replica).contains { copy in
            try tables.placed(of: copy, after: .none).contains {
                $0.event.reissued?.leaf == new.event.firstIssue(leaf: new.leaf).leaf
            }
        }
    }
}

extension AppendSession {
    /// What it vouches for had another order: the member moves anew.
    private func moveAgain(_ lost: NewEvent) throws -> TakenBack {
        guard let place = lost.event.payload.entity(MoveField.to) else { return .refused }
        let known = try [lost.event.entity, place].compactMap { try views.state(of: $0) }
        let workerIsHere = try lost.event.worker.map { try views.state(of: $0) != nil } ?? true
        guard known.count == 2, workerIsHere else { return .later }
        guard case .member(let member) = known[0], case .neighborhood = known[1] else {
            return .refused
        }
        let key = lost.lostMoveKey
        let began = try tables.reopenings().last?.inheritedSize ?? .start
        let isDecided = try tables.events(of: member.id).contains { other in
            guard other.event.knownKind == .memberMoved else { return false }
            let again = other.event.payload.data(MoveField.again)
            let isNew = (other.observation.position ?? .start) > began && again == nil
            return again == key.bytes || isNew
        }
        if isDecided || member.home == .neighborhood(place) { return .known }
        do {
            try moveAgain(lost.event, key: key, of: member, to: place)
        } catch is Refusal {
            return .refused
        }
        try project()
        try tables.noteMissing(
            store.keyring.lacking(Set(lost.event.sealed.map(\.key))), namedBy: try lastDot())
        return .placed
    }

    private func lastDot() throws -> Dot { Dot(serverReplica, try serverHead().sequence) }
}

extension NewEvent {
    /// What tells a move of a lost branch from every other, however often it was done again.
    fileprivate var lostMoveKey: Hash {
        event.payload.data(MoveField.again).flatMap { Hash($0) } ?? leaf
    }
}

/// Where a proven event goes, whoever wrote it.
private struct Delivery {
    let tables: LedgerTables
    let facts: StoredFacts

    /// Nil while it cannot be judged. Throws a `QuarantineReason` for what no ledger can hold.
    func reach(of event: Event) throws -> [ScopeID]? {
        guard let kind = event.knownKind, event.isByServer else {
            guard try facts.device(event.dot.replica) != nil else { return nil }
            return try Permission.deliveryWhenWritten(of: event, entity: facts.entity)
        }
        switch kind {
        case .conflictResolved: return try facts.reach(ofDecision: event)
        case .conflictUndone: return try reach(ofUndoing: event)
        case .conflictAsked: return try facts.reach(ofQuestion: event)
        case .hoursRecorded:
            return try Permission.deliveryWhenWritten(of: event, entity: facts.entity)
        case .quarantineEntered: return try reach(ofEntering: event)
        case .deviceSplit:
            return try event.payload.entity(DeviceField.origin).flatMap(facts.entity) == nil
                ? nil : [.community]
        case .communityFounded, .neighborhoodDefined, .workerRegistered, .ledgerReopened,
            .devicePaired, .deviceRevoked, .deviceScopeChanged, .serverTLSKeysChanged,
            .memberEnrolled, .memberChanged, .memberMoved, .hoursAmended, .hoursVoided,
            .hoursConfirmed,
            .hoursDisputed, .hoursReinstated, .hoursMarkedSame, .hoursMarkedDistinct,
            .conflictReplied, .quarantineDecided:
            guard let subject = event.subject else { return [.community] }
            return try facts.entity(subject) == nil ? nil : [.community]
        }
    }

    /// That something is kept apart is true again only once its bytes are here again: whoever has
    /// them would think them safe.
    private func reach(ofEntering event: Event) throws -> [ScopeID]? {
        try event.payload.sides(QuarantineField.events).allSatisfy { side in
            try facts.possessed(side.dot)?.leaf == side.leaf
        } ? [.community] : nil
    }

    private func reach(ofUndoing event: Event) throws -> [ScopeID]? {
        guard let decision = event.payload.sides(UndoingField.decision).first else {
            throw QuarantineReason.invalid
        }
        return try tables.event(decision.dot) == nil ? nil : facts.reach(ofDecision: event)
    }
}

extension Event {
    /// What a lost server said of itself holds for no other epoch; position 1 is never lost. No
    /// replica has so many events: it names nothing, and no table could hold it.
    fileprivate var maySeeAnotherEpoch: Bool {
        let sequences = [dot.sequence.value, subject?.dot.sequence.value ?? 1]
        return ![.ledgerReopened, .serverTLSKeysChanged, .communityFounded].contains(knownKind)
            && sequences.allSatisfy { $0 <= AdmissionLimits.subjectSequenceMax }
    }

    /// Of a kind, or a form of entry, that no device writes.
    fileprivate var isByServer: Bool {
        if let form = hoursForm, form.recordedBy == nil { return true }
        return knownKind?.descriptor.authors == .server
    }
}
