// Every rule of docs/protocol.md that a request can break, broken one at a time: the answer that
// the page says, nothing stored, and the same device's next sync is well.
// Neighbors: BrokenRuleTests breaks the rules of events; SyncRouteTests has the route's own ways.

import HTTPTypes
import HummingbirdTesting
import NIOCore
import Shared
import Store
import TestSupport
import Testing

@testable import SyncServer

@Suite("Broken rules of requests") struct BrokenRequestTests {
    /// A request about to be sent, and what signs it.
    struct Draft {
        var request: SyncRequest
        let device: FieldDevice
        /// Made of `request` unless it is set.
        var body: [UInt8]?
        var nonce: [UInt8]?
        var purpose = "request"
        var path = SyncProtocol.syncPath
        var community: CommunityID
        var signer: ReplicaKeys
        var named: ReplicaID

        init(_ device: FieldDevice) throws {
            self.device = device
            request = try device.syncRequest()
            community = device.office.store.community
            signer = device.author.keys
            named = device.author.replica
        }

        /// The run, altered and signed again as `message` says.
        mutating func run(
            community: CommunityID? = nil, replica: ReplicaID? = nil, chain: ReplicaChain? = nil,
            purpose: String = "run", signer: ReplicaKeys? = nil, signedFor: CommunityID? = nil
        ) throws {
            let author = device.author
            let own = device.office.store.community
            let chain = chain ?? author.chain
            let text =
                Array("hourbook/\(purpose)/v1".utf8) + [0] + (signedFor ?? community ?? own).bytes
                + author.replica.bytes + chain.sequence.value.bigEndianBytes + chain.hash.bytes
            let run = PushedRun(
                community: community ?? own, epoch: .first, replica: replica ?? author.replica,
                first: Sequence64(1), chain: chain,
                signature: try (signer ?? author.keys).sign(text), events: author.written)
            request.runs = [run.packed()]
        }
    }

    struct Case: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let status: Int
        let problem: String
        let alter: @Sendable (inout Draft) throws -> Void

