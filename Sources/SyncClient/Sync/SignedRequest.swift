// The Authorization header that proves which replica asks.
// Source: docs/protocol.md section 7. Neighbors: SyncSession sends it, the server checks it.

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
