// Who signed a request. Source: docs/protocol.md section 7.
// Neighbors: SyncRoute checks what this reads against the device's key in the ledger.

internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import Shared
internal import Store

/// "Hourbook replica=<hex>, nonce=<hex>, signature=<hex>".
struct Authorization: Equatable, Sendable {
    let replica: ReplicaID
    let nonce: [UInt8]
    let signature: [UInt8]

    /// Longer than any that is well-formed.
    private static let characterCountMax = 400

    /// Nil unless all three are there, once each.
    init?(_ text: String) {
        let scheme = SyncProtocol.authorizationScheme + " "
        guard text.utf8.count <= Self.characterCountMax, text.hasPrefix(scheme) else { return nil }
        var values: [Substring: [UInt8]] = [:]
        for part in text.dropFirst(scheme.count).split(separator: ",") {
            let pair = part.drop { $0 == " " }.split(separator: "=", maxSplits: 1)
            guard pair.count == 2, let value = bytes(hex: pair[1]),
                values.updateValue(value, forKey: pair[0]) == nil
            else { return nil }
        }
        guard values.count == 3, let replica = values["replica"].flatMap({ ReplicaID($0) }),
            let nonce = values["nonce"], let signature = values["signature"]
        else { return nil }
        self.replica = replica
        self.nonce = nonce
        self.signature = signature
    }
}

extension ServerStore {
    /// The device that signed the request.
    func authenticated(_ request: Request, body: [UInt8]) async throws -> DeviceState {
        let authorization = try freshAuthorization(of: request)
        let device = try await readAsync {
            try StoredFacts($0).device(authorization.replica)
        }
        guard let device else { throw Problem.unknownReplica }
        try check(authorization, of: request, body: body, by: device.signingKey)
        return device
    }

    /// A claim until it has been checked by the replica's key.
    func freshAuthorization(of request: Request) throws -> Authorization {
        guard let authorization = request.headers[.authorization].flatMap(Authorization.init),
            keys.nonce.isFresh(authorization.nonce, at: environment.now())
        else { throw Problem.nonce }
        return authorization
    }

    func check(
        _ authorization: Authorization, of request: Request, body: [UInt8], by key: [UInt8]
    ) throws {
        let message = Signed.request(
            community: community, nonce: authorization.nonce,
            methodAndPath: request.methodAndPath, body: body)
        do {
            try verify(authorization.signature, of: message, by: key)
        } catch {
            throw Problem.signature
        }
    }

    /// What stands between server and device, such as a proxy where TLS ends, may neither alter an
    /// answer nor give an old one: a device acts on what it is told of its entries.
    func signed(
        _ body: [UInt8], to request: [UInt8], for replica: ReplicaID
    ) throws -> Response {
        let signature = try keys.ledger.sign(
            Signed.response(
                community: community, replica: replica, request: request, response: body))
        return Response(
            status: .ok,
            headers: [
                .contentType: SyncProtocol.mediaType, .hourbookSignature: hex(signature),
            ], body: .init(byteBuffer: ByteBuffer(bytes: body)))
    }
}
