// What a person typed → the member, pot, neighborhood, worker or entry meant; or the candidates.
// Neighbors: Store/Views matches names, Commands ask here.

internal import Shared
internal import Store
internal import Texts

struct Finder {
    let book: LocalBook

    /// A member or pot, held here or elsewhere: "HAR-37", "HAR pot", an id, a name or a part of
    /// one; a bare number within `neighborhood`, or anywhere here if only one has it.
    func account(
        _ typed: String, in neighborhood: NeighborhoodState? = nil
    ) throws -> EntityID {
        let scopes = neighborhood.map { Set([ScopeID.neighborhood($0.id)]) }
        switch try book.views.match(typed, in: scopes) {
        case .one(let entity): return entity
        case .none:
            try refuseIfElsewhere(typed)
            throw UserError(
                .noUser,
                "nobody here is called \"\(typed)\"; see `hourbook member list`, or enroll them",
                page: Phrase("nobody_called", ["name": .text(typed)]))
        case .several(let candidates):
            let list = candidates.prefix(20).map { "  \($0.label)  (\($0.id.short))" }
                .joined(separator: "\n")
            throw UserError(
                .usage,
                "\"\(typed)\" may be \(candidates.count) members; give the number, or the id in "
                    + "parentheses:\n\(list)",
                page: Phrase(
                    "several_called",
                    [
                        "name": .text(typed),
                        "list": .list(candidates.prefix(20).map { .text($0.label) }),
                    ]))
        }
    }

    /// A number of a neighborhood that this device does not hold: enrolling would be wrong.
    private func refuseIfElsewhere(_ typed: String) throws {
        let code = typed.prefix { $0 != "-" }.lowercased()
        for place in try book.views.neighborhoods()
        where typed.contains("-") && place.code.lowercased() == code {
            guard !book.held.contains(.neighborhood(place.id)) else { continue }
            throw UserError(
                .noUser,
                "this device has not been told of \(typed) in \(place.name); sync, then look at "
                    + "`hourbook member list --elsewhere`",
                page: Phrase(
                    "not_told_of", ["number": .text(typed), "place": .text(place.name)]))
        }
    }

    /// A member or pot whose figures this device holds.
    func heldAccount(
        _ typed: String, in neighborhood: NeighborhoodState? = nil
    ) throws -> EntityID {
        let account = try account(typed, in: neighborhood)
        guard let home = try home(of: account), !book.held.contains(home) else { return account }
        let place = try book.views.name(of: home)
        throw UserError(
            .noPermission,
            Phrase(
                "held_by_place",
                [
                    "number": .text(try book.views.number(of: account)), "place": .text(place),
                ]))
    }

    /// A member with all that is known of them, held here.
    func member(
        _ typed: String, in neighborhood: NeighborhoodState? = nil
    ) throws -> MemberState {
        let entity = try heldAccount(typed, in: neighborhood)
        guard case .member(let member)? = try book.views.state(of: entity) else {
            throw UserError(.usage, Phrase("no_member", ["typed": .text(typed)]))
        }
        return member
    }

    /// A member to name in an entry, whichever neighborhood holds them.
    func partyMember(
        _ typed: String, in neighborhood: NeighborhoodState? = nil
    ) throws -> (id: EntityID, home: ScopeID) {
        let entity = try account(typed, in: neighborhood)
        guard let home = try home(of: entity), home != .neighborhood(entity) else {
            throw UserError(.usage, Phrase("no_member", ["typed": .text(typed)]))
        }
        return (entity, home)
    }

    /// A pot is at home in its own neighborhood.
    func home(of account: EntityID) throws -> ScopeID? {
        guard let known = try book.views.home(of: account) else {
            return try book.views.directoryLine(of: account)?.home
        }
        return known.family == .neighborhood ? .neighborhood(account) : known.home
    }

    /// "HAR-37", or "HAR-37=45" with minutes of their own.
    func party(_ typed: String, in neighborhood: NeighborhoodState? = nil) throws -> PartyDraft {
        let parts = typed.split(separator: "=", maxSplits: 1).map(String.init)
        guard parts.count == 2 else {
            return PartyDraft(try partyMember(typed, in: neighborhood).id)
        }
        return PartyDraft(
            try partyMember(parts[0], in: neighborhood).id, minutes: try Minutes(typed: parts[1]))
    }

