// POST /v1/split: a folder that is a copy, known by the key of its origin, goes on under a name of
// its own. Neighbors: Pairing/Splits decides and writes. Source: docs/protocol.md section 7.9.

internal import HTTPTypes
internal import Hummingbird
internal import Shared
internal import Store

struct SplitRoute {
    let store: ServerStore

    func respond(to request: Request) async throws -> Response {
        let body = try await request.boundedBody()
        let origin = try await store.authenticated(request, body: body)
        let split = try SplitRequest(decoding: body)
        let message = Signed.split(
            community: store.community, origin: origin.replica, common: split.common,
            signingKey: split.signingKey, receivingKey: split.receivingKey)
        do {
            try verify(split.proof, of: message, by: split.signingKey)
        } catch {
            throw Problem.signature
        }
        guard store.standing == .whole else { throw Problem.readOnly }
        let (verdict, name) = try await store.appendAsync { session in
            (try session.split(split, of: origin), try session.views.communityName())
        }
        let response = try store.signedPairing(
            of: ReplicaID(signingKey: split.signingKey), at: try verdict.get(),
            communityName: name)
        return Response(
            status: .ok, headers: [.contentType: SyncProtocol.mediaType],
            body: .init(byteBuffer: ByteBuffer(bytes: try response.encoded())))
    }
}
