// POST /v1/pair: a device proves the secret of a link, and is entered in the ledger.
// Neighbors: Pairing/ decides and writes. Source: docs/protocol.md section 7.1.

internal import HTTPTypes
internal import Hummingbird
internal import Shared

struct PairRoute {
    let store: ServerStore

    func respond(to request: Request) async throws -> Response {
        let pairing = try PairRequest(decoding: try await request.boundedBody())
        guard store.standing == .whole else { throw Problem.readOnly }
        let (position, name) = try await store.appendAsync { session in
            let position = try session.pair(pairing).get()
            return (position, try session.views.communityName())
        }
        let response = try store.signedPairing(
            of: ReplicaID(signingKey: pairing.signingKey), at: position, communityName: name)
        return Response(
            status: .ok, headers: [.contentType: SyncProtocol.mediaType],
            body: .init(byteBuffer: ByteBuffer(bytes: try response.encoded())))
    }

}

extension ServerStore {
    /// What a device is told that is in the ledger from this position on.
    func signedPairing(
        of replica: ReplicaID, at position: LedgerPosition, communityName: String
    ) throws -> PairResponse {
        var response = PairResponse(
            communityName: communityName, ledgerKey: keys.ledger.signingPublicKey,
            serverSigningKey: keys.replica.signingPublicKey,
            serverReceivingKey: keys.replica.receivingPublicKey, pairedAt: position)
        response.signature = try keys.ledger.sign(
            Signed.paired(
                community: community, replica: replica,
                response: try response.unsignedBytes()))
        return response
    }
}
