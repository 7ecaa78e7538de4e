// The ledger's facts for admission, from the tables of one transaction, each read once.
// Neighbors: LedgerFacts says what is asked; AppendSession makes one.

internal import Foundation
internal import GRDB
internal import Shared
internal import Store

final class StoredFacts: LedgerFacts {
    private let tables: LedgerTables
    private let views: Views
    private var devices: [ReplicaID: DeviceState?] = [:]
    private var roles: [EntityID: Role?] = [:]
    private var entities: [EntityID: EntityFacts] = [:]
    private var reused: Set<EntityID>?

    init(_ views: Views) {
        self.views = views
        tables = views.tables
    }

    func head(of replica: ReplicaID) throws -> ReplicaChain? { try tables.head(of: replica) }

    func possessed(_ dot: Dot) throws -> PossessedEvent? {
        if let leaf = try tables.leaf(of: dot) {
            return PossessedEvent(leaf: leaf, quarantined: nil)
        }
        return try QuarantineTable(tables.db).find(dot).map {
            PossessedEvent(leaf: $0.leaf, quarantined: $0.reason)
        }
    }

    func possessesAny(of replica: ReplicaID, beyond sequence: Sequence64) throws -> Bool {
        try tables.hasEvent(of: replica, beyond: sequence)
    }

    func device(_ replica: ReplicaID) throws -> DeviceState? {
        if let known = devices[replica] { return known }
        let device = try DeviceTable(tables.db).pairing(of: replica)
            .flatMap { try state(ofDevice: $0.entity) }
        devices[replica] = .some(device)
        return device
    }

    private func state(ofDevice entity: EntityID) throws -> DeviceState? {
        if case .device(let device)? = try views.state(of: entity) { device } else { nil }
    }

    func isAboutAnother(_ event: Event) throws -> Bool {
        guard try namesReused(event) else { return false }
        let tag = try tables.rootTag(at: event.context.position)
        return event.context.isUnknown(tag: tag)
    }

    /// Whether it names an id that a lost branch had given to something else.
    func namesReused(_ event: Event) throws -> Bool {
        let known = try reused ?? ReusedIDTable(tables.db).all()
        reused = known
        return !known.isEmpty && !known.isDisjoint(with: event.named)
    }

    func role(ofWorker worker: EntityID) throws -> Role? {
        if let known = roles[worker] { return known }
        var role: Role?
        if case .worker(let state)? = try views.state(of: worker) { role = state.role }
        roles[worker] = .some(role)
        return role
    }

    /// Of a decision, or of its undoing: what all that its sides are about reach by now. Nil while
    /// one of the sides is not in the ledger.
    func reach(ofDecision event: Event) throws -> [ScopeID]? {
        try reach(of: event.entity, andSidesOf: event)
    }

    /// The same of a question, which is an entity of its own.
    func reach(ofQuestion event: Event) throws -> [ScopeID]? {
        guard let about = event.payload.entity(QuestionField.about) else {
            throw QuarantineReason.invalid
        }
        return try reach(of: about, andSidesOf: event)
    }

    private func reach(of about: EntityID, andSidesOf event: Event) throws -> [ScopeID]? {
        var known: Set = [about]
        for side in event.payload.sides(ResolutionField.sides) {
            guard let said = try tables.event(side.dot) else { return nil }
            known.insert(said.event.entity)
        }
        let reached = try known.map(entity)
        guard reached.allSatisfy({ $0 != nil }) else { return nil }
        return Set(reached.compactMap(\.self).flatMap(\.reach)).sorted()
    }

    /// Only what is there is remembered: what is not may be created by the next event.
    func entity(_ id: EntityID) throws -> EntityFacts? {
        if let known = entities[id] { return known }
        guard let (family, home) = try views.home(of: id), let reach = try views.reach(of: id)
        else { return nil }
        let form = family == .hours ? try tables.event(id.dot)?.event.hoursForm : nil
        let facts = EntityFacts(family: family, home: home, reach: reach, form: form)
        entities[id] = facts
        return facts
    }
}
