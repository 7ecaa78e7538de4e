// A device whose copy of the ledger is of a lost branch goes back to what is common.
// Source: docs/protocol.md section 3.6. Neighbors: EpochSearch finds how far, AnswerApplication
// goes on from there in the same transaction; OrphanTable keeps what is left.
// Invariants: no byte of an event is lost; own events of the lost branch are unsent again.

internal import GRDB
internal import Shared
internal import Store

struct EpochRewind {
    let book: LocalBook
    let signingKey: [UInt8]
    let keyring: Keyring
    let now: Instant

    /// Returns the book as it is then.
    func rewind(to position: LedgerPosition) throws -> LocalBook {
        let tables = book.tables
        let branch = try tables.beginBranch(after: position, at: now)
        try tables.keepOrphans(after: position, in: branch, of: book.paired.replica, at: now)
        try tables.withdraw(after: position, own: book.paired.replica)
        try tables.takeBackPutAway(after: position, of: book.paired.replica)
        // Its past is fetched from the start: what came of it may be of the lost branch.
        for fill in book.filling {
            try tables.dropStaged(of: fill.scope)
            try tables.save(.filling(upto: .start), of: fill.scope)
        }
        for history in try tables.histories()
        where history.moved > position || history.state == .coming {
            try tables.forget(history)
        }
        try tables.truncateTrees(after: position)
        try tables.keepPrefixes(of: branch, scopes: book.held.sorted())
        try tables.reopenOrphans(outside: book.heldByRecord)
        try tables.reopenParted()
        try tables.forgetPairing(after: position)
        try tables.rebuild { _ in }
        try tables.forgetTold(after: position)
        var state = book.sync
        state.cursor = position
        let placed = max(
            try tables.lastPlaced(of: book.paired.replica),
            try tables.lastPutAway(of: book.paired.replica))
        let last = min(placed, state.acknowledged.sequence)
        // From the start: the chain as it was acknowledged may be far beyond.
        state.acknowledged = try book.chain(
            from: ReplicaChain(signingKey: signingKey), upTo: last)
        try tables.save(state)
        // What it was granted since then, no page from here on brings before it is granted again.
        let taking = ScopeTaking(book, keyring: keyring, now: now)
        try taking.settle(learned: nil)
        try Leaving(taking: taking).takeOutStrays()
        return try taking.present()
    }
}
