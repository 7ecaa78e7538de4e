// Which entries count, by sections 8.3 to 8.5 of docs/protocol.md, and all of it as lines.
// Neighbors: NaiveBook has the fields, voids and testimony of one entity.

import Shared

struct NaiveEntry {
    let creation: Fact
    let shares: Shares
    let date: CivilDate
    let category: Value?
    let slip: Value?
    var id: EntityID { creation.event.entity }
    var replica: ReplicaID { creation.event.dot.replica }

    func hasSameParties(as other: NaiveEntry) -> Bool {
        date == other.date
            && shares.providers.map(\.account) == other.shares.providers.map(\.account)
            && shares.recipients.map(\.account) == other.shares.recipients.map(\.account)
    }
}

/// A decision about a cluster.
private struct NaiveRuling {
    let fact: Fact
    let sides: Set<Hash>
    let kept: Set<Hash>
    let choice: Choice

    init?(_ fact: Fact) {
        guard fact.decides(.take, .merge, .bothHappened, .void, about: .duplicate),
            let choice = fact.event.payload.integer(ResolutionField.choice)
                .flatMap(Choice.init(rawValue:))
        else { return nil }
        self.fact = fact
        self.choice = choice
        sides = Set(fact.event.payload.sides(ResolutionField.sides).map(\.leaf))
        kept = Set(fact.event.payload.sides(ResolutionField.kept).map(\.leaf))
            .intersection(sides)
    }

    /// What it says of an entry: nil where it says nothing.
    func keeps(_ leaf: Hash) -> Bool? {
        guard sides.contains(leaf) else { return nil }
        switch choice {
        case .take: return kept.isEmpty || kept.contains(leaf)
        case .void: return false
        case .bothHappened, .merge: return true
        }
    }

    /// Whether it says that both stand, as two; nil where it does not name both.
    func tellsApart(_ one: Hash, _ other: Hash) -> Bool? {
        guard sides.contains(one), sides.contains(other) else { return nil }
        return choice == .bothHappened
            || (choice == .take && kept.contains(one) && kept.contains(other))
    }

    func contradicts(_ other: NaiveRuling) -> Bool {
        let both = sides.intersection(other.sides)
        return both.contains { one in
            keeps(one) != other.keeps(one)
                || both.contains {
                    $0 != one && tellsApart(one, $0) != other.tellsApart(one, $0)
                }
        }
    }
}

extension NaiveBook {
    /// A line for each member, entry, open conflict and account, sorted.
    public func lines() -> [String] {
        let entries = entries()
        let (standings, clusterLines) = standings(entries)
        return
            (memberLines() + entries.map { line($0, standings[$0.id] ?? .counts) } + clusterLines
            + entries.flatMap { conflictLines($0.id, standings[$0.id]) } + numberLines()
            + balances(entries, standings)).sorted()
    }

    private func entries() -> [NaiveEntry] {
        facts.filter { $0.kind == .hoursRecorded }.compactMap { creation in
            let id = creation.event.entity
            guard case .shares(let shares)? = plain(HoursField.shares, id),
                case .date(let date)? = plain(HoursField.serviceDate, id)
            else { return nil }
            return NaiveEntry(
                creation: creation, shares: shares, date: date,
                category: plain(HoursField.category, id), slip: plain(HoursField.slip, id))
        }
    }

    /// What creates one thing: rows with one import key, events handed in anew of one lost event.
    private static func sameness(_ event: Event) -> [UInt8]? {
        event.importKey?.value.bytes ?? event.reissued?.leaf.bytes
    }

    /// Those that another of lower leaf hash is the same as.
    private func repeated(_ kind: Kind) -> Set<EntityID> {
        let keyed = facts.filter { $0.kind == kind && Self.sameness($0.event) != nil }
        return Set(
            keyed.filter { one in
                keyed.contains {
                    Self.sameness($0.event) == Self.sameness(one.event) && $0.leaf < one.leaf
                }
            }.map(\.event.entity))
    }

    // MARK: Clusters (8.3, 8.4)

