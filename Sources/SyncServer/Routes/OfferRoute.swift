// POST /v1/offer: a device brings back what a lost branch of the ledger had, with the proof that
// this ledger's own key signed it. Source: docs/protocol.md section 3.6.1.
// Neighbors: Offers/ checks and places. A device whose own pairing was lost is known by the key in
// the proven event.

internal import HTTPTypes
internal import Hummingbird
internal import Shared
internal import Store

struct OfferRoute {
    let store: ServerStore
    let committer: Committer

    func respond(to request: Request) async throws -> Response {
        let body = try await request.boundedBody()
        let authorization = try store.freshAuthorization(of: request)
        let offer = try OfferRequest(decoding: body)
        let proven = OfferCheck(
            community: store.community, epoch: store.epoch,
            ledgerKey: store.keys.ledger.signingPublicKey
        ).proven(offer)
        let replica = authorization.replica
        let device = try await store.readAsync { try StoredFacts($0).device(replica) }
        guard let key = device?.signingKey ?? proven.signingKey(of: replica) else {
            // Whoever shows it: what this ledger signed and does not hold says it was set back.
            for note in offer.notes.prefix(OfferLimits.strangersNotesMax)
            where try await store.isContradicted(by: note) { throw Problem.readOnly }
            throw Problem.unknownReplica
        }
        try store.check(authorization, of: request, body: body, by: key)
        guard store.standing == .whole else { throw Problem.readOnly }
        // Nothing is taken from one that was revoked: others have it, too.
        let taken = device?.revokedAfter == nil ? proven : []
        let (answer, placed) = try await store.appendAsync { try $0.takeBack(taken) }
        if placed > 0 { await committer.tellTakenBack(placed, by: replica) }
        return try store.signed(try answer.encoded(), to: body, for: replica)
    }
}
