// Data keys in transit: one HPKE message (RFC 9180: X25519, HKDF-SHA256, ChaCha20-Poly1305) to the
// receiver's key. HPKE makes its own randomness, so wrapped keys differ from run to run.
// Neighbors: SyncMessages carry them, Store's keyring keeps what comes out.

internal import Crypto
internal import Foundation
internal import SwiftProtobuf

public struct WrappedKeys: Hashable, Sendable {
    let encapsulated: [UInt8]
    let ciphertext: [UInt8]
}

public enum KeyWrappingError: Error, Equatable { case badReceiver, cannotOpen, tooMany }

extension WrappedKeys {
    /// Keys in one request or response.
    public static let countMax = 20_000

    private static let suite = HPKE.Ciphersuite(
        kem: .Curve25519_HKDF_SHA256, kdf: .HKDF_SHA256, aead: .chaChaPoly)

    /// Nil for no keys. The receiver's key is a raw X25519 public key.
    public static func wrap(
        _ keys: [DataKey], to receiver: [UInt8], community: CommunityID
    ) throws -> WrappedKeys? {
        if keys.isEmpty { return nil }
        guard keys.count <= countMax else { throw KeyWrappingError.tooMany }
        guard let key = try? Curve25519.KeyAgreement.PublicKey(rawRepresentation: receiver) else {
            throw KeyWrappingError.badReceiver
        }
        var sender = try HPKE.Sender(
            recipientKey: key, ciphersuite: suite, info: Data(info(community)))
        var list = WireDataKeys()
        list.keys = keys.map(\.wire)
        let plain: [UInt8] = try list.serializedBytes()
        let ciphertext = try sender.seal(Data(plain))
        return WrappedKeys(
            encapsulated: [UInt8](sender.encapsulatedKey), ciphertext: [UInt8](ciphertext))
    }

    public func unwrap(with keys: ReplicaKeys, community: CommunityID) throws -> [DataKey] {
        do {
            var recipient = try HPKE.Recipient(
                privateKey: keys.receiving, ciphersuite: Self.suite,
                info: Data(Self.info(community)), encapsulatedKey: Data(encapsulated))
            let plain = try recipient.open(Data(ciphertext))
            let list = try WireDataKeys(serializedBytes: plain)
            guard list.keys.count <= Self.countMax else { throw KeyWrappingError.tooMany }
            return try list.keys.map { try DataKey($0) }
        } catch {
            throw KeyWrappingError.cannotOpen
        }
    }

    private static func info(_ community: CommunityID) -> [UInt8] {
        Array("hourbook/keys/v1".utf8) + [0] + community.bytes
    }
}

extension DataKey {
    fileprivate var wire: WireDataKey {
        var wire = WireDataKey()
        wire.id = id.value
        wire.subjects = subjects.map(\.dot.wire)
        wire.key = Data(key)
        return wire
    }

    fileprivate init(_ wire: WireDataKey) throws {
        guard wire.key.count == Self.byteCount else { throw KeyWrappingError.cannotOpen }
        self.init(
            id: DataKeyID(wire.id), subjects: try wire.subjects.entities(), key: [UInt8](wire.key))
    }
}
