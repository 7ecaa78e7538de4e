// One append transaction: gives events their positions, grows the trees, and writes what the server
// itself has to say. Neighbors: ServerStore opens it; Committer, Pairing, Desk and Commands use it.
// Invariant: positions are consecutive, and an event's trees, projections and heads are written in
// the transaction that gives it its position.

internal import Foundation
internal import GRDB
internal import Shared
internal import Store

final class AppendSession {
    let db: Database
    let tables: LedgerTables
    /// As the ledger stood when the transaction began.
    let views: Views
    let store: ServerStore
    let facts: StoredFacts
    let now: Instant
    private(set) var position: LedgerPosition
    /// Of the server replica that writes; the next epoch's once that begins.
    var serverKeys: ReplicaKeys
    private var placed: [RecordedEvent] = []
    private var projected: [RecordedEvent] = []
    /// Root tags asked for in this transaction: devices that sync together show the same few.
    private var tags: [LedgerPosition: RootTag?] = [:]

    init(_ db: Database, store: ServerStore) throws {
        self.db = db
        self.store = store
        serverKeys = store.keys.replica
        tables = LedgerTables(db)
        position = LedgerPosition(try tables.ledgerRoot().size)
        views = Views(
            tables: tables,
            reader: SealedReader(keyring: store.keyring, community: store.community),
            position: position, aside: .quarantine(QuarantineTable(db)))
        facts = StoredFacts(views)
        now = store.environment.now()
    }

    // MARK: Placing events

    @discardableResult
    func place(_ new: NewEvent, reach: [ScopeID]) throws -> LedgerPosition {
        let context = new.event.context
        let isUnknown = context.isUnknown(tag: try tag(at: context.position))
        let next = position.next
        try tables.insert(
            new,
            Admitted(
                position: next, reach: reach, receivedAt: now, contextUnknown: isUnknown))
        placed.append(
            RecordedEvent(
                event: new.event, leaf: new.leaf, position: next, contextUnknown: isUnknown))
        position = next
        return next
    }

    private func tag(at position: LedgerPosition) throws -> RootTag? {
        if let known = tags[position] { return known }
        guard position <= self.position else { return nil }
        let tag = try tables.rootTag(at: position)
        tags[position] = .some(tag)
        return tag
    }

    func finish() throws {
        try project()
        try supplyNumbers(after: projected)
        try project()
        try tables.finish()
    }

    /// What was placed since the last time becomes part of what this transaction reads. Once, at
    /// its end, for most.
    func project() throws {
        try tables.project(placed)
        projected += placed
        placed = []
    }

    // MARK: The server's own events

    /// What the server replica is about to write.
    struct Draft {
        var kind: Kind
        /// The admin who decided; nil when the server acts by itself.
        var worker: EntityID?
        var home: ScopeID = .community
        var subject: EntityID?
        var payload: Payload
        var sealed: [SealedPart] = []
        var reach: [ScopeID] = [.community]
        /// What the person had been shown; nil: all there is.
        var context: CausalContext?
    }

    var serverReplica: ReplicaID { serverKeys.replica }

    func serverHead() throws -> ReplicaChain {
        try tables.head(of: serverReplica)
            ?? ReplicaChain(signingKey: serverKeys.signingPublicKey)
    }

    /// The dot of the next event that `author` writes.
    func nextDot() throws -> Dot { Dot(serverReplica, try serverHead().sequence.next) }

    /// Writes an event of the server replica at the end of the ledger.
    @discardableResult
    func author(_ draft: Draft) throws -> (event: Event, position: LedgerPosition) {
        var chain = try serverHead()
        let context = try draft.context ?? contextOfAll(own: chain.sequence)
        let event = Event(
            dot: Dot(serverReplica, chain.sequence.next), context: context, recordedAt: now,
            utcOffsetMinutes: store.environment.utcOffsetMinutes(), worker: draft.worker,
            home: draft.home, subject: draft.subject, kind: draft.kind.number,
            payload: draft.payload, sealed: draft.sealed)
        try event.checkShape()
        let bytes = event.encoded()
        let new = NewEvent(event: event, leaf: .leaf(bytes), bytes: bytes)
        let position = try place(new, reach: draft.reach)
        chain.append(new.leaf)
        try tables.setHead(chain, of: serverReplica)
        return (event, position)
    }

    private func contextOfAll(own: Sequence64) throws -> CausalContext {
        CausalContext(
            position: position, rootTag: try tables.rootTag(at: position) ?? .start,
            ownSequence: own)
    }
}
