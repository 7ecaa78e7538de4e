// Sets right what this device holds otherwise than the ledger: its own trees first, from its own
// entries; then entry by entry, found through the ledger's tree.
// Source: docs/protocol.md section 7.7. Neighbors: SyncSession carries questions and answers,
// TreeDescent finds, Store/Tables/LedgerTables+Repair replaces.
// Invariants: own events whose bytes are sound are never replaced; what the ledger once signed and
// this device holds is not given up for something else; what is taken out is kept.

internal import Shared
internal import Store

struct TreeRepair {
    /// Questions of one session: a copy that needs more is better made anew.
    static let questionsMax = 2_000
    /// Entries of one session whose bytes are no events any more.
    static let unreadableMax = 1_000

    private enum Stage: Equatable {
        case regrow
        case descend(TreeDescent)
        case fetch(LeafDifference)
        case report(RepairCause)
    }

    /// Of scopes that differ, as the ledger has them.
    private var theirs: [ScopeID: ScopeDigest] = [:]
    private var stages: [ScopeID: Stage] = [:]
    private var entries: [ScopeID: UInt64] = [:]
    private var causes: [ScopeID: RepairCause] = [:]
    /// Scopes that cannot be set right in this session, and why.
    private(set) var failures: [ScopeID: String] = [:]
    private(set) var repaired: [RepairNote] = []
    private var questions = 0

    /// Whether one more request can set something right.
    var goesOn: Bool { questions < Self.questionsMax && next != nil }

    private var next: ScopeID? { stages.keys.sorted().first }

    /// What an answer that reached the ledger's end says: of these the digest differs.
    mutating func take(differing digests: [ScopeDigest]) {
        for digest in digests where failures[digest.scope] == nil {
            theirs[digest.scope] = digest
            if stages[digest.scope] == nil { stages[digest.scope] = .regrow }
        }
        for (scope, stage) in stages where !digests.contains(where: { $0.scope == scope }) {
            // New entries made them equal; a report is still due.
            if case .report = stage { continue }
            stages[scope] = nil
        }
    }

    /// What to ask next; nil when this device has just set right what it could by itself.
    mutating func question(_ device: Device) throws -> RepairQuestion? {
        guard let scope = next, let stage = stages[scope] else { return nil }
        questions += 1
        switch stage {
        case .regrow:
            try device.write { try $0.tables.regrow(scope) }
            let digest = try device.read { try $0.tables.digest(of: scope) }
            if digest == theirs[scope] {
                try settle(scope, .tree, device)
            } else {
                stages[scope] = .descend(
                    TreeDescent(leaves: max(digest.size, theirs[scope]?.size ?? 0)))
            }
            return nil
        case .descend(let descent): return RepairQuestion(scope: scope, descent.matter)
        case .fetch(let difference):
            return RepairQuestion(scope: scope, .entries(difference.fetched))
        case .report(let cause):
            stages[scope] = nil
            return RepairQuestion(scope: scope, .report(cause, entries: entries[scope] ?? 0))
        }
    }

    /// Takes what the office answered, after the page of the same answer has been stored.
    mutating func take(
        _ answer: RepairAnswer?, to question: RepairQuestion, _ device: Device
    ) throws {
        let scope = question.scope
        switch (question.matter, answer) {
        case (.report, _): return
        case (.subtrees(let level, let first), .subtrees(let roots)?):
            try take(roots, level: level, first: first, scope, device)
        case (.subtrees(_, let first), .leaves(let leaves)?):
            try take(leaves, from: first, scope, device)
        case (.entries, .entries(let page)?): try take(page, scope, device)
        case (.subtrees, _), (.entries, _):
            fail(scope, "the office does not answer what was asked")
        }
    }

    // MARK: Looking

