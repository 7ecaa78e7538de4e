// Offers to bytes and back, and what none may be. Neighbors: Sources/Shared/Sync/Offer+Wire.

import Foundation
import Shared
import TestSupport
import Testing

struct OfferMessageTests {
    private static func offered(_ scope: ScopeID, hashes: Int = 3) -> Offered {
        Offered(
            event: [1, 2, 3], scope: scope, leafIndex: 7, note: 1,
            proof: InclusionProof(hashes: (0..<hashes).map { .leaf([UInt8($0)]) }))
    }

    @Test("an offer and its answer come back as they were")
    func roundTrip() throws {
        let offer = OfferRequest(
            notes: ["one", "two"],
            offered: [Self.offered(.community), Self.offered(.neighborhood(Fixed.harbor))])
        #expect(try OfferRequest(decoding: try offer.encoded()) == offer)
        let answer = OfferResponse(taken: [0, 2], later: [1])
        #expect(try OfferResponse(decoding: try answer.encoded()) == answer)
        for offered in offer.offered { #expect(offered.byteCount > 100) }
    }

    @Test("too many entries, notes or hashes, a half hash or an endless index are refused whole")
    func bounds() throws {
        let one = Self.offered(.community)
        let offers = [
            OfferRequest(
                notes: [], offered: Array(repeating: one, count: OfferLimits.entriesMax + 1)),
            OfferRequest(
                notes: Array(repeating: "", count: OfferLimits.notesMax + 1), offered: []),
            OfferRequest(notes: [], offered: [Self.offered(.community, hashes: 65)]),
            OfferRequest(
                notes: [],
                offered: [
                    Offered(
                        event: [], scope: .community, leafIndex: .max, note: 0,
                        proof: InclusionProof(hashes: []))
                ]),
        ]
        for offer in offers {
            let bytes = try offer.encoded()
            #expect(throws: MessageError.self) { try OfferRequest(decoding: bytes) }
        }
        // Field 3, an entry whose field 5 has one byte.
        let half: [UInt8] = [0x08, 0x01, 0x1A, 0x03, 0x2A, 0x01, 0x00]
        #expect(throws: MessageError.self) { try OfferRequest(decoding: half) }
        #expect(throws: MessageError.version(9)) { try OfferRequest(decoding: [0x08, 0x09]) }
        #expect(throws: MessageError.version(0)) { try OfferResponse(decoding: []) }
        let many = OfferResponse(taken: Array(0...OfferLimits.entriesMax), later: [])
        let bytes = try many.encoded()
        #expect(throws: MessageError.self) { try OfferResponse(decoding: bytes) }
    }
}
