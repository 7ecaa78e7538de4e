// Offers that prove nothing change nothing: what is altered, of another key, of the present epoch
// or of an entry that no epoch has again. Neighbors: the server's Offers/ProvenEvent, OfferTests.

import FaultInjection
import Foundation
import GRDB
import Shared
import Store
import TestSupport
import Testing

@testable import SyncClient
@testable import SyncServer

@Suite("Offers that prove nothing", .serialized)
struct ForgedOfferTests {
    private static let later: [Int64] = [101, 102, 103]

    /// The tablet has gone back, and the office has taken none of its offers yet.
    private static func untaken() async throws -> SetBack {
        let it = try await SetBack.lost { try await $0.goOn(later) }
        _ = try await it.sync("tablet", offers: .busy)
        return it
    }

    private static func honest(_ it: SetBack) throws -> OfferRequest {
        try it.read("tablet") { book in
            let plan = try OfferPlan(book)
            return try plan.offer(plan.candidates[...]).request
        }
    }

    private static func send(_ offer: OfferRequest, of it: SetBack) async throws -> OfferResponse? {
        let town = it.town
        return try await town.serving { port in
            try await apart {
                let device = try town.open("tablet")
                defer { device.close() }
                var offering = Offering(
                    device: device, keys: try town.keys(of: device),
                    transport: try town.transport(device, port: port))
                guard case .answer(let answer) = try offering.send(offer) else { return nil }
                return answer
            }
        }
    }

    /// An offer that is not the honest one, by name.
    private static func forged(_ honest: OfferRequest, _ it: SetBack) throws -> [String:
        OfferRequest]
    {
        func altered(_ change: (inout Offered) -> Void) -> OfferRequest {
            var offer = honest
            for index in offer.offered.indices { change(&offer.offered[index]) }
            return offer
        }
        func notes(_ note: (String) throws -> String) rethrows -> OfferRequest {
            OfferRequest(notes: try honest.notes.map(note), offered: honest.offered)
        }
        let community = try it.read("tablet") { $0.paired.community }
        let other = honest.offered[1]
        return [
            "event": altered { $0.event[$0.event.count - 1] ^= 1 },
            "proof": altered { offered in
                offered.proof = InclusionProof(hashes: offered.proof.hashes.map { .node($0, $0) })
            },
            "no proof": altered { $0.proof = InclusionProof(hashes: []) },
            "another leaf's proof": OfferRequest(
                notes: honest.notes,
                offered: [
                    Offered(
                        event: honest.offered[0].event, scope: other.scope,
                        leafIndex: other.leafIndex, note: other.note, proof: other.proof)
                ]),
            "index": altered { $0.leafIndex += 1 },
            "huge index": altered { $0.leafIndex = Limits.countMax },
            "no such note": altered { $0.note += 100 },
            "scope": altered {
                $0.scope =
                    $0.scope == .community ? .neighborhood(it.town.harbor) : .community
            },
            "another key": try notes { note in
                let signed = try it.town.serverKeys.ledger
                let checkpoint = try SignedCheckpoint(
                    verifyingAnyEpoch: note, community: community,
                    ledgerKey: signed.signingPublicKey,
                    scopes: [.community, .neighborhood(it.town.harbor)]
                ).checkpoint
                return try SignedCheckpoint(
                    checkpoint, signedBy: Fixed.keys(signing: 9, receiving: 9)
                )
                .note
            },
            "a larger size": notes { note in
                var lines = note.split(separator: "\n", omittingEmptySubsequences: false)
                lines[1] = "\(UInt64.max >> 12)"
                return lines.joined(separator: "\n")
            },
            "no note": notes { _ in "" },
        ]
    }

