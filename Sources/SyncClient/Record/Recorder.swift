// Stage 1 of the data's walk: what a person said → events, saved with their effect at once.
// Neighbors: Commands and Import hand in drafts; SyncSession sends what is saved here.
// Invariants: an event is checked before it is saved; its bytes are made once; events, projections
// and the own head change in one transaction; a key is durable before what it seals.

internal import Shared
internal import Store
internal import Texts

/// Records in one transaction; made inside `Device.write` and not used after it.
struct Recorder {
    let book: LocalBook
    let keyring: Keyring
    let environment: Environment
    let worker: EntityID
    /// The own events that the person acting had been shown.
    private let shown: Sequence64
    private let tag: RootTag

    init(book: LocalBook, device: Device, worker: EntityID) throws {
        self.book = book
        keyring = device.keyring
        environment = device.environment
        self.worker = worker
        shown = try book.head.sequence
        guard let tag = try book.tables.keptTag(at: book.sync.cursor) else {
            throw StoreDamage.missing("the tag of its cursor")
        }
        self.tag = tag
    }

    /// Returns the events in the order of the drafts.
    @discardableResult
    func record(_ drafts: [Draft]) throws -> [Event] {
        var head = try book.head
        var keys = KeyChooser(keyring: keyring, environment: environment)
        var new: [NewEvent] = []
        for draft in drafts {
            let event = try event(draft, after: head.sequence, keys: &keys)
            let bytes = event.encoded()
            guard bytes.count <= Event.byteCountMax else {
                throw UserError(.dataError, Phrase("entry_too_long"))
            }
            let made = NewEvent(event: event, leaf: .leaf(bytes), bytes: bytes)
            head.append(made.leaf)
            new.append(made)
        }
        let authority = try Authority(book: book, worker: worker)
        let reaches = try new.map { try authority.reach(of: $0.event) }
        try keyring.add(keys.made)
        try save(new, reaches: reaches, head: head)
        return new.map(\.event)
    }

    private func save(_ new: [NewEvent], reaches: [[ScopeID]], head: ReplicaChain) throws {
        for (made, reach) in zip(new, reaches) {
            try book.tables.insertUnsent(made, reach: reach)
        }
        try book.tables.project(
            new.map { RecordedEvent(event: $0.event, leaf: $0.leaf, position: nil) })
        try book.tables.setHead(head, of: book.paired.replica)
    }

    private func event(
        _ draft: Draft, after last: Sequence64, keys: inout KeyChooser
    ) throws -> Event {
        let dot = Dot(book.paired.replica, last.next)
        let context = CausalContext(
            position: book.sync.cursor, rootTag: tag,
            ownSequence: draft.subject == nil ? last : shown)
        let event = Event(
            dot: dot, context: context, recordedAt: environment.now(),
            utcOffsetMinutes: environment.utcOffsetMinutes(), worker: worker, home: draft.home,
            subject: draft.subject, kind: draft.kind.number, payload: draft.payload,
            sealed: try sealed(draft, dot: dot, keys: &keys), importKey: draft.importKey)
        do {
            try event.checkShape()
            try draft.checkSealed()
        } catch {
            let fault =
                (error as? ShapeFault)?.phrase ?? (error as? TypingFault)?.phrase
            throw UserError(
                .dataError, "\(error); nothing was recorded",
                page: fault.map { Phrase("fault_not_recorded", ["fault": .phrase($0)]) })
        }
        return event
    }

    private func sealed(
        _ draft: Draft, dot: Dot, keys: inout KeyChooser
    ) throws -> [SealedPart] {
        if draft.sealed.isEmpty { return [] }
        let subjects =
            switch draft.subjects {
            case .itself: [EntityID(dot)]
            case .entities(let entities): entities
            }
        let key = try keys.key(of: subjects)
        return [
            try key.seal(
                draft.sealed, kind: draft.kind.number, community: book.paired.community,
                nonce: environment.randomBytes(12))
        ]
    }
}

/// One key per set of subjects: the one there is, or a new one.
private struct KeyChooser {
    let keyring: Keyring
    let environment: Environment
    private var bySubjects: [[EntityID]: DataKey] = [:]
    private(set) var made: [DataKey] = []

    init(keyring: Keyring, environment: Environment) {
        self.keyring = keyring
        self.environment = environment
    }

    mutating func key(of subjects: [EntityID]) throws -> DataKey {
        let subjects = Set(subjects).sorted()
        if let key = bySubjects[subjects] { return key }
        let key = try keyring.key(of: subjects) ?? make(subjects)
        bySubjects[subjects] = key
        return key
    }

    private mutating func make(_ subjects: [EntityID]) -> DataKey {
        let key = DataKey(subjects: subjects, environment: environment)
        made.append(key)
        return key
    }
}

extension Draft {
    /// What `Event.checkShape` cannot read: the sealed fields, before they are sealed.
    func checkSealed() throws {
        guard !sealed.isEmpty else { return }
        try kind.descriptor.check(sealed, sealed: true, anySealed: true)
        let creating: Kind? =
            switch kind {
            case .memberChanged: .memberEnrolled
            case .hoursAmended: .hoursRecorded
            default: nil
            }
        guard let creating, let number = payload.fieldNumber(ChangeField.field),
            let field = creating.descriptor.field(number), field.isSealed
        else { return }
        guard let new = sealed[ChangeField.new] else {
            throw TypingFault(ShapeFault(field: field.name, Phrase("rule_new_missing")).phrase)
        }
        try field.check(new)
    }
}
