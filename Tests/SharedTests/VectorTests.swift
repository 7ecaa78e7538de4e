// The bytes that docs/protocol.md promises, made by scripts/make-vectors without our code.

import Testing
import TestSupport

@testable import Shared

@Suite("Test vectors of docs/protocol.md")
struct VectorTests {
    @Test("every block of the document is checked here")
    func allVectorsAreKnown() {
        let checked = [
            "identity", "payload", "creating-event", "editing-event", "leaf", "chain",
            "run-signature", "merkle", "checkpoint", "root-tag", "sealed-part", "wrapped-keys",
            "import-key",
            "request-signature", "response-signature", "pairing-proof", "paired-signature",
            "directory-line",
        ]
        #expect(ProtocolDocument.vectorNames.sorted() == checked.sorted())
    }

    @Test("keys and the ids made of them")
    func identity() throws {
        let vector = try ProtocolDocument.vector("identity")
        let keys = try ReplicaKeys(
            signingKey: vector.bytes("signing_private"),
            receivingKey: vector.bytes("receiving_private"))
        #expect(keys.signingPublicKey == (try vector.bytes("signing_public")))
        #expect(keys.receivingPublicKey == (try vector.bytes("receiving_public")))
        #expect(keys.replica.bytes == (try vector.bytes("replica")))
        let ledgerKey = try vector.bytes("ledger_public")
        #expect(CommunityID(ledgerKey: ledgerKey).bytes == (try vector.bytes("community")))
        #expect(Fixed.ledger.signingPublicKey == ledgerKey)
    }

    @Test("a scope's checkpoint as a signed note")
    func checkpoint() throws {
        let vector = try ProtocolDocument.vector("checkpoint")
        let tree = Checkpoint.Tree.scope(
            .community, ledgerSize: try vector.number("ledger_size"),
            ledgerRoot: try vector.hash("ledger_root"))
        let checkpoint = Checkpoint(
            community: Fixed.community, tree: tree, size: try vector.number("size"),
            root: try vector.hash("root"))
        let read = try SignedCheckpoint(
            verifying: vector.text("note"), community: Fixed.community,
            ledgerKey: Fixed.ledger.signingPublicKey, scopes: [.community])
        #expect(read.checkpoint == checkpoint)
        #expect(
            try SignedCheckpoint(checkpoint, signedBy: Fixed.ledger).note.hasPrefix(
                vector.text("note").prefix { $0 != "\u{2014}" }))
    }

    @Test("a payload with every type of value")
    func payload() throws {
        let bytes = try ProtocolDocument.vector("payload").bytes("bytes")
        let shares = Shares(
            providers: [Party(account: Fixed.ana, minutes: Minutes(30))],
            recipients: [Party(account: Fixed.luis, minutes: Minutes(90))], rule: .pot)
        let payload: Payload = [
            1: .text("año"), 2: .integer(0), 3: .integer(-90), 4: .date(day("2026-02-28")),
            5: .entity(Fixed.ana), 6: .entities([Fixed.ana, Fixed.luis]), 7: .shares(shares),
            8: .data([0, 1]), 9: .texts(["a", ""]),
            10: .sides([Side(dot: Fixed.ana.dot, leaf: .leaf([]))]), 11: .flag(false),
            12: .payload([1: .flag(true)]),
            13: .blocks([NumberBlock(neighborhood: Fixed.harbor, first: 1001, last: 1100)]),
        ]
        #expect(hex(payload.encoded()) == hex(bytes))
        #expect(try Payload(decoding: bytes) == payload)
    }

    @Test("an event that creates an entry")
    func creatingEvent() throws {
        let bytes = try ProtocolDocument.vector("creating-event").bytes("bytes")
        let event = try Self.creating()
        #expect(hex(event.encoded()) == hex(bytes))
        #expect(try Event(decoding: bytes) == event)
        try event.checkShape()
    }

    @Test("an event that edits it")
    func editingEvent() throws {
        let bytes = try ProtocolDocument.vector("editing-event").bytes("bytes")
        let event = try Self.editing()
        #expect(hex(event.encoded()) == hex(bytes))
        #expect(try Event(decoding: bytes) == event)
        try event.checkShape()
    }

    @Test("leaf hashes")
    func leaf() throws {
        let vector = try ProtocolDocument.vector("leaf")
        #expect(Hash.leaf(try vector.bytes("event")) == (try vector.hash("leaf")))
        #expect(Hash.leaf([]) == (try vector.hash("empty_leaf")))
    }

    @Test("three steps of a chain")
    func chain() throws {
        let vector = try ProtocolDocument.vector("chain")
        var chain = ReplicaChain(signingKey: try vector.bytes("public_key"))
        var hashes = [chain.hash]
        for leaf in try vector.hashes("leaves") {
            chain.append(leaf)
            hashes.append(chain.hash)
        }
        #expect(hashes == (try vector.hashes("chain")))
        #expect(chain.sequence == Sequence64(3))
    }

    @Test("the signature of a run")
    func runSignature() throws {
        let vector = try ProtocolDocument.vector("run-signature")
        let chain = ReplicaChain(
            sequence: Sequence64(try vector.number("last")), hash: try vector.hash("chain"))
        let message = Signed.run(
            community: Fixed.community, replica: Fixed.device.replica, chain: chain)
        #expect(hex(message) == (try vector.text("message")))
        #expect(hex(try Fixed.device.sign(message)) == (try vector.text("signature")))
    }

    @Test("roots of trees of no to nine leaves")
    func merkle() throws {
        let vector = try ProtocolDocument.vector("merkle")
        let leaves = try vector.hashes("leaves")
        #expect(leaves == (0..<9).map { Hash.leaf([$0]) })
        let roots = try vector.hashes("roots")
        #expect((0...9).map { MerkleTree.root(leaves: Array(leaves.prefix($0))) } == roots)
    }

    @Test("a root tag")
    func rootTag() throws {
        let vector = try ProtocolDocument.vector("root-tag")
        #expect(RootTag(of: try vector.hash("root")).bytes == (try vector.bytes("tag")))
    }

    @Test("the key of an imported row")
    func importKey() throws {
        let vector = try ProtocolDocument.vector("import-key")
        #expect(Fixed.harbor.bytes == (try vector.bytes("scope")))
        let key = ImportKey(
            source: try vector.text("source"), scope: .neighborhood(Fixed.harbor),
            row: try vector.bytes("row"), occurrence: try vector.number("occurrence"))
        #expect(key.value.bytes == (try vector.bytes("import_key")))
    }
}

