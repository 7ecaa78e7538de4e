// An authority that nobody trusts until a test makes its system do so, and a certificate that it
// gave to localhost. Made for these tests alone, to last as long as dates do (2000 to 2199).
// Neighbors: PublicTrustTests trusts it or not.

import Foundation
import NIOSSL

@testable import SyncServer

enum SampleAuthority {
    /// The name in the certificate, the only one.
    static let host = "localhost"

    /// Writes the authority's own certificate, as systems keep those they trust.
    static func write(to url: URL) throws { try Data(authority.utf8).write(to: url) }

    /// Of a server that is started with --certificate and --key.
    static func configuration(in folder: URL) throws -> TLSConfiguration {
        let (chain, key) = (
            folder.appendingPathComponent("chain.pem"), folder.appendingPathComponent("key.pem")
        )
        try Data(certificate.utf8).write(to: chain)
        try Data(privateKey.utf8).write(to: key)
        return try TLSConfiguration.certificate(chain: chain.path, key: key.path)
    }

    private static let authority = """
        -----BEGIN CERTIFICATE-----
        MIIBdzCCAR2gAwIBAgIBATAKBggqhkjOPQQDAjAiMSAwHgYDVQQDDBdIb3VyYm9v
        ayB0ZXN0IGF1dGhvcml0eTAgFw0wMDAxMDEwMDAwMDBaGA8yMTk5MTIzMTIzNTk1
        OVowIjEgMB4GA1UEAwwXSG91cmJvb2sgdGVzdCBhdXRob3JpdHkwWTATBgcqhkjO
        PQIBBggqhkjOPQMBBwNCAATveCnwPMCA1Ryp7h/S8IHHbsf11UXLlbzcHIKxvqHE
        xMaXMSeWHjmdsymRY/UVWldPLo1gTGShBBU/+61FE9Tpo0IwQDAPBgNVHRMBAf8E
        BTADAQH/MA4GA1UdDwEB/wQEAwICBDAdBgNVHQ4EFgQUYbE0ehhXJzB8P8xWxsYI
        i9WLVtkwCgYIKoZIzj0EAwIDSAAwRQIhAPw3fx2z+JdxwOl5SF9wgZIDUzUvlhvx
        LLl9rIJBWgrEAiBWpVy5jnBXG2S2zrexhKmOco7FgYG6FwEyMyo9mRG3LQ==
        -----END CERTIFICATE-----
        """
    private static let certificate = """
        -----BEGIN CERTIFICATE-----
        MIIBlTCCATqgAwIBAgIBAjAKBggqhkjOPQQDAjAiMSAwHgYDVQQDDBdIb3VyYm9v
        ayB0ZXN0IGF1dGhvcml0eTAgFw0wMDAxMDEwMDAwMDBaGA8yMTk5MTIzMTIzNTk1
        OVowFDESMBAGA1UEAwwJbG9jYWxob3N0MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcD
        QgAEE605GVqEnkxO9oVmD6TiJjnhmZTS2HzLVOWMTVbyO8+RRXlHAcbQCAfMA3Hg
        rX/icoqXBhQa7qPrg2aWwP4WYaNtMGswFAYDVR0RBA0wC4IJbG9jYWxob3N0MBMG
        A1UdJQQMMAoGCCsGAQUFBwMBMB0GA1UdDgQWBBTWuVZtq6JvbXrePsLCy1SfOeUP
        +TAfBgNVHSMEGDAWgBRhsTR6GFcnMHw/zFbGxgiL1YtW2TAKBggqhkjOPQQDAgNJ
        ADBGAiEAt6pNb5xZXSyo09fNMr16EfyCD/kz3/IJcgD0qM8D8PMCIQCBjTOoNQQY
        7+jnZCobY1qgpvCN4/M2R1NygMTv6CWZHA==
        -----END CERTIFICATE-----
        """
    private static let privateKey = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgQu58rHl/rQaXXWnw
        38L3yGrt5blxhA0qeapN8wUKMzihRANCAAQTrTkZWoSeTE72hWYPpOImOeGZlNLY
        fMtU5YxNVvI7z5FFeUcBxtAIB8wDceCtf+JyipcGFBruo+uDZpbA/hZh
        -----END PRIVATE KEY-----
        """
}
