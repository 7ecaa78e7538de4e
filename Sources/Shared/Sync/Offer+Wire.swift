// Offers and their answers to bytes and back. Neighbors: Offer has the words, sync.proto the
// numbers.

internal import Foundation
internal import SwiftProtobuf

extension OfferRequest {
    public func encoded() throws -> [UInt8] {
        var wire = WireOfferRequest()
        wire.version = SyncProtocol.version
        wire.notes = notes
        wire.offered = offered.map(\.wire)
        return try wire.serializedBytes()
    }

    public init(decoding bytes: [UInt8]) throws(MessageError) {
        guard let wire = try? WireOfferRequest(serializedBytes: bytes) else { throw .unreadable }
        guard wire.version == SyncProtocol.version else { throw .version(wire.version) }
        guard wire.notes.count <= OfferLimits.notesMax,
            wire.offered.count <= OfferLimits.entriesMax
        else { throw .malformed("an offer") }
        var offered: [Offered] = []
        for entry in wire.offered { offered.append(try Offered(entry)) }
        self.init(notes: wire.notes, offered: offered)
    }
}

extension Offered {
    fileprivate var wire: WireOffered {
        var wire = WireOffered()
        wire.event = Data(event)
        if let neighborhood = scope.neighborhood { wire.scope = neighborhood.dot.wire }
        wire.leafIndex = leafIndex
        wire.note = UInt32(clamping: note)
        wire.proof = proof.hashes.map { Data($0.bytes) }
        return wire
    }

    fileprivate init(_ wire: WireOffered) throws(MessageError) {
        let fault = MessageError.malformed("an offered entry")
        guard wire.leafIndex <= Limits.countMax, wire.proof.count <= InclusionProof.hashesMax
        else { throw fault }
        var scope = ScopeID.community
        if wire.hasScope {
            guard let dot = try? Dot(wire.scope) else { throw fault }
            scope = .neighborhood(EntityID(dot))
        }
        let hashes = wire.proof.compactMap { Hash($0) }
        guard hashes.count == wire.proof.count else { throw fault }
        self.init(
            event: [UInt8](wire.event), scope: scope, leafIndex: wire.leafIndex,
            note: Int(wire.note), proof: InclusionProof(hashes: hashes))
    }
}

extension OfferResponse {
    public func encoded() throws -> [UInt8] {
        var wire = WireOfferResponse()
        wire.version = SyncProtocol.version
        wire.taken = taken.map { UInt32(clamping: $0) }
        wire.later = later.map { UInt32(clamping: $0) }
        return try wire.serializedBytes()
    }

    public init(decoding bytes: [UInt8]) throws(MessageError) {
        guard let wire = try? WireOfferResponse(serializedBytes: bytes) else { throw .unreadable }
        guard wire.version == SyncProtocol.version else { throw .version(wire.version) }
        guard wire.taken.count + wire.later.count <= OfferLimits.entriesMax else {
            throw .malformed("the answer to an offer")
        }
        self.init(taken: wire.taken.map(Int.init), later: wire.later.map(Int.init))
    }
}
