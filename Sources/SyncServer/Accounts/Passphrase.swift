// What people prove themselves with at the office's console: what is kept of it, and what is
// refused as too easy. Pure. Source of the figures: OWASP Password Storage Cheat Sheet (scrypt),
// NIST SP 800-63B 5.1.1.2 (length before composition, a list of common ones).
// Neighbors: Accounts stores it, PassphraseQueue computes it off the event loop.

internal import Crypto
internal import CryptoExtras
internal import Faces
internal import Foundation
internal import Shared
internal import Store

/// How dear one guess is; kept with each hash, so that later ones may be dearer.
struct ScryptCost: Equatable, Sendable {
    /// 2¹⁵ blocks of 8 × 128 bytes, three times: 32 MiB, and about a quarter of a second on the
    /// small machine of an office. A guesser needs the same for each guess.
    static let standard = ScryptCost(rounds: 1 << 15, blockSize: 8, parallelism: 3)

    let rounds: Int
    let blockSize: Int
    let parallelism: Int
}

/// What is kept of a passphrase.
struct PassphraseHash: Equatable, Sendable {
    /// Nobody's table of hashes fits two accounts.
    static let saltByteCount = 16
    static let byteCount = 32

    let cost: ScryptCost
    let salt: [UInt8]
    let hash: [UInt8]

    init(cost: ScryptCost, salt: [UInt8], hash: [UInt8]) {
        (self.cost, self.salt, self.hash) = (cost, salt, hash)
    }

    init(of passphrase: String, cost: ScryptCost, salt: [UInt8]) throws {
        let key = try KDF.Scrypt.deriveKey(
            from: Array(passphrase.precomposedStringWithCompatibilityMapping.utf8), salt: salt,
            outputByteCount: Self.byteCount, rounds: cost.rounds, blockSize: cost.blockSize,
            parallelism: cost.parallelism)
        self.init(cost: cost, salt: salt, hash: key.withUnsafeBytes { Array($0) })
    }

    func fits(_ passphrase: String) throws -> Bool {
        isSame(try PassphraseHash(of: passphrase, cost: cost, salt: salt).hash, hash)
    }

    /// Fits nothing that anybody types: compared with when there is no such account, so that the
    /// answer takes as long.
    static func nobodys(cost: ScryptCost) -> PassphraseHash {
        PassphraseHash(
            cost: cost, salt: Array(repeating: 0, count: saltByteCount),
            hash: Array(repeating: 0, count: byteCount))
    }
}

enum Passphrase {
    /// Three or four plain words.
    static let charactersMin = 12
    /// Longer ones would only cost time.
    static let charactersMax = 200
    /// "aaaaaaaaaaaa" and "121212121212" are as good as nothing.
    static let differentMin = 5

    enum Fault: String, Error, CaseIterable {
        case tooShort = "passphrase_short"
        case tooLong = "passphrase_long"
        case tooEasy = "passphrase_easy"
        case twoDiffer = "passphrases_differ"
    }

    /// `names` are those that anybody would try first: the person's, the community's.
    static func fault(in passphrase: String, names: [String]) -> Fault? {
        if passphrase.count < charactersMin { return .tooShort }
        if passphrase.count > charactersMax { return .tooLong }
        let plain = letters(passphrase)
        guard Set(plain).count >= differentMin, !isRun(plain) else { return .tooEasy }
        let known = (common + names.map(letters)).filter { $0.count >= 3 }
        let rest = known.sorted { $0.count > $1.count }.reduce(plain) {
            $0.replacing($1, with: "")
        }
        // What is left after the words that everybody tries must be worth something by itself.
        return rest.count < charactersMin / 2 && rest.count < plain.count ? .tooEasy : nil
    }

    private static func letters(_ text: String) -> String {
        text.folded.filter { $0.isLetter || $0.isNumber }
    }

    /// "abcdefghijkl", "1234567890", "zyxw…".
    private static func isRun(_ text: String) -> Bool {
        let codes = text.unicodeScalars.map { Int($0.value) }
        let steps = zip(codes, codes.dropFirst()).map { $1 - $0 }
        return steps.count { abs($0) <= 1 } * 4 >= steps.count * 3
    }

    /// What lists of stolen passphrases begin with, in both languages of the screens.
    private static let common = [
        "password", "passphrase", "passwort", "contrasena", "clave", "secret", "secreto",
        "letmein", "welcome", "bienvenido", "bienvenida", "admin", "administrador", "changeme",
        "cambiame", "iloveyou", "tequiero", "teamo", "princess", "princesa", "football", "futbol",
        "barcelona", "realmadrid", "dragon", "monkey", "sunshine", "master", "shadow", "superman",
        "qwerty", "qwertyuiop", "asdfgh", "asdfghjkl", "zxcvbn", "zxcvbnm", "1q2w3e4r", "qazwsx",
        "123456789", "12345678", "123456", "12345", "1234", "123", "abc", "abcd", "abc123",
        "hourbook", "timebank", "timecredit", "bancodeltiempo", "2024", "2025", "2026", "2027",
    ]
}
