// Personal values and free text: encrypted from the first event on, under data keys that each have
// a set of subjects and are forgotten when a subject is erased.
// Source: docs/protocol.md section 5. Neighbors: Record/ seals, screens open, state never needs it.

internal import Crypto
internal import Foundation

/// A key for the sealed parts about one set of subjects.
public struct DataKey: Hashable, Sendable {
    public static let byteCount = 32
    public let id: DataKeyID
    /// Entities, ascending: a member, a worker, the parties of an entry, or a scope's neighborhood.
    public let subjects: [EntityID]
    public let key: [UInt8]

    public init(id: DataKeyID, subjects: [EntityID], key: [UInt8]) {
        precondition(key.count == Self.byteCount, "a data key is 32 bytes")
        self.id = id
        self.subjects = Set(subjects).sorted()
        self.key = key
    }

    /// A new one, by chance.
    public init(subjects: [EntityID], environment: Environment) {
        let id = environment.randomBytes(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        self.init(
            id: DataKeyID(id), subjects: subjects,
            key: environment.randomBytes(Self.byteCount))
    }

    /// What it adds to a message, wrapped, at most: tags, id and key, and each subject.
    public var wireBytesMax: Int { 60 + subjects.count * 30 }
}

/// Why a sealed part stays closed.
public enum SealingError: Error, Equatable {
    /// The key never came, or a subject was erased.
    case noKey(DataKeyID)
    case damaged(DataKeyID)
}

extension DataKey {
    /// Seals a payload; `nonce` is 12 random bytes, never used twice with one key.
    public func seal(
        _ payload: Payload, kind: KindNumber, community: CommunityID, nonce: [UInt8]
    ) throws -> SealedPart {
        let box = try ChaChaPoly.seal(
            payload.encoded(), using: SymmetricKey(data: key), nonce: .init(data: nonce),
            authenticating: associatedData(kind: kind, community: community))
        return SealedPart(
            key: id, nonce: nonce, ciphertext: [UInt8](box.ciphertext) + [UInt8](box.tag))
    }

    public func open(
        _ part: SealedPart, kind: KindNumber, community: CommunityID
    ) throws(SealingError) -> Payload {
        do {
            let box = try ChaChaPoly.SealedBox(
                nonce: .init(data: part.nonce), ciphertext: part.ciphertext.dropLast(16),
                tag: part.ciphertext.suffix(16))
            let plain = try ChaChaPoly.open(
                box, using: SymmetricKey(data: key),
                authenticating: associatedData(kind: kind, community: community))
            return try Payload(decoding: [UInt8](plain))
        } catch {
            throw .damaged(id)
        }
    }

    /// community ‖ key id ‖ kind, the integers as eight bytes each.
    private func associatedData(kind: KindNumber, community: CommunityID) -> [UInt8] {
        community.bytes + id.value.bigEndianBytes + UInt64(kind.value).bigEndianBytes
    }
}
