// What a device remembers of its pairing and its syncing, read and written inside a transaction.
// Neighbors: Pairing writes the first rows, Recorder reads the context, SyncSession moves it on.

internal import Foundation
internal import GRDB
internal import Shared
internal import Store

/// Who this device is, and which server it belongs to.
struct PairedDevice: Equatable {
    let community: CommunityID
    let communityName: String
    let replica: ReplicaID
    let label: String
    let server: ServerAddress
    let ledgerKey: [UInt8]
    let serverSigningKey: [UInt8]
    let serverReceivingKey: [UInt8]
    /// Position of its `device.paired` or `device.split`.
    let pairedAt: LedgerPosition
    /// Of a copy that goes on under a name of its own: where its origin's pairing is.
    var splitFrom: LedgerPosition?
}

struct SyncState: Equatable {
    var cursor: LedgerPosition
    /// The chain of own events that the server possesses.
    var acknowledged: ReplicaChain
    /// The last own event that was in a request: beyond what is acknowledged, nobody knows whether
    /// it arrived.
    var offered = Sequence64.none
    var nonce: [UInt8]
    /// By the device's clock.
    var lastContact: Instant?
    /// By the server's clock, at the last contact.
    var serverTime: Instant?
    /// The ledger holds other own events after this one.
    var divergedAfter: Sequence64?
    var advice: String
}

/// An own event that the office keeps apart; its bytes are kept here for good.
struct RefusedEvent: Equatable {
    let event: Event
    let leaf: Hash
    let reason: QuarantineReason
}

extension LedgerTables {
    func pairedDevice() throws -> PairedDevice? {
        guard let row = try Row.fetchOne(db.cachedStatement(sql: "SELECT * FROM pairing"))
        else { return nil }
        guard let community = CommunityID(row["community"] as Data),
            let replica = ReplicaID(row["replica"] as Data),
            let server = ServerAddress(row)
        else { throw StoreDamage.missing("its pairing") }
        return PairedDevice(
            community: community, communityName: row["community_name"], replica: replica,
            label: row["label"], server: server,
            ledgerKey: [UInt8](row["ledger_key"] as Data),
            serverSigningKey: [UInt8](row["server_signing_key"] as Data),
            serverReceivingKey: [UInt8](row["server_receiving_key"] as Data),
            pairedAt: LedgerPosition(UInt64(row["paired_at"] as Int64)),
            splitFrom: (row["split_from"] as Int64?).map { LedgerPosition(UInt64($0)) })
    }

    func save(_ device: PairedDevice, chain: ReplicaChain) throws {
        try db.execute(
            sql: """
                INSERT INTO pairing VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL)
                """,
            arguments: [
                Data(device.community.bytes), device.communityName, Data(device.replica.bytes),
                device.label, device.server.host, Int64(device.server.port),
                device.server.mode.name, Data(device.ledgerKey), Data(device.serverSigningKey),
                Data(device.serverReceivingKey), Int64(device.pairedAt.value),
                device.server.mode.pin.map { Data($0.bytes) },
            ])
        try setHead(chain, of: device.replica)
        try save(
            SyncState(cursor: .start, acknowledged: chain, nonce: [], advice: ""))
        try keepTag(.start, at: .start)
    }

    /// Where the ledger has this device's pairing.
    func setPairedAt(_ position: LedgerPosition) throws {
        try db.execute(
            sql: "UPDATE pairing SET paired_at = ?", arguments: [Int64(clamping: position.value)])
    }

    /// A pairing that was in the ledger after a position may be elsewhere in it when it comes back.
    func forgetPairing(after position: LedgerPosition) throws {
        let end = Int64(clamping: position.value)
        try db.execute(
            sql: """
                UPDATE pairing SET paired_at = iif(paired_at > ?1, ?2, paired_at),
                    split_from = iif(split_from > ?1, NULL, split_from)
                """, arguments: [end, Int64(Limits.countMax)])
    }

    /// Where the server is from now on.
    func save(_ server: ServerAddress) throws {
        try db.execute(
            sql: "UPDATE pairing SET host = ?, port = ?, mode = ?, pin = ?",
            arguments: [
                server.host, Int64(server.port), server.mode.name,
                server.mode.pin.map { Data($0.bytes) },
            ])
    }

    func syncState() throws -> SyncState {
        guard let row = try Row.fetchOne(db.cachedStatement(sql: "SELECT * FROM sync_state")),
            let hash = Hash(row["acknowledged_chain"] as Data)
        else { throw StoreDamage.missing("its sync state") }
        func instant(_ name: String) -> Instant? {
            (row[name] as Int64?).map { Instant(milliseconds: $0) }
        }
        return SyncState(
            cursor: LedgerPosition(UInt64(row["cursor"] as Int64)),
            acknowledged: ReplicaChain(
                sequence: Sequence64(UInt64(row["acknowledged"] as Int64)), hash: hash),
            offered: Sequence64(UInt64(row["offered"] as Int64)),
            nonce: [UInt8](row["nonce"] as Data), lastContact: instant("last_contact"),
            serverTime: instant("server_time"),
            divergedAfter: (row["diverged_after"] as Int64?).map { Sequence64(UInt64($0)) },
            advice: row["advice"])
    }