    @Test(
        "an altered event, proof, index, scope or note changes nothing; the honest offer is taken")
    func forged() async throws {
        let it = try await Self.untaken()
        defer { it.town.remove() }
        let honest = try Self.honest(it)
        #expect(honest.offered.count >= Self.later.count)
        let size = try it.office.position
        for (name, offer) in try Self.forged(honest, it).sorted(by: { $0.key < $1.key }) {
            let answer = try await Self.send(offer, of: it)
            #expect(answer == OfferResponse(taken: [], later: []), "\(name)")
            #expect(try it.office.position == size, "\(name)")
        }
        let answer = try await Self.send(honest, of: it)
        #expect(answer?.taken == Array(honest.offered.indices))
        #expect(try it.office.position > size)
        let again = try await Self.send(honest, of: it)
        #expect(again == answer, "what is in the ledger already is taken, too")
    }

    @Test("a note of the present epoch vouches for nothing that is offered")
    func present() async throws {
        let it = try await Self.untaken()
        defer { it.town.remove() }
        let offer = try it.read("tablet") { book in
            let notes = try book.tables.keptCheckpoints().filter { $0.contains("/n/community\n") }
            let note = try book.verifiedCheckpoint(
                try #require(notes.first), scopes: [.community])
            let proof = try book.tables.inclusionProof(
                in: .community, index: 0, size: note.checkpoint.size)
            let event = try #require(
                try book.tables.entries(in: [.community], after: .start, limit: 1).first)
            return OfferRequest(
                notes: [note.note],
                offered: [
                    Offered(
                        event: event.bytes, scope: .community, leafIndex: 0, note: 0, proof: proof)
                ])
        }
        let root = offer.offered[0].proof.root(
            leaf: .leaf(offer.offered[0].event), index: 0,
            size: try #require(UInt64(offer.notes[0].split(separator: "\n")[1])))
        #expect(root != nil, "the proof itself is right")
        let answer = try await Self.send(offer, of: it)
        #expect(answer == OfferResponse(taken: [], later: []))
    }

    @Test("the reopening of a lost epoch is never taken, and waits for nothing")
    func reopening() async throws {
        let it = try await SetBack.lost { try await $0.goOn([101]) }
        defer { it.town.remove() }
        try await it.syncAll()
        try await it.goOn([102])
        try it.putBack()
        #expect(try await it.sync("tablet").problemType == "read-only")
        try it.recover()
        _ = try await it.sync("tablet", offers: .busy)
        let tablet = try it.town.open("tablet")
        try tablet.write { book in
            try book.tables.db.execute(
                sql: "UPDATE orphan_event SET standing = 0 WHERE standing = ?",
                arguments: [OrphanStanding.ofItsEpoch.rawValue])
            #expect(book.tables.db.changesCount == 1)
        }
        tablet.close()
        let offer = try Self.honest(it)
        let index = offer.offered.firstIndex {
            (try? Event(decoding: $0.event))?.knownKind == .ledgerReopened
        }
        let answer = try #require(try await Self.send(offer, of: it))
        let place = try #require(index)
        #expect(!answer.taken.contains(place) && !answer.later.contains(place))
        #expect(answer.taken.count == offer.offered.count - 1)
        let epochs = try it.town.withStore { store in
            try store.read { try $0.tables.reopenings().map(\.epoch.value) }
        }
        #expect(epochs == [3])
    }

    @Test("from a revoked device, and from one that no proven event names, nothing is taken")
    func strangers() async throws {
        let it = try await Self.untaken()
        defer { it.town.remove() }
        let honest = try Self.honest(it)
        let town = it.town
        let size = try it.office.position
        let nobody = Fixed.keys(signing: 77, receiving: 78)
        let problem = try await town.serving { port in
            try await apart {
                let device = try town.open("tablet")
                defer { device.close() }
                var offering = Offering(
                    device: device, keys: nobody,
                    transport: try town.transport(device, port: port))
                guard case .end(.problem(let problem)) = try offering.send(honest) else {
                    return ""
                }
                return problem.type
            }
        }
        #expect(problem.hasSuffix("unknown-replica"))
        try town.withStore { store in
            try store.append { session in
                let device = try session.views.device("tablet")
                try session.revoke(device, as: session.views.worker("Ada"), reason: "it was lost")
            }
        }
        let answer = try await Self.send(honest, of: it)
        #expect(answer == OfferResponse(taken: [], later: []))
        #expect(try it.office.position == size + 1)
    }
}
