// Requests, responses and outcomes to bytes and back, and what is refused.

import Testing
import TestSupport

@testable import Shared

@Suite("Sync messages")
struct SyncMessageTests {
    private static let digests = [
        ScopeDigest(scope: .community, size: 12, root: .of([1])),
        ScopeDigest(scope: .neighborhood(Fixed.harbor), size: 0, root: MerkleTree.emptyRoot),
    ]
    private static let keys = WrappedKeys(encapsulated: [1], ciphertext: [2, 3])

    private func request(keys: WrappedKeys? = keys) -> SyncRequest {
        SyncRequest(
            replica: Fixed.device.replica, cursor: LedgerPosition(12),
            cursorTag: RootTag(of: .of([1])), ownSequence: Sequence64(4), held: Self.digests,
            runs: [[1, 2], [3]], keys: keys, deviceTime: Instant(milliseconds: -7))
    }

    private func response(_ outcomes: [Outcome] = []) -> SyncResponse {
        SyncResponse(
            outcomes: outcomes, page: [1, 2, 3], cursor: LedgerPosition(40), root: .of([2]),
            more: true, scopes: Self.digests, keys: Self.keys,
            serverTime: Instant(milliseconds: 1_800_000_000_000), advice: "update the app")
    }

    @Test("requests come back")
    func requests() throws {
        for request in [request(), request(keys: nil)] {
            #expect(try SyncRequest(decoding: request.encoded()) == request)
        }
    }

    @Test("responses come back, with every disposition")
    func responses() throws {
        var dispositions: [Disposition] = [
            .admitted, .duplicate, .held(after: .none), .held(after: Sequence64(3)),
            .retryLater(seconds: 30), .diverged(common: Sequence64(2)),
        ]
        dispositions += QuarantineReason.allCases.map { .quarantined($0) }
        let outcomes = dispositions.enumerated().map { index, disposition in
            Outcome(
                first: Sequence64(UInt64(index) * 2 + 1), last: Sequence64(UInt64(index) * 2 + 2),
                disposition: disposition)
        }
        let response = response(outcomes)
        #expect(try SyncResponse(decoding: response.encoded()) == response)
    }

