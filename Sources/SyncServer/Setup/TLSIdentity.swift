// The server's TLS keys, for devices that know them by their fingerprint: the one that it shows,
// and the one that it will show next, which every device learns from the ledger before it is used.
// Source: docs/protocol.md section 7.1. Neighbors: TLSAnnouncing says them in the ledger, Serving
// shows the first; `tls use-next` moves on.
// Invariant: what is in the file is announced before it is shown.

internal import Crypto
internal import Foundation
internal import Shared
internal import SwiftASN1
internal import X509

struct TLSIdentity: Sendable {
    static let fileName = "tls-keys.json"

    let current: P256.Signing.PrivateKey
    let next: P256.Signing.PrivateKey

    /// Private halves, each 32 bytes in hex.
    private struct Stored: Codable {
        let current: String
        let next: String
    }

    init(environment: Shared.Environment) {
        current = Self.key(environment)
        next = Self.key(environment)
    }

    private init(current: P256.Signing.PrivateKey, next: P256.Signing.PrivateKey) {
        self.current = current
        self.next = next
    }

    /// The next key in use, and a new one after it.
    func advanced(_ environment: Shared.Environment) -> TLSIdentity {
        TLSIdentity(current: next, next: Self.key(environment))
    }

    /// What devices are told.
    var keys: TLSKeys { TLSKeys(current: Self.pin(current), next: Self.pin(next)) }

    private static func pin(_ key: P256.Signing.PrivateKey) -> Hash {
        .of([UInt8](key.publicKey.derRepresentation))
    }

    /// All but one in 2³² strings of 32 bytes are a private key.
    private static func key(_ environment: Shared.Environment) -> P256.Signing.PrivateKey {
        while true {
            let bytes = environment.randomBytes(32)
            if let key = try? P256.Signing.PrivateKey(rawRepresentation: bytes) { return key }
        }
    }

    // MARK: The file

    /// Nil when there is none.
    init?(folder: URL) throws {
        let url = folder.appendingPathComponent(Self.fileName)
        guard FileManager.default.fileExists(atPath: url.path) else { return nil }
        guard let data = try? Data(contentsOf: url),
            let stored = try? JSONDecoder().decode(Stored.self, from: data),
            let current = Self.key(hex: stored.current), let next = Self.key(hex: stored.next)
        else { throw ServerKeys.Failure.damaged(path: url.path) }
        self.init(current: current, next: next)
    }

    func save(folder: URL) throws {
        let stored = Stored(
            current: hex([UInt8](current.rawRepresentation)),
            next: hex([UInt8](next.rawRepresentation)))
        try PrivateFile.write(stored, name: Self.fileName, folder: folder)
    }

    private static func key(hex text: String) -> P256.Signing.PrivateKey? {
        bytes(hex: text).flatMap { try? P256.Signing.PrivateKey(rawRepresentation: $0) }
    }

    // MARK: The certificate

    /// TLS wants one; devices that pin the key read nothing of it. Made anew at each start, and
    /// without an end: nobody should have to renew what nobody reads.
    func certificate() throws -> [UInt8] {
        let key = Certificate.PrivateKey(current)
        let name = try DistinguishedName { CommonName("Hourbook server") }
        let certificate = try Certificate(
            version: .v3, serialNumber: .init(bytes: keys.current.bytes.prefix(16)),
            publicKey: key.publicKey, notValidBefore: Self.years.lowerBound,
            notValidAfter: Self.years.upperBound, issuer: name, subject: name,
            extensions: Certificate.Extensions {}, issuerPrivateKey: key)
        var serializer = DER.Serializer()
        try serializer.serialize(certificate)
        return serializer.serializedBytes
    }

    /// 2000-01-01, and the end that RFC 5280 section 4.1.2.5 names for "none".
    private static let years =
        Date(timeIntervalSince1970: 946_684_800)...Date(timeIntervalSince1970: 253_402_300_799)
}