    private func standings(
        _ entries: [NaiveEntry]
    ) -> (standings: [EntityID: EntryStanding], conflicts: [String]) {
        let repeated = repeated(.hoursRecorded)
        let (holding, disputed) = rulings(entries)
        var standings: [EntityID: EntryStanding] = [:]
        for entry in entries {
            let leaf = entry.creation.leaf
            if isVoid(entry.id)
                || holding.contains(where: {
                    $0.choice == .void && $0.sides.contains(leaf)
                })
            {
                standings[entry.id] = .void
            } else if repeated.contains(entry.id) {
                standings[entry.id] = .repeatedImport
            } else if holding.contains(where: { $0.keeps(leaf) == false }) {
                standings[entry.id] = .dropped
            } else if case .disputed = void(of: entry.id) {
                standings[entry.id] = .contested
            }
        }
        let open = entries.filter { standings[$0.id] == nil }
        var conflicts: [String] = []
        let clusters = connected(open) { one, other in
            mayRepeat(one, other)
                && !holding.contains {
                    $0.tellsApart(one.creation.leaf, other.creation.leaf) == true
                }
        }
        for cluster in clusters {
            let counting = counting(cluster)
            for entry in cluster {
                standings[entry.id] = counting.contains(entry.id) ? .counts : .contested
            }
            guard counting.count < cluster.count else { continue }
            let decisions = disputed.filter { ruling in
                cluster.contains { ruling.sides.contains($0.creation.leaf) }
            }
            conflicts.append(
                BookLine.conflict(
                    decisions.count > 1 ? .resolution : .duplicate, about: .duplicate,
                    entity: cluster[0].id, field: nil, sides: cluster.map(\.creation.side),
                    decisions: decisions.map(\.fact.side),
                    standing: cluster.filter { counting.contains($0.id) }.map(\.creation.side)))
        }
        return (standings, conflicts)
    }

    private func isVoid(_ entity: EntityID) -> Bool {
        if case .void = void(of: entity) { true } else { false }
    }

    private func rulings(
        _ entries: [NaiveEntry]
    ) -> (holding: [NaiveRuling], disputed: [NaiveRuling]) {
        let all = facts.compactMap { NaiveRuling($0) }
        let moves = Dictionary(
            uniqueKeysWithValues: entries.map { ($0.creation.leaf, self.moves(of: $0.id)) })
        let current = all.filter { ruling in
            let isOvertaken = all.contains { later in
                later.fact.covers(ruling.fact)
                    && (ruling.sides.isSubset(of: later.sides) || later.contradicts(ruling))
            }
            let isReopened = ruling.sides.contains { leaf in
                moves[leaf, default: []].contains { $0.isConcurrent(with: ruling.fact) }
            }
            return !isOvertaken && !isReopened
        }
        let disputed = current.filter { one in current.contains { $0.contradicts(one) } }
        return (
            current.filter { one in !current.contains { $0.contradicts(one) } },
            disputed.sorted { $0.fact.leaf < $1.fact.leaf }
        )
    }

    private func isMarkedSame(_ one: NaiveEntry, _ other: NaiveEntry) -> Bool? {
        let marks = facts.filter { fact in
            [.hoursMarkedSame, .hoursMarkedDistinct].contains(fact.kind)
                && Set([fact.event.entity, fact.event.payload.entity(TestimonyField.other)])
                    == [one.id, other.id]
        }
        let last = Self.heads(marks)
        return last.isEmpty ? nil : last.contains { $0.kind == .hoursMarkedSame }
    }

    private func mayRepeat(_ one: NaiveEntry, _ other: NaiveEntry) -> Bool {
        guard one.hasSameParties(as: other) else { return false }
        if let isSame = isMarkedSame(one, other) { return isSame }
        if one.replica == other.replica { return false }
        if one.category != nil, other.category != nil, one.category != other.category {
            return false
        }
        if one.slip != nil, other.slip != nil { return one.slip == other.slip }
        return one.creation.isConcurrent(with: other.creation)
    }

    private func counting(_ cluster: [NaiveEntry]) -> Set<EntityID> {
        let services = connected(cluster) { isMarkedSame($0, $1) == true }
        let most =
            Set(cluster.map(\.replica)).map { replica in
                services.count { $0.contains { $0.replica == replica } }
            }.max() ?? 0
        let lowestOfEach = services.map { Self.byMinutes($0)[0] }
        return Set(Self.byMinutes(lowestOfEach).prefix(most).map(\.id))
    }

    private static func byMinutes(_ entries: [NaiveEntry]) -> [NaiveEntry] {
        entries.sorted {
            ($0.shares.given, $0.creation.leaf) < ($1.shares.given, $1.creation.leaf)
        }
    }

