// Ed25519 signatures over a purpose, the community and what is signed; one per pushed run.
// Source: docs/protocol.md section 3. Neighbors: Sync/ carries them, Admission verifies.

internal import Crypto
internal import Foundation

/// Why a key or signature was not accepted.
public enum SignatureError: Error, Equatable { case badKey, refused }

/// A replica's private keys: Ed25519 for signing, X25519 for receiving data keys.
public struct ReplicaKeys: Sendable {
    private let signing: Curve25519.Signing.PrivateKey
    let receiving: Curve25519.KeyAgreement.PrivateKey

    /// Both private keys are 32 bytes.
    public init(signingKey: [UInt8], receivingKey: [UInt8]) throws {
        signing = try .init(rawRepresentation: signingKey)
        receiving = try .init(rawRepresentation: receivingKey)
    }

    public var signingPublicKey: [UInt8] { [UInt8](signing.publicKey.rawRepresentation) }
    public var receivingPublicKey: [UInt8] { [UInt8](receiving.publicKey.rawRepresentation) }
    public var replica: ReplicaID { ReplicaID(signingKey: signingPublicKey) }

    public func sign(_ message: [UInt8]) throws -> [UInt8] {
        [UInt8](try signing.signature(for: Data(message)))
    }
}

/// Checks an Ed25519 signature by a raw 32-byte public key.
public func verify(_ signature: [UInt8], of message: [UInt8], by publicKey: [UInt8]) throws {
    guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: Data(publicKey)) else {
        throw SignatureError.badKey
    }
    guard key.isValidSignature(Data(signature), for: Data(message)) else {
        throw SignatureError.refused
    }
}

/// The messages that are signed, each under its own purpose.
public enum Signed {
    /// A pushed run: community ‖ replica ‖ last sequence ‖ chain at last.
    public static func run(
        community: CommunityID, replica: ReplicaID, chain: ReplicaChain
    ) -> [UInt8] {
        Purpose.run.prefix + community.bytes + replica.bytes
            + chain.sequence.value.bigEndianBytes + chain.hash.bytes
    }

    /// A request: community ‖ nonce ‖ method and path ‖ zero byte ‖ H(body).
    public static func request(
        community: CommunityID, nonce: [UInt8], methodAndPath: String, body: [UInt8]
    ) -> [UInt8] {
        Purpose.request.prefix + community.bytes + nonce + Array(methodAndPath.utf8) + [0]
            + Hash.of(body).bytes
    }

    /// The server's answer to a sync: community ‖ device's replica ‖ H(request body) ‖
    /// H(response body).
    public static func response(
        community: CommunityID, replica: ReplicaID, request: [UInt8], response: [UInt8]
    ) -> [UInt8] {
        Purpose.response.prefix + community.bytes + replica.bytes + Hash.of(request).bytes
            + Hash.of(response).bytes
    }

    /// By the new key of a copied folder: community ‖ the replica that it has been so far ‖ what
    /// both folders have ‖ the new keys.
    public static func split(
        community: CommunityID, origin: ReplicaID, common: Sequence64, signingKey: [UInt8],
        receivingKey: [UInt8]
    ) -> [UInt8] {
        Purpose.split.prefix + community.bytes + origin.bytes + common.value.bigEndianBytes
            + signingKey + receivingKey
    }

    /// The server's answer to a pairing: community ‖ device's replica ‖ H(response, unsigned).
    public static func paired(
        community: CommunityID, replica: ReplicaID, response: [UInt8]
    ) -> [UInt8] {
        Purpose.paired.prefix + community.bytes + replica.bytes + Hash.of(response).bytes
    }
}

/// Proof that a device knows a pairing link's secret, bound to its keys and label.
public enum PairingProof {
    public static func make(
        secret: [UInt8], community: CommunityID, signingKey: [UInt8], receivingKey: [UInt8],
        label: String
    ) -> [UInt8] {
        let code = HMAC<SHA256>.authenticationCode(
            for: message(community, signingKey, receivingKey, label),
            using: SymmetricKey(data: secret))
        return Array(code)
    }

    /// Compares in constant time.
    public static func isValid(
        _ proof: [UInt8], secret: [UInt8], community: CommunityID, signingKey: [UInt8],
        receivingKey: [UInt8], label: String
    ) -> Bool {
        HMAC<SHA256>.isValidAuthenticationCode(
            proof, authenticating: message(community, signingKey, receivingKey, label),
            using: SymmetricKey(data: secret))
    }

    private static func message(
        _ community: CommunityID, _ signingKey: [UInt8], _ receivingKey: [UInt8], _ label: String
    ) -> [UInt8] {
        Purpose.pair.prefix + community.bytes + signingKey + receivingKey + Array(label.utf8)
    }
}

/// A stateless nonce: an hour of the server's clock and its authentication code.
public struct RequestNonce: Sendable {
    /// A nonce is good for a day by the server's clock.
    public static let hoursValid: UInt64 = 24
    static let byteCount = 24

    private let key: SymmetricKey
    /// The key is 32 random bytes that the server keeps.
    public init(key: [UInt8]) { self.key = SymmetricKey(data: key) }

    public func make(at now: Instant) -> [UInt8] { nonce(hour: hour(now)) }

    public func isFresh(_ nonce: [UInt8], at now: Instant) -> Bool {
        guard nonce.count == Self.byteCount else { return false }
        let issued = bigEndian(nonce.prefix(8))
        let current = hour(now)
        guard issued <= current, current - issued < Self.hoursValid else { return false }
        return isEqualInConstantTime(Array(nonce.dropFirst(8)), code(hour: issued).bytes.prefix(16))
    }

    private func nonce(hour: UInt64) -> [UInt8] {
        hour.bigEndianBytes + code(hour: hour).bytes.prefix(16)
    }

    private func code(hour: UInt64) -> Hash {
        Hash(Array(HMAC<SHA256>.authenticationCode(for: hour.bigEndianBytes, using: key)))!
    }

    private func hour(_ now: Instant) -> UInt64 {
        UInt64(max(0, now.milliseconds.flooredDivision(3_600_000)))
    }
}

/// Compares every byte whatever it finds, so that timing tells a guesser nothing.
private func isEqualInConstantTime(
    _ lhs: some Collection<UInt8>, _ rhs: some Collection<UInt8>
) -> Bool {
    lhs.count == rhs.count && zip(lhs, rhs).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
}
