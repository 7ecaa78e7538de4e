// A device of which there is a second folder: that folder goes on under a name of its own, by
// itself once; a second time somebody at the office must have looked.
// Source: docs/protocol.md section 7.9. Neighbors: SplitRoute asks, DevicesCommand lets another
// through. That they have parted, the device says: it may have found it in a page, unseen here.
// Invariant: a new key that was answered once is answered the same again.

internal import Foundation
internal import GRDB
internal import Shared
internal import Store
internal import Texts

enum SplitRefusal: Error, Equatable, CaseIterable, Sendable {
    case revoked, needsOffice, keyInUse

    /// As it is sent: the device says it in the language of whoever is there.
    var sentence: String {
        switch self {
        case .revoked: Voice.terminal("problem_split_revoked")
        case .needsOffice: Voice.terminal("problem_split_office")
        case .keyInUse: Voice.terminal("problem_split_keys")
        }
    }
}

/// What decides about a split.
struct SplitFacts: Equatable, Sendable {
    var isRevoked = false
    /// Copies of the device that go on already.
    var splits = 0
    /// Splits that the office let through beyond the first.
    var allowed = 0
    /// Where the new replica's `device.split` is, if it has one of this origin.
    var answered: LedgerPosition?
    var isKeyInUse = false
}

enum SplitVerdict: Equatable {
    case split
    case repeatAnswer(LedgerPosition)
    case refuse(SplitRefusal)
}

func decideSplit(_ facts: SplitFacts) -> SplitVerdict {
    if let position = facts.answered { return .repeatAnswer(position) }
    if facts.isKeyInUse { return .refuse(.keyInUse) }
    if facts.isRevoked { return .refuse(.revoked) }
    return facts.splits < 1 + facts.allowed ? .split : .refuse(.needsOffice)
}

struct SplitTable {
    let db: Database
    init(_ db: Database) { self.db = db }

    func insert(_ replica: ReplicaID, of origin: ReplicaID) throws {
        try db.execute(
            sql: "INSERT INTO device_split (replica, origin) VALUES (?, ?)",
            arguments: [Data(replica.bytes), Data(origin.bytes)])
    }

    /// Copies that go on from one folder's past, ascending.
    func splits(of origin: ReplicaID) throws -> [ReplicaID] {
        try Data.fetchAll(
            db, sql: "SELECT replica FROM device_split WHERE origin = ? ORDER BY replica",
            arguments: [Data(origin.bytes)]
        ).compactMap { ReplicaID($0) }
    }

    func allowed(_ origin: ReplicaID) throws -> Int {
        try Int.fetchOne(
            db, sql: "SELECT allowed FROM split_allowance WHERE origin = ?",
            arguments: [Data(origin.bytes)]) ?? 0
    }

    /// A copy asks, and somebody must look.
    func noteWaiting(_ origin: ReplicaID, at now: Instant) throws {
        try db.execute(
            sql: """
                INSERT INTO split_allowance (origin, allowed, waiting_since) VALUES (?, 0, ?)
                ON CONFLICT (origin) DO UPDATE SET
                    waiting_since = coalesce(waiting_since, excluded.waiting_since)
                """, arguments: [Data(origin.bytes), now.milliseconds])
    }

    func allowOne(_ origin: ReplicaID) throws {
        try db.execute(
            sql: """
                INSERT INTO split_allowance (origin, allowed, waiting_since) VALUES (?, 1, NULL)
                ON CONFLICT (origin) DO UPDATE SET allowed = allowed + 1, waiting_since = NULL
                """, arguments: [Data(origin.bytes)])
    }

    /// Since when a copy waits for the office; nil while none does.
    func waitingSince(_ origin: ReplicaID) throws -> Instant? {
        try Int64.fetchOne(
            db.cachedStatement(
                sql: "SELECT waiting_since FROM split_allowance WHERE origin = ?"),
            arguments: [Data(origin.bytes)]
        ).map { Instant(milliseconds: $0) }
    }
}

enum SplitWaiting {
    static func text(label: String, since: String) -> String {
        "another copy of this device's folder has waited since \(since) to go on under a name of "
            + "its own; one does already. Find out where it comes from; then `devices allow-split "
            + "\"\(label)\"` lets it through, or `devices revoke` ends them all. Nothing is lost"
    }
}

