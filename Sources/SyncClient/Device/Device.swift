// A paired device's data folder, open: its database, its keys, and one transaction's view of them.
// Neighbors: Pairing makes one, Recorder and SyncSession write through it, Commands read.
// Invariant: every write holds the folder's lock and is one transaction.

internal import Foundation
internal import GRDB
internal import Shared
internal import Store
internal import Texts

final class Device {
    /// Nil in tests whose database is in memory.
    let folder: URL?
    let database: any DatabaseWriter
    let keyring: Keyring
    let environment: Environment
    let paired: PairedDevice
    /// Says why nothing can be written, if so.
    let writes: WriteGuard

    init(
        folder: URL?, database: any DatabaseWriter, keyring: Keyring,
        writes: WriteGuard = WriteGuard(), environment: Environment
    ) throws {
        self.folder = folder
        self.writes = writes
        self.database = database
        self.keyring = keyring
        self.environment = environment
        let paired = try database.read { try LedgerTables($0).pairedDevice() }
        guard let paired else {
            throw UserError(
                .configuration,
                "this device is not paired yet; ask the office for a link, then run "
                    + "`hourbook pair LINK --label NAME`")
        }
        self.paired = paired
        if try !database.read({ try LedgerTables($0).isBound(to: keyring) }) {
            try write { book in
                try book.tables.bind(
                    to: keyring, keptApart: try book.tables.keptApart(of: paired.replica))
            }
        }
    }

    convenience init(folder: URL, environment: Environment) throws {
        let file = folder.appendingPathComponent(StoreFile.databaseName)
        guard FileManager.default.fileExists(atPath: file.path) else {
            throw UserError(
                .configuration,
                "\(folder.path) holds no Hourbook data; ask the office for a link, then run "
                    + "`hourbook pair LINK --label NAME` with this --data")
        }
        let writes = WriteGuard()
        try self.init(
            folder: folder,
            database: try StoreFile.open(folder: folder, register: ClientSchema.register),
            keyring: try Keyring(folder: folder, writes: writes), writes: writes,
            environment: environment)
    }

    /// `voice` says what the book says in words.
    func read<Result>(
        in voice: Voice = .terminal, _ body: (LocalBook) throws -> Result
    ) throws -> Result {
        try database.read { db in try body(try book(LedgerTables(db), voice)) }
    }

    func write<Result>(_ body: (LocalBook) throws -> Result) throws -> Result {
        try writeTables { try body(try book($0)) }
    }

    /// Also when the entries that say what this device is cannot be read.
    func writeTables<Result>(_ body: (LedgerTables) throws -> Result) throws -> Result {
        let lock = try folder.map { try FolderLock(folder: $0) }
        defer { withExtendedLifetime(lock) {} }
        return try writes.run {
            try database.write { db in
                let tables = LedgerTables(db)
                let result = try body(tables)
                try tables.remember(keyring)
                try tables.finish()
                return result
            }
        }
    }

    private func book(
        _ tables: LedgerTables, _ voice: Voice = .terminal
    ) throws -> LocalBook {
        // Where its pairing is may have changed with an epoch.
        try LocalBook(
            tables: tables, paired: try tables.pairedDevice() ?? paired,
            reader: SealedReader(keyring: keyring, community: paired.community), voice: voice)
    }
}

/// What a device holds, within one transaction.
final class LocalBook {
    let tables: LedgerTables
    let paired: PairedDevice
    let sync: SyncState
    let reader: SealedReader
    let views: Views
    /// Nil until the first sync brings its own `device.paired`. Of its neighborhoods those that are
    /// here in full.
    let device: DeviceState?
    /// Neighborhoods that the ledger grants it at the cursor, here in full or not.
    let granted: [EntityID]
    let holdings: [EntityID: ScopeHolding]
    /// Of enrollments that the office keeps apart, once somebody asked: an import asks often.
    private var numbersApart: [ScopeID: Set<Int64>]?