        init(
            _ name: String, _ status: Int, _ problem: String,
            _ alter: @escaping @Sendable (inout Draft) throws -> Void
        ) {
            testDescription = name
            self.status = status
            self.problem = problem
            self.alter = alter
        }
    }

    static let stranger = Fixed.keys(signing: 0x90, receiving: 0x91)
    static let elsewhere = CommunityID(ledgerKey: stranger.signingPublicKey)

    static let requests: [Case] = [
        Case("signed for another purpose", 401, "signature") { $0.purpose = "run" },
        Case("signed for another community", 401, "signature") { $0.community = elsewhere },
        Case("signed for another path", 401, "signature") { $0.path = "/v1/pair" },
        Case("signed by another key", 401, "signature") { $0.signer = stranger },
        Case("in the name of a replica that is not paired", 401, "unknown-replica") {
            $0.signer = stranger
            $0.named = stranger.replica
        },
        Case("a nonce that is not the server's", 401, "nonce") { $0.nonce = counting(1, 24) },
        Case("no nonce", 401, "nonce") { $0.nonce = [] },
        Case("about another replica than the one that signs", 400, "unreadable") {
            $0.request.replica = stranger.replica
        },
        Case("a cursor of another history", 409, "another-ledger") {
            $0.request.cursorTag = RootTag(of: .zero)
        },
        Case("a cursor beyond the ledger", 409, "another-ledger") {
            $0.request.cursor = LedgerPosition(1_000_000)
        },
        Case("a checkpoint beyond the ledger", 409, "another-ledger") {
            $0.request.checkpointSize = LedgerPosition(1_000_000)
        },
        Case("another version", 400, "version") {
            $0.body = Raw.number(1, 99) + Array(try $0.request.encoded().dropFirst(2))
        },
        Case("a body that is no message", 400, "unreadable") { $0.body = [0xFF, 0xFF] },
        Case("an empty body", 400, "version") { $0.body = [] },
        Case("a body cut in half", 400, "unreadable") {
            let whole = try $0.request.encoded()
            $0.body = Array(whole.prefix(whole.count / 2))
        },
        Case("a body above the bound", 413, "too-large") {
            $0.body = [UInt8](repeating: 0, count: 1_200_000)
        },
    ]

    static let runs: [Case] = [
        Case("a run signed for another purpose", 400, "unreadable") {
            try $0.run(purpose: "request")
        },
        Case("a run of another community", 400, "unreadable") { try $0.run(community: elsewhere) },
        Case("a run signed for another community", 400, "unreadable") {
            try $0.run(signedFor: elsewhere)
        },
        Case("a run in another replica's name", 400, "unreadable") {
            try $0.run(replica: stranger.replica)
        },
        Case("a run signed by another key", 400, "unreadable") { try $0.run(signer: stranger) },
        Case("a run that counts its events wrongly", 400, "unreadable") {
            let chain = $0.device.author.chain
            try $0.run(chain: ReplicaChain(sequence: chain.sequence.next, hash: chain.hash))
        },
        Case("what is no container", 400, "unreadable") { $0.request.runs = [[1, 2, 3]] },
        Case("101 runs", 400, "unreadable") {
            $0.request.runs = Array(repeating: $0.request.runs[0], count: 101)
        },
        Case("keys wrapped to somebody else", 400, "unreadable") {
            $0.request.keys = try WrappedKeys.wrap(
                [Fixed.dataKey], to: stranger.receivingPublicKey,
                community: $0.device.office.store.community)
        },
        Case("keys wrapped for another community", 400, "unreadable") {
            $0.request.keys = try WrappedKeys.wrap(
                [Fixed.dataKey], to: $0.device.office.store.keys.replica.receivingPublicKey,
                community: elsewhere)
        },
    ]

    @Test("are answered as the page says, and nothing is stored", arguments: requests + runs)
    func oneBrokenRule(_ example: Case) async throws {
        let office = try Office()
        try await office.serve { client in
            var device = FieldDevice(office, number: 1)
            try await device.pair(client)
            try await device.sync(client)
            _ = try device.enroll("Ana", number: 1)
            var draft = try Draft(device)
            try example.alter(&draft)
            let before = try office.store.read { $0.position }
            let answer = try await Self.post(draft, client)
            #expect(answer.status.code == example.status)
            #expect(
                String(buffer: answer.body).contains("\"urn:hourbook:problem:\(example.problem)\""))
            #expect(try office.store.read { $0.position } == before)
            #expect(try office.store.read { try $0.members().count } == 0)
            let next = try await device.sync(client)
            #expect(next.outcomes.map(\.disposition) == [.admitted])
        }
    }

    /// A chain hash that is not of these events says that the author signed another past.
    @Test("a signed chain of other events is diverged, and nothing is stored")
    func anotherPast() async throws {
        let office = try Office()
        try await office.serve { client in
            var device = FieldDevice(office, number: 1)
            try await device.pair(client)
            _ = try device.enroll("Ana", number: 1)
            var draft = try Draft(device)
            try draft.run(chain: ReplicaChain(sequence: Sequence64(1), hash: .zero))
            let answer = try await Self.post(draft, client)
            let response = try SyncResponse(decoding: Array(answer.body.readableBytesView))
            #expect(response.outcomes.map(\.disposition) == [.diverged(common: .none)])
            #expect(try office.store.read { try $0.members().count } == 0)
            #expect(try await device.sync(client).outcomes.map(\.disposition) == [.admitted])
        }
    }

    private static func post(
        _ draft: Draft, _ client: any TestClientProtocol
    ) async throws -> TestResponse {
        let office = draft.device.office
        let body = try draft.body ?? draft.request.encoded()
        let nonce = draft.nonce ?? office.store.keys.nonce.make(at: office.clock.now)
        let text =
            Array("hourbook/\(draft.purpose)/v1".utf8) + [0] + draft.community.bytes + nonce
            + Array("POST \(draft.path)".utf8) + [0] + Hash.of(body).bytes
        let proof =
            "Hourbook replica=\(draft.named), nonce=\(hex(nonce)), "
            + "signature=\(hex(try draft.signer.sign(text)))"
        return try await client.post(
            SyncProtocol.syncPath, headers: [.authorization: proof], body: body)
    }
}
