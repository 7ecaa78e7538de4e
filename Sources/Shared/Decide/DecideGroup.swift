// Entries that may be one service recorded twice → which of them count.
// Source: docs/protocol.md section 8. Neighbors: Store gathers the entries of one group key and the
// decisions about them; Postings follow from `counts`.
// Invariant: as much counts as the most diligent replica recorded; never less, never twice.

/// Entries with the same key may be the same service: providers, recipients and date.
public struct GroupKey: Hashable, Sendable {
    public let value: UInt64

    public init(_ shares: Shares, _ date: CivilDate) {
        var text = Purpose.cluster.prefix
        for side in [shares.providers, shares.recipients] {
            text += UInt64(side.count).bigEndianBytes + side.flatMap(\.account.bytes)
        }
        text += UInt64(date.code).bigEndianBytes
        value = bigEndian(Hash.of(text).bytes.prefix(8))
    }
}

extension HoursState {
    public var groupKey: GroupKey { GroupKey(shares, serviceDate) }
}

/// Whether an entry's minutes are on its parties' accounts.
public enum EntryStanding: Int64, Hashable, Sendable {
    case counts = 1
    /// Await a decision, and are left out until then.
    case contested
    case void
    /// The same row imported twice: one thing, the lowest leaf hash.
    case repeatedImport
    /// An admin decided that another entry tells of the same service.
    case dropped

    public var name: String {
        switch self {
        case .counts: "counts"
        case .contested: "contested"
        case .void: "void"
        case .repeatedImport: "repeated-import"
        case .dropped: "dropped"
        }
    }
}

public struct GroupState: Hashable, Sendable {
    public let standings: [EntityID: EntryStanding]
    public let conflicts: [Conflict]

    public init(standings: [EntityID: EntryStanding], conflicts: [Conflict]) {
        self.standings = standings
        self.conflicts = conflicts
    }
}

/// Decides a group. `entries` are those of one key and any others that a decision names;
/// `decisions` are the `conflict.resolved` and `.undone` about them; `repeated` the imports that
/// are not first.
public func decideGroup(
    entries: [HoursState], decisions: [RecordedEvent], repeated: Set<EntityID>
) -> GroupState {
    let rulings = effectiveRulings(
        decisions.withoutUndone.compactMap { Ruling($0) }, entries: entries)
    var standings: [EntityID: EntryStanding] = [:]
    for entry in entries {
        if entry.isVoid || rulings.effective.contains(where: { $0.voids(entry.leaf) }) {
            standings[entry.id] = .void
        } else if repeated.contains(entry.id) {
            standings[entry.id] = .repeatedImport
        } else if rulings.effective.contains(where: { $0.drops(entry.leaf) }) {
            standings[entry.id] = .dropped
        } else if entry.isVoidDisputed {
            standings[entry.id] = .contested
        }
    }
    let open = entries.filter { standings[$0.id] == nil }.sorted { $0.leaf < $1.leaf }
    var conflicts: [Conflict] = []
    for cluster in clusters(of: open, rulings: rulings.effective) {
        let counting = countingEntries(cluster)
        for entry in cluster {
            standings[entry.id] = counting.contains(entry.id) ? .counts : .contested
        }
        if let conflict = Conflict(
            cluster: cluster, counting: counting, disputed: rulings.disputed)
        {
            conflicts.append(conflict)
        }
    }
    return GroupState(standings: standings, conflicts: conflicts)
}

/// As many services as the replica with most of them recorded, lowest minutes first, then lowest
/// leaf hash. Entries marked the same are one service.
private func countingEntries(_ cluster: [HoursState]) -> Set<EntityID> {
    let services = components(of: cluster) { $0.isMarkedSame(as: $1) == true }
    let tellers = services.flatMap { Set($0.map(\.id.dot.replica)) }
    let most = Dictionary(grouping: tellers, by: { $0 }).values.map(\.count).max() ?? 0
    let ranked = services.map { $0.sorted(by: isLower)[0] }.sorted(by: isLower)
    return Set(ranked.prefix(most).map(\.id))
}

private func isLower(_ one: HoursState, _ other: HoursState) -> Bool {
    (one.shares.given, one.leaf) < (other.shares.given, other.leaf)
}

/// Connected components of the duplicate relation, each ascending by leaf hash.
private func clusters(of entries: [HoursState], rulings: [Ruling]) -> [[HoursState]] {
    // Nearly every group is one entry, or several of one replica: none of them is in question.
    guard let first = entries.first,
        entries.contains(where: { $0.id.dot.replica != first.id.dot.replica || !$0.marks.isEmpty })
    else { return entries.map { [$0] } }
    return components(of: entries) { one, other in
        mayBeSame(one, other)
            && !rulings.contains { $0.distinguishes(one.leaf, other.leaf) }
    }
}

/// What is connected by `joined`; `entries` ascend by leaf hash, and so does what comes out.
private func components(
    of entries: [HoursState], joined: (HoursState, HoursState) -> Bool
) -> [[HoursState]] {
    var component = Array(entries.indices)
    for left in entries.indices {
        for right in entries.indices where right > left {
            guard component[left] != component[right], joined(entries[left], entries[right])
            else { continue }
            let (keep, merge) = (component[left], component[right])
            for index in component.indices where component[index] == merge {
                component[index] = keep
            }
        }
    }
    let grouped = Dictionary(grouping: entries.indices, by: { component[$0] })
    return grouped.values.map { $0.sorted().map { entries[$0] } }
        .sorted { $0[0].leaf < $1[0].leaf }
}

/// As a worker said; otherwise: different replicas, no two slips, categories that do not differ,
/// and neither author had been shown the other's entry (or both copied one slip).
private func mayBeSame(_ one: HoursState, _ other: HoursState) -> Bool {
    guard one.groupKey == other.groupKey else { return false }
    if let isSame = one.isMarkedSame(as: other) { return isSame }
    guard one.id.dot.replica != other.id.dot.replica else { return false }
    if let mine = one.category, let theirs = other.category, mine != theirs { return false }
    if let mine = one.slip, let theirs = other.slip { return mine == theirs }
    return one.creation.isConcurrent(with: other.creation)
}

extension Conflict {
    /// Nil when all of the cluster counts.
    fileprivate init?(cluster: [HoursState], counting: Set<EntityID>, disputed: [Ruling]) {
        guard let lowest = cluster.first, counting.count < cluster.count else { return nil }
        let leaves = Set(cluster.map(\.leaf))
        let decisions = disputed.filter { !$0.sides.isDisjoint(with: leaves) }.map(\.side)
        self.init(
            id: ConflictID(cluster: lowest.leaf),
            kind: decisions.count > 1 ? .resolution : .duplicate, about: .duplicate,
            entity: lowest.id, field: nil, sides: cluster.map(\.side),
            decisions: decisions.sorted(),
            standing: cluster.filter { counting.contains($0.id) }.map(\.side))
    }
}
