// Vectors of docs/protocol.md that need private keys: sealing, wrapping, requests, pairing.

import Testing
import TestSupport

@testable import Shared

@Suite("Test vectors with keys")
struct SecretVectorTests {
    @Test("a sealed part")
    func sealedPart() throws {
        let vector = try ProtocolDocument.vector("sealed-part")
        let payload: Payload = [HoursField.description: .text("played cards")]
        #expect(payload.encoded() == (try vector.bytes("plain")))
        #expect(Fixed.dataKey.key == (try vector.bytes("key")))
        let kind = KindNumber(UInt32(try vector.number("kind")))
        let part = try Fixed.dataKey.seal(
            payload, kind: kind, community: Fixed.community, nonce: try vector.bytes("nonce"))
        #expect(hex(part.ciphertext) == (try vector.text("ciphertext")))
        #expect(part.key.value.bigEndianBytes == (try vector.bytes("key_id")))
    }

    @Test("wrapped data keys of a known sender")
    func wrappedKeys() throws {
        let vector = try ProtocolDocument.vector("wrapped-keys")
        let wrapped = WrappedKeys(
            encapsulated: try vector.bytes("encapsulated"),
            ciphertext: try vector.bytes("ciphertext"))
        let keys = try wrapped.unwrap(with: Fixed.device, community: Fixed.community)
        #expect(keys == [Fixed.dataKey])
    }

    @Test("the signature of a request")
    func requestSignature() throws {
        let vector = try ProtocolDocument.vector("request-signature")
        let message = Signed.request(
            community: Fixed.community, nonce: try vector.bytes("nonce"),
            methodAndPath: try vector.text("method_and_path"), body: try vector.bytes("body"))
        #expect(hex(message) == (try vector.text("message")))
        let signature = try Fixed.device.sign(message)
        #expect(hex(signature) == (try vector.text("signature")))
        let header = try vector.text("authorization")
        #expect(header.hasPrefix("\(SyncProtocol.authorizationScheme) replica="))
        #expect(header.hasSuffix("signature=\(hex(signature))"))
    }

    @Test("the signature of an answer")
    func responseSignature() throws {
        let vector = try ProtocolDocument.vector("response-signature")
        let message = Signed.response(
            community: Fixed.community, replica: Fixed.device.replica,
            request: try vector.bytes("request"), response: try vector.bytes("response"))
        #expect(hex(message) == (try vector.text("message")))
        #expect(hex(try Fixed.ledger.sign(message)) == (try vector.text("signature")))
    }

    @Test("the proof of a pairing link's secret")
    func pairingProof() throws {
        let vector = try ProtocolDocument.vector("pairing-proof")
        let proof = PairingProof.make(
            secret: try vector.bytes("secret"), community: Fixed.community,
            signingKey: try vector.bytes("signing_public"),
            receivingKey: try vector.bytes("receiving_public"), label: try vector.text("label"))
        #expect(hex(proof) == (try vector.text("proof")))
    }

    @Test("the server's signature under a pairing")
    func pairedSignature() throws {
        let vector = try ProtocolDocument.vector("paired-signature")
        let response = PairResponse(
            communityName: "Riverside Time Bank", ledgerKey: Fixed.ledger.signingPublicKey,
            serverSigningKey: Fixed.device.signingPublicKey,
            serverReceivingKey: Fixed.device.receivingPublicKey, pairedAt: LedgerPosition(12),
            signature: [1, 2, 3])
        let unsigned = try response.unsignedBytes()
        #expect(hex(unsigned) == (try vector.text("unsigned_response")))
        let message = Signed.paired(
            community: Fixed.community, replica: Fixed.device.replica, response: unsigned)
        #expect(hex(message) == (try vector.text("message")))
        #expect(hex(try Fixed.ledger.sign(message)) == (try vector.text("signature")))
    }
}