    init(
        tables: LedgerTables, paired: PairedDevice, reader: SealedReader, voice: Voice = .terminal
    ) throws {
        self.tables = tables
        self.paired = paired
        self.reader = reader
        sync = try tables.syncState()
        let ledger = Views(tables: tables, reader: reader, position: sync.cursor)
        views = Views(
            tables: tables, reader: reader, position: sync.cursor,
            aside: .refused(of: paired.replica, ledger), voice: voice)
        // Another device may have its place since the ledger was set back.
        var device = try Self.state(at: paired.pairedAt, tables, views)
            .flatMap { $0.replica == paired.replica ? $0 : nil }
        if device == nil, let origin = paired.splitFrom {
            // Until the next sync a copy holds what its origin held, and gives out no number.
            device = try Self.state(at: origin, tables, views)?.copied
        }
        granted = device?.neighborhoods ?? []
        let holdings = try tables.scopeHoldings()
        if !holdings.isEmpty { device?.neighborhoods = granted.filter { holdings[$0] == .held } }
        self.holdings = holdings
        self.device = device
    }

    private static func state(
        at position: LedgerPosition, _ tables: LedgerTables, _ views: Views
    ) throws -> DeviceState? {
        guard let creation = try tables.event(at: position),
            case .device(let state)? = try views.state(of: creation.event.entity)
        else { return nil }
        return state
    }

    /// The newest that the ledger here names.
    var epoch: Epoch {
        get throws { try tables.epoch() }
    }

    /// Where data keys for the server go.
    var serverReceivingKey: [UInt8] {
        get throws { try tables.reopenings().last?.serverReceivingKey ?? paired.serverReceivingKey }
    }

    var head: ReplicaChain {
        get throws {
            guard let head = try tables.head(of: paired.replica) else {
                throw StoreDamage.missing("the head of its own events")
            }
            return head
        }
    }

    /// The community's scope among them.
    var held: Set<ScopeID> {
        Set([.community] + (device?.neighborhoods ?? []).map(ScopeID.neighborhood))
    }

    /// Also while the entry that says what this device is waits to be repaired.
    var heldByRecord: Set<ScopeID> {
        guard device == nil else { return held }
        let places = holdings.filter { $0.value == .held }.map(\.key)
        return Set([.community] + places.map(ScopeID.neighborhood))
    }

    /// Neighborhoods that are being fetched, with how far each has come; ascending.
    var filling: [ScopeFill] {
        holdings.compactMap { place, holding in
            guard case .filling(let upto) = holding else { return nil }
            return ScopeFill(scope: place, upto: upto)
        }.sorted { $0.scope < $1.scope }
    }

    /// Neighborhoods that it no longer holds, and whose entries are still here; ascending.
    var leaving: [EntityID] {
        holdings.filter { $0.value == .leaving }.map(\.key).sorted()
    }

    /// Scopes of which it may have notes that the office signed.
    var heldOrComing: Set<ScopeID> {
        held.union(granted.map(ScopeID.neighborhood)).union(holdings.keys.map(ScopeID.neighborhood))
    }

    /// Neighborhoods this device holds, by code.
    var neighborhoods: [NeighborhoodState] {
        get throws {
            try views.neighborhoods().filter { held.contains(.neighborhood($0.id)) }
                .sorted { ($0.code, $0.id) < ($1.code, $1.id) }
        }
    }

    /// Member numbers that enrollments here gave out and the office keeps apart: they are on cards.
    func numbersKeptApart(in scope: ScopeID) throws -> Set<Int64> {
        if let known = numbersApart { return known[scope] ?? [] }
        var found: [ScopeID: Set<Int64>] = [:]
        for event in try tables.refusedEvents().map(\.event)
        where event.knownKind == .memberEnrolled {
            guard let number = event.payload.integer(MemberField.number) else { continue }
            found[event.home, default: []].insert(number)
        }
        numbersApart = found
        return found[scope] ?? []
    }

    /// Of those the server has not confirmed, the ones that were in a request: they may be there.
    var unconfirmedCount: UInt64 {
        get throws {
            let sent = sync.acknowledged.sequence
            let last = try min(sync.offered, head.sequence)
            return last > sent ? last.value - sent.value : 0
        }
    }

    /// Own events the server has not confirmed.
    var unsentCount: UInt64 {
        get throws {
            let sent = sync.acknowledged.sequence.value
            let head = try head.sequence.value
            return head > sent ? head - sent : 0
        }
    }
}
