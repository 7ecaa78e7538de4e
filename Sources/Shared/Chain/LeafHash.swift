// Hashes of events and of the sequence of a replica's events.
// Source: docs/protocol.md section 3; leaf and node as in RFC 9162. Neighbors: Event+Wire makes the
// bytes, MerkleTree combines leaves, SignedRun signs the end of a chain.

internal import Crypto

extension Hash {
    /// H(0x00 ‖ event bytes): the identity of an event.
    public static func leaf(_ eventBytes: [UInt8]) -> Hash {
        var hasher = SHA256()
        hasher.update(data: [0x00] as [UInt8])
        hasher.update(data: eventBytes)
        return Hash(hasher.finalize())
    }

    /// H(0x01 ‖ left ‖ right).
    public static func node(_ left: Hash, _ right: Hash) -> Hash {
        var hasher = SHA256()
        hasher.update(data: [0x01] as [UInt8])
        hasher.update(data: left.bytes)
        hasher.update(data: right.bytes)
        return Hash(hasher.finalize())
    }

    public static func of(_ bytes: some Collection<UInt8>) -> Hash {
        Hash(SHA256.hash(data: Array(bytes)))
    }
}

/// A replica's events so far, as one hash: chainₙ = H(0x02 ‖ chainₙ₋₁ ‖ leafₙ).
public struct ReplicaChain: Hashable, Sendable {
    public private(set) var sequence: Sequence64
    public private(set) var hash: Hash

    /// A chain taken up again where a store left it.
    public init(sequence: Sequence64, hash: Hash) {
        self.sequence = sequence
        self.hash = hash
    }

    /// chain₀ = H("hourbook/chain/v1" 0x00 ‖ public key).
    public init(signingKey: [UInt8]) {
        sequence = .none
        hash = .of(Purpose.chain.prefix + signingKey)
    }

    public mutating func append(_ leaf: Hash) {
        var hasher = SHA256()
        hasher.update(data: [0x02] as [UInt8])
        hasher.update(data: hash.bytes)
        hasher.update(data: leaf.bytes)
        hash = Hash(hasher.finalize())
        sequence = sequence.next
    }
}

/// What a hash or signature is for. Its text comes first, so none can stand in for another.
public enum Purpose: String, Sendable {
    case chain, run, request, response, pair, paired, cluster
    case importKey = "import"
    case reissued
    case split
    case pairCheck = "pair-check"

    /// "hourbook/<purpose>/v1" and one zero byte.
    public var prefix: [UInt8] { Array("hourbook/\(rawValue)/v1".utf8) + [0] }
}

extension ReplicaID {
    /// First 16 bytes of H(raw Ed25519 public key).
    public init(signingKey: [UInt8]) { self.init(Bytes16(prefixOf: .of(signingKey))) }
}

extension CommunityID {
    /// First 16 bytes of H(raw ledger public key).
    public init(ledgerKey: [UInt8]) { self.init(Bytes16(prefixOf: .of(ledgerKey))) }
}

extension ImportKey {
    /// First 16 bytes of H("hourbook/import/v1" 0x00 ‖ source name 0x00 ‖ scope ‖ row ‖ n), where
    /// the row is the n-th of its bytes in the file, counted from 1.
    public init(source: String, scope: ScopeID, row: [UInt8], occurrence: UInt64) {
        let text =
            Purpose.importKey.prefix + Array(source.utf8) + [0] + scope.bytes + row
            + occurrence.bigEndianBytes
        self.init(Bytes16(prefixOf: .of(text)))
    }
}
