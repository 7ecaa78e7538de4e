// Rows 20 and 32 of the list of faults: what was signed for another device, community or purpose is
// refused and changes nothing; one bad event among thousands holds up no other.
// Neighbors: Post carries what is sent, Invariants checks.

import FaultInjection
import Foundation
import Shared
import Store
import Testing

@testable import SyncClient
@testable import SyncServer

@Suite("Forged and bad events", .serialized)
struct ForgeryTests {
    /// A run that another device, community or purpose was signed for, and who sends it.
    private struct Forgery: Sendable {
        let name: String
        var sender = "tablet"
        let forge: @Sendable (PushedRun, ReplicaKeys) throws -> PushedRun
    }

    private static let otherCommunity = CommunityID(
        ledgerKey: [UInt8](repeating: 7, count: 32))

    private static let forgeries = [
        Forgery(name: "a run of another device, as it is", sender: "laptop") { run, _ in run },
        Forgery(name: "a run of another device, said to be one's own", sender: "laptop") {
            $0.with(replica: $1.replica)
        },
        Forgery(name: "a run for another community, said so") { run, keys in
            try run.with(community: otherCommunity).signed(by: keys)
        },
        Forgery(name: "a run for another community, said to be for this") { run, keys in
            let other = try run.with(community: otherCommunity).signed(by: keys)
            return other.with(community: run.community)
        },
        Forgery(name: "a signature of a request") { run, keys in
            let chain = run.chain
            let message = Signed.request(
                community: run.community, nonce: run.replica.bytes,
                methodAndPath: "", body: chain.hash.bytes)
            return run.with(signature: try keys.sign(message))
        },
        Forgery(name: "a signature without a purpose") { run, keys in
            let message = Signed.run(
                community: run.community, replica: run.replica, chain: run.chain)
            return run.with(signature: try keys.sign(Array(message.dropFirst(16))))
        },
    ]

    @Test("fault 20: runs signed for another device, community or purpose are refused")
    func forged() async throws {
        let start = try await Start()
        defer { start.town.remove() }
        let town = start.town
        var told = Told()
        told.saved = Start.saved
        try await town.serving { port in
            try await apart {
                let ledger = try town.ledger()
                for forgery in Self.forgeries {
                    let answer = try town.send(from: forgery.sender, port: port) { sender in
                        let tablet = try town.openRun("tablet")
                        return try forgery.forge(tablet, sender)
                    }
                    #expect(answer.status == 400, "\(forgery.name)")
                    #expect(ProblemDetails(answer).type.hasSuffix(":unreadable"))
                    #expect(try town.ledger() == ledger, "\(forgery.name)")
                }
            }
        }
        let broken = try await town.broken(told, devices: Start.devices)
        for breach in broken { Issue.record("\(breach)") }
        try FaultReport.row(
            20, "runs signed for another device, community, purpose",
            times: Self.forgeries.count, broken: broken)
    }

    @Test("fault 20: requests signed for another device, community or path are refused")
    func forgedRequests() async throws {
        let start = try await Start()
        defer { start.town.remove() }
        let town = start.town
        var told = Told()
        told.saved = Start.saved
        try await town.serving { port in
            try await apart {
                let ledger = try town.ledger()
                let laptop = try town.open("laptop")
                defer { laptop.close() }
                let tablet = try town.keys(of: town.open("tablet"))
                let keys = try town.keys(of: laptop)
                let post = Post(try town.transport(laptop, port: port))
                _ = try town.session(laptop, over: post).run()
                let good = try #require(post.delivered.last)
                let nonce = try town.serverKeys.nonce.make(at: town.fate.environment.now())
                let (community, path) = (laptop.paired.community, SyncProtocol.syncPath)
                let forged = try [
                    (keys, Self.otherCommunity, path), (keys, community, SyncProtocol.pairPath),
                    (tablet, community, path),
                ].map { keys, community, path in
                    try SignedRequest.headers(
                        keys: keys, community: community, nonce: nonce, path: path,
                        body: good.body)
                }
                for (headers, status) in zip(forged, [401, 401, 400]) {
                    let letter = Letter(path: path, headers: headers, body: good.body)
                    #expect(try post.deliver(letter).status == status)
                    #expect(try town.ledger() == ledger)
                }
            }
        }
        let broken = try await town.broken(told, devices: Start.devices)
        for breach in broken { Issue.record("\(breach)") }
        try FaultReport.row(
            20, "requests signed for another device, community, path", times: 3, broken: broken)
    }

