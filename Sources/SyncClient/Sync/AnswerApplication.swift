// A sync answer → the device's tables, in one transaction: outcomes of what was sent, the page's
// entries, the trees, the projections, the directory, the cursor.
// Neighbors: SyncSession calls it after the keys are durable; Views show what comes of it.
// Invariants: all of an answer takes effect or none; an own event loses no byte whatever became of
// it; roots are recomputed from what is held here and compared with the server's.

internal import Shared
internal import Store

/// The data keys of an answer that are in the keyring now.
struct ReceivedKeys {
    var kept: Set<DataKeyID> = []
    /// Of these, those that were missing.
    var found: [DataKeyID] = []
}

struct AnswerApplication {
    let book: LocalBook
    let response: SyncResponse
    let received: ReceivedKeys
    let keyring: Keyring
    let signingKey: [UInt8]
    let environment: Environment
    /// The neighborhood whose past the request asked for.
    var asked: ScopeFill?
    private var now: Instant { environment.now() }

    enum Fault: Error, Equatable {
        case page(ContainerError)
        case anotherCommunity
        /// The page does not go from the cursor to where the answer says.
        case range
        case event(LedgerPosition)
        case missingOwn(Sequence64)
        case checkpoint(CheckpointError)
        /// The ledger has another own event after this one.
        case parted(common: Sequence64)
        /// The server signed two statements that cannot both be true.
        case contradiction(RefusedCheckpoint)

        var sentence: String {
            switch self {
            case .page: "its page cannot be read"
            case .anotherCommunity: "it is of another community"
            case .range: "its page does not start where this device stands"
            case .event(let position): "its entry \(position) cannot be read"
            case .missingOwn(let sequence): "it counts on own entry \(sequence), which is not here"
            case .parted(let common): "it has another own entry after \(common)"
            case .checkpoint: "its checkpoint is not signed by this community's ledger"
            case .contradiction(let refused):
                "its checkpoint contradicts one it signed before (\(refused.reason)); the office "
                    + "must look at its ledger, and this device keeps both as evidence"
            }
        }
    }

    /// What changed, for the progress line.
    struct Change: Equatable {
        /// Own events that the server possesses since this answer.
        var acknowledged: UInt64 = 0
        /// Of others.
        var entries = 0
        var refused = 0
        /// Own events kept apart about which a revoked device was told a decision.
        var decided = 0
        var mismatches: [ScopeID] = []
        /// Entries of a copied folder that were handed in under its new name.
        var handedIn = 0
        /// Notes of an earlier epoch that the present one contradicts.
        var contradictions = 0
    }

    func apply() throws -> Change {
        var change = Change()
        var state = book.sync
        change.refused = try takeOutcomes(&state)
        let (before, after) = (book.sync.acknowledged.sequence, state.acknowledged.sequence)
        change.acknowledged = after > before ? after.value - before.value : 0
        // A page counts on own events that a device which has parted holds otherwise.
        if state.divergedAfter == nil { change.entries = try takePage(&state) }
        state.lastContact = now
        state.serverTime = response.serverTime
        state.advice = response.advice
        try book.tables.save(state)
        var present = book
        if state.divergedAfter == nil { present = try takeScopes(&change) }
        try book.tables.save(ClockOffset(shown: now, right: response.serverTime))
        if !received.found.isEmpty { try book.tables.forgetMissing(received.found) }
        change.decided = try takeRevocation()
        if state.divergedAfter == nil {
            change.mismatches = try compareDigests(present)
            try compareCheckpoints(present)
            if !response.more, change.mismatches.isEmpty {
                try book.dropSettledCheckpoints(of: present.held.sorted())
                change.contradictions = try EpochComparison(
                    book: present, held: present.held.sorted(), now: now
                ).compare()
            }
            if !response.more, try book.tables.unsettledPartedCount() > 0 {
                change.handedIn = try LostBranch(
                    book: book, keyring: keyring, environment: environment
                ).handIn()
                // What waited for this may go now.
                if !present.leaving.isEmpty {
                    try ScopeTaking(present, keyring: keyring, now: now).settle(learned: nil)
                }
            }
        }
        return change
    }

