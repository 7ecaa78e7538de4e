// The ledger's facts from dictionaries: the twin of StoredFacts, for tables of admission cases.
// Neighbors: AdmissionTests; Sources/SyncServer/Admission asks them.

import Shared
import TestSupport

@testable import SyncServer

struct FactsInMemory: LedgerFacts {
    var heads: [ReplicaID: ReplicaChain] = [:]
    var events: [Dot: PossessedEvent] = [:]
    var devices: [ReplicaID: DeviceState] = [:]
    var roles: [EntityID: Role] = [:]
    var entities: [EntityID: EntityFacts] = [:]

    func head(of replica: ReplicaID) -> ReplicaChain? { heads[replica] }
    func possessed(_ dot: Dot) -> PossessedEvent? { events[dot] }
    func possessesAny(of replica: ReplicaID, beyond sequence: Sequence64) -> Bool {
        events.keys.contains { $0.replica == replica && $0.sequence > sequence }
    }
    func device(_ replica: ReplicaID) -> DeviceState? { devices[replica] }
    func isAboutAnother(_ event: Event) -> Bool { false }
    func role(ofWorker worker: EntityID) -> Role? { roles[worker] }
    func entity(_ id: EntityID) -> EntityFacts? { entities[id] }
}

extension Fixed {
    static let millHill = entity(4)
    static let ada = entity(5)
    /// A member of the other neighborhood.
    static let noor = entity(13)
    /// An entry between Ana and Luis that another device recorded.
    static let entry = EntityID(Dot(replica(0xB0), Sequence64(7)))
}

extension FactsInMemory {
    /// Two neighborhoods, an outreach worker Dana, a coordinator Ada, three members, one entry.
    static var town: FactsInMemory {
        let harbor = ScopeID.neighborhood(Fixed.harbor)
        let millHill = ScopeID.neighborhood(Fixed.millHill)
        func member(_ home: ScopeID) -> EntityFacts {
            EntityFacts(family: .member, home: home, reach: [home], form: nil)
        }
        var facts = FactsInMemory()
        facts.roles = [Fixed.dana: .outreach, Fixed.ada: .coordinator]
        facts.entities = [
            Fixed.harbor: EntityFacts(
                family: .neighborhood, home: .community, reach: [.community], form: nil),
            Fixed.millHill: EntityFacts(
                family: .neighborhood, home: .community, reach: [.community], form: nil),
            Fixed.ana: member(harbor), Fixed.luis: member(harbor), Fixed.noor: member(millHill),
            Fixed.entry: EntityFacts(
                family: .hours, home: harbor, reach: [harbor], form: .exchange),
        ]
        return facts
    }
}
