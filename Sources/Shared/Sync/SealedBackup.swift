// The keys of a backup, sealed to the recovery key: one HPKE message (RFC 9180: X25519,
// HKDF-SHA256, ChaCha20-Poly1305), whose ephemeral key HPKE makes itself.
// Source: docs/protocol.md section 3.7. Neighbors: the server's Backup/ makes and opens them;
// KeyWrapping does the same for data keys in transit, under another purpose.

internal import Crypto
internal import Foundation

public enum SealedBackup {
    private static let encapsulatedCount = 32
    private static let suite = HPKE.Ciphersuite(
        kem: .Curve25519_HKDF_SHA256, kdf: .HKDF_SHA256, aead: .chaChaPoly)

    /// The receiver's key is a raw X25519 public key; `header` is authenticated with it.
    public static func seal(
        _ plain: [UInt8], header: [UInt8], to receiver: [UInt8], community: CommunityID
    ) throws -> [UInt8] {
        guard let key = try? Curve25519.KeyAgreement.PublicKey(rawRepresentation: receiver) else {
            throw KeyWrappingError.badReceiver
        }
        var sender = try HPKE.Sender(
            recipientKey: key, ciphersuite: suite, info: info(community))
        let ciphertext = try sender.seal(Data(plain), authenticating: Data(header))
        return [UInt8](sender.encapsulatedKey) + [UInt8](ciphertext)
    }

    public static func open(
        _ sealed: [UInt8], header: [UInt8], with keys: ReplicaKeys, community: CommunityID
    ) throws(KeyWrappingError) -> [UInt8] {
        do {
            var recipient = try HPKE.Recipient(
                privateKey: keys.receiving, ciphersuite: suite, info: info(community),
                encapsulatedKey: Data(sealed.prefix(encapsulatedCount)))
            let ciphertext = Data(sealed.dropFirst(encapsulatedCount))
            return [UInt8](try recipient.open(ciphertext, authenticating: Data(header)))
        } catch {
            throw .cannotOpen
        }
    }

    private static func info(_ community: CommunityID) -> Data {
        Data(Array("hourbook/backup/v1".utf8) + [0] + community.bytes)
    }
}