    // MARK: Outcomes

    /// Returns how many own events were put apart.
    private func takeOutcomes(_ state: inout SyncState) throws -> Int {
        let told = acknowledged(
            after: state.acknowledged.sequence, outcomes: response.outcomes)
        state.acknowledged = try book.chain(
            at: min(told.sequence, try book.head.sequence), signingKey: signingKey)
        // What it has and this folder lacks the bytes of cannot be sent, and need not be.
        for case .held(let last) in response.outcomes.map(\.disposition) {
            state.acknowledged = try book.chain(overGapAfter: state.acknowledged, upTo: last)
        }
        for case .diverged(let common) in response.outcomes.map(\.disposition) {
            state.divergedAfter = common
        }
        var touched: Set<EntityID> = []
        for (sequence, reason) in told.quarantined {
            guard let event = try book.ownEvent(sequence) else { continue }
            try book.tables.keepRefused(event, reason: reason)
            try book.tables.removeUnsent(event.event.dot)
            touched.insert(event.event.entity)
        }
        try book.tables.projectAgain(touched)
        return touched.count
    }

    /// Returns how many decisions it told.
    private func takeRevocation() throws -> Int {
        guard let revocation = response.revocation else { return 0 }
        try book.tables.keep(revocation)
        return revocation.decided.count
    }

    // MARK: The page

    private func takePage(_ state: inout SyncState) throws -> Int {
        guard response.cursor >= state.cursor else { throw Fault.range }
        let entries = response.page.isEmpty ? [] : try page(from: state.cursor).entries
        let holding = heldSoFar(entries)
        let hasUnsent = try book.tables.hasUnsent()
        var recorded: [RecordedEvent] = []
        var line: OwnLine?
        for entry in entries {
            let taken = try take(entry, holding: holding, &line)
            if let taken { recorded.append(taken) }
        }
        try book.tables.project(recorded, mayBeAwaited: hasUnsent)
        try book.tables.strikeOrphans(recorded, at: now)
        if recorded.contains(where: { $0.event.knownKind == .ledgerReopened }) {
            try book.tables.setCheckpointsAside()
        }
        try noteMissingKeys(of: recorded.map(\.event))
        if let line, line.head != (try book.head) {
            try book.tables.setHead(line.head, of: book.paired.replica)
            state.acknowledged = line.head
        }
        try followPairing(recorded)
        state.cursor = response.cursor
        try book.tables.keepTag(
            response.cursor == .start ? .start : RootTag(of: response.root), at: response.cursor)
        return entries.count { if case .bytes = $0.content { true } else { false } }
    }

    /// What this device holds from now on, as the page has it; and a part of the past of one that
    /// it did not hold.
    private func takeScopes(_ change: inout Change) throws -> LocalBook {
        let taking = ScopeTaking(book, keyring: keyring, now: now)
        let pairedAt = try book.tables.pairedDevice()?.pairedAt ?? book.paired.pairedAt
        let isLearning =
            book.device == nil && book.holdings.isEmpty && response.cursor >= pairedAt
        // An answer without news leaves what is held as it was.
        let isQuiet = response.page.isEmpty && response.directory.isEmpty && asked == nil
        if isQuiet, !isLearning, book.leaving.isEmpty { return book }
        let learned = try isLearning ? learnedPlaces(pairedAt) : book.device?.neighborhoods
        try taking.settle(learned: learned)
        let here = try taking.present()
        if isLearning { try book.tables.dropTrees(except: here.held) }
        // After the entries: they say who is held here.
        try book.tables.keepDirectory(
            response.directory.filter { !here.held.contains($0.home) },
            leaving: Set(here.leaving.map(ScopeID.neighborhood)))
        change.entries += try taking.take(response, asked: asked)
        try MoveHistories(taking: taking).settle()
        return try taking.present()
    }

