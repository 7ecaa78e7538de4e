// What only a copied folder had, as events of the name that it goes on under: pure.
// Source: docs/protocol.md section 7.9. Neighbors: the device's LostBranch hands in what the ledger
// lacks, in the order in which it was recorded.
// Invariants: nothing is claimed to have been seen that had not been; who recorded what and when
// stays; the same lost event handed in by two copies is one thing.

extension Event {
    /// Events that create one thing have one key: of a row that was imported, or of an event that
    /// was handed in anew. Nil for most.
    var sameness: ImportKey? {
        if let importKey { return importKey }
        return reissued.map { lost in
            ImportKey(Bytes16(prefixOf: .of(Purpose.reissued.prefix + lost.leaf.bytes)))
        }
    }
}

extension Event {
    /// Where it was recorded first, and as what. One that is handed in anew for the second time is
    /// still the same thing, whichever copy hands it in.
    public func firstIssue(leaf: Hash) -> Reissued {
        reissued ?? Reissued(origin: dot, leaf: leaf)
    }
}

/// Writes lost events anew, one after the other.
public struct Reissuing {
    /// The name that the folder had.
    public let origin: ReplicaID
    /// The last entry that its branch and the ledger have in common.
    public let common: Sequence64
    /// Whether nothing but lost events was recorded under the new name, so that its sequences say
    /// what was seen of them.
    public let isAlone: Bool
    /// Where lost events went.
    public private(set) var moved: [Dot: Dot]

    /// `moved` are lost events that a copy has handed in already.
    public init(
        origin: ReplicaID, common: Sequence64, isAlone: Bool, moved: [Dot: Dot] = [:]
    ) {
        self.origin = origin
        self.common = common
        self.isAlone = isAlone
        self.moved = moved
    }

    /// A lost event under its new name.
    public mutating func reissue(_ lost: Event, leaf: Hash, as dot: Dot) -> Event {
        var event = lost
        event.dot = dot
        event.context = context(of: lost, as: dot)
        event.subject = lost.subject.map(place)
        event.onBehalfOf = lost.onBehalfOf.map(place)
        event.payload = lost.payload.mapEntities(place)
        event.reissued = lost.firstIssue(leaf: leaf)
        moved[lost.dot] = dot
        return event
    }

    /// Where an entity is now.
    public func place(_ entity: EntityID) -> EntityID {
        moved[entity.dot].map { EntityID($0) } ?? entity
    }

    /// The author had seen the origin's events up to some sequence: those that the ledger has are
    /// named as a prefix of the origin, the lost ones by their new sequences.
    private func context(of lost: Event, as dot: Dot) -> CausalContext {
        let seen = lost.context.ownSequence
        let newest = moved.filter { $0.key.sequence <= seen && $0.value.replica == dot.replica }
            .map(\.value.sequence).max()
        let shared = min(seen, common)
        return CausalContext(
            position: lost.context.position, rootTag: lost.context.rootTag,
            ownSequence: isAlone ? newest ?? .none : .none,
            extras: lost.context.extras + (shared > .none ? [Dot(origin, shared)] : []))
    }
}

extension Event {
    /// All that it is about or speaks of by id, its home and worker among them.
    public var named: Set<EntityID> {
        var found = Set([subject, worker, onBehalfOf, home.neighborhood].compactMap(\.self))
        _ = payload.mapEntities {
            found.insert($0)
            return $0
        }
        return found
    }
}

extension Payload {
    /// With other entities where `place` says so.
    func mapEntities(_ place: (EntityID) -> EntityID) -> Payload {
        Payload(fields.mapValues { $0.mapEntities(place) })
    }
}

extension Value {
    fileprivate func mapEntities(_ place: (EntityID) -> EntityID) -> Value {
        switch self {
        case .entity(let entity): .entity(place(entity))
        case .entities(let entities): .entities(entities.map(place))
        case .shares(let shares):
            .shares(
                Shares(
                    providers: shares.providers.map { $0.mapEntities(place) },
                    recipients: shares.recipients.map { $0.mapEntities(place) },
                    rule: shares.rule))
        case .payload(let payload): .payload(payload.mapEntities(place))
        case .text, .integer, .date, .data, .texts, .sides, .flag, .blocks, .unrecognized: self
        }
    }
}

extension Party {
    fileprivate func mapEntities(_ place: (EntityID) -> EntityID) -> Party {
        Party(account: place(account), minutes: minutes)
    }
}
