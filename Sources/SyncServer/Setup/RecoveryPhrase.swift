// The words on paper that bring a ledger back when its machine is gone: 160 random bits, from which
// scrypt makes the recovery key pairs. Only their public halves are kept, in `community.founded`.
// Neighbors: `init` prints the phrase once; Founding writes the public halves.

internal import Crypto
internal import CryptoExtras
internal import Foundation
internal import Shared

struct RecoveryPhrase: Sendable, CustomStringConvertible {
    static let byteCount = 20
    private static let groupLength = 4
    /// 32 MB and a tenth of a second a guess; 160 bits leave nothing to guess anyway.
    private static let rounds = 1 << 15
    private static let blockSize = 8

    private let bits: [UInt8]

    init(environment: Shared.Environment) { bits = environment.randomBytes(Self.byteCount) }

    /// Nil unless the groups are those of a phrase; blanks, hyphens and case do not matter.
    init?(_ text: String) {
        guard let bits = Base32.decode(text.filter { !$0.isWhitespace && $0 != "-" }),
            bits.count == Self.byteCount
        else { return nil }
        self.bits = bits
    }

    /// Eight groups of four letters and digits.
    var description: String {
        let letters = Array(Base32.encode(bits))
        return stride(from: 0, to: letters.count, by: Self.groupLength)
            .map { String(letters[$0..<min($0 + Self.groupLength, letters.count)]) }
            .joined(separator: " ")
    }

    /// scrypt (RFC 7914) of the 20 bytes: 32 bytes of Ed25519 seed, then 32 of X25519.
    func keys() throws -> ReplicaKeys {
        let derived = try KDF.Scrypt.deriveKey(
            from: Data(bits), salt: Data("hourbook/recovery/v1".utf8) + [0], outputByteCount: 64,
            rounds: Self.rounds, blockSize: Self.blockSize, parallelism: 1)
        let bytes = derived.withUnsafeBytes { Array($0) }
        return try ReplicaKeys(
            signingKey: Array(bytes.prefix(32)), receivingKey: Array(bytes.suffix(32)))
    }
}
