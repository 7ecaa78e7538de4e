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
                INSERT INTO pairing_link (id, secret, workers, neighborhoods, role, expires_at)
                VALUES (?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                Data(grant.id), Data(grant.secret), Self.text(grant.workers),
                Self.text(grant.neighborhoods), grant.role.rawValue,
                grant.expiresAt.milliseconds,
            ])
    }

    func find(_ id: [UInt8]) throws -> PairingGrant? {
        try Row.fetchOne(
            db,
            sql: """
                SELECT secret, workers, neighborhoods, role, expires_at, replica
                FROM pairing_link WHERE id = ?
                """, arguments: [Data(id)]
        ).map { row in
            PairingGrant(
                id: id, secret: [UInt8](row[0] as Data), workers: Self.entities(row[1]),
                neighborhoods: Self.entities(row[2]),
                role: Role(rawValue: row[3]) ?? .auditor,
                expiresAt: Instant(milliseconds: row[4]),
                replica: (row[5] as Data?).flatMap { ReplicaID($0) })
        }
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
