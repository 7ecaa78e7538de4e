// The change from one TLS key to the next, and a pairing answer that was lost, end to end over TLS.
// Neighbors: Sources/SyncServer/Setup/TLSAnnouncing, Sources/SyncClient/Sync/ServerAddress.

import FaultInjection
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
        let first = try await town.serving(encrypted: true) { port in
            try await apart {
                try town.pair("tablet", by: town.pinnedLink(port: port))
                return try town.syncTLS("tablet", port: port).end
            }
        }
        #expect(first == .complete)
        for _ in 1...2 {
            try town.useNextTLSKey()
            #expect(try await Self.end(of: "tablet", in: town) == .complete)
        }
    }

    @Test("one that missed the announcement is told what to do, and a new link mends it")
    func missed() async throws {
        let town = try Town()
        defer { town.remove() }
        let before = try await Self.paired("tablet", in: town)
        try town.useNextTLSKey()
        try town.useNextTLSKey()
        #expect(try await Self.end(of: "tablet", in: town) == .unreachable(.wrongKey))
        #expect(try await Self.paired("tablet", in: town) == before)
        #expect(try await Self.end(of: "tablet", in: town) == .complete)
        let sentence = TransportError.wrongKey.sentence
        #expect(sentence.contains("Nothing was sent") && sentence.contains("new pairing link"))
    }

    @Test("a server that starts again shows the same key")
    func restarted() async throws {
        let town = try Town()
        defer { town.remove() }
        _ = try await Self.paired("tablet", in: town)
        #expect(try await Self.end(of: "tablet", in: town) == .complete)
        #expect(try await Self.end(of: "tablet", in: town) == .complete)
    }

    /// How a sync ends, with the server started for it.
    private static func end(of name: String, in town: Town) async throws -> SyncEnd {
        try await town.serving(encrypted: true) { port in
            try await apart { try town.syncTLS(name, port: port).end }
        }
    }

    /// Given a new link, with the server started for it; the replica that the device is.
    private static func paired(_ name: String, in town: Town) async throws -> ReplicaID {
        try await town.serving(encrypted: true) { port in
            try await apart { try town.pair(name, by: town.pinnedLink(port: port)) }
        }
        let device = try town.open(name)
        defer { device.close() }
        return device.paired.replica
    }

    @Test("22: a pairing answer that was lost is had again by the same link")
    func lostAnswer() async throws {
        let town = try Town()
        defer { town.remove() }
        let (lost, paired) = try await town.serving(encrypted: true) { port in
            try await apart {
                let link = try town.pinnedLink(port: port)
                let lost = try Self.losingTheAnswer(to: link, in: town)
                try town.pair("tablet", by: link)
                let device = try town.open("tablet")
                defer { device.close() }
                return (lost, device.paired)
            }
        }
        #expect(paired.pairedAt == lost.pairedAt)
        #expect(paired.serverReceivingKey == lost.serverReceivingKey)
        let store = try town.openStore()
        defer { try? store.pool.close() }
        #expect(try store.read { try $0.devices().count } == 1)
    }

    /// What the server had answered.
    private static func losingTheAnswer(to link: PairingLink, in town: Town) throws -> PairResponse
    {
        let lossy = LosingAnswers(try CurlTransport(to: link, patience: .ofTests))
        let pairing = Pairing(
            folder: town.deviceFolder("tablet"), environment: town.fate.environment)
        do {
            _ = try pairing.pair(link, label: "tablet", over: lossy)
            throw HarnessError.notPaired
        } catch is UserError {
            return try PairResponse(decoding: lossy.lost.first?.body ?? [])
        }
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
