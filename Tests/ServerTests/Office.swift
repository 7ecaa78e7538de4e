// A server in a temporary folder with a fixed clock and repeatable randomness, and devices that
// speak to it over its own routes. Neighbors: every suite here but the pure ones.

import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import Shared
import Store
import Synchronization
import TestSupport
import Testing

@testable import SyncServer

final class Office: Sendable {
    let store: ServerStore
    let clock: ManualClock
    let harbor: EntityID
    let millHill: EntityID
    let dana: EntityID
    let ada: EntityID
    let bea: EntityID

    /// Two neighborhoods, the outreach worker Dana, the admins Ada and Bea.
    init(seed: UInt64 = 1) throws {
        let clock = ManualClock()
        let random = SharedRandom(seed: seed)
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "hourbook-server-tests/\(UUID.make(random))")
        let environment = Shared.Environment(
            now: { clock.now }, utcOffsetMinutes: { 0 }, randomBytes: { random.bytes($0) })
        store = try Founding.found(
            name: "Riverside", folder: folder, environment: environment,
            recovery: { Fixed.ledger })
        self.clock = clock
        (harbor, millHill, dana, ada, bea) = try store.append { session in
            let harbor = try session.addNeighborhood(name: "Harbor", code: "HAR")
            let millHill = try session.addNeighborhood(name: "Mill Hill", code: "MIL")
            return (
                harbor, millHill,
                try session.addWorker(name: "Dana", role: .coordinator, neighborhoods: [harbor]),
                try session.addWorker(name: "Ada", role: .admin, neighborhoods: [harbor]),
                try session.addWorker(name: "Bea", role: .admin, neighborhoods: [harbor])
            )
        }
    }

    /// Two devices that each enrolled somebody with the number 1.
    static func sameNumber(
        name: String = "Ana"
    ) async throws -> (office: Office, members: [EntityID]) {
        let office = try Office()
        let members = try await office.serve { client in
            var members: [EntityID] = []
            for number in 1...2 {
                var device = FieldDevice(office, number: UInt8(number))
                try await device.pair(client)
                members.append(try device.enroll("\(name) \(number)", number: 1))
                try await device.sync(client)
            }
            return members
        }
        return (office, members)
    }

    deinit { try? FileManager.default.removeItem(at: store.folder) }

    func link(
        neighborhoods: [EntityID]? = nil, workers: [EntityID]? = nil
    ) throws -> PairingLink {
        try store.append { session in
            try session.makePairingLink(
                workers: workers ?? [dana], neighborhoods: neighborhoods ?? [harbor],
                role: .coordinator,
                host: "127.0.0.1", port: 8420, mode: .loopback)
        }
    }

    /// Runs a test against the routes, with the committer running.
    func serve<Value: Sendable>(
        _ body: @escaping @Sendable (any TestClientProtocol) async throws -> Value
    ) async throws -> Value {
        try await ServerApplication.build(store: store).test(.router, body)
    }
}

final class ManualClock: Sendable {
    private let milliseconds = Mutex<Int64>(1_774_353_600_000)
    var now: Instant { Instant(milliseconds: milliseconds.withLock { $0 }) }
    func advance(days: Int64) { advance(milliseconds: days * 86_400_000) }
    func advance(milliseconds more: Int64) { milliseconds.withLock { $0 += more } }
}

final class SharedRandom: Sendable {
    private let random: Mutex<SeededRandom>
    init(seed: UInt64) { random = Mutex(SeededRandom(seed: seed)) }
    func bytes(_ count: Int) -> [UInt8] { random.withLock { $0.bytes(count) } }
}

extension UUID {
    /// Folders are told apart by the process and a counter, not by chance.
    fileprivate static let count = Mutex(0)
    fileprivate static func make(_ random: SharedRandom) -> String {
        let number = count.withLock { count in
            count += 1
            return count
        }
        return "\(ProcessInfo.processInfo.processIdentifier)-\(number)"
    }
}

/// A device that keeps what it must to sync: its author's chain, cursor and root.
struct FieldDevice: Sendable {
    var author: Author
    var keys: [DataKey] = []
    var cursor = LedgerPosition.start
    var cursorTag = RootTag.start
    /// Where the last checkpoint it was sent was made.
    var checkpointSize = LedgerPosition.start
    var entries: [LedgerEntry] = []
    var received: [DataKey] = []
    let office: Office
    let homes: [EntityID]

    init(_ office: Office, number: UInt8, homes: [EntityID]? = nil) {
        self.office = office
        self.homes = homes ?? [office.harbor]
        author = Author(Fixed.keys(signing: number, receiving: number &+ 100))
        author.worker = office.dana
        author.home = .neighborhood(self.homes[0])
    }

