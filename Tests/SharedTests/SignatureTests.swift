// Chains, signatures, nonces and proofs: what is accepted, and what must not stand in for it.

import Testing
import TestSupport

@testable import Shared

@Suite("Chains and signatures")
struct SignatureTests {
    private static let other = CommunityID(ledgerKey: Fixed.device.signingPublicKey)

    @Test("a chain depends on the key, on every leaf and on their order")
    func chain() {
        func chain(_ keys: ReplicaKeys, _ leaves: [UInt8]) -> ReplicaChain {
            var chain = ReplicaChain(signingKey: keys.signingPublicKey)
            for leaf in leaves { chain.append(.leaf([leaf])) }
            return chain
        }
        let chains = [
            chain(Fixed.device, []), chain(Fixed.ledger, []), chain(Fixed.device, [1]),
            chain(Fixed.device, [1, 2]), chain(Fixed.device, [2, 1]), chain(Fixed.ledger, [1, 2]),
        ]
        #expect(Set(chains.map(\.hash)).count == chains.count)
        #expect(chain(Fixed.device, [1, 2]).sequence == Sequence64(2))
    }

    @Test("a chain taken up again goes on the same")
    func resumedChain() {
        var whole = ReplicaChain(signingKey: Fixed.device.signingPublicKey)
        whole.append(.leaf([1]))
        var resumed = ReplicaChain(sequence: whole.sequence, hash: whole.hash)
        whole.append(.leaf([2]))
        resumed.append(.leaf([2]))
        #expect(whole == resumed)
    }

    @Test("a run's signature holds for its community, replica, sequence and chain only")
    func runSignature() throws {
        var author = Author()
        _ = author.write(.hoursRecorded, .exchange())
        let run = try author.run()
        func message(
            community: CommunityID = Fixed.community, replica: ReplicaID = run.replica,
            sequence: UInt64 = 1, hash: Hash = run.chain.hash
        ) -> [UInt8] {
            Signed.run(
                community: community, replica: replica,
                chain: ReplicaChain(sequence: Sequence64(sequence), hash: hash))
        }
        let key = author.keys.signingPublicKey
        try verify(run.signature, of: message(), by: key)
        let forgeries = [
            message(community: Self.other), message(replica: Fixed.server), message(sequence: 2),
            message(hash: .of([])),
        ]
        for forgery in forgeries {
            #expect(throws: SignatureError.refused) {
                try verify(run.signature, of: forgery, by: key)
            }
        }
    }

    @Test("a signature for one purpose is refused for another")
    func purposes() throws {
        let nonce = Fixed.device.replica.bytes
        let request = Signed.request(
            community: Fixed.community, nonce: nonce, methodAndPath: "POST /v1/sync", body: [])
        let chain = ReplicaChain(signingKey: Fixed.device.signingPublicKey)
        let run = Signed.run(
            community: Fixed.community, replica: Fixed.device.replica, chain: chain)
        let paired = Signed.paired(
            community: Fixed.community, replica: Fixed.device.replica, response: [])
        let key = Fixed.device.signingPublicKey
        for signed in [request, run, paired] {
            let signature = try Fixed.device.sign(signed)
            for claimed in [request, run, paired] where claimed != signed {
                #expect(throws: SignatureError.refused) {
                    try verify(signature, of: claimed, by: key)
                }
            }
        }
    }

    @Test("a request's signature is bound to nonce, path and body")
    func request() throws {
        func message(_ nonce: UInt8, _ path: String, _ body: [UInt8]) -> [UInt8] {
            Signed.request(
                community: Fixed.community, nonce: counting(nonce, 24), methodAndPath: path,
                body: body)
        }
        let messages = [
            message(0, "POST /v1/sync", [1]), message(1, "POST /v1/sync", [1]),
            message(0, "POST /v1/pair", [1]), message(0, "GET /v1/sync", [1]),
            message(0, "POST /v1/sync", [2]),
        ]
        #expect(Set(messages).count == messages.count)
    }

    @Test("keys and signatures of the wrong size are refused, not trapped on")
    func wrongSizes() throws {
        let message: [UInt8] = [1, 2, 3]
        let key = Fixed.device.signingPublicKey
        #expect(throws: SignatureError.refused) { try verify([], of: message, by: key) }
        #expect(throws: SignatureError.refused) {
            try verify([UInt8](repeating: 0, count: 64), of: message, by: key)
        }
        let signature = try Fixed.device.sign(message)
        #expect(throws: SignatureError.refused) {
            try verify(signature + [0], of: message, by: key)
        }
        for bad in [[], [1], key + [0]] {
            #expect(throws: SignatureError.badKey) { try verify(signature, of: message, by: bad) }
        }
        #expect(throws: (any Error).self) { try ReplicaKeys(signingKey: [1], receivingKey: [2]) }
    }

    @Test("a nonce is good for a day by the server's clock")
    func nonceFreshness() {
        let nonces = RequestNonce(key: counting(0, 32))
        let hour: Int64 = 3_600_000
        let issued = Instant(milliseconds: 500_000 * hour + 1)
        let nonce = nonces.make(at: issued)
        func isFresh(after milliseconds: Int64) -> Bool {
            nonces.isFresh(
                nonce, at: Instant(milliseconds: issued.milliseconds + milliseconds))
        }
        #expect(isFresh(after: 0))
        #expect(isFresh(after: 23 * hour))
        #expect(!isFresh(after: 24 * hour))
        #expect(!isFresh(after: -hour))
        #expect(nonces.isFresh(nonces.make(at: Instant(milliseconds: -5)), at: issued) == false)
    }

    @Test("a nonce of another server, a changed or a cut one is not fresh")
    func forgedNonces() {
        let nonces = RequestNonce(key: counting(0, 32))
        let now = Instant(milliseconds: 1_800_000_000_000)
        let nonce = nonces.make(at: now)
        #expect(!RequestNonce(key: counting(1, 32)).isFresh(nonce, at: now))
        for index in nonce.indices {
            var changed = nonce
            changed[index] ^= 1
            #expect(!nonces.isFresh(changed, at: now))
        }
        #expect(!nonces.isFresh([], at: now))
        #expect(!nonces.isFresh(Array(nonce.dropLast()), at: now))
        #expect(!nonces.isFresh(nonce + [0], at: now))
    }

    @Test("a pairing proof is bound to secret, community, both keys and label")
    func pairingProof() {
        func isValid(
            _ secret: [UInt8] = counting(0, 10), _ community: CommunityID = Fixed.community,
            _ keys: ReplicaKeys = Fixed.device, _ receiving: [UInt8]? = nil,
            _ label: String = "tablet", proof: [UInt8]? = nil
        ) -> Bool {
            let right = PairingProof.make(
                secret: counting(0, 10), community: Fixed.community,
                signingKey: Fixed.device.signingPublicKey,
                receivingKey: Fixed.device.receivingPublicKey, label: "tablet")
            return PairingProof.isValid(
                proof ?? right, secret: secret, community: community,
                signingKey: keys.signingPublicKey,
                receivingKey: receiving ?? Fixed.device.receivingPublicKey, label: label)
        }
        #expect(isValid())
        #expect(!isValid(counting(1, 10)))
        #expect(!isValid(counting(0, 10), Self.other))
        #expect(!isValid(counting(0, 10), Fixed.community, Fixed.ledger))
        #expect(!isValid(counting(0, 10), Fixed.community, Fixed.device, counting(9, 32)))
        #expect(!isValid(counting(0, 10), Fixed.community, Fixed.device, nil, "other"))
        #expect(!isValid(proof: []))
    }
}