    /// By code or name; the only one held when nothing is typed.
    func neighborhood(_ typed: String?) throws -> NeighborhoodState {
        let held = try book.neighborhoods
        let list = held.map { "\($0.code) (\($0.name))" }.joined(separator: ", ")
        guard let typed else {
            if held.count == 1 { return held[0] }
            throw UserError(
                held.isEmpty ? .unavailable : .usage,
                held.isEmpty
                    ? "this device holds no neighborhood yet; run `hourbook sync`"
                    : "this device holds several; give --neighborhood, one of: \(list)",
                page: held.isEmpty
                    ? Phrase("no_neighborhood_yet")
                    : Phrase("choose_neighborhood", ["list": .text(list)]))
        }
        let found = held.filter { $0.isNamed(typed) }
        guard found.count == 1 else {
            let known = try book.views.neighborhoods().filter { $0.isNamed(typed) }
            if known.count == 1, let why = try book.refusal(in: .neighborhood(known[0].id)) {
                throw why
            }
            throw UserError(
                .usage,
                Phrase("neighborhood_not_held", ["typed": .text(typed), "list": .text(list)]))
        }
        return found[0]
    }

    /// One of those that this device does not hold.
    func neighborhoodElsewhere(_ typed: String) throws -> NeighborhoodState {
        let others = try book.views.neighborhoods().filter {
            !book.held.contains(.neighborhood($0.id))
        }
        let found = others.filter { $0.isNamed(typed) }
        guard found.count == 1 else {
            let list = others.map { "\($0.code) (\($0.name))" }.sorted().joined(separator: ", ")
            throw UserError(
                .usage,
                "\"\(typed)\" is no neighborhood elsewhere; there are: "
                    + (list.isEmpty ? "none, this device holds all" : list))
        }
        return found[0]
    }

    func neighborhoodIfAny(_ typed: String?) throws -> NeighborhoodState? {
        try typed.map { try neighborhood($0) }
    }

    /// By name, part of it, or id; whoever was chosen to record when nothing is typed.
    func worker(_ typed: String?) throws -> EntityID {
        guard let device = book.device else {
            throw UserError(
                .unavailable, "this device knows no worker yet; run `hourbook sync`",
                page: Phrase("no_worker_yet"))
        }
        let workers = try device.workers.map {
            (id: $0, name: try book.views.workerName($0) ?? $0.short)
        }
        let list = workers.map(\.name).sorted().joined(separator: ", ")
        guard let typed else {
            if let current = try book.currentWorker { return current }
            throw UserError(
                .usage,
                "several people record on this device: \(list). Choose with `hourbook worker use "
                    + "NAME`, or give --worker; nothing was recorded",
                page: Phrase("choose_worker"))
        }
        let wanted = typed.lowercased()
        let exact = workers.filter { $0.name.lowercased() == wanted || $0.id.matches(typed) }
        let part = workers.filter { $0.name.lowercased().contains(wanted) }
        let found = exact.isEmpty ? part : exact
        guard found.count == 1 else {
            throw UserError(
                .noUser, Phrase("no_such_worker", ["typed": .text(typed), "list": .text(list)]))
        }
        return found[0].id
    }

    // MARK: Entries and events

    /// "9f86d081-12": the beginning of a replica id, a hyphen, and the sequence.
    func dot(_ typed: String) throws -> Dot {
        guard let id = TypedID(typed), id.sequence > .none else {
            throw UserError(
                .usage, "\"\(typed)\" is no id; take one from a listing: 9f86d081-12",
                page: Phrase("not_an_id", ["typed": .text(typed)]))
        }
        let known = try book.tables.dots(id).filter { try book.exists($0) }
        guard let first = known.first else {
            if let left = try book.whatLeft(typed) { throw left }
            throw UserError(.dataError, Phrase("no_entry_here", ["typed": .text(typed)]))
        }
        guard known.count == 1 else {
            let list = known.map { "  \($0)" }.joined(separator: "\n")
            throw UserError(
                .usage, "\(typed) may be several; give more of it:\n\(list)",
                page: Phrase("entry_of_several", ["typed": .text(typed)]))
        }
        return first
    }

    func hours(_ typed: String) throws -> HoursState {
        let entity = EntityID(try dot(typed))
        guard case .hours(let hours)? = try book.views.state(of: entity) else {
            throw UserError(.dataError, Phrase("not_hours", ["typed": .text(typed)]))
        }
        return hours
    }
}

extension LocalBook {
    fileprivate func exists(_ dot: Dot) throws -> Bool {
        if try tables.leaf(of: dot) != nil { return true }
        return try dot.replica == paired.replica && tables.refused(dot.sequence) != nil
    }
}

extension NeighborhoodState {
    /// By code, name or id.
    fileprivate func isNamed(_ typed: String) -> Bool {
        [code.lowercased(), name.lowercased()].contains(typed.lowercased()) || id.matches(typed)
    }
}
