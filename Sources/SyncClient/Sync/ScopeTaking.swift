// What this device holds, brought in line with what the ledger grants it: the past of a
// neighborhood that is new to it comes in when all of it is here, the entries of one that it lost
// go once its own are safe. Source: docs/protocol.md section 7.10.
// Neighbors: AnswerApplication calls it after a page, in the same transaction; ScopeTable and
// PutAwayTable keep; Leaving takes out.
// Invariants: a neighborhood is shown and can be changed from the one transaction on in which its
// past reaches the cursor; no own event loses a byte.

internal import Shared
internal import Store

struct ScopeTaking {
    let tables: LedgerTables
    let paired: PairedDevice
    let reader: SealedReader
    let keyring: Keyring
    let now: Instant

    init(_ book: LocalBook, keyring: Keyring, now: Instant) {
        (tables, paired, reader) = (book.tables, book.paired, book.reader)
        (self.keyring, self.now) = (keyring, now)
    }

    /// As it is in this transaction by now.
    func present() throws -> LocalBook {
        // Its pairing may have come back to another place.
        try LocalBook(
            tables: tables, paired: try tables.pairedDevice() ?? paired, reader: reader)
    }

    /// After a page: what the ledger grants at the new cursor. `learned` is what a device without a
    /// record of what it holds has had so far.
    func settle(learned: [EntityID]?) throws {
        let here = try present()
        // Its pairing was damaged, and is not repaired yet: it holds what it held.
        guard here.device != nil else { return }
        let granted = here.granted
        var holdings = try tables.scopeHoldings()
        let before = holdings
        if holdings.isEmpty {
            guard let learned else { return }
            for place in learned { holdings[place] = .held }
        }
        holdings = heldNow(holdings, granted: Set(granted))
        for (place, holding) in holdings.sorted(by: { $0.key < $1.key })
        where before[place] != holding {
            if case .filling = before[place] ?? .held { try tables.dropStaged(of: place) }
            try tables.save(holding, of: place)
        }
        try Leaving(taking: self).letGo(holdings)
    }

    // MARK: The past of a neighborhood

    /// Takes a part of it, and all of it into the book when that is the last. Returns how many
    /// entries came.
    func take(_ response: SyncResponse, asked: ScopeFill?) throws -> Int {
        guard let asked, let filled = response.filled else { return 0 }
        let entries = try part(response.fill, asked, filled: filled)
        if asked.moved != nil {
            try MoveHistories(taking: self).take(entries, asked, filled: filled)
            return entries.count
        }
        // Another program may have synced, or the page may have said that it is not to be held.
        guard try tables.scopeHoldings()[asked.scope] == .filling(upto: asked.upto) else {
            return 0
        }
        for (entry, bytes) in entries { try tables.stage(entry, bytes: bytes, of: asked.scope) }
        try tables.save(.filling(upto: filled), of: asked.scope)
        if !response.more, filled == response.cursor { try takeIn(asked.scope) }
        return entries.count
    }

    private func part(
        _ packed: [UInt8], _ asked: ScopeFill, filled: LedgerPosition
    ) throws -> [(LedgerEntry, [UInt8])] {
        guard filled >= asked.upto else { throw AnswerApplication.Fault.range }
        if packed.isEmpty { return [] }
        let page: Page
        do {
            page = try Page(unpacking: packed, bytesMax: ContainerLimits.unpackedBytesMax)
        } catch {
            throw AnswerApplication.Fault.page(error)
        }
        guard page.community == paired.community else {
            throw AnswerApplication.Fault.anotherCommunity
        }
        guard page.first == asked.upto.next, page.last == filled else {
            throw AnswerApplication.Fault.range
        }
        return try page.entries.map { entry in
            guard case .bytes(let bytes) = entry.content, (try? NewEvent(bytes: bytes)) != nil,
                asked.moved != nil || entry.reach.contains(.neighborhood(asked.scope))
            else { throw AnswerApplication.Fault.event(entry.position) }
            return (entry, bytes)
        }
    }

    /// All of it is here: it becomes part of the book.
    private func takeIn(_ place: EntityID) throws {
        try tables.forEachStaged(of: place, store)
        try tables.dropStaged(of: place)
        try tables.save(.held, of: place)
        try tables.regrow(.neighborhood(place))
        try tables.rebuild { _ in }
        try tables.dropDirectoryOfThoseHere()
    }

    /// Into the table of events, and no tree.
    func store(_ staged: PlacedEvent) throws {
        let dot = staged.new.event.dot
        // What reaches another neighborhood too has been here before.
        guard try tables.leaf(of: dot) == nil else { return }
        try tables.insert(staged.new, staged.admitted, holding: [])
        try tables.forgetPutAway(dot)
        try tables.needKeys(of: staged.new.event, in: keyring)
        try tables.strikeOrphans(
            leaves: [staged.new.leaf, staged.new.event.reissued?.leaf].compactMap(\.self), at: now)
    }
}

/// What is held when the ledger grants just `granted`: what comes has to be filled first, what goes
/// leaves in an orderly way.
func heldNow(
    _ holdings: [EntityID: ScopeHolding], granted: Set<EntityID>
) -> [EntityID: ScopeHolding] {
    var now = holdings.mapValues { _ in ScopeHolding.gone }
    for place in granted {
        switch holdings[place] {
        case .held?: now[place] = .held
        case .filling(let upto)?: now[place] = .filling(upto: upto)
        // What came while it was not granted is not here.
        case .leaving?, .gone?, nil: now[place] = .filling(upto: .start)
        }
    }
    for (place, holding) in holdings where !granted.contains(place) {
        switch holding {
        case .held, .filling, .leaving: now[place] = .leaving
        case .gone: now[place] = .gone
        }
    }
    return now
}
