// Who signed a request. Source: docs/protocol.md section 7.
// Neighbors: SyncRoute checks what this reads against the device's key in the ledger.

internal import HTTPTypes
internal import Hummingbird
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
        guard let authorization = request.headers[.authorization].flatMap(Authorization.init),
            keys.nonce.isFresh(authorization.nonce, at: environment.now())
        else { throw Problem.nonce }
        let device = try await readAsync {
            try StoredFacts($0).device(authorization.replica)
        }
        guard let device else { throw Problem.unknownReplica }
        let message = Signed.request(
            community: community, nonce: authorization.nonce,
            methodAndPath: request.methodAndPath, body: body)
        do {
            try verify(authorization.signature, of: message, by: device.signingKey)
        } catch {
            throw Problem.signature
        }
        return device
    }
}
