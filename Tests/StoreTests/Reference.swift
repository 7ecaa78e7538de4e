// What the deciders say of all events of a ledger at once: no tables, no increments.
// Neighbors: PropertyTests compare it with the projections, with the same events in other orders,
// and with TestSupport's NaiveBook, which shares no rule with the deciders.

import Shared
import TestSupport

struct Reference: Equatable {
    /// One line per member, entry, open conflict and account, sorted.
    let lines: [String]

    init(_ events: [RecordedEvent]) {
        let about = Self.byEntity(events)
        var members: [MemberState] = []
        var entries: [HoursState] = []
        for state in about.values.compactMap(decideEntity) {
            switch state {
            case .member(let member): members.append(member)
            case .hours(let hours): entries.append(hours)
            case .community, .neighborhood, .worker, .device, .quarantine, .question: break
            }
        }
        let repeatedMembers = Self.repeated(members.map { ($0.id, $0.leaf, $0.importKey) })
        let groups = Self.groups(entries, about)
        let conflicts =
            members.flatMap(\.conflicts) + entries.flatMap(\.conflicts)
            + groups.flatMap(\.conflicts)
            + decideNumbers(members.filter { !repeatedMembers.contains($0.id) })
        let standings = groups.reduce(into: [:]) { $0.merge($1.standings) { first, _ in first } }
        lines =
            (members.map(BookLine.member)
            + entries.map { BookLine.entry($0, standing: standings[$0.id]?.name ?? "?") }
            + Set(conflicts).map(BookLine.conflict) + Self.balances(entries, standings)).sorted()
    }

    private static func byEntity(_ events: [RecordedEvent]) -> [EntityID: [RecordedEvent]] {
        events.reduce(into: [:]) { about, recorded in
            let sides = recorded.isAboutCluster ? recorded.event.payload.sides(2) : []
            for entity in Set(sides.map { EntityID($0.dot) } + [recorded.event.entity]) {
                about[entity, default: []].append(recorded)
            }
        }
    }

    /// Of those with one import key all but the lowest leaf hash.
    private static func repeated(_ all: [(EntityID, Hash, ImportKey?)]) -> Set<EntityID> {
        let keyed = Dictionary(grouping: all.filter { $0.2 != nil }, by: \.2)
        return Set(keyed.values.flatMap { $0.sorted { $0.1 < $1.1 }.dropFirst().map(\.0) })
    }

    private static func groups(
        _ entries: [HoursState], _ about: [EntityID: [RecordedEvent]]
    ) -> [GroupState] {
        let repeated = repeated(entries.map { ($0.id, $0.leaf, $0.importKey) })
        let byID = Dictionary(uniqueKeysWithValues: entries.map { ($0.id, $0) })
        return Dictionary(grouping: entries, by: \.groupKey).values.map { group in
            let decisions = Set(group.flatMap { about[$0.id, default: []] })
                .filter(\.isAboutCluster)
            let named = Set(
                decisions.flatMap { $0.event.payload.sides(2).map { EntityID($0.dot) } }
            )
            .subtracting(group.map(\.id))
            let decided = decideGroup(
                entries: group + named.compactMap { byID[$0] }, decisions: Array(decisions),
                repeated: repeated.intersection(group.map(\.id)))
            let mine = Set(group.map(\.id))
            return GroupState(
                standings: decided.standings.filter { mine.contains($0.key) },
                conflicts: decided.conflicts.filter { mine.contains($0.entity) })
        }
    }

    private static func balances(
        _ entries: [HoursState], _ standings: [EntityID: EntryStanding]
    ) -> [String] {
        var sums: [EntityID: Minutes] = [:]
        for entry in entries where standings[entry.id] == .counts {
            for posting in entry.shares.postings(home: entry.home) {
                sums[posting.account, default: .zero] += posting.minutes
            }
        }
        return sums.map { BookLine.account($0.key, balance: $0.value.value) }
    }
}

extension RecordedEvent {
    fileprivate var isAboutCluster: Bool {
        [.conflictResolved, .conflictUndone].contains(event.knownKind)
            && event.payload.integer(ResolutionField.conflict)
                == ConflictKind.duplicate.rawValue
    }
}

// MARK: Other orders

extension World {
    /// The ledger's events in another order in which each still comes after all that its author had
    /// been shown, with contexts made anew for that order. Hashes stay: they name the events.
    func linearExtension(_ events: [RecordedEvent], _ random: inout SeededRandom) -> [RecordedEvent]
    {
        let inLedger = Set(events.map(\.event.dot))
        var waiting = events
        var order: [RecordedEvent] = []
        var placed: Set<Dot> = []
        while !waiting.isEmpty {
            let ready = waiting.indices.filter { index in
                let event = waiting[index].event
                let before = event.dot.sequence.value - 1
                let isNext =
                    before == 0 || placed.contains(Dot(event.dot.replica, Sequence64(before)))
                return isNext
                    && shown[event.dot, default: []].intersection(inLedger).isSubset(of: placed)
            }
            let next = waiting.remove(at: ready[random.int(0...ready.count - 1)])
            order.append(rederived(next, after: order, inLedger))
            placed.insert(next.event.dot)
        }
        return order
    }

    private func rederived(
        _ recorded: RecordedEvent, after order: [RecordedEvent], _ inLedger: Set<Dot>
    ) -> RecordedEvent {
        var event = recorded.event
        let seen = shown[event.dot, default: []].intersection(inLedger)
        let prefix = order.prefix { past in
            seen.contains(past.event.dot) || past.event.dot.replica == event.dot.replica
        }.map(\.event.dot)
        let extras = seen.subtracting(prefix).filter { $0.replica != event.dot.replica }
        event.context = CausalContext(
            position: LedgerPosition(UInt64(prefix.count)), rootTag: .start,
            ownSequence: event.context.ownSequence, extras: Array(extras))
        return RecordedEvent(
            event: event, leaf: recorded.leaf,
            position: LedgerPosition(UInt64(order.count + 1)))
    }
}
