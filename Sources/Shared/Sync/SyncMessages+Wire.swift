// Requests and responses to bytes and back. Nothing of these is hashed but the body as sent.

internal import Foundation
internal import SwiftProtobuf

public enum MessageError: Error, Equatable {
    case unreadable
    /// The other side speaks another version.
    case version(UInt32)
    case malformed(String)
}

private func check(_ version: UInt32) throws(MessageError) {
    if VersionAge(version) != nil { throw .version(version) }
}

/// Scopes in one request; a device of an office that serves a whole city holds a few dozen.
private let scopesMax = 1_000
private let runsMax = 100

extension SyncRequest {
    public func encoded() throws -> [UInt8] {
        var wire = WireSyncRequest()
        wire.version = version
        wire.replica = Data(replica.bytes)
        wire.cursor = cursor.value
        wire.cursorTag = Data(cursorTag.bytes)
        wire.ownSequence = ownSequence.value
        wire.held = held.map(\.wire)
        wire.runs = runs.map { Data($0) }
        if let keys { wire.keys = keys.wire }
        wire.deviceTime = deviceTime.milliseconds
        wire.checkpointSize = checkpointSize.value
        wire.wantedKeys = wantedKeys.map(\.wire)
        wire.wantedAfter = wantedAfter?.value ?? 0
        wire.decidedTo = decidedTo.value
        if let repair { wire.repair = repair.wire }
        wire.shown = shown ?? ""
        wire.epoch = epoch == .first ? 0 : epoch.value
        if let fill { wire.fill = fill.wire }
        return try wire.serializedBytes()
    }

    public init(decoding bytes: [UInt8]) throws(MessageError) {
        guard let wire = try? WireSyncRequest(serializedBytes: bytes) else { throw .unreadable }
        try check(wire.version)
        guard let replica = ReplicaID(wire.replica), let tag = RootTag(wire.cursorTag),
            wire.held.count <= scopesMax, wire.runs.count <= runsMax,
            wire.wantedKeys.count <= WantedKey.countMax,
            wire.shown.utf8.count <= SignedCheckpoint.bytesMax,
            max(wire.cursor, wire.ownSequence, wire.checkpointSize, wire.decidedTo)
                <= Limits.countMax
        else { throw .malformed("sync request") }
        self.init(
            replica: replica, cursor: LedgerPosition(wire.cursor), cursorTag: tag,
            ownSequence: Sequence64(wire.ownSequence), held: try wire.held.digests(),
            runs: wire.runs.map { [UInt8]($0) },
            keys: wire.hasKeys ? WrappedKeys(wire.keys) : nil,
            deviceTime: Instant(milliseconds: wire.deviceTime),
            checkpointSize: LedgerPosition(wire.checkpointSize),
            wantedKeys: try wire.wantedKeys.keys(),
            wantedAfter: wire.wantedAfter == 0 ? nil : DataKeyID(wire.wantedAfter),
            decidedTo: LedgerPosition(wire.decidedTo),
            repair: wire.hasRepair ? try RepairQuestion(wire.repair) : nil,
            shown: wire.shown.isEmpty ? nil : wire.shown, epoch: Epoch(max(wire.epoch, 1)),
            fill: wire.hasFill ? try ScopeFill(wire.fill) : nil)
        version = wire.version
    }
}

extension SyncResponse {
    public func encoded() throws -> [UInt8] {
        var wire = WireSyncResponse()
        wire.version = version
        wire.outcomes = outcomes.map(\.wire)
        wire.page = Data(page)
        wire.cursor = cursor.value
        wire.root = Data(root.bytes)
        wire.more = more
        wire.scopes = scopes.map(\.wire)
        if let keys { wire.keys = keys.wire }
        wire.serverTime = serverTime.milliseconds
        wire.advice = advice
        wire.checkpoints = checkpoints
        wire.directory = directory.map(\.wire)
        wire.wantedKeys = wantedKeys.map(\.value)
        if let revocation { wire.revocation = revocation.wire }
        if let repair { wire.repair = repair.wire }
        if let reopened { wire.reopened = reopened.wire }
        wire.fill = Data(fill)
        if let filled { wire.filled = filled.value }
        return try wire.serializedBytes()
    }