    /// A pairing that a lost branch had comes back to another place.
    private func followPairing(_ recorded: [RecordedEvent]) throws {
        let own = recorded.last { entry in
            entry.event.pairedKey.map { ReplicaID(signingKey: $0) } == book.paired.replica
        }
        guard let position = own?.observation.position, position != book.paired.pairedAt else {
            return
        }
        try book.tables.setPairedAt(position)
    }

    /// The server had not got them either: they are asked for from now on.
    private func noteMissingKeys(of events: [Event]) throws {
        let named = Set(events.flatMap { $0.sealed.map(\.key) })
        try book.tables.keepKeys(named)
        let lacking = try keyring.lacking(named.subtracting(received.kept))
        if lacking.isEmpty { return }
        for event in events {
            try book.tables.noteMissing(
                lacking.intersection(event.sealed.map(\.key)), namedBy: event.dot)
        }
    }

    private func page(from cursor: LedgerPosition) throws -> Page {
        let page: Page
        do {
            page = try Page(
                unpacking: response.page, bytesMax: ContainerLimits.unpackedBytesMax)
        } catch {
            throw Fault.page(error)
        }
        guard page.community == book.paired.community else { throw Fault.anotherCommunity }
        guard page.first == cursor.next, page.last == response.cursor, page.root == response.root
        else { throw Fault.range }
        return page
    }

    /// Until its own pairing has come, a device does not know which scopes are its own, and grows
    /// the trees of all that reach it.
    private func heldSoFar(_ entries: [LedgerEntry]) -> Set<ScopeID> {
        book.device == nil && book.holdings.isEmpty
            ? Set(entries.flatMap(\.reach)) : book.heldByRecord
    }

    /// What it was paired with: pages up to then brought just that.
    private func learnedPlaces(_ pairedAt: LedgerPosition) throws -> [EntityID] {
        guard let creation = try book.tables.event(at: pairedAt),
            case .device(let device)? = decideEntity([creation])
        else { throw Fault.event(pairedAt) }
        return device.neighborhoods
    }

    /// What of it must be projected; nil for an own event whose projections stand.
    private func take(
        _ entry: LedgerEntry, holding: Set<ScopeID>, _ line: inout OwnLine?
    ) throws -> RecordedEvent? {
        let admitted = Admitted(
            position: entry.position, reach: entry.reach, receivedAt: entry.receivedAt,
            contextUnknown: entry.contextUnknown)
        if holding.isDisjoint(with: entry.reach) { return try putAway(entry, admitted, &line) }
        switch entry.content {
        case .own(let sequence):
            let dot = Dot(book.paired.replica, sequence)
            return try promote(dot, admitted, holding: holding)
        case .bytes(let bytes):
            guard let new = try? NewEvent(bytes: bytes) else {
                throw Fault.event(entry.position)
            }
            if let own = try ownLeaf(new.event.dot) {
                guard own == new.leaf else {
                    throw Fault.parted(common: Sequence64(new.event.dot.sequence.value - 1))
                }
                return try promote(new.event.dot, admitted, holding: holding)
            }
            try book.tables.insert(new, admitted, holding: holding)
            try follow(new, &line)
            return RecordedEvent(
                event: new.event, leaf: new.leaf, position: entry.position,
                contextUnknown: entry.contextUnknown)
        }
    }

    // MARK: Digests

    /// Scopes that the server named and whose root here is another. They stay noted until an answer
    /// that reaches the ledger's end no longer names them.
    private func compareDigests(_ present: LocalBook) throws -> [ScopeID] {
        let held = present.held
        let differing = try response.scopes.filter { theirs in
            try held.contains(theirs.scope) && book.tables.digest(of: theirs.scope) != theirs
        }.map(\.scope).sorted()
        if !differing.isEmpty || !response.more {
            try book.tables.keepMismatches(differing, at: response.cursor)
        }
        return differing
    }

    private func compareCheckpoints(_ present: LocalBook) throws {
        guard !response.checkpoints.isEmpty else { return }
        let refused = try CheckpointComparison(
            book: present, cursor: response.cursor, root: response.root
        ).take(response.checkpoints)
        for checkpoint in refused { try book.tables.keepRefused(checkpoint, at: now) }
    }
}