extension VectorTests {
    static func creating() throws -> Event {
        let shares = Shares(
            providers: [Party(account: Fixed.ana, minutes: Minutes(90))],
            recipients: Shares.equalParts(of: Minutes(90), to: [Fixed.mei, Fixed.luis]))
        let sealed = try Fixed.dataKey.seal(
            [HoursField.description: .text("played cards")], kind: Kind.hoursRecorded.number,
            community: Fixed.community, nonce: counting(0, 12))
        return Event(
            dot: Dot(Fixed.device.replica, Sequence64(1)),
            context: CausalContext(position: .start, rootTag: .start, ownSequence: .none),
            recordedAt: Instant(milliseconds: 1_774_353_600_000), utcOffsetMinutes: -300,
            worker: Fixed.dana, home: .neighborhood(Fixed.harbor), subject: nil,
            kind: Kind.hoursRecorded.number,
            payload: [
                HoursField.form: .integer(HoursForm.exchange.rawValue),
                HoursField.shares: .shares(shares),
                HoursField.serviceDate: .date(day("2026-03-24")),
                HoursField.category: .text("company"),
            ],
            sealed: [sealed],
            importKey: ImportKey(
                source: "members 2025.csv", scope: .neighborhood(Fixed.harbor),
                row: Array("2025-11-02;Ana;1.5".utf8), occurrence: 2))
    }

    static func editing() throws -> Event {
        let tag = try #require(RootTag(counting(0xF0, 4)))
        return Event(
            dot: Dot(Fixed.device.replica, Sequence64(2)),
            context: CausalContext(
                position: LedgerPosition(300), rootTag: tag, ownSequence: Sequence64(1),
                extras: [Dot(Fixed.replica(0xB0), Sequence64(7))]),
            recordedAt: Instant(milliseconds: 1_774_353_660_000), utcOffsetMinutes: 60,
            worker: Fixed.dana, onBehalfOf: Fixed.ana, home: .neighborhood(Fixed.harbor),
            subject: EntityID(Dot(Fixed.device.replica, Sequence64(1))),
            kind: Kind.hoursAmended.number,
            payload: .change(
                HoursField.serviceDate, from: .date(day("2026-03-24")),
                to: .date(day("2026-03-25"))),
            reissued: Reissued(
                origin: Dot(Fixed.replica(0xC0), Sequence64(9)), leaf: .leaf(Array("lost".utf8))))
    }
}
