// Pairing links that the office made, and pairing a device by one, inside the append transaction.
// Neighbors: PairingDecision decides; PairRoute answers; `pairing-link` makes links.

internal import Foundation
internal import GRDB
internal import Shared

struct PairingLinkTable {
    let db: Database
    init(_ db: Database) { self.db = db }

    func insert(_ grant: PairingGrant) throws {
        try db.execute(
            sql: """
                INSERT INTO pairing_link
                    (id, secret, workers, neighborhoods, role, expires_at, address)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                Data(grant.id), Data(grant.secret), Self.text(grant.workers),
                Self.text(grant.neighborhoods), grant.role.rawValue,
                grant.expiresAt.milliseconds, grant.address?.stored,
            ])
    }

    func find(_ id: [UInt8]) throws -> PairingGrant? {
        try Row.fetchOne(
            db,
            sql: """
                SELECT \(Self.columns) FROM pairing_link WHERE id = ?
                """, arguments: [Data(id)]
        ).map(Self.grant)
    }

    private static let columns =
        "id, secret, workers, neighborhoods, role, expires_at, replica, address"

    private static func grant(_ row: Row) -> PairingGrant {
        PairingGrant(
            id: [UInt8](row[0] as Data), secret: [UInt8](row[1] as Data),
            workers: entities(row[2]), neighborhoods: entities(row[3]),
            role: Role(rawValue: row[4]) ?? .auditor,
            expiresAt: Instant(milliseconds: row[5]),
            replica: (row[6] as Data?).flatMap { ReplicaID($0) },
            address: (row[7] as String?).flatMap(LinkAddress.init(stored:)))
    }

    /// Those that nobody has used and that can still be, the one that ends first before others.
    func open(at now: Instant, limit: Int) throws -> [PairingGrant] {
        try Row.fetchAll(
            db,
            sql: """
                SELECT \(Self.columns) FROM pairing_link
                WHERE replica IS NULL AND expires_at > ? ORDER BY expires_at, id LIMIT ?
                """, arguments: [now.milliseconds, limit]
        ).map(Self.grant)
    }

    /// Nobody pairs by it any more; false when somebody has.
    func withdraw(_ id: [UInt8]) throws -> Bool {
        try db.execute(
            sql: "DELETE FROM pairing_link WHERE id = ? AND replica IS NULL",
            arguments: [Data(id)])
        return db.changesCount > 0
    }

    func bind(_ id: [UInt8], to replica: ReplicaID) throws {
        try db.execute(
            sql: "UPDATE pairing_link SET replica = ? WHERE id = ? AND replica IS NULL",
            arguments: [Data(replica.bytes), Data(id)])
    }

    private static func text(_ entities: [EntityID]) -> String {
        entities.map(\.description).joined(separator: " ")
    }

    private static func entities(_ text: String) -> [EntityID] {
        text.split(separator: " ").compactMap { EntityID($0) }
    }
}

extension LinkAddress {
    /// As it is kept: "pinned 8420 book.example.org".
    fileprivate var stored: String { "\(mode.rawValue) \(port) \(host)" }

    fileprivate init?(stored: String) {
        let parts = stored.split(separator: " ")
        guard parts.count == 3, let mode = ServingRecord.Mode(rawValue: String(parts[0])),
            let port = UInt16(parts[1])
        else { return nil }
        self.init(mode: mode, host: String(parts[2]), port: port)
    }
}

extension ServingRecord.Mode {
    init(_ mode: PairingLink.Mode) {
        self =
            switch mode {
            case .pinned: .pinned
            case .public: .public
            case .loopback: .loopback
            }
    }
}

extension ServerStore {
    /// The link that was made, with the server's key as it is now; nil when nobody knows any more
    /// where it leads.
    func link(of grant: PairingGrant) throws -> PairingLink? {
        guard let address = grant.address else { return nil }
        let mode: PairingLink.Mode
        switch address.mode {
        case .pinned:
            guard let identity = try TLSIdentity(folder: folder) else { return nil }
            mode = .pinned(identity.keys.current)
        case .public: mode = .public
        case .loopback: mode = .loopback
        }
        return PairingLink(
            host: address.host, port: address.port, mode: mode, id: grant.id,
            secret: grant.secret, ledger: .of(keys.ledger.signingPublicKey))
    }
}

extension AppendSession {
    /// Pairs the device or says why not; the position of its `device.paired` either way it is in.
    func pair(_ request: PairRequest) throws -> Result<LedgerPosition, PairingRefusal> {
        let devices = DeviceTable(db)
        let grant = try PairingLinkTable(db).find(request.link)
        let pairing = try devices.pairing(of: ReplicaID(signingKey: request.signingKey))
        let verdict = decidePairing(
            request, grant: grant, isPaired: pairing != nil, community: store.community, now: now)
        switch verdict {
        case .refuse(let refusal): return .failure(refusal)
        case .repeatAnswer:
            guard let pairing else { return .failure(.unknownLink) }
            return .success(pairing.pairedAt)
        case .pair(let replica, let grant):
            return .success(try enter(request, as: replica, grant: grant))
        }
    }

    private func enter(
        _ request: PairRequest, as replica: ReplicaID, grant: PairingGrant
    ) throws -> LedgerPosition {
        let numbers = NumberBlockTable(views)
        // An auditor enrolls nobody.
        let enrolling = grant.role == .auditor ? [] : grant.neighborhoods.sorted()
        let blocks = try enrolling.compactMap { try numbers.take($0, for: replica) }
        let payload: Payload = [
            DeviceField.signingKey: .data(request.signingKey),
            DeviceField.receivingKey: .data(request.receivingKey),
            DeviceField.label: .text(request.label),
            DeviceField.workers: .entities(grant.workers.sorted()),
            DeviceField.neighborhoods: .entities(grant.neighborhoods.sorted()),
            DeviceField.role: .integer(grant.role.rawValue),
            DeviceField.numberBlocks: .blocks(blocks),
        ]
        let paired = try author(Draft(kind: .devicePaired, payload: payload))
        try DeviceTable(db).insert(
            replica, entity: paired.event.entity, pairedAt: paired.position)
        try PairingLinkTable(db).bind(grant.id, to: replica)
        return paired.position
    }
}
