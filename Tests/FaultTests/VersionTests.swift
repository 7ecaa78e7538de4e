// Row 30 of the list of faults, between devices and servers of different versions: a request in a
// version that is not spoken stores nothing, and both sides are told which of them has to be
// updated; a request with none of the fields that came later is answered as any other.
// Neighbors: SharedTests/GoldenTests have the bytes, UpgradeTests the folders.

import FaultInjection
import Foundation
import Shared
import Store
import Testing

@testable import SyncClient
@testable import SyncServer

@Suite("Versions of the protocol", .serialized)
struct VersionTests {
    private static let unspoken: [(version: UInt32, words: String)] = [
        (0, "update the program on the device"),
        (SyncProtocol.version + 1, "the office has to update its server"),
    ]

    @Test("fault 30: a version that is not spoken stores nothing, and says what to update")
    func unspoken() async throws {
        let start = try await Start()
        defer { start.town.remove() }
        let town = start.town
        var told = Told()
        told.saved = Start.saved
        try await town.serving { port in
            try await apart {
                let ledger = try town.ledger()
                for (version, words) in Self.unspoken {
                    let answer = try town.send(port: port) { $0.version = version }
                    let problem = ProblemDetails(answer)
                    #expect(answer.status == 400 && problem.isVersion)
                    #expect(problem.sentence.contains(words), "\(problem.sentence)")
                    let both = ["which speaks version 1 ", "(this program speaks version 1)"]
                    #expect(both.allSatisfy(problem.sentence.contains))
                    #expect(try town.ledger() == ledger)
                    // The device gives up at once: asking for less of it helps nothing.
                    var machine = SyncMachine()
                    machine.take(.problem(problem), pushed: 9, hasFreshNonce: false)
                    let progress = SyncProgress(acknowledged: .none, head: Sequence64(9))
                    #expect(machine.next(progress) == .stop(.problem(problem)))
                }
            }
        }
        let broken = try await town.broken(told, devices: Start.devices)
        for breach in broken { Issue.record("\(breach)") }
        #expect(broken.count == 0)
        try FaultReport.row(
            30, "requests in versions that are not spoken", times: Self.unspoken.count,
            broken: broken)
    }

    @Test("fault 30: a device that knows none of the later fields pushes and pulls")
    func oldest() async throws {
        let start = try await Start()
        defer { start.town.remove() }
        let town = start.town
        var told = Told()
        told.saved = Start.saved
        try await town.serving { port in
            try await apart {
                let answer = try town.send(port: port) { request in
                    request = SyncRequest(
                        replica: request.replica, cursor: request.cursor,
                        cursorTag: request.cursorTag, ownSequence: request.ownSequence,
                        held: request.held, runs: request.runs, keys: request.keys,
                        deviceTime: request.deviceTime)
                    request.version = SyncProtocol.versions.lowerBound
                }
                let response = try SyncResponse(decoding: answer.body)
                #expect(answer.status == 200)
                #expect(response.version == SyncProtocol.versions.lowerBound)
                #expect(response.outcomes.map(\.disposition) == [.admitted])
                #expect(!response.page.isEmpty && response.repair == nil)
            }
        }
        let broken = try await town.broken(told, devices: Start.devices)
        for breach in broken { Issue.record("\(breach)") }
        #expect(broken.count == 0)
        try FaultReport.row(
            30, "an old device with today's server", times: 1, broken: broken)
    }
}

extension Town {
    /// The tablet's next request, changed and signed.
    fileprivate func send(
        port: UInt16, _ change: (inout SyncRequest) throws -> Void
    ) throws -> HTTPAnswer {
        let device = try open("tablet")
        defer { device.close() }
        let keys = try keys(of: device)
        let post = Post(try transport(device, port: port))
        post.isCatching = true
        _ = try session(device, over: post).run()
        guard let letter = post.caught.first else { throw HarnessError.nothingToSend }
        var request = try SyncRequest(decoding: letter.body)
        try change(&request)
        let body = try request.encoded()
        let nonce = try serverKeys.nonce.make(at: fate.environment.now())
        let headers = try SignedRequest.headers(
            keys: keys, community: device.paired.community, nonce: nonce, path: letter.path,
            body: body)
        return try post.deliver(Letter(path: letter.path, headers: headers, body: body))
    }
}