    func save(_ state: SyncState) throws {
        try db.cachedStatement(
            sql: "INSERT OR REPLACE INTO sync_state VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        ).execute(arguments: [
            Int64(state.cursor.value), Int64(state.acknowledged.sequence.value),
            Data(state.acknowledged.hash.bytes), Data(state.nonce),
            state.lastContact?.milliseconds, state.serverTime?.milliseconds,
            state.divergedAfter.map { Int64($0.value) }, state.advice,
            Int64(state.offered.value),
        ])
    }

    // MARK: Root tags of past cursors

    func keepTag(_ tag: RootTag, at position: LedgerPosition) throws {
        try db.cachedStatement(sql: "INSERT OR REPLACE INTO cursor_tag VALUES (?, ?)")
            .execute(arguments: [Int64(position.value), Data(tag.bytes)])
    }

    /// Nil for a position that was never this device's cursor.
    func keptTag(at position: LedgerPosition) throws -> RootTag? {
        let blob = try Data.fetchOne(
            db, sql: "SELECT tag FROM cursor_tag WHERE position = ?",
            arguments: [Int64(position.value)])
        return blob.flatMap { RootTag($0) }
    }

    // MARK: Own events that the office keeps apart

    func keepRefused(_ new: NewEvent, reason: QuarantineReason) throws {
        try db.execute(
            sql: "INSERT OR REPLACE INTO refused_event VALUES (?, ?, ?, ?)",
            arguments: [
                Int64(new.event.dot.sequence.value), Data(new.leaf.bytes), Data(new.bytes),
                Int64(reason.rawValue),
            ])
    }

    func refusedEvents() throws -> [RefusedEvent] {
        try Row.fetchAll(db, sql: "SELECT * FROM refused_event ORDER BY sequence")
            .map(Self.refusedEvent)
    }

    func refusedEvent(_ sequence: Sequence64) throws -> RefusedEvent? {
        try Row.fetchOne(
            db.cachedStatement(sql: "SELECT * FROM refused_event WHERE sequence = ?"),
            arguments: [Int64(sequence.value)]
        ).map(Self.refusedEvent)
    }

    private static func refusedEvent(_ row: Row) throws -> RefusedEvent {
        guard let event = try? Event(decoding: [UInt8](row["bytes"] as Data)),
            let leaf = Hash(row["leaf"] as Data)
        else { throw StoreDamage.missing("an event that the office keeps apart") }
        let reason = QuarantineReason(rawValue: UInt32(row["reason"] as Int64)) ?? .invalid
        return RefusedEvent(event: event, leaf: leaf, reason: reason)
    }

    func refused(_ sequence: Sequence64) throws -> NewEvent? {
        let bytes = try Data.fetchOne(
            db.cachedStatement(sql: "SELECT bytes FROM refused_event WHERE sequence = ?"),
            arguments: [Int64(sequence.value)])
        return try bytes.map { try NewEvent(bytes: [UInt8]($0)) }
    }

    func keptApart(of replica: ReplicaID) throws -> [EventBytes] {
        try Row.fetchAll(db, sql: "SELECT sequence, bytes FROM refused_event").map { row in
            EventBytes(
                dot: Dot(replica, Sequence64(UInt64(row[0] as Int64))),
                bytes: [UInt8](row[1] as Data))
        }
    }

    /// It has been admitted after all, and is among the events again.
    func forgetRefused(_ sequence: Sequence64) throws {
        try db.execute(
            sql: "DELETE FROM refused_event WHERE sequence = ?",
            arguments: [Int64(sequence.value)])
    }

    // MARK: Scopes whose digest is not the server's

    func keepMismatches(_ scopes: [ScopeID], at position: LedgerPosition) throws {
        try db.execute(sql: "DELETE FROM scope_mismatch")
        for scope in scopes {
            try db.execute(
                sql: "INSERT INTO scope_mismatch VALUES (?, ?)",
                arguments: [Data(scope.bytes), Int64(position.value)])
        }
    }

    /// Scope ids as bytes; none while the device agrees with the server.
    func mismatches() throws -> [[UInt8]] {
        try Data.fetchAll(db, sql: "SELECT scope FROM scope_mismatch ORDER BY scope")
            .map { [UInt8]($0) }
    }
}

extension ServerAddress {
    /// Nil when the row of `pairing` names none.
    fileprivate init?(_ row: Row) {
        let pin = (row["pin"] as Data?).flatMap { Hash($0) }
        guard let mode = PairingLink.Mode(name: row["mode"], pin: pin),
            let port = UInt16(exactly: row["port"] as Int64)
        else { return nil }
        self.init(host: row["host"], port: port, mode: mode)
    }
}