    public init(decoding bytes: [UInt8]) throws(MessageError) {
        guard let wire = try? WireSyncResponse(serializedBytes: bytes) else { throw .unreadable }
        try check(wire.version)
        guard let root = Hash(wire.root), wire.scopes.count <= scopesMax,
            wire.checkpoints.count <= scopesMax + 1, wire.cursor <= Limits.countMax,
            wire.directory.count <= DirectoryLine.countMax,
            wire.wantedKeys.count <= WantedKey.countMax, wire.filled <= Limits.countMax
        else { throw .malformed("sync response") }
        var outcomes: [Outcome] = []
        for outcome in wire.outcomes { outcomes.append(try Outcome(outcome)) }
        self.init(
            outcomes: outcomes, page: [UInt8](wire.page), cursor: LedgerPosition(wire.cursor),
            root: root, more: wire.more, scopes: try wire.scopes.digests(),
            keys: wire.hasKeys ? WrappedKeys(wire.keys) : nil,
            serverTime: Instant(milliseconds: wire.serverTime), advice: wire.advice,
            checkpoints: wire.checkpoints,
            // One odd line must not keep the rest of an answer from a device.
            directory: wire.directory.compactMap(DirectoryLine.init),
            wantedKeys: wire.wantedKeys.map(DataKeyID.init),
            revocation: wire.hasRevocation ? try Revocation(wire.revocation) : nil,
            repair: wire.hasRepair ? try RepairAnswer(wire.repair) : nil,
            reopened: wire.hasReopened ? try Reopened(wire.reopened) : nil,
            fill: [UInt8](wire.fill),
            filled: wire.hasFilled ? LedgerPosition(wire.filled) : nil)
        version = wire.version
    }
}

extension PairRequest {
    public func encoded() throws -> [UInt8] {
        var wire = WirePairRequest()
        wire.version = SyncProtocol.version
        wire.link = Data(link)
        wire.signingKey = Data(signingKey)
        wire.receivingKey = Data(receivingKey)
        wire.label = label
        wire.proof = Data(proof)
        return try wire.serializedBytes()
    }

    public init(decoding bytes: [UInt8]) throws(MessageError) {
        guard let wire = try? WirePairRequest(serializedBytes: bytes) else { throw .unreadable }
        try check(wire.version)
        guard wire.signingKey.count == 32, wire.receivingKey.count == 32 else {
            throw .malformed("keys of a pairing")
        }
        self.init(
            link: [UInt8](wire.link), signingKey: [UInt8](wire.signingKey),
            receivingKey: [UInt8](wire.receivingKey), label: wire.label,
            proof: [UInt8](wire.proof))
    }
}

extension SplitRequest {
    public func encoded() throws -> [UInt8] {
        var wire = WireSplitRequest()
        wire.version = SyncProtocol.version
        wire.signingKey = Data(signingKey)
        wire.receivingKey = Data(receivingKey)
        wire.commonSequence = common.value
        wire.proof = Data(proof)
        return try wire.serializedBytes()
    }

    public init(decoding bytes: [UInt8]) throws(MessageError) {
        guard let wire = try? WireSplitRequest(serializedBytes: bytes) else { throw .unreadable }
        try check(wire.version)
        guard wire.signingKey.count == 32, wire.receivingKey.count == 32,
            wire.commonSequence <= Limits.countMax
        else { throw .malformed("keys of a split") }
        self.init(
            signingKey: [UInt8](wire.signingKey), receivingKey: [UInt8](wire.receivingKey),
            common: Sequence64(wire.commonSequence), proof: [UInt8](wire.proof))
    }
}

extension PairResponse {
    public func encoded() throws -> [UInt8] {
        var wire = WirePairResponse()
        wire.communityName = communityName
        wire.ledgerKey = Data(ledgerKey)
        wire.serverSigningKey = Data(serverSigningKey)
        wire.serverReceivingKey = Data(serverReceivingKey)
        wire.pairedAt = pairedAt.value
        wire.signature = Data(signature)
        return try wire.serializedBytes()
    }

    public init(decoding bytes: [UInt8]) throws(MessageError) {
        guard let wire = try? WirePairResponse(serializedBytes: bytes) else { throw .unreadable }
        guard wire.pairedAt <= Limits.countMax else { throw .malformed("a pairing's position") }
        self.init(
            communityName: wire.communityName, ledgerKey: [UInt8](wire.ledgerKey),
            serverSigningKey: [UInt8](wire.serverSigningKey),
            serverReceivingKey: [UInt8](wire.serverReceivingKey),
            pairedAt: LedgerPosition(wire.pairedAt), signature: [UInt8](wire.signature))
    }

    /// What the signature is over: the response without it.
    public func unsignedBytes() throws -> [UInt8] {
        var unsigned = self
        unsigned.signature = []
        return try unsigned.encoded()
    }
}

extension WantedKey {
    fileprivate var wire: WireWantedKey {
        var wire = WireWantedKey()
        wire.key = key.value
        wire.event = event.wire
        return wire
    }
}

extension [WireWantedKey] {
    fileprivate func keys() throws(MessageError) -> [WantedKey] {
        var keys: [WantedKey] = []
        for wire in self {
            guard let event = try? Dot(wire.event) else { throw .malformed("a wanted key") }
            keys.append(WantedKey(key: DataKeyID(wire.key), event: event))
        }
        return keys
    }
}

extension ScopeDigest {
    fileprivate var wire: WireScopeDigest {
        var wire = WireScopeDigest()
        if let neighborhood = scope.neighborhood { wire.scope = neighborhood.dot.wire }
        wire.size = size
        wire.root = Data(root.bytes)
        return wire
    }
}

