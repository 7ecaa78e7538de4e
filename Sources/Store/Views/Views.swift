// Reads of one transaction: entities, names and labels, the ground for the listings beside this.
// Neighbors: Records are what comes out; Commands of both programs call in.

internal import Foundation
internal import GRDB
public import Shared
public import Texts

public final class Views {
    public let tables: LedgerTables
    let reader: SealedReader
    /// Figures are true at this position: the device's cursor, the ledger's size on the server.
    public let position: LedgerPosition
    private var labels: [EntityID: String] = [:]
    private var codes: [EntityID: String] = [:]
    /// Filled by the first look-up by name: a file of a thousand rows opens each name once. Like
    /// the labels it is as of then; a transaction looks people up before it records.
    var listed: [ListedMember]?
    /// What this program keeps outside the ledger.
    let aside: Aside
    /// How whatever is said in words here is said.
    public let voice: Voice

    public init(
        tables: LedgerTables, reader: SealedReader, position: LedgerPosition,
        aside: Aside = .nothing, voice: Voice = .terminal
    ) {
        self.tables = tables
        self.reader = reader
        self.position = position
        self.aside = aside
        self.voice = voice
    }

    /// The same, said otherwise.
    public func speaking(_ voice: Voice) -> Views {
        Views(tables: tables, reader: reader, position: position, aside: aside, voice: voice)
    }

    var db: Database { tables.db }

    public func state(of entity: EntityID) throws -> EntityState? {
        decideEntity(try tables.events(of: entity))
    }

    /// Entities of a family here, in the order they appeared.
    public func entities(_ family: Family) throws -> [EntityID] {
        // The indexes are of the few families only; the planner takes one when told so. What was
        // kept apart has one as events.
        let few =
            switch family {
            case .community, .neighborhood, .worker, .device: "AND family < 5"
            case .question: "AND family = 8"
            case .quarantine:
                """
                AND entity IN (SELECT dot FROM event
                    WHERE \(Self.isNaming) AND kind = \(Kind.quarantineEntered.rawValue))
                """
            case .member, .hours: ""
            }
        return try Int64.fetchAll(
            db.cachedStatement(
                sql: "SELECT entity FROM entity WHERE family = ? \(few) ORDER BY entity"),
            arguments: [Int64(family.rawValue)]
        ).map { try tables.entity(LocalKey(stored: $0)) }
    }

    public func neighborhoods() throws -> [NeighborhoodState] {
        try entities(.neighborhood).compactMap {
            if case .neighborhood(let state)? = try state(of: $0) { state } else { nil }
        }
    }

    public func workers() throws -> [WorkerState] {
        try entities(.worker).compactMap {
            if case .worker(let state)? = try state(of: $0) { state } else { nil }
        }
    }

    public func devices() throws -> [DeviceState] {
        try entities(.device).compactMap {
            if case .device(let state)? = try state(of: $0) { state } else { nil }
        }
    }

    /// Entries of kinds that this build does not know: kept and passed on, without effect.
    public func unknownKindCount() throws -> Int {
        let known = Kind.allCases.map { String($0.rawValue) }.joined(separator: ", ")
        return try Int.fetchOne(
            db, sql: "SELECT count(*) FROM event WHERE kind NOT IN (\(known))") ?? 0
    }

    /// What admins decided about events kept apart, by leaf hash, with the reason where it can be
    /// read here.
    public func quarantineDecisions() throws -> [Hash: (choice: QuarantineChoice, reason: String?)]
    {
        let dots = try Int64.fetchAll(
            db,
            sql: "SELECT dot FROM event WHERE \(Self.isNaming) AND kind = ? ORDER BY position",
            arguments: [Int64(Kind.quarantineDecided.rawValue)]
        ).map { try tables.dot(LocalKey(stored: $0)) }
        return try dots.compactMap(tables.event).reduce(into: [:]) { decisions, decision in
            let payload = decision.event.payload
            guard
                let choice = payload.integer(QuarantineField.choice)
                    .flatMap(QuarantineChoice.init(rawValue:))
            else { return }
            for side in payload.sides(QuarantineField.events) where decisions[side.leaf] == nil {
                decisions[side.leaf] = (choice, reader.reason(of: decision.event))
            }
        }
    }

    /// A worker's name, or nil when it cannot be read here.
    public func workerName(_ worker: EntityID) throws -> String? {
        guard let creation = try tables.event(worker.dot),
            case .text(let name)? = reader.open(creation.event)[WorkerField.name]
        else { return nil }
        return name
    }

    /// Neighborhood code; "" in the community scope.
    public func code(of scope: ScopeID) throws -> String {
        guard let id = scope.neighborhood else { return "" }
        if let code = codes[id] { return code }
        guard case .neighborhood(let state)? = try state(of: id) else { return id.short }
        codes[id] = state.code
        return state.code
    }

    /// The value a field shows; sealed ones opened.
    func value(of field: FieldNumber, in fields: FieldStates) throws -> Value? {
        guard let state = fields[field] else { return nil }
        switch state.shown.content {
        case .plain(let value): return value
        case .sealed:
            guard let change = try tables.event(state.shown.observation.dot) else { return nil }
            return reader.value(of: field, changedBy: change.event)
        }
    }

    public func name(of member: MemberState) throws -> String? {
        if case .text(let name)? = try value(of: MemberField.name, in: member.fields) {
            name
        } else {
            nil
        }
    }

    /// "HAR-37 Ana Ruiz", "HAR pot", a worker's name; "MIL-1" for a member elsewhere, and "HAR-38
    /// Luis Gil (not admitted yet)" for one whose enrollment is kept apart.
    public func label(of account: EntityID) throws -> String {
        if let label = labels[account] { return label }
        let label: String
        switch try state(of: account) {
        case .member(let member)?:
            let name = try name(of: member) ?? voice("name_unreadable")
            label = "\(try number(of: member)) \(name)"
        case .neighborhood(let neighborhood)?:
            label = voice("pot_of", ["code": .text(neighborhood.code)])
        case .worker?:
            label = try workerName(account) ?? "\(account.short) \(voice("name_unreadable"))"
        case .community?, .device?, .hours?, .quarantine?, .question?, nil:
            label =
                try directoryLine(of: account).map(lineLabel) ?? asideLabel(of: account)
                ?? "\(account.short) (\(voice(aside.stranger)))"
        }
        labels[account] = label
        return label
    }

    /// Where the entity's events are delivered; nil for an entity not here.
    public func reach(of entity: EntityID) throws -> [ScopeID]? {
        guard let key = try tables.existingKey(entity.dot) else { return nil }
        return try Int64.fetchOne(
            db.cachedStatement(sql: "SELECT reach FROM entity WHERE entity = ?"),
            arguments: [key.value]
        ).map(tables.reach)
    }

    /// Home and family of an entity; nil for one not here.
    public func home(of entity: EntityID) throws -> (family: Family, home: ScopeID)? {
        guard let key = try tables.existingKey(entity.dot),
            let row = try Row.fetchOne(
                db.cachedStatement(sql: "SELECT family, home FROM entity WHERE entity = ?"),
                arguments: [key.value]),
            let family = Family(rawValue: row[0])
        else { return nil }
        return (family, try tables.scopeID(row[1]))
    }
}
