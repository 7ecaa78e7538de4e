// Whether an author may write an event, and where it will be delivered: one rule, asked by the
// device before saving and by the server before admitting.
// Source: docs/protocol.md sections 3 and 9. Neighbors: Record/Authority turns a refusal into a
// sentence, Admission into a quarantine.

/// What later events about an entity are checked against.
public struct EntityFacts: Equatable, Sendable {
    public let family: Family
    public let home: ScopeID
    public let reach: [ScopeID]
    /// Of hours entries.
    public let form: HoursForm?

    public init(family: Family, home: ScopeID, reach: [ScopeID], form: HoursForm?) {
        self.family = family
        self.home = home
        self.reach = reach
        self.form = form
    }
}

/// The author's standing, and what is known of the entities an event names.
public struct Permission {
    let device: DeviceState
    /// Nil for a worker who is not registered.
    let workerRole: Role?
    let entity: (EntityID) throws -> EntityFacts?

    public init(
        device: DeviceState, workerRole: Role?,
        entity: @escaping (EntityID) throws -> EntityFacts?
    ) {
        self.device = device
        self.workerRole = workerRole
        self.entity = entity
    }

    /// Scopes the event is delivered to and a leaf in, ascending. Throws a `QuarantineReason` when
    /// it may not be written, and whatever looking up an entity throws.
    public func reach(of event: Event) throws -> [ScopeID] {
        try checkAuthority(of: event)
        return try EventDelivery(entity: entity, heedsMoves: true).scopes(of: event)
    }

    /// Whether its worker is one of those who record on this device.
    public func isRecorder(_ event: Event) -> Bool {
        workerRole != nil && event.worker.map(device.workers.contains) ?? false
    }

    /// Whether the worker or the device is for reading only.
    public var isAuditing: Bool { device.role == .auditor || workerRole == .auditor }

    private func checkAuthority(of event: Event) throws {
        guard isRecorder(event), let workerRole else { throw QuarantineReason.unauthorized }
        let role = min(device.role, workerRole)
        // An auditor writes nothing, not even of a kind that is not known here.
        guard role > .auditor else { throw QuarantineReason.unauthorized }
        if let home = event.home.neighborhood, !device.neighborhoods.contains(home) {
            throw QuarantineReason.outOfScope
        }
        // Only what its own folder had before may be handed in anew: a context may then name what
        // its author had seen of it in few bytes.
        if let lost = event.reissued, !device.former.contains(lost.origin.replica) {
            throw QuarantineReason.invalid
        }
        guard let kind = event.knownKind else { return }
        guard isAllowed(event, kind, role: role) else { throw QuarantineReason.unauthorized }
    }

    /// Where an event goes that was right when it was written, whoever wrote it, though the member
    /// it is about may have moved by now: the ledger had admitted it before it was set back, or an
    /// admin lets it in. Throws a `QuarantineReason` when it says what no ledger can hold.
    public static func deliveryWhenWritten(
        of event: Event, entity: @escaping (EntityID) throws -> EntityFacts?
    ) throws -> [ScopeID] {
        try EventDelivery(entity: entity, heedsMoves: false).scopes(of: event)
    }

    /// `role` is above that of an auditor.
    private func isAllowed(_ event: Event, _ kind: Kind, role: Role) -> Bool {
        if let form = event.hoursForm {
            guard let least = form.recordedBy, role >= least else { return false }
        }
        switch kind.descriptor.authors {
        case .anyWorker: return true
        case .recorderOrCoordinator:
            // Also what its folder recorded under a name that it had before.
            let recorder = event.entity.dot.replica
            return role >= .coordinator || recorder == event.dot.replica
                || device.former.contains(recorder)
        case .coordinator: return role >= .coordinator
        case .server: return false
        }
    }
}

/// Where events go, by what is known of the entities that they name.
private struct EventDelivery {
    let entity: (EntityID) throws -> EntityFacts?
    /// Otherwise any home that a member ever had will do.
    let heedsMoves: Bool

    func scopes(of event: Event) throws -> [ScopeID] {
        // A kind that this build does not know is kept, inert, where its author is at home.
        guard let kind = event.knownKind else { return [event.home] }
        guard event.home.neighborhood != nil else { throw QuarantineReason.outOfScope }
        return event.subject == nil
            ? try reachOfCreation(event) : try reachOfChange(event, kind)
    }