extension [WireScopeDigest] {
    fileprivate func digests() throws(MessageError) -> [ScopeDigest] {
        var digests: [ScopeDigest] = []
        for wire in self {
            guard let root = Hash(wire.root), wire.size <= Limits.countMax else {
                throw .malformed("a scope's digest")
            }
            let scope: ScopeID
            if wire.hasScope {
                guard let dot = try? Dot(wire.scope) else { throw .malformed("a scope") }
                scope = .neighborhood(EntityID(dot))
            } else {
                scope = .community
            }
            digests.append(ScopeDigest(scope: scope, size: wire.size, root: root))
        }
        return digests
    }
}

extension DirectoryLine {
    fileprivate var wire: WireDirectoryLine {
        var wire = WireDirectoryLine()
        wire.member = member.dot.wire
        if let neighborhood = home.neighborhood { wire.home = neighborhood.dot.wire }
        wire.number = UInt32(clamping: number)
        wire.active = isActive
        wire.name = name ?? ""
        wire.alias = isAlias
        return wire
    }

    /// Nil when it names no member of a neighborhood or a number that no member can have; a name
    /// that no member can have is left out.
    fileprivate init?(_ wire: WireDirectoryLine) {
        guard let member = try? Dot(wire.member), let home = try? Dot(wire.home),
            Self.allows(.integer(Int64(wire.number)), as: MemberField.number)
        else { return nil }
        self.init(
            member: EntityID(member), home: .neighborhood(EntityID(home)),
            number: Int64(wire.number), isActive: wire.active,
            name: Self.allows(.text(wire.name), as: MemberField.name) ? wire.name : nil,
            isAlias: wire.alias)
    }

    private static func allows(_ value: Value, as field: FieldNumber) -> Bool {
        guard let field = Kind.memberEnrolled.descriptor.field(field) else { return false }
        return (try? field.check(value)) != nil
    }
}

extension WrappedKeys {
    fileprivate var wire: WireWrappedKeys {
        var wire = WireWrappedKeys()
        wire.encapsulated = Data(encapsulated)
        wire.ciphertext = Data(ciphertext)
        return wire
    }

    fileprivate init(_ wire: WireWrappedKeys) {
        self.init(encapsulated: [UInt8](wire.encapsulated), ciphertext: [UInt8](wire.ciphertext))
    }
}

extension Outcome {
    fileprivate var wire: WireOutcome {
        var wire = WireOutcome()
        wire.first = first.value
        wire.last = last.value
        switch disposition {
        case .admitted: wire.status = .admitted
        case .duplicate: wire.status = .duplicate
        case .held(let after):
            wire.status = .held
            wire.commonSequence = after.value
        case .quarantined(let reason):
            wire.status = .quarantined
            wire.reason = reason.rawValue
        case .retryLater(let seconds):
            wire.status = .retryLater
            wire.retrySeconds = seconds
        case .diverged(let common):
            wire.status = .diverged
            wire.commonSequence = common.value
        }
        return wire
    }

    fileprivate init(_ wire: WireOutcome) throws(MessageError) {
        guard (1...Limits.countMax).contains(wire.first), wire.first <= wire.last,
            max(wire.last, wire.commonSequence) <= Limits.countMax
        else { throw .malformed("an outcome") }
        let disposition: Disposition
        switch wire.status {
        case .admitted: disposition = .admitted
        case .duplicate: disposition = .duplicate
        case .held: disposition = .held(after: Sequence64(wire.commonSequence))
        case .quarantined:
            disposition = .quarantined(QuarantineReason(rawValue: wire.reason) ?? .invalid)
        case .retryLater: disposition = .retryLater(seconds: wire.retrySeconds)
        case .diverged: disposition = .diverged(common: Sequence64(wire.commonSequence))
        case .unspecified, .UNRECOGNIZED:
            // An outcome of a newer server: keep the event, ask again, tell the user.
            disposition = .retryLater(seconds: 60)
        }
        self.init(
            first: Sequence64(wire.first), last: Sequence64(wire.last), disposition: disposition)
    }
}

extension ScopeFill {
    fileprivate var wire: WireScopeFill {
        var wire = WireScopeFill()
        wire.scope = scope.dot.wire
        wire.upto = upto.value
        wire.moved = moved?.value ?? 0
        return wire
    }

    fileprivate init(_ wire: WireScopeFill) throws(MessageError) {
        guard wire.hasScope, let dot = try? Dot(wire.scope),
            max(wire.upto, wire.moved) <= Limits.countMax
        else { throw .malformed("a neighborhood to fill") }
        self.init(
            scope: EntityID(dot), upto: LedgerPosition(wire.upto),
            moved: wire.moved == 0 ? nil : LedgerPosition(wire.moved))
    }
}