    @Test("fault 32: one bad event among thousands has its own outcome; the rest go through")
    func oneBad() async throws {
        let start = try await Start()
        defer { start.town.remove() }
        let town = start.town
        let count = Int64(FaultRun.choose(short: 1_200, long: 1_400))
        var told = Told()
        let good = Set(1...count).subtracting(Start.saved)
        told.saved = good.union(Start.saved)
        let (report, shown) = try await town.serving { port in
            try await apart {
                let tablet = try town.open("tablet")
                defer { tablet.close() }
                let minutes = good.sorted()
                let half = minutes.count / 2
                try town.exchanges(tablet, start.ana, start.omar, minutes.prefix(half))
                try town.recordElsewhere(tablet, home: start.ana)
                try town.exchanges(tablet, start.ana, start.omar, minutes.dropFirst(half))
                let report = try town.sync(tablet, port: port)
                return (report, try tablet.read { try WaitingRecord.refused($0) })
            }
        }
        #expect(report.end == .complete)
        // The good ones, the one that was unsent before, and the bad one.
        #expect(report.pushed == good.count + 2)
        #expect(report.refused == 1)
        #expect(shown.map(\.why) == [QuarantineReason.outOfScope.sentence])
        let broken = try await town.broken(told, devices: Start.devices)
        for breach in broken { Issue.record("\(breach)") }
        try FaultReport.row(
            32, "one bad event among \(count)", times: 1, broken: broken)
    }
}

extension ForgeryTests {
    @Test("fault 32: what the office lets in after all takes its place on the device")
    func letIn() async throws {
        let start = try await Start()
        defer { start.town.remove() }
        let town = start.town
        let (mill, ada) = try town.withStore { store in
            try store.append { session in
                let mill = try session.addNeighborhood(name: "Mill Hill", code: "MIL")
                let admin = try session.addWorker(
                    name: "Ada", role: .admin, neighborhoods: [town.harbor])
                return (mill, admin)
            }
        }
        try await town.serving { port in
            try await apart {
                let tablet = try town.open("tablet")
                defer { tablet.close() }
                try town.recordElsewhere(tablet, home: mill)
                #expect(try town.sync(tablet, port: port).refused == 1)
                let kept = try tablet.read { try $0.tables.refusedEvents() }
                try town.withStore { store in
                    try store.append {
                        _ = try $0.decide(
                            Set(kept.map(\.event.dot)), .admit, as: ada, reason: "a lent tablet")
                    }
                }
                #expect(try town.sync(tablet, port: port).end == .complete)
                try tablet.read { book in
                    #expect(try book.tables.refusedEvents() == [])
                    let entry = try book.views.hours(kept[0].event.entity)
                    #expect(entry?.position != nil, "it has its place")
                    #expect(try book.verified().allSatisfy(\.isWhole))
                    #expect(try book.tables.mismatches() == [])
                }
            }
        }
    }
}

extension PushedRun {
    fileprivate func with(
        community: CommunityID? = nil, replica: ReplicaID? = nil, signature: [UInt8]? = nil
    ) -> PushedRun {
        PushedRun(
            community: community ?? self.community, epoch: epoch,
            replica: replica ?? self.replica, first: first, chain: chain,
            signature: signature ?? self.signature, events: events)
    }

    fileprivate func signed(by keys: ReplicaKeys) throws -> PushedRun {
        with(
            signature: try keys.sign(
                Signed.run(community: community, replica: replica, chain: chain)))
    }
}

extension Town {
    /// What the device would push now.
    fileprivate func openRun(_ name: String) throws -> PushedRun {
        let device = try open(name)
        defer { device.close() }
        let keys = try keys(of: device)
        let push = try device.read { book in
            try PushBuilder(book: book, keyring: device.keyring, keys: keys).push(eventsMax: 10)
        }
        guard let push else { throw HarnessError.nothingToSend }
        return try PushedRun(
            unpacking: push.run, bytesMax: ContainerLimits.unpackedBytesMax)
    }

    /// A device's request with another run in it, signed as the device signs.
    fileprivate func send(
        from name: String, port: UInt16, _ run: (ReplicaKeys) throws -> PushedRun
    ) throws -> HTTPAnswer {
        let device = try open(name)
        defer { device.close() }
        let keys = try keys(of: device)
        let post = Post(try transport(device, port: port))
        post.isCatching = true
        _ = try session(device, over: post).run()
        guard let letter = post.caught.first else { throw HarnessError.nothingToSend }
        var request = try SyncRequest(decoding: letter.body)
        request.runs = [try run(keys).packed()]
        let body = try request.encoded()
        let nonce = try serverKeys.nonce.make(at: fate.environment.now())
        let headers = try SignedRequest.headers(
            keys: keys, community: device.paired.community, nonce: nonce, path: letter.path,
            body: body)
        return try post.deliver(Letter(path: letter.path, headers: headers, body: body))
    }

    /// As a faulty program would: an entry at home where this device has no business.
    fileprivate func recordElsewhere(_ device: Device, home: EntityID) throws {
        try device.write { book in
            var head = try book.head
            let first = try book.ownEvent(head.sequence)
            guard let model = first?.event else { throw HarnessError.nothingToSend }
            let event = Event(
                dot: Dot(book.paired.replica, head.sequence.next), context: model.context,
                recordedAt: model.recordedAt, utcOffsetMinutes: 0, worker: model.worker,
                home: .neighborhood(home), subject: nil, kind: model.kind,
                payload: model.payload, sealed: [])
            let bytes = event.encoded()
            let new = NewEvent(event: event, leaf: .leaf(bytes), bytes: bytes)
            head.append(new.leaf)
            try book.tables.insertUnsent(new, reach: [.neighborhood(harbor)])
            try book.tables.setHead(head, of: book.paired.replica)
        }
    }
}