    func pairRequest(_ link: PairingLink, label: String = "tablet") -> PairRequest {
        PairRequest(
            link: link.id, signingKey: author.keys.signingPublicKey,
            receivingKey: author.keys.receivingPublicKey, label: label,
            proof: PairingProof.make(
                secret: link.secret, community: link.community,
                signingKey: author.keys.signingPublicKey,
                receivingKey: author.keys.receivingPublicKey, label: label))
    }

    /// In the name of Dana, unless others record on it.
    func pair(_ client: any TestClientProtocol, workers: [EntityID]? = nil) async throws {
        let link = try office.link(neighborhoods: homes, workers: workers)
        let answer = try await client.post(
            SyncProtocol.pairPath, body: try pairRequest(link).encoded())
        try #require(answer.status == .ok)
    }

    func syncRequest(first: Int = 1, pushing: Bool = true) throws -> SyncRequest {
        var runs: [[UInt8]] = []
        if pushing, author.written.count >= first {
            let run = try author.run(community: office.store.community)
            let part = PushedRun(
                community: run.community, epoch: run.epoch, replica: run.replica,
                first: Sequence64(UInt64(first)), chain: run.chain, signature: run.signature,
                events: Array(run.events.dropFirst(first - 1)))
            runs = [part.packed()]
        }
        return SyncRequest(
            replica: author.replica, cursor: cursor, cursorTag: cursorTag,
            ownSequence: author.chain.sequence, held: [], runs: runs,
            keys: try WrappedKeys.wrap(
                keys, to: office.store.keys.replica.receivingPublicKey,
                community: office.store.community),
            deviceTime: author.now, checkpointSize: checkpointSize)
    }

    func headers(body: [UInt8], nonce: [UInt8]? = nil) throws -> HTTPFields {
        let nonce = nonce ?? office.store.keys.nonce.make(at: office.clock.now)
        let signature = try author.keys.sign(
            Signed.request(
                community: office.store.community, nonce: nonce,
                methodAndPath: "POST \(SyncProtocol.syncPath)", body: body))
        return [
            .authorization: "Hourbook replica=\(author.replica), nonce=\(hex(nonce)), "
                + "signature=\(hex(signature))"
        ]
    }

    func exchange(
        _ request: SyncRequest, _ client: any TestClientProtocol
    ) async throws -> SyncResponse {
        let body = try request.encoded()
        let answer = try await client.post(
            SyncProtocol.syncPath, headers: try headers(body: body), body: body)
        try #require(answer.status == .ok)
        return try SyncResponse(decoding: Array(answer.body.readableBytesView))
    }

    /// Pushes from `first` on, takes one page.
    @discardableResult
    mutating func sync(
        _ client: any TestClientProtocol, first: Int = 1, pushing: Bool = true
    ) async throws -> SyncResponse {
        let response = try await exchange(
            try syncRequest(first: first, pushing: pushing), client)
        if !response.page.isEmpty {
            entries += try Page(
                unpacking: response.page, bytesMax: ContainerLimits.unpackedBytesMax
            ).entries
        }
        cursor = response.cursor
        cursorTag = RootTag(of: response.root)
        if !response.checkpoints.isEmpty { checkpointSize = cursor }
        author.position = cursor
        author.rootTag = cursorTag
        if let keys = response.keys {
            received += try keys.unwrap(
                with: author.keys, community: office.store.community)
        }
        return response
    }

    /// Enrolls a member with a sealed name.
    mutating func enroll(_ name: String, number: Int64) throws -> EntityID {
        let member = EntityID(Dot(author.replica, author.chain.sequence.next))
        let key = DataKey(
            id: DataKeyID(UInt64(author.replica.bytes[0]) << 32 + UInt64(number)),
            subjects: [member], key: counting(UInt8(truncatingIfNeeded: number), 32))
        keys.append(key)
        let sealed = try key.seal(
            [MemberField.name: .text(name)], kind: Kind.memberEnrolled.number,
            community: office.store.community, nonce: counting(1, 12))
        return author.write(
            .memberEnrolled,
            [MemberField.number: .integer(number), MemberField.form: .integer(1)],
            sealed: [sealed]
        ).entity
    }
}

extension TestClientProtocol {
    func post(
        _ path: String, headers: HTTPFields = [:], body: [UInt8]
    ) async throws -> TestResponse {
        try await execute(
            uri: path, method: .post, headers: headers, body: ByteBuffer(bytes: body))
    }
}
