// The Authorization header that proves which replica asks, and the header that proves who answers.
// Source: docs/protocol.md section 7.2. Neighbors: SyncSession sends the one and checks the other.

internal import Shared

enum SignedRequest {
    static func headers(
        keys: ReplicaKeys, community: CommunityID, nonce: [UInt8], path: String, body: [UInt8]
    ) throws -> [(name: String, value: String)] {
        let signature = try keys.sign(
            Signed.request(
                community: community, nonce: nonce, methodAndPath: "POST \(path)", body: body))
        let proof =
            "\(SyncProtocol.authorizationScheme) replica=\(keys.replica), "
            + "nonce=\(hex(nonce)), signature=\(hex(signature))"
        return [("Authorization", proof), ("Content-Type", SyncProtocol.mediaType)]
    }

    /// The nonce for the next request; nil when the answer brought none.
    static func nextNonce(_ answer: HTTPAnswer) -> [UInt8]? {
        answer.headers[SyncProtocol.nonceHeader.lowercased()].flatMap { bytes(hex: $0) }
    }
}

enum SignedAnswer {
    /// The ledger key signed these bytes as the answer to these, for this device.
    static func isGenuine(
        _ answer: HTTPAnswer, to request: [UInt8], of paired: PairedDevice
    ) -> Bool {
        let header = answer.headers[SyncProtocol.signatureHeader.lowercased()]
        guard let signature = header.flatMap({ bytes(hex: $0) }) else { return false }
        let message = Signed.response(
            community: paired.community, replica: paired.replica, request: request,
            response: answer.body)
        return (try? verify(signature, of: message, by: paired.ledgerKey)) != nil
    }
}
