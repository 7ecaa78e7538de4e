// What admission asks of the ledger, as it stands inside the append transaction.
// Neighbors: Admission decides with these; Ledger/StoredFacts answers from the tables, tests from
// dictionaries. Shared/Decide/Permission says what an entity's facts are.

internal import Shared

protocol LedgerFacts {
    /// The chain of all events possessed of a replica, quarantined ones among them.
    func head(of replica: ReplicaID) throws -> ReplicaChain?
    /// What is possessed under a dot; nil for nothing.
    func possessed(_ dot: Dot) throws -> PossessedEvent?
    /// Whether anything of a replica is possessed beyond a sequence: it came ahead of its chain.
    func possessesAny(of replica: ReplicaID, beyond sequence: Sequence64) throws -> Bool
    func device(_ replica: ReplicaID) throws -> DeviceState?
    func role(ofWorker worker: EntityID) throws -> Role?
    /// Whether it was written on a lost branch and names what is something else here.
    func isAboutAnother(_ event: Event) throws -> Bool
    func entity(_ id: EntityID) throws -> EntityFacts?
}

struct PossessedEvent: Equatable, Sendable {
    let leaf: Hash
    /// Nil: it is in the ledger.
    let quarantined: QuarantineReason?
}
