// Sealed parts and wrapped keys: opened by whom they are for, and by nobody else.

import Testing
import TestSupport

@testable import Shared

@Suite("Sealing and wrapping")
struct SealingTests {
    private static let payload: Payload = [MemberField.name: .text("Ana Ruiz")]
    private static let kind = Kind.memberEnrolled.number
    private static let other = CommunityID(ledgerKey: Fixed.device.signingPublicKey)

    private func sealed() throws -> SealedPart {
        try Fixed.dataKey.seal(
            Self.payload, kind: Self.kind, community: Fixed.community, nonce: counting(0, 12))
    }

    @Test("what is sealed opens again, and does not show through")
    func roundTrip() throws {
        let part = try sealed()
        let opened = try Fixed.dataKey.open(part, kind: Self.kind, community: Fixed.community)
        #expect(opened == Self.payload)
        let name = hex(Array("Ana Ruiz".utf8))
        #expect(!hex(part.ciphertext).contains(name))
    }

    @Test("another kind, community, key id or key does not open it")
    func bound() throws {
        let part = try sealed()
        let damaged = SealingError.damaged(Fixed.dataKey.id)
        #expect(throws: damaged) {
            try Fixed.dataKey.open(
                part, kind: Kind.memberChanged.number, community: Fixed.community)
        }
        #expect(throws: damaged) {
            try Fixed.dataKey.open(part, kind: Self.kind, community: Self.other)
        }
        let renamed = DataKey(id: DataKeyID(9), subjects: [], key: Fixed.dataKey.key)
        #expect(throws: SealingError.damaged(DataKeyID(9))) {
            try renamed.open(part, kind: Self.kind, community: Fixed.community)
        }
        let wrong = DataKey(id: Fixed.dataKey.id, subjects: [], key: counting(1, 32))
        #expect(throws: damaged) {
            try wrong.open(part, kind: Self.kind, community: Fixed.community)
        }
    }

    @Test("a cut or changed part is damaged, at every byte")
    func damaged() throws {
        let part = try sealed()
        for index in part.ciphertext.indices {
            let cut = Array(part.ciphertext.prefix(index))
            var changed = part.ciphertext
            changed[index] ^= 0x80
            for ciphertext in [cut, changed] {
                let bad = SealedPart(key: part.key, nonce: part.nonce, ciphertext: ciphertext)
                #expect(throws: SealingError.damaged(Fixed.dataKey.id)) {
                    try Fixed.dataKey.open(bad, kind: Self.kind, community: Fixed.community)
                }
            }
        }
    }

    @Test("subjects are kept ascending, each once")
    func subjects() {
        let key = DataKey(
            id: DataKeyID(1), subjects: [Fixed.luis, Fixed.ana, Fixed.luis], key: counting(0, 32))
        #expect(key.subjects == [Fixed.ana, Fixed.luis])
    }

    @Test("wrapped keys reach their receiver, with subjects")
    func wrapping() throws {
        let second = DataKey(id: DataKeyID(2), subjects: [], key: counting(7, 32))
        let wrapped = try #require(
            try WrappedKeys.wrap(
                [Fixed.dataKey, second], to: Fixed.device.receivingPublicKey,
                community: Fixed.community))
        let keys = try wrapped.unwrap(with: Fixed.device, community: Fixed.community)
        #expect(keys == [Fixed.dataKey, second])
    }

    @Test("another receiver or community, or a changed byte, does not unwrap them")
    func wrappingIsBound() throws {
        let wrapped = try #require(
            try WrappedKeys.wrap(
                [Fixed.dataKey], to: Fixed.device.receivingPublicKey, community: Fixed.community))
        #expect(throws: KeyWrappingError.cannotOpen) {
            try wrapped.unwrap(with: Fixed.ledger, community: Fixed.community)
        }
        #expect(throws: KeyWrappingError.cannotOpen) {
            try wrapped.unwrap(with: Fixed.device, community: Self.other)
        }
        var changed = wrapped.ciphertext
        changed[0] ^= 1
        let damaged = [
            WrappedKeys(encapsulated: wrapped.encapsulated, ciphertext: changed),
            WrappedKeys(encapsulated: [], ciphertext: wrapped.ciphertext),
            WrappedKeys(encapsulated: wrapped.encapsulated, ciphertext: []),
            WrappedKeys(
                encapsulated: [UInt8](repeating: 0, count: 32), ciphertext: wrapped.ciphertext),
        ]
        for keys in damaged {
            #expect(throws: KeyWrappingError.cannotOpen) {
                try keys.unwrap(with: Fixed.device, community: Fixed.community)
            }
        }
    }

    @Test("no keys make no message; a receiver that is no key is refused")
    func wrappingEdges() throws {
        let receiver = Fixed.device.receivingPublicKey
        #expect(try WrappedKeys.wrap([], to: receiver, community: Fixed.community) == nil)
        #expect(throws: KeyWrappingError.badReceiver) {
            try WrappedKeys.wrap([Fixed.dataKey], to: [1, 2], community: Fixed.community)
        }
    }
}
