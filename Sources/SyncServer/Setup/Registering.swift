// Neighborhoods, workers and pairing links: what the office sets up before devices come.
// Neighbors: Commands call these; Founding came before, Pairing comes after.

internal import Foundation
internal import Shared
internal import Store
internal import Texts

extension AppendSession {
    @discardableResult
    func addNeighborhood(name: String, code: String) throws -> EntityID {
        let code = try NeighborhoodCode(typed: code).text
        guard try !views.neighborhoods().contains(where: { $0.code.matches(code) }) else {
            throw Refusal(exit: 65, sentence: "the code \(code) is another neighborhood's already")
        }
        return try author(
            Draft(
                kind: .neighborhoodDefined,
                payload: [
                    NeighborhoodField.name: .text(name), NeighborhoodField.code: .text(code),
                ])
        ).event.entity
    }

    /// The name is sealed under a key of the worker's own, durable before the event is.
    @discardableResult
    func addWorker(
        name: String, role: Role, neighborhoods: [EntityID], by admin: EntityID? = nil
    ) throws -> EntityID {
        try KindDescriptor.check(name: name)
        for known in try views.workers() where try views.workerName(known.id)?.matches(name) == true
        {
            throw Refusal(exit: 65, Phrase("worker_of_that_name"))
        }
        let worker = EntityID(try nextDot())
        let kind = Kind.workerRegistered
        let sealed = try seal([WorkerField.name: .text(name)], of: kind, about: [worker])
        try author(
            Draft(
                kind: kind, worker: admin,
                payload: [
                    WorkerField.role: .integer(role.rawValue),
                    WorkerField.neighborhoods: .entities(neighborhoods.sorted()),
                ], sealed: [sealed]))
        return worker
    }

    func makePairingLink(
        workers: [EntityID], neighborhoods: [EntityID], role: Role, host: String, port: UInt16,
        mode: PairingLink.Mode, hoursValid: Int64 = PairingGrant.hoursValid.upperBound
    ) throws -> PairingLink {
        precondition(PairingGrant.hoursValid.contains(hoursValid), "a link is good for a week")
        let random = store.environment.randomBytes
        let grant = PairingGrant(
            id: random(PairingLink.idByteCount), secret: random(PairingLink.secretByteCount),
            workers: workers, neighborhoods: neighborhoods, role: role,
            expiresAt: Instant(milliseconds: now.milliseconds + hoursValid * 3_600_000),
            replica: nil,
            address: LinkAddress(mode: ServingRecord.Mode(mode), host: host, port: port))
        try PairingLinkTable(db).insert(grant)
        return PairingLink(
            host: host, port: port, mode: mode, id: grant.id, secret: grant.secret,
            ledger: .of(store.keys.ledger.signingPublicKey))
    }

    /// Why somebody did it, in a sentence of theirs: the one text of a kind that the office writes.
    func seal(
        reason: String, as field: FieldNumber, of kind: Kind, about subjects: [EntityID]
    ) throws -> SealedPart {
        let texts: Payload = [field: .text(reason)]
        try kind.descriptor.check(texts, sealed: true, anySealed: true)
        return try seal(texts, of: kind, about: subjects)
    }

    /// Seals under the key of these subjects, made and stored if there is none yet.
    func seal(_ payload: Payload, of kind: Kind, about subjects: [EntityID]) throws -> SealedPart {
        let random = store.environment.randomBytes
        let key: DataKey
        if let known = try store.keyring.key(of: subjects) {
            key = known
        } else {
            let id = random(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            key = DataKey(
                id: DataKeyID(id), subjects: subjects, key: random(DataKey.byteCount))
            try store.keyring.add([key])
        }
        return try key.seal(
            payload, kind: kind.number, community: store.community, nonce: random(12))
    }
}

/// Before member numbers: short, typed on any keyboard, read aloud without doubt. Codes of before
/// this rule stay as they are.
struct NeighborhoodCode {
    static let lengths = 2...8
    /// In capitals.
    let text: String

    init(typed: String) throws {
        let isPlain = typed.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "a")...UInt8(ascii: "z"):
                true
            default: false
            }
        }
        guard isPlain, Self.lengths.contains(typed.utf8.count), typed.first?.isLetter == true else {
            throw Refusal.usage(
                "\"\(typed)\" cannot be a neighborhood's code: it has "
                    + "\(Self.lengths.lowerBound) to \(Self.lengths.upperBound) letters A to Z and "
                    + "digits, a letter first, such as HAR")
        }
        text = typed.uppercased()
    }
}

extension KindDescriptor {
    /// The limits of a worker's name, checked where it can still be read.
    fileprivate static func check(name: String) throws {
        try Kind.workerRegistered.descriptor.field(WorkerField.name)?.check(.text(name))
    }
}

extension String {
    /// Equal but for case: codes and names as people type them.
    func matches(_ typed: String) -> Bool { lowercased() == typed.lowercased() }
}