extension AppendSession {
    /// The position of the copy's `device.split`, or why it has none.
    func split(
        _ request: SplitRequest, of origin: DeviceState
    ) throws -> Result<LedgerPosition, SplitRefusal> {
        let replica = ReplicaID(signingKey: request.signingKey)
        switch decideSplit(try splitFacts(of: origin, as: replica)) {
        case .repeatAnswer(let position): return .success(position)
        case .refuse(let refusal):
            if refusal == .needsOffice {
                try SplitTable(db).noteWaiting(origin.replica, at: now)
            }
            return .failure(refusal)
        case .split: return .success(try enterSplit(request, of: origin, as: replica))
        }
    }

    private func splitFacts(
        of origin: DeviceState, as replica: ReplicaID
    ) throws -> SplitFacts {
        let table = SplitTable(db)
        let splits = try table.splits(of: origin.replica)
        let pairing = try DeviceTable(db).pairing(of: replica)
        return SplitFacts(
            isRevoked: origin.revokedAfter != nil,
            splits: splits.count, allowed: try table.allowed(origin.replica),
            answered: splits.contains(replica) ? pairing?.pairedAt : nil,
            isKeyInUse: pairing != nil)
    }

    private func enterSplit(
        _ request: SplitRequest, of origin: DeviceState, as replica: ReplicaID
    ) throws -> LedgerPosition {
        let numbers = NumberBlockTable(views)
        // The folders must never give out the same numbers.
        let enrolling = origin.role == .auditor ? [] : origin.neighborhoods.sorted()
        let blocks = try enrolling.compactMap { try numbers.take($0, for: replica) }
        let payload: Payload = [
            DeviceField.signingKey: .data(request.signingKey),
            DeviceField.receivingKey: .data(request.receivingKey),
            DeviceField.label: .text(try labelOfCopy(of: origin)),
            DeviceField.workers: .entities(origin.workers),
            DeviceField.neighborhoods: .entities(origin.neighborhoods),
            DeviceField.role: .integer(origin.role.rawValue),
            DeviceField.numberBlocks: .blocks(blocks),
            DeviceField.origin: .entity(origin.id),
            DeviceField.common: .integer(Int64(request.common.value)),
            DeviceField.former: .texts(
                ([origin.replica] + origin.former).prefix(Limits.textsMax).map(\.description)),
        ]
        let split = try author(Draft(kind: .deviceSplit, payload: payload))
        try DeviceTable(db).insert(
            replica, entity: split.event.entity, pairedAt: split.position)
        try SplitTable(db).insert(replica, of: origin.replica)
        // What the copy said of itself under that name is no longer awaited.
        try DeviceTable(db).awaitNoMore(
            of: origin.replica, beyond: try tables.head(of: origin.replica)?.sequence ?? .none)
        // It has been dealt with; another copy will show itself again.
        _ = try PartedCopyTable(db).settle(origin.replica)
        return split.position
    }

    /// "Harbor tablet (copy 2)": the original is the first, and a copy of a copy is one more.
    private func labelOfCopy(of origin: DeviceState) throws -> String {
        let devices = try views.devices()
        var first = origin
        while let before = first.origin, let device = devices.first(where: { $0.id == before }) {
            first = device
        }
        let taken = Set(devices.map(\.label))
        var number = 2
        while taken.contains(Self.label(first.label, copy: number)) { number += 1 }
        return Self.label(first.label, copy: number)
    }

    private static func label(_ label: String, copy number: Int) -> String {
        let suffix = " (copy \(number))"
        let room = labelScalarsMax - suffix.unicodeScalars.count
        var start = String.UnicodeScalarView()
        start.append(contentsOf: label.unicodeScalars.prefix(room))
        return String(start) + suffix
    }

    private static let labelScalarsMax = 100

    func allowSplit(of device: DeviceState, as worker: EntityID) throws {
        guard try facts.role(ofWorker: worker) == .admin else {
            throw Refusal(exit: 77, Phrase("only_admin_split"))
        }
        guard device.revokedAfter == nil else {
            throw Refusal(exit: 65, Phrase("device_is_revoked", ["device": .text(device.label)]))
        }
        try SplitTable(db).allowOne(device.replica)
    }
}