    @Test("keys that are wanted come back, cost nothing while there are none, and are bounded")
    func wantedKeys() throws {
        var (request, response) = (request(), response())
        let before = (try request.encoded().count, try response.encoded().count)
        (request.wantedKeys, response.wantedKeys, request.wantedAfter) = ([], [], nil)
        #expect(try request.encoded().count == before.0)
        #expect(try response.encoded().count == before.1)
        let wanted = WantedKey(
            key: DataKeyID(.max), event: Dot(Fixed.device.replica, Sequence64(3)))
        request.wantedKeys = [wanted]
        request.wantedAfter = DataKeyID(7)
        response.wantedKeys = [DataKeyID(7), DataKeyID(.max)]
        #expect(try SyncRequest(decoding: request.encoded()) == request)
        #expect(try SyncResponse(decoding: response.encoded()) == response)
        request.wantedKeys = Array(repeating: wanted, count: WantedKey.countMax + 1)
        response.wantedKeys = Array(repeating: DataKeyID(1), count: WantedKey.countMax + 1)
        #expect(throws: MessageError.malformed("sync request")) {
            try SyncRequest(decoding: request.encoded())
        }
        #expect(throws: MessageError.malformed("sync response")) {
            try SyncResponse(decoding: response.encoded())
        }
    }

    private static let revocation = Revocation(
        revokedAt: Instant(milliseconds: 1_774_353_600_000), asOf: .none,
        decidedTo: LedgerPosition(30),
        decided: [
            .init(sequence: Sequence64(1), choice: .reject, position: nil),
            .init(sequence: Sequence64(9), choice: .admit, position: LedgerPosition(29)),
        ])

    @Test("a revocation comes back, and so does how far its decisions have been told")
    func revocations() throws {
        var response = response()
        response.revocation = Self.revocation
        #expect(try SyncResponse(decoding: response.encoded()) == response)
        var request = request()
        request.decidedTo = LedgerPosition(30)
        #expect(try SyncRequest(decoding: request.encoded()) == request)
    }

    @Test("of a revocation a choice that is not known is left out; impossible counts are refused")
    func oddRevocations() throws {
        func decoded(_ revocation: [UInt8]) throws -> Revocation? {
            try SyncResponse(decoding: response().encoded() + Raw.bytes(14, revocation)).revocation
        }
        let odd = Raw.number(1, 3) + Raw.number(2, 77)
        let good = Raw.number(1, 4) + Raw.number(2, 2)
        let decided = try decoded(Raw.bytes(4, odd) + Raw.bytes(4, good))?.decided
        #expect(decided == [.init(sequence: Sequence64(4), choice: .reject, position: nil)])
        let huge: UInt64 = 1 << 53
        let many = (0...Revocation.decidedMax).flatMap { _ in Raw.bytes(4, good) }
        for bytes in [
            Raw.number(2, huge), Raw.number(3, huge), Raw.bytes(4, Raw.number(1, huge)),
            Raw.bytes(4, good + Raw.number(3, huge)), many,
        ] {
            #expect(throws: MessageError.malformed("a revocation")) { try decoded(bytes) }
        }
    }

    @Test("pairing comes back")
    func pairing() throws {
        let request = PairRequest(
            link: counting(0, 8), signingKey: Fixed.device.signingPublicKey,
            receivingKey: Fixed.device.receivingPublicKey, label: "tablet", proof: [1, 2])
        #expect(try PairRequest(decoding: request.encoded()) == request)
        let response = PairResponse(
            communityName: "Riverside", ledgerKey: counting(0, 32),
            serverSigningKey: counting(1, 32), serverReceivingKey: counting(2, 32),
            pairedAt: LedgerPosition(9), signature: counting(3, 64))
        #expect(try PairResponse(decoding: response.encoded()) == response)
    }

    @Test("another version is named, so that the user learns which side to update")
    func versions() throws {
        let later = try request().encoded() + Raw.number(1, 2)
        #expect(throws: MessageError.version(2)) { try SyncRequest(decoding: later) }
        #expect(throws: MessageError.version(0)) { try SyncRequest(decoding: []) }
        #expect(throws: MessageError.version(0)) { try SyncResponse(decoding: []) }
        #expect(throws: MessageError.version(0)) { try PairRequest(decoding: []) }
    }

    @Test("counts beyond 2^53 − 1 are refused wherever they come")
    func hugeCounts() throws {
        let huge: UInt64 = 1 << 53
        let request = try request().encoded()
        for field: UInt64 in [3, 5, 10, 13] {
            #expect(throws: MessageError.malformed("sync request")) {
                try SyncRequest(decoding: request + Raw.number(field, huge))
            }
        }
        #expect(throws: MessageError.malformed("a scope's digest")) {
            let digest = Raw.number(2, huge) + Raw.bytes(3, Hash.zero.bytes)
            return try SyncRequest(decoding: request + Raw.bytes(6, digest))
        }
        #expect(throws: MessageError.malformed("sync response")) {
            try SyncResponse(decoding: response().encoded() + Raw.number(4, huge))
        }
        #expect(throws: MessageError.malformed("a pairing's position")) {
            try PairResponse(decoding: Raw.number(7, huge))
        }
    }

    @Test(
        "an outcome that is no range is refused",
        arguments: [(0, 1), (2, 1), (1, 1 << 53), (.max, .max)] as [(UInt64, UInt64)])
    func badOutcomes(first: UInt64, last: UInt64) throws {
        let outcome = Raw.number(1, first) + Raw.number(2, last) + Raw.number(3, 1)
        let bytes = try response().encoded() + Raw.bytes(2, outcome)
        #expect(throws: MessageError.malformed("an outcome")) { try SyncResponse(decoding: bytes) }
    }

    @Test("a status of a newer server means: keep it and ask again; a reason, invalid")
    func unknownStatus() throws {
        let range = Raw.number(1, 1) + Raw.number(2, 1)
        let status = range + Raw.number(3, 77)
        let reason = range + Raw.number(3, 4) + Raw.number(4, 77)
        let bytes = try response().encoded() + Raw.bytes(2, status) + Raw.bytes(2, reason)
        let dispositions = try SyncResponse(decoding: bytes).outcomes.map(\.disposition)
        #expect(dispositions == [.retryLater(seconds: 60), .quarantined(.invalid)])
    }

    @Test("more runs or scopes than a request may have are refused")
    func tooMany() throws {
        var full = request()
        full.runs = Array(repeating: [1], count: 100)
        _ = try SyncRequest(decoding: full.encoded())
        full.runs.append([1])
        #expect(throws: MessageError.malformed("sync request")) {
            try SyncRequest(decoding: full.encoded())
        }
        var wide = request()
        wide.held = Array(repeating: Self.digests[0], count: 1_001)
        #expect(throws: MessageError.malformed("sync request")) {
            try SyncRequest(decoding: wide.encoded())
        }
    }

    @Test("random and damaged messages never trap", arguments: UInt64(1)...20)
    func randomBytes(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let outcome = Outcome(first: Sequence64(1), last: Sequence64(2), disposition: .admitted)
        let valid = [try request().encoded(), try revoked([outcome]).encoded()]
        for _ in 0..<100 {
            var damaged = valid[random.int(0...1)]
            damaged[random.int(0...damaged.count - 1)] = UInt8(random.int(0...255))
            for bytes in [random.bytes(random.int(0...80)), damaged] {
                _ = try? SyncRequest(decoding: bytes)
                _ = try? SyncResponse(decoding: bytes)
                _ = try? PairRequest(decoding: bytes)
                _ = try? PairResponse(decoding: bytes)
            }
        }
    }

    private func revoked(_ outcomes: [Outcome]) -> SyncResponse {
        var response = response(outcomes)
        response.revocation = Self.revocation
        return response
    }

    @Test("neighbors of one disposition join into a range")
    func outcomeRanges() {
        func ranges(_ each: [(UInt64, Disposition)]) -> [Outcome] {
            Outcome.ranges(each.map { (Sequence64($0.0), $0.1) })
        }
        func outcome(_ first: UInt64, _ last: UInt64, _ disposition: Disposition) -> Outcome {
            Outcome(
                first: Sequence64(first), last: Sequence64(last), disposition: disposition)
        }
        #expect(ranges([]) == [])
        #expect(ranges([(1, .admitted), (2, .admitted)]) == [outcome(1, 2, .admitted)])
        #expect(
            ranges([(1, .admitted), (2, .quarantined(.revoked)), (3, .admitted)])
                == [
                    outcome(1, 1, .admitted), outcome(2, 2, .quarantined(.revoked)),
                    outcome(3, 3, .admitted),
                ])
        #expect(
            ranges([(1, .admitted), (3, .admitted)])
                == [outcome(1, 1, .admitted), outcome(3, 3, .admitted)])
        #expect(
            ranges([(4, .quarantined(.invalid)), (5, .quarantined(.revoked))]).count == 2)
    }
}
