// Whether a copy of a device's folder may go on under a name of its own, and what the ledger then
// says. Neighbors: Sources/SyncServer/Pairing/Splits, Routes/SplitRoute.

import HTTPTypes
import HummingbirdTesting
import Shared
import Store
import TestSupport
import Testing

@testable import SyncServer

@Suite("Splits")
struct SplitTests {
    private static let known = LedgerPosition(7)

    @Test(
        "one copy goes on by itself, every other one waits, and an answer is given again",
        arguments: [
            (SplitFacts(), .split),
            (SplitFacts(splits: 1), .refuse(.needsOffice)),
            (SplitFacts(splits: 1, allowed: 1), .split),
            (SplitFacts(splits: 2, allowed: 1), .refuse(.needsOffice)),
            (SplitFacts(isRevoked: true), .refuse(.revoked)),
            (SplitFacts(isKeyInUse: true), .refuse(.keyInUse)),
            (
                SplitFacts(isRevoked: true, splits: 1, answered: known, isKeyInUse: true),
                .repeatAnswer(known)
            ),
        ] as [(SplitFacts, SplitVerdict)])
    func verdicts(_ row: (facts: SplitFacts, verdict: SplitVerdict)) {
        #expect(decideSplit(row.facts) == row.verdict)
    }

    private static func request(_ number: UInt8) -> SplitRequest {
        let keys = Fixed.keys(signing: number, receiving: number &+ 1)
        return SplitRequest(
            signingKey: keys.signingPublicKey, receivingKey: keys.receivingPublicKey,
            common: Sequence64(3), proof: [])
    }

    private static func state(_ office: Office, _ replica: ReplicaID) throws -> DeviceState {
        try office.store.read { views in
            try #require(try views.devices().first { $0.replica == replica })
        }
    }

    @Test(
        "a copy holds what its origin held, with its own numbers, and is revoked with it"
    )
    func entered() async throws {
        let office = try Office()
        let device = try await office.serve { client in
            let device = FieldDevice(office, number: 1)
            try await device.pair(client)
            return device
        }
        let origin = try Self.state(office, device.author.keys.replica)
        let (first, again, second) = try office.store.append { session in
            (
                try session.split(Self.request(0x40), of: origin).get(),
                try session.split(Self.request(0x40), of: origin).get(),
                try session.split(Self.request(0x50), of: origin)
            )
        }
        #expect(first == again)
        #expect(second == .failure(.needsOffice))
        let replica = ReplicaID(signingKey: Self.request(0x40).signingKey)
        let copy = try Self.state(office, replica)
        #expect(copy.neighborhoods == origin.neighborhoods && copy.workers == origin.workers)
        #expect(copy.role == origin.role && copy.former == [origin.replica])
        #expect(copy.label == "\(origin.label) (copy 2)")
        let numbers = Set(origin.numberBlocks.map(\.first))
        #expect(numbers.isDisjoint(with: copy.numberBlocks.map(\.first)))
        #expect(copy.numberBlocks.count == origin.numberBlocks.count)
        let waiting = try office.store.read { try $0.waitingRecords() }
        #expect(waiting.contains { $0.what == "copy" && $0.text.contains("allow-split") })
        _ = try office.store.append { session in
            try session.allowSplit(of: origin, as: office.ada)
            _ = try session.split(Self.request(0x50), of: origin).get()
            try session.project()
            _ = try session.split(Self.request(0x60), of: copy).get()
            try session.project()
            try session.revoke(origin, as: office.ada, reason: "stolen")
        }
        let revoked = try office.store.read { views in
            try views.devices().filter { $0.revokedAfter != nil }.count
        }
        #expect(revoked == 4)
        let labels = try office.store.read { views in
            try views.devices().filter { $0.origin != nil }.map(\.label).sorted()
        }
        #expect(labels == (2...4).map { "\(origin.label) (copy \($0))" }, "a copy of a copy, too")
    }
}
