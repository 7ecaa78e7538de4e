// Which entries are a device's own: of its replica, and of each that its folder was before, as far
// as the folder had them. Source: docs/protocol.md section 7.3. Neighbors: EntryReader gives own
// entries whatever they reach; HeldScopes says where to look for them.
// Invariant: of a name that a copy goes on under, nothing that came after the two had parted.

internal import Shared
internal import Store

struct OwnNames {
    let replica: ReplicaID
    /// Neighborhoods that the folder held at any time, under any name.
    let places: Set<ScopeID>
    private let former: [ReplicaID: Sequence64]

    init(of device: DeviceState, held: HeldScopes, views: Views) throws {
        replica = device.replica
        var places = held.ever
        var former: [ReplicaID: Sequence64] = [:]
        var folder = device
        while let origin = folder.origin, former.count < device.former.count,
            case .device(let before)? = try views.state(of: origin)
        {
            former[before.replica] = folder.common
            places.formUnion(try HeldScopes(of: before, views: views).ever)
            folder = before
        }
        // Recorded where it was held on a branch that the ledger has lost, and let in since.
        for dot in try QuarantineTable(views.tables.db).letIn(of: replica) {
            places.formUnion(try views.tables.reach(ofEvent: dot) ?? [])
        }
        (self.places, self.former) = (places, former)
    }

    func has(_ dot: Dot) -> Bool {
        dot.replica == replica || former[dot.replica].map { dot.sequence <= $0 } ?? false
    }
}