    /// Grows from each entry not yet reached; each component ascends by leaf hash.
    private func connected(
        _ entries: [NaiveEntry], by joined: (NaiveEntry, NaiveEntry) -> Bool
    ) -> [[NaiveEntry]] {
        var left = entries
        var components: [[NaiveEntry]] = []
        while let first = left.popLast() {
            var component = [first]
            var index = 0
            while index < component.count {
                let near = left.filter { joined($0, component[index]) }
                left.removeAll { one in near.contains { $0.id == one.id } }
                component += near
                index += 1
            }
            components.append(component.sorted { $0.creation.leaf < $1.creation.leaf })
        }
        return components
    }

    // MARK: Lines

    private func memberLines() -> [String] {
        facts.filter { $0.kind == .memberEnrolled }.map { creation in
            let id = creation.event.entity
            return BookLine.member(
                id, number: number(of: id),
                shown: Kind.memberEnrolled.descriptor.fields.map { field in
                    self.field(field.number, of: id, about: [.field, .number])?
                        .shown.fact.event.dot
                })
        }
    }

    private func number(of member: EntityID) -> Int64? {
        if case .integer(let number)? = plain(MemberField.number, member) { number } else { nil }
    }

    private func line(_ entry: NaiveEntry, _ standing: EntryStanding) -> String {
        let category: String? = if case .text(let text)? = entry.category { text } else { nil }
        return BookLine.entry(
            entry.id, standing: standing.name, given: entry.shares.given, date: entry.date,
            category: category,
            confirmedBy: confirmations(of: entry.id, parties: entry.shares.accounts),
            disputes: openDisputes(of: entry.id).map(\.event.dot))
    }

    /// Of the fields and the void of one entry, or of a member's fields.
    private func conflictLines(_ id: EntityID, _ standing: EntryStanding?) -> [String] {
        switch void(of: id) {
        case .void: []
        case .disputed(let sides):
            [
                BookLine.conflict(
                    sides.count { $0.kind == .conflictResolved } > 1 ? .resolution : .void,
                    about: .void, entity: id, field: nil,
                    sides: sides.map(\.side), decisions: [], standing: [])
            ]
        case .stands: fieldConflicts(id, .hoursRecorded, .amend)
        }
    }

    private func fieldConflicts(
        _ id: EntityID, _ kind: Kind, _ about: ConflictKind
    ) -> [String] {
        kind.descriptor.fields.compactMap { descriptor in
            let kinds: [ConflictKind] = about == .field ? [.field, .number] : [about]
            guard let field = field(descriptor.number, of: id, about: kinds), field.isConflict
            else { return nil }
            let decisions = field.heads.count { $0.fact.kind == .conflictResolved }
            return BookLine.conflict(
                decisions > 1 ? .resolution : about, about: about, entity: id,
                field: descriptor.number, sides: field.heads.map(\.fact.side), decisions: [],
                standing: [field.shown.fact.side])
        }
    }

    /// Disputed fields of members, and numbers that several have (8.5).
    private func numberLines() -> [String] {
        let members = facts.filter { $0.kind == .memberEnrolled }
        let repeated = repeated(.memberEnrolled)
        let once = members.filter { !repeated.contains($0.event.entity) }
        let numbers = once.compactMap { one -> String? in
            guard let number = number(of: one.event.entity) else { return nil }
            let same = once.filter {
                self.number(of: $0.event.entity) == number
                    && home(of: $0.event.entity) == home(of: one.event.entity)
            }.sorted { $0.leaf < $1.leaf }
            guard same.count > 1, same.last?.leaf == one.leaf else { return nil }
            return BookLine.conflict(
                .number, about: .number, entity: one.event.entity, field: MemberField.number,
                sides: same.map(\.side), decisions: [], standing: same.dropLast().map(\.side))
        }
        return numbers
            + members.flatMap { fieldConflicts($0.event.entity, .memberEnrolled, .field) }
    }

    private func balances(
        _ entries: [NaiveEntry], _ standings: [EntityID: EntryStanding]
    ) -> [String] {
        var sums: [EntityID: Int64] = [:]
        for entry in entries where standings[entry.id] == .counts {
            for party in entry.shares.providers {
                sums[party.account, default: 0] += party.minutes.value
            }
            for party in entry.shares.recipients {
                sums[party.account, default: 0] -= party.minutes.value
            }
            let difference = entry.shares.received.value - entry.shares.given.value
            guard entry.shares.rule == .pot, difference != 0,
                let pot = entry.creation.event.home.neighborhood
            else { continue }
            sums[pot, default: 0] += difference
        }
        return sums.map { BookLine.account($0.key, balance: $0.value) }
    }
}
