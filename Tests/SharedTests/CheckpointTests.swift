// Checkpoints as signed notes: what is signed, and everything that is not one. Neighbors:
// VectorTests has the bytes.

import Foundation
import TestSupport
import Testing

@testable import Shared

@Suite("Checkpoints")
struct CheckpointTests {
    private static let harbor = ScopeID.neighborhood(Fixed.harbor)
    private static let orchard = ScopeID.neighborhood(
        EntityID(Dot(Fixed.ledger.replica, Sequence64(77))))

    private static let trees: [Checkpoint.Tree] = [
        .ledger, .scope(.community, ledgerSize: 9, ledgerRoot: .leaf([1])),
        .scope(harbor, ledgerSize: 9, ledgerRoot: .leaf([1])),
    ]

    private static func signed(
        _ tree: Checkpoint.Tree = .ledger, epoch: Epoch = .first,
        community: CommunityID = Fixed.community, by keys: ReplicaKeys = Fixed.ledger
    ) throws -> SignedCheckpoint {
        try SignedCheckpoint(
            Checkpoint(
                community: community, epoch: epoch, tree: tree, size: 9, root: .leaf([2])),
            signedBy: keys)
    }

    private static func verified(_ note: String) throws(CheckpointError) -> SignedCheckpoint {
        try SignedCheckpoint(
            verifying: note, community: Fixed.community,
            ledgerKey: Fixed.ledger.signingPublicKey, scopes: [.community, harbor])
    }

    @Test("a note read back is the one that was signed", arguments: trees)
    func roundTrip(_ tree: Checkpoint.Tree) throws {
        let signed = try Self.signed(tree)
        #expect(try Self.verified(signed.note) == signed)
    }

    @Test("any byte changed is found", arguments: trees)
    func everyByte(_ tree: Checkpoint.Tree) throws {
        let note = Array(try Self.signed(tree).note.utf8)
        for index in note.indices.dropLast() {
            var altered = note
            altered[index] ^= 1
            let text = String(decoding: altered, as: UTF8.self)
            #expect(throws: CheckpointError.self, "byte \(index)") { try Self.verified(text) }
        }
    }

    @Test("a note of another community, epoch, scope or key is not ours")
    func foreign() throws {
        let foreign = [
            try Self.signed(community: CommunityID(ledgerKey: [1])),
            try Self.signed(epoch: Epoch(2)),
            try Self.signed(.scope(Self.orchard, ledgerSize: 9, ledgerRoot: .leaf([1]))),
            try Self.signed(by: Fixed.keys(signing: 0x55, receiving: 0x66)),
        ]
        #expect(throws: CheckpointError.unsigned) { try Self.verified(foreign[0].note) }
        #expect(throws: CheckpointError.anotherOrigin) { try Self.verified(foreign[1].note) }
        #expect(throws: CheckpointError.anotherOrigin) { try Self.verified(foreign[2].note) }
        #expect(throws: CheckpointError.unsigned) { try Self.verified(foreign[3].note) }
    }

    @Test("signatures of witnesses beside ours are passed over")
    func witnesses() throws {
        let signed = try Self.signed()
        let witness = "\u{2014} witness.example AAAAAAAA\n"
        #expect(try Self.verified(signed.note + witness).checkpoint == signed.checkpoint)
    }

    @Test(
        "text that is no note is refused",
        arguments: ["", "\n\n", "a\n", "\n\n\n\n", "hourbook\n1\n\n\u{2014} x y\n"])
    func nonsense(_ text: String) {
        #expect(throws: CheckpointError.self) { try Self.verified(text) }
    }

    @Test("a note larger than any honest one is not read")
    func large() throws {
        let witnesses = String(repeating: "\u{2014} w AAAAAAAA\n", count: 200)
        #expect(throws: CheckpointError.tooLarge) {
            try Self.verified(try Self.signed().note + witnesses)
        }
    }

    @Test("what is signed but not written as we write it is refused")
    func otherSpellings() throws {
        let root = Data(Hash.leaf([2]).bytes).base64EncodedString()
        let origin = try Self.signed().checkpoint.origin
        for body in [
            "\(origin)\n09\n\(root)\n", "\(origin)\n9\n\(root)\nextension\n",
            "\(origin)\n+9\n\(root)\n", "\(origin)\n18446744073709551615\n\(root)\n",
        ] {
            let name = "hourbook/\(Fixed.community)"
            let key = Fixed.ledger.signingPublicKey
            let hash = Hash.of(Array(name.utf8) + [0x0A, 1] + key).bytes.prefix(4)
            let line = Data(hash + (try Fixed.ledger.sign(Array(body.utf8))))
            let note = "\(body)\n\u{2014} \(name) \(line.base64EncodedString())\n"
            #expect(throws: CheckpointError.malformed, "\(body)") { try Self.verified(note) }
        }
    }
}
