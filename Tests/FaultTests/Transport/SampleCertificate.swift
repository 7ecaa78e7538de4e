// A certificate that only its key can vouch for: self-made, for another name, ended in 2001. Made
// for these tests alone. Neighbors: Peer shows it, PinningTests knows its key.

import NIOSSL
import Shared

enum SampleCertificate {
    /// H of the DER form of its public key, as `openssl pkey -pubout -outform DER` has it.
    static let pin = hash("0643444b577fa4af55c1f48531e4f30d4997b5261c2c8905f5a3f89145ef991c")

    private static func hash(_ text: String) -> Hash {
        guard let hash = bytes(hex: text).flatMap({ Hash($0) }) else {
            preconditionFailure("64 hexadecimal digits are a hash")
        }
        return hash
    }

    /// Of a server that shows it.
    static func configuration(
        from minimum: TLSVersion = .tlsv12, to maximum: TLSVersion = .tlsv13,
        protocols: [String] = []
    ) throws -> TLSConfiguration {
        let chain = try NIOSSLCertificate.fromPEMBytes(Array(certificate.utf8))
        let key = try NIOSSLPrivateKey(bytes: Array(privateKey.utf8), format: .pem)
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
        configuration.minimumTLSVersion = minimum
        configuration.maximumTLSVersion = maximum
        configuration.applicationProtocols = protocols
        return configuration
    }

    private static let certificate = """
        -----BEGIN CERTIFICATE-----
        MIIBYTCCAQagAwIBAgIBATAKBggqhkjOPQQDAjAaMRgwFgYDVQQDDA9hbm90aGVy
        LmV4YW1wbGUwHhcNMDAwMTAxMDAwMDAwWhcNMDEwMTAxMDAwMDAwWjAaMRgwFgYD
        VQQDDA9hbm90aGVyLmV4YW1wbGUwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAASm
        sssSVUu5yCzu9KHzVftUukHI8JR1/OljWcrgHMKUJQxiys/Zk9zNMJJfApwp9UGV
        g+Ah39Pxxft7WISlwvmNoz0wOzAaBgNVHREEEzARgg9hbm90aGVyLmV4YW1wbGUw
        HQYDVR0OBBYEFDDxLiKQmlo3Hpjerv0Njtgq9Of5MAoGCCqGSM49BAMCA0kAMEYC
        IQC9UfOnESW0RDRtlF3EUKRornK1xCGdJTZ9XGss21XifQIhAPXczPheGIa3aNXO
        H3TWq3yxHuQxjJw+knoZgcFpwWTV
        -----END CERTIFICATE-----
        """
    private static let privateKey = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgp/le4pqig6ypqJTq
        k3ekCBVQbectfigHiwAJ0Mg1upuhRANCAASmsssSVUu5yCzu9KHzVftUukHI8JR1
        /OljWcrgHMKUJQxiys/Zk9zNMJJfApwp9UGVg+Ah39Pxxft7WISlwvmN
        -----END PRIVATE KEY-----
        """
}