    private mutating func take(
        _ roots: [Hash], level: Int, first: UInt64, _ scope: ScopeID, _ device: Device
    ) throws {
        guard case .descend(var descent)? = stages[scope] else { return }
        let own = try device.read {
            try $0.tables.subtrees(of: scope, level: level, first: first, limit: roots.count)
        }
        // At the leaves there is nothing below: the ledger's tree ends here.
        if level == 0 { return try take([PlacedLeaf](), from: first, scope, device) }
        descent.take(roots, own: own)
        stages[scope] = .descend(descent)
    }

    private mutating func take(
        _ leaves: [PlacedLeaf], from first: UInt64, _ scope: ScopeID, _ device: Device
    ) throws {
        let isEnd = leaves.count < RepairLimits.subtreesMax
        let (own, cursor, kept) = try device.read { book in
            (
                try book.tables.leaves(of: scope, from: first, limit: RepairLimits.subtreesMax),
                book.sync.cursor, try book.intactCheckpoint(of: scope)
            )
        }
        let last = isEnd ? cursor : min(cursor, leaves.last?.position ?? cursor)
        let difference = LeafDifference(
            theirs: leaves.filter { $0.position <= last }, own: own.filter { $0.position <= last })
        if difference.isEmpty {
            return fail(scope, "no entry differs, and yet the office's tree is another")
        }
        if let kept, first + firstDifference(leaves, own) < kept.size {
            return fail(scope, "the office holds other entries than those it signed for")
        }
        if difference.fetched.isEmpty {
            try replace(difference, with: [], scope, device)
        } else {
            stages[scope] = .fetch(difference)
        }
    }

    private func firstDifference(_ theirs: [PlacedLeaf], _ own: [PlacedLeaf]) -> UInt64 {
        UInt64(zip(theirs, own).prefix { $0 == $1 }.count)
    }

    // MARK: Setting right

    private mutating func take(_ page: [UInt8], _ scope: ScopeID, _ device: Device) throws {
        guard case .fetch(let difference)? = stages[scope] else { return }
        var entries: [(new: NewEvent, admitted: Admitted)] = []
        guard
            let page = try? Page(
                unpacking: page, bytesMax: ContainerLimits.unpackedBytesMax),
            page.community == device.paired.community
        else { return fail(scope, "the office's entries cannot be read") }
        for entry in page.entries {
            guard case .bytes(let bytes) = entry.content, let new = try? NewEvent(bytes: bytes),
                new.leaf == difference.expected[entry.position]
            else {
                return fail(
                    scope, "the office's entry \(entry.position) is not what its own tree says")
            }
            entries.append(
                (
                    new,
                    Admitted(
                        position: entry.position, reach: entry.reach,
                        receivedAt: entry.receivedAt, contextUnknown: entry.contextUnknown)
                ))
        }
        guard !entries.isEmpty else { return fail(scope, "the office sends no entry") }
        try replace(difference, with: entries, scope, device)
    }

    private mutating func replace(
        _ difference: LeafDifference, with entries: [(new: NewEvent, admitted: Admitted)],
        _ scope: ScopeID, _ device: Device
    ) throws {
        let digest = try device.write { book -> ScopeDigest? in
            if try book.hasSound(entries.map(\.new)) { return nil }
            // Without an answer for it, what stands at a position stays.
            let answered = Set(entries.map(\.admitted.position))
            let removed = difference.removed.filter {
                difference.expected[$0] == nil || answered.contains($0)
            }
            let rows = try book.tables.replace(
                at: removed, with: entries, holding: book.held)
            let now = device.environment.now()
            try book.tables.keepDamaged(rows, at: now)
            for entry in entries {
                try book.tables.needKeys(of: entry.new.event, in: device.keyring)
            }
            try book.tables.recheckHistories(at: now)
            // A move may be among what came.
            try MoveHistories(
                taking: ScopeTaking(book, keyring: device.keyring, now: now)
            ).settle()
            return try book.tables.digest(of: scope)
        }
        guard let digest else {
            return fail(scope, "the office has another own entry than this device")
        }
        self.entries[scope, default: 0] += UInt64(
            Set(entries.map(\.admitted.position) + difference.removed).count)
        causes[scope] = causes[scope] ?? difference.cause
        if digest == theirs[scope] {
            try settle(scope, causes[scope] ?? difference.cause, device)
        } else {
            stages[scope] = .descend(
                TreeDescent(leaves: max(digest.size, theirs[scope]?.size ?? 0)))
        }
    }

