// One of every message and container of the protocol, with every field filled.
// Neighbor: GoldenTests compares their bytes with those that were kept.

import TestSupport

@testable import Shared

enum GoldenMessages {
    /// Bytes by name, the same in every run. Packed bytes depend on the version of zstd: containers
    /// stand here unpacked, as what they are read back to.
    static func all() throws -> [String: [UInt8]] {
        [
            "sync-request": try request.encoded(), "sync-response": try response.encoded(),
            "reopened-response": try reopened.encoded(), "pair-request": try pair.encoded(),
            "pair-response": try paired.encoded(), "split-request": try split.encoded(),
            "event": try author().written,
        ]
    }

    static func packed() throws -> [String: [UInt8]] {
        ["run": try author().run.packed(), "page": page.packed()]
    }

    /// Decoded and encoded again.
    static func again(_ name: String, _ bytes: [UInt8]) throws -> [UInt8]? {
        switch name {
        case "sync-request": try SyncRequest(decoding: bytes).encoded()
        case "sync-response", "reopened-response": try SyncResponse(decoding: bytes).encoded()
        case "pair-request": try PairRequest(decoding: bytes).encoded()
        case "pair-response": try PairResponse(decoding: bytes).encoded()
        case "split-request": try SplitRequest(decoding: bytes).encoded()
        case "event": try Event(decoding: bytes).encoded()
        default: nil
        }
    }

    private static let instant = Instant(milliseconds: 1_774_353_600_000)
    private static let digests = [
        ScopeDigest(scope: .community, size: 12, root: .of([1])),
        ScopeDigest(scope: .neighborhood(Fixed.harbor), size: 3, root: .of([2])),
    ]
    private static let keys = WrappedKeys(encapsulated: counting(1, 32), ciphertext: [2, 3])

    private static var request: SyncRequest {
        SyncRequest(
            replica: Fixed.device.replica, cursor: LedgerPosition(12),
            cursorTag: RootTag(of: .of([1])), ownSequence: Sequence64(4), held: digests,
            runs: [[1, 2], [3]], keys: keys, deviceTime: instant,
            checkpointSize: LedgerPosition(11),
            wantedKeys: [
                WantedKey(key: DataKeyID(9), event: Dot(Fixed.device.replica, Sequence64(3)))
            ], wantedAfter: DataKeyID(7), decidedTo: LedgerPosition(10),
            repair: RepairQuestion(scope: .community, .entries([LedgerPosition(2)])),
            shown: "a note", epoch: Epoch(2))
    }

    private static var response: SyncResponse {
        let dispositions: [Disposition] = [
            .admitted, .duplicate, .held(after: Sequence64(3)), .quarantined(.revoked),
            .retryLater(seconds: 30), .diverged(common: Sequence64(2)),
        ]
        let outcomes = dispositions.enumerated().map { index, disposition in
            Outcome(
                first: Sequence64(UInt64(index) * 2 + 1), last: Sequence64(UInt64(index) * 2 + 2),
                disposition: disposition)
        }
        return SyncResponse(
            outcomes: outcomes, page: [1, 2, 3], cursor: LedgerPosition(40), root: .of([2]),
            more: true, scopes: digests, keys: keys, serverTime: instant, advice: "an advice",
            checkpoints: ["a note"],
            directory: [
                DirectoryLine(
                    member: Fixed.ana, home: .neighborhood(Fixed.harbor), number: 37)
            ], wantedKeys: [DataKeyID(7)],
            revocation: Revocation(
                revokedAt: instant, asOf: Sequence64(2), decidedTo: LedgerPosition(30),
                decided: [
                    .init(
                        sequence: Sequence64(9), choice: .admit, position: LedgerPosition(29))
                ]),
            repair: .leaves([PlacedLeaf(position: LedgerPosition(2), leaf: .of([3]))]))
    }

    private static var reopened: SyncResponse {
        var answer = response
        answer.reopened = Reopened(
            epoch: Epoch(2), inheritedSize: LedgerPosition(8), inheritedRoot: .of([4]),
            event: [5, 6])
        return answer
    }

    private static let pair = PairRequest(
        link: counting(0, 8), signingKey: Fixed.device.signingPublicKey,
        receivingKey: Fixed.device.receivingPublicKey, label: "tablet", proof: counting(4, 32))
    private static let paired = PairResponse(
        communityName: "Riverside", ledgerKey: counting(0, 32), serverSigningKey: counting(1, 32),
        serverReceivingKey: counting(2, 32), pairedAt: LedgerPosition(9),
        signature: counting(3, 64))
    private static let split = SplitRequest(
        signingKey: counting(5, 32), receivingKey: counting(6, 32), common: Sequence64(8),
        proof: counting(7, 64))

    static func author() throws -> (written: [UInt8], run: PushedRun) {
        var author = Author()
        let first = author.write(.hoursRecorded, .exchange()).encoded()
        _ = author.write(.hoursRecorded, .exchange())
        return (first, try author.run())
    }

    static var page: Page {
        Page(
            community: Fixed.community, epoch: .first, first: LedgerPosition(6),
            last: LedgerPosition(12), root: .of([1]),
            entries: [
                LedgerEntry(
                    position: LedgerPosition(7), reach: [.community], receivedAt: instant,
                    content: .bytes([1, 2, 3]), contextUnknown: false),
                LedgerEntry(
                    position: LedgerPosition(9), reach: [.neighborhood(Fixed.harbor)],
                    receivedAt: instant, content: .own(Sequence64(4)), contextUnknown: true),
            ])
    }
}
