// Pairing: the link is bound to the first key that proves it (case 22), and what is then granted.
// Neighbors: Office makes links; Sources/SyncServer/Pairing decides.

import HTTPTypes
import HummingbirdTesting
import NIOCore
import Shared
import Store
import TestSupport
import Testing

@testable import SyncServer

struct PairingTests {
    private func pair(
        _ request: PairRequest, _ client: any TestClientProtocol
    ) async throws -> TestResponse {
        try await client.post(SyncProtocol.pairPath, body: try request.encoded())
    }

    @Test("22: the same key gets the same answer, another key is refused and told")
    func boundToFirstKey() async throws {
        let office = try Office()
        let link = try office.link()
        let first = FieldDevice(office, number: 1)
        let second = FieldDevice(office, number: 2)
        try await office.serve { client in
            let once = try await pair(first.pairRequest(link), client)
            let again = try await pair(first.pairRequest(link), client)
            let other = try await pair(second.pairRequest(link), client)
            #expect(once.status == .ok)
            let answers = try [once, again].map {
                try PairResponse(decoding: Array($0.body.readableBytesView))
            }
            #expect(answers[0].pairedAt == answers[1].pairedAt)
            #expect(other.status == .forbidden)
            #expect(String(buffer: other.body).contains("another device has used"))
        }
        #expect(try office.store.read { try $0.devices().count } == 1)
    }

    @Test("the answer is signed by the ledger key that the link names")
    func signedAnswer() async throws {
        let office = try Office()
        let link = try office.link()
        let device = FieldDevice(office, number: 1)
        try await office.serve { client in
            let answer = try await pair(device.pairRequest(link), client)
            let response = try PairResponse(decoding: Array(answer.body.readableBytesView))
            #expect(Hash.of(response.ledgerKey) == link.ledger)
            #expect(response.communityName == "Riverside")
            try verify(
                response.signature,
                of: Signed.paired(
                    community: link.community, replica: device.author.replica,
                    response: try response.unsignedBytes()), by: response.ledgerKey)
        }
    }

    @Test("22: a wrong proof, an unknown link and an expired one are refused")
    func refusals() async throws {
        let office = try Office()
        let link = try office.link()
        let device = FieldDevice(office, number: 1)
        try await office.serve { client in
            var wrong = device.pairRequest(link)
            wrong.proof[0] ^= 1
            #expect(try await pair(wrong, client).status == .forbidden)
            var renamed = device.pairRequest(link)
            renamed.label = "another label"
            #expect(try await pair(renamed, client).status == .forbidden)
            var unknown = device.pairRequest(link)
            unknown.link = counting(9, 8)
            #expect(try await pair(unknown, client).status == .forbidden)
            office.clock.advance(days: 8)
            let late = try await pair(device.pairRequest(link), client)
            #expect(late.status == .forbidden)
            #expect(String(buffer: late.body).contains("expired"))
        }
        #expect(try office.store.read { try $0.devices().count } == 0)
    }

    @Test("devices get member numbers that do not overlap")
    func numberBlocks() async throws {
        let office = try Office()
        try await office.serve { client in
            for number in UInt8(1)...3 {
                try await FieldDevice(
                    office, number: number, homes: [office.harbor, office.millHill]
                ).pair(client)
            }
        }
        let blocks = try office.store.read { try $0.devices().flatMap(\.numberBlocks) }
        let harbor = blocks.filter { $0.neighborhood == office.harbor }
        #expect(harbor.map(\.first).sorted() == [1_001, 1_501, 2_001])
        #expect(harbor.map(\.last).sorted() == [1_500, 2_000, 2_500])
    }

    @Test("two devices racing for one link: one pairs", arguments: 1...4)
    func race(_ seed: UInt64) async throws {
        let office = try Office(seed: seed)
        let link = try office.link()
        let statuses = try await office.serve { client in
            try await withThrowingTaskGroup(of: HTTPResponse.Status.self) { group in
                for number in UInt8(1)...4 {
                    let device = FieldDevice(office, number: number)
                    group.addTask { try await self.pair(device.pairRequest(link), client).status }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
        }
        #expect(statuses.count { $0 == .ok } == 1)
        #expect(try office.store.read { try $0.devices().count } == 1)
    }
}
