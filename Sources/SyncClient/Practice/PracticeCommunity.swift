// A made-up community to learn on: a folder like any device's, whose office never was.
// Neighbors: PracticeCommand opens it with the same pages; PracticeBook has what is in it.
// Invariant: it can never sync with a real server: its ledger key is made here and its private half
// is thrown away, so no office can prove to be its own, and its address is one that nothing has.

internal import Foundation
internal import GRDB
internal import Shared
internal import Store
internal import Texts

struct PracticeCommunity {
    /// A name that no machine can have (RFC 2606).
    static let host = "practice.invalid"
    static let name = "Practice"
    /// Enough for a year of trying.
    private static let numbers: ClosedRange<UInt32> = 1...2_000

    let folder: URL
    let environment: Shared.Environment

    /// The folder's device; made when there is none.
    func open() throws -> Device {
        let file = folder.appendingPathComponent(StoreFile.databaseName)
        if FileManager.default.fileExists(atPath: file.path) {
            let device = try Device(folder: folder, environment: environment)
            guard device.paired.isPractice else {
                throw UserError(
                    .usage,
                    "\(folder.path) is the folder of a real device; give another --data to "
                        + "practice in")
            }
            return device
        }
        return try make()
    }

    private func make() throws -> Device {
        try FileManager.default.createDirectory(
            at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        let identity = IdentityFile(link: environment.randomBytes(16), environment: environment)
        try identity.save(folder: folder)
        let keys = try identity.keys
        let database = try StoreFile.open(
            folder: folder, mayBeEmpty: true, register: ClientSchema.register)
        let keyring = try Keyring(folder: folder)
        try database.write { db in
            let tables = LedgerTables(db)
            try found(keys, tables, keyring)
            try tables.finish()
        }
        let device = try Device(
            folder: folder, database: database, keyring: keyring, environment: environment)
        try PracticeBook(device: device).fill()
        return device
    }

    /// What an office would have written: the community, its neighborhood, two who record, and
    /// this device.
    private func found(
        _ keys: ReplicaKeys, _ tables: LedgerTables, _ keyring: Keyring
    ) throws {
        let ledger = try ReplicaKeys(
            signingKey: environment.randomBytes(32), receivingKey: environment.randomBytes(32))
        var office = PracticeOffice(
            ledger: ledger, environment: environment, tables: tables, keyring: keyring)
        try office.write(
            .communityFounded,
            [
                FoundedField.name: .text(Self.name),
                FoundedField.ledgerKey: .data(ledger.signingPublicKey),
                FoundedField.serverSigningKey: .data(ledger.signingPublicKey),
                FoundedField.serverReceivingKey: .data(ledger.receivingPublicKey),
            ])
        let place = try office.write(
            .neighborhoodDefined,
            [NeighborhoodField.name: .text("Harbor"), NeighborhoodField.code: .text("HAR")])
        let workers = try ["Dana", "Luis"].map { name in
            try office.write(
                .workerRegistered,
                [
                    WorkerField.role: .integer(Role.coordinator.rawValue),
                    WorkerField.neighborhoods: .entities([place]),
                ], sealed: [WorkerField.name: .text(name)])
        }
        try office.write(
            .devicePaired,
            [
                DeviceField.signingKey: .data(keys.signingPublicKey),
                DeviceField.receivingKey: .data(keys.receivingPublicKey),
                DeviceField.label: .text("Practice"), DeviceField.workers: .entities(workers),
                DeviceField.neighborhoods: .entities([place]),
                DeviceField.role: .integer(Role.coordinator.rawValue),
                DeviceField.numberBlocks: .blocks([
                    NumberBlock(
                        neighborhood: place, first: Self.numbers.lowerBound,
                        last: Self.numbers.upperBound)
                ]),
            ])
        try tables.save(
            PairedDevice(
                community: office.community, communityName: Self.name, replica: keys.replica,
                label: "Practice", server: ServerAddress(host: Self.host, port: 1, mode: .public),
                ledgerKey: ledger.signingPublicKey, serverSigningKey: ledger.signingPublicKey,
                serverReceivingKey: ledger.receivingPublicKey, pairedAt: office.position),
            chain: ReplicaChain(signingKey: keys.signingPublicKey))
        var state = try tables.syncState()
        state.cursor = office.position
        try tables.keepTag(RootTag(of: .of(environment.randomBytes(32))), at: office.position)
        try tables.save(state)
    }
}

extension PairedDevice {
    var isPractice: Bool { server.host == PracticeCommunity.host }

    /// - Throws: a sentence, where there is no office to sync with.
    func refusePractice() throws {
        guard isPractice else { return }
        throw UserError(
            .usage, Phrase("practice_no_sync"))
    }
}

/// Writes as an office would, into the tables of the one device it ever has.
private struct PracticeOffice {
    let ledger: ReplicaKeys
    let environment: Shared.Environment
    let tables: LedgerTables
    let keyring: Keyring
    private(set) var position = LedgerPosition.start
    var community: CommunityID { CommunityID(ledgerKey: ledger.signingPublicKey) }

    @discardableResult
    mutating func write(
        _ kind: Kind, _ payload: Payload, sealed: Payload = [:]
    ) throws -> EntityID {
        let last = Sequence64(position.value)
        let dot = Dot(ledger.replica, last.next)
        let event = Event(
            dot: dot,
            context: CausalContext(position: .start, rootTag: .start, ownSequence: last),
            recordedAt: environment.now(), utcOffsetMinutes: environment.utcOffsetMinutes(),
            worker: nil, home: .community, subject: nil, kind: kind.number, payload: payload,
            sealed: try sealed.isEmpty ? [] : [part(sealed, of: kind, about: EntityID(dot))])
        let bytes = event.encoded()
        let new = NewEvent(event: event, leaf: .leaf(bytes), bytes: bytes)
        position = position.next
        try tables.insert(
            new,
            Admitted(
                position: position, reach: [.community], receivedAt: environment.now(),
                contextUnknown: false))
        try tables.project([
            RecordedEvent(event: event, leaf: new.leaf, position: position)
        ])
        return event.entity
    }

    private func part(
        _ values: Payload, of kind: Kind, about entity: EntityID
    ) throws -> SealedPart {
        let key = DataKey(subjects: [entity], environment: environment)
        try keyring.add([key])
        return try key.seal(
            values, kind: kind.number, community: community,
            nonce: environment.randomBytes(12))
    }
}