    private mutating func settle(
        _ scope: ScopeID, _ cause: RepairCause, _ device: Device
    ) throws {
        let note = RepairNote(
            at: device.environment.now(), scope: scope, cause: cause,
            entries: entries[scope] ?? 0)
        try device.write { try $0.tables.note(note) }
        repaired.append(note)
        stages[scope] = .report(cause)
    }

    private mutating func fail(_ scope: ScopeID, _ why: String) {
        failures[scope] = why
        stages[scope] = nil
    }
}

extension LocalBook {
    /// Makes every tree anew from the entries, so that the next sync finds what of them is damaged.
    func lookForDamage(at now: Instant) throws {
        for scope in held.sorted() { try tables.regrow(scope) }
        try tables.recheckHistories(at: now)
    }
}

extension Device {
    /// Does something to its end: entries that cannot be read on the way are put aside, and fetched
    /// again as what is missing.
    func puttingDamageAside<Result>(_ body: () throws -> Result) throws -> Result {
        var unreadable: Set<LedgerPosition> = []
        while true {
            do {
                if !unreadable.isEmpty { try putAside(unreadable) }
                return try body()
            } catch StoreDamage.unreadable(let position) {
                guard let place = LedgerPosition(admitted: position),
                    unreadable.insert(place).inserted,
                    unreadable.count <= TreeRepair.unreadableMax
                else { throw StoreDamage.unreadable(position: position) }
            }
        }
    }

    /// Takes entries out that cannot be read: the office has them. An own entry that it may not
    /// have is never among them.
    func putAside(_ positions: Set<LedgerPosition>) throws {
        try writeTables { tables in
            let rows = try tables.replace(
                at: positions.sorted(), with: [], holding: try tables.scopesWithTrees())
            try tables.keepDamaged(rows, at: environment.now())
            try tables.recheckHistories(at: environment.now())
        }
    }
}

extension LocalBook {
    /// Code of the neighborhood, or "the community".
    func name(of scope: ScopeID) throws -> String {
        let code = try views.code(of: scope)
        return code.isEmpty ? "the community" : code
    }

    /// The last that the ledger's key signed of a scope's tree.
    private func keptCheckpoint(of scope: ScopeID) throws -> Checkpoint? {
        try tables.keptCheckpoint(origin: tables.scopeOrigin(scope, paired.community))
            .flatMap { try soundCheckpoint($0, scopes: [scope])?.checkpoint }
    }

    /// The same, if the entries here still are what was signed.
    fileprivate func intactCheckpoint(of scope: ScopeID) throws -> Checkpoint? {
        guard let kept = try keptCheckpoint(of: scope),
            try tables.root(of: scope, size: kept.size) == kept.root
        else { return nil }
        return kept
    }

    /// Nil also of one that is damaged.
    private func readableOwnEvent(_ sequence: Sequence64) throws -> NewEvent? {
        do {
            return try ownEvent(sequence)
        } catch is StoreDamage {
            return nil
        }
    }

    /// Whether one of these is an own event of which other bytes are here, and those are what was
    /// recorded: own events still chain to what was sent.
    fileprivate func hasSound(_ events: [NewEvent]) throws -> Bool {
        let others = try events.filter { event in
            guard event.event.dot.replica == paired.replica else { return false }
            return try tables.leaf(of: event.event.dot).map { $0 != event.leaf } ?? false
        }
        guard !others.isEmpty, let device else { return false }
        var chain = ReplicaChain(signingKey: device.signingKey)
        while chain.sequence < sync.acknowledged.sequence {
            guard let own = try readableOwnEvent(chain.sequence.next) else { return false }
            chain.append(own.leaf)
        }
        return chain == sync.acknowledged
    }
}