    /// The home, and the homes of all accounts that the creating event names.
    private func reachOfCreation(_ event: Event) throws -> [ScopeID] {
        let accounts = event.payload.shares(HoursField.shares)?.accounts ?? []
        return Set([event.home] + (try accounts.flatMap(homes))).sorted()
    }

    /// That of the entity; an amendment brings nobody in from elsewhere.
    private func reachOfChange(_ event: Event, _ kind: Kind) throws -> [ScopeID] {
        guard let subject = try entity(event.entity), subject.family == kind.familyChanged else {
            throw QuarantineReason.unknownSubject
        }
        guard homes(of: subject).contains(event.home) else { throw QuarantineReason.outOfScope }
        try checkParty(of: event, reach: subject.reach)
        if let other = event.payload.entity(TestimonyField.other), kind.isMark {
            guard let marked = try entity(other), marked.family == .hours else {
                throw QuarantineReason.unknownSubject
            }
            return Set(subject.reach + marked.reach).sorted()
        }
        guard let shares = event.amendedShares else { return subject.reach }
        guard Set(try shares.accounts.map(home)).isSubset(of: subject.reach) else {
            throw QuarantineReason.beyondReach
        }
        do {
            try shares.check(form: subject.form ?? .exchange)
        } catch {
            throw QuarantineReason.invalid
        }
        return subject.reach
    }

    /// Those that an event about it may name; a member reaches all that it ever had.
    private func homes(of subject: EntityFacts) -> [ScopeID] {
        !heedsMoves && subject.family == .member ? subject.reach : [subject.home]
    }

    /// Whoever confirms or disputes is of a neighborhood that the entry concerns.
    private func checkParty(of event: Event, reach: [ScopeID]) throws {
        guard [.hoursConfirmed, .hoursDisputed].contains(event.knownKind),
            let party = event.payload.entity(TestimonyField.party)
        else { return }
        guard reach.contains(try home(of: party)) else { throw QuarantineReason.beyondReach }
    }

    /// With those that a member was at home in before: entries of one group of parties then reach
    /// the same neighborhoods, whenever they were recorded.
    private func homes(of account: EntityID) throws -> [ScopeID] {
        guard let known = try entity(account), known.family == .member else {
            return [try home(of: account)]
        }
        return known.reach
    }

    /// A pot is at home in its own neighborhood, a member where enrolled or moved to; nothing else
    /// has an account.
    private func home(of account: EntityID) throws -> ScopeID {
        switch try entity(account) {
        case let known? where known.family == .neighborhood: .neighborhood(account)
        case let known? where known.family == .member: known.home
        case nil, _?: throw QuarantineReason.unknownSubject
        }
    }
}

extension Kind {
    /// What an event of this kind by a device changes; nil for kinds that change nothing.
    fileprivate var familyChanged: Family? {
        switch self {
        case .memberChanged: .member
        case .hoursAmended, .hoursVoided, .hoursConfirmed, .hoursDisputed, .hoursReinstated,
            .hoursMarkedSame, .hoursMarkedDistinct:
            .hours
        case .conflictReplied: .question
        case .communityFounded, .neighborhoodDefined, .workerRegistered, .devicePaired,
            .deviceSplit, .memberEnrolled, .hoursRecorded, .conflictResolved, .conflictUndone,
            .conflictAsked, .deviceRevoked,
            .deviceScopeChanged, .memberMoved, .serverTLSKeysChanged, .quarantineEntered,
            .quarantineDecided,
            .ledgerReopened:
            nil
        }
    }

    /// Says something about a second entry.
    fileprivate var isMark: Bool { self == .hoursMarkedSame || self == .hoursMarkedDistinct }
}

extension Event {
    /// Of an hours entry's creation.
    public var hoursForm: HoursForm? {
        guard knownKind == .hoursRecorded else { return nil }
        return payload.integer(HoursField.form).flatMap(HoursForm.init(rawValue:)) ?? .exchange
    }

    /// The new shares of an amendment.
    fileprivate var amendedShares: Shares? {
        guard knownKind == .hoursAmended,
            payload.fieldNumber(ChangeField.field) == HoursField.shares
        else { return nil }
        return payload.shares(ChangeField.new)
    }
}
