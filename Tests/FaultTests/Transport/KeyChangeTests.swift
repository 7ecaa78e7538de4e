// The change from one TLS key to the next, and a pairing answer that was lost, end to end over TLS.
// Neighbors: Sources/SyncServer/Setup/TLSAnnouncing, Sources/SyncClient/Sync/ServerAddress.

import Foundation
import GRDB
import Shared
import Store
import Testing

@testable import SyncClient
@testable import SyncServer

@Suite("A server's keys change")
struct KeyChangeTests {
    @Test("a device that has synced follows to the announced key, and to the one after it")
    func follows() async throws {
        let town = try Town()
        defer { town.remove() }
        try await town.servingTLS { port in
            try await apart {
                try town.pair("tablet", by: town.pinnedLink(port: port))
                #expect(try town.syncTLS("tablet", port: port).end == .complete)
            }
        }
        for _ in 1...2 {
            try town.useNextTLSKey()
            try await town.servingTLS { port in
                let report = try await apart { try town.syncTLS("tablet", port: port) }
                #expect(report.end == .complete)
            }
        }
    }

    @Test("one that missed the announcement is told what to do, and a new link mends it")
    func missed() async throws {
        let town = try Town()
        defer { town.remove() }
        try await town.servingTLS { port in
            try await apart { try town.pair("tablet", by: town.pinnedLink(port: port)) }
        }
        let before = try Self.replica(of: "tablet", in: town)
        try town.useNextTLSKey()
        try town.useNextTLSKey()
        try await town.servingTLS { port in
            try await apart {
                #expect(
                    try town.syncTLS("tablet", port: port).end == .unreachable(.wrongKey))
                try town.pair("tablet", by: town.pinnedLink(port: port))
                #expect(try town.syncTLS("tablet", port: port).end == .complete)
            }
        }
        #expect(try Self.replica(of: "tablet", in: town) == before)
        let sentence = TransportError.wrongKey.sentence
        #expect(sentence.contains("Nothing was sent") && sentence.contains("new pairing link"))
    }

    @Test("a key that was announced but not put to use is no reason to stop")
    func restarted() async throws {
        let town = try Town()
        defer { town.remove() }
        try await town.servingTLS { port in
            try await apart { try town.pair("tablet", by: town.pinnedLink(port: port)) }
        }
        try await town.servingTLS { port in
            let report = try await apart { try town.syncTLS("tablet", port: port) }
            #expect(report.end == .complete)
        }
    }

    @Test("22: a pairing answer that was lost is had again by the same link")
    func lostAnswer() async throws {
        let town = try Town()
        defer { town.remove() }
        try await town.servingTLS { port in
            try await apart {
                let link = try town.pinnedLink(port: port)
                let pairing = Pairing(
                    folder: town.deviceFolder("tablet"), environment: town.fate.environment)
                let lossy = LosingAnswers(try CurlTransport(to: link))
                #expect(throws: UserError.self) {
                    try pairing.pair(link, label: "tablet", over: lossy)
                }
                let device = try pairing.pair(
                    link, label: "tablet", over: try CurlTransport(to: link))
                defer { device.close() }
                let lost = try PairResponse(decoding: lossy.lost[0].body)
                #expect(lossy.lost.map(\.status) == [200])
                #expect(device.paired.pairedAt == lost.pairedAt)
                #expect(device.paired.serverReceivingKey == lost.serverReceivingKey)
            }
        }
        let store = try town.openStore()
        defer { try? store.pool.close() }
        #expect(try store.read { try $0.devices().count } == 1)
    }

    private static func replica(of name: String, in town: Town) throws -> ReplicaID {
        let device = try town.open(name)
        defer { device.close() }
        return device.paired.replica
    }
}

/// Does what it is asked, and then loses the answer.
private final class LosingAnswers: Transport {
    private let base: any Transport
    private(set) var lost: [HTTPAnswer] = []

    init(_ base: any Transport) { self.base = base }

    func post(
        path: String, headers: [(name: String, value: String)], body: [UInt8]
    ) throws(TransportError) -> HTTPAnswer {
        lost.append(try base.post(path: path, headers: headers, body: body))
        throw .timedOut
    }
}
