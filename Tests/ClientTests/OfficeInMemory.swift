// A server's side of the protocol in memory: the honest twin behind `Transport`, with faults that a
// test asks for. It admits what chains, and keeps a ledger with its trees.
// Neighbors: SessionTests and RecorderTests pair a device with one.

import GRDB
import Shared
import Store
import TestSupport

@testable import SyncClient

final class OfficeInMemory: Transport {
    static let harbor = EntityID(Dot(server.replica, Sequence64(2)))
    static let orchard = EntityID(Dot(server.replica, Sequence64(3)))
    static let dana = EntityID(Dot(server.replica, Sequence64(4)))
    static let omar = EntityID(Dot(server.replica, Sequence64(5)))
    static let server = Fixed.keys(signing: 0x80, receiving: 0x90)

    let ledger: DatabaseQueue
    private(set) var received: [DataKeyID: DataKey] = [:]
    /// How many keys came with each run.
    private(set) var keysBrought: [Int] = []
    private(set) var requests = 0
    private var author = Author(server)
    private var nonce: [UInt8] = counting(1, 24)

    /// Thrown, one a request, before the server sees it.
    var failuresBefore: [TransportError] = []
    /// Thrown, one a request, after the server acted: the answer is lost.
    var failuresAfter: [TransportError] = []
    var pageMax = 1_000
    /// Runs longer than this are refused as a whole.
    var runMax = Int.max
    var verdict: (Event) -> Disposition = { _ in .admitted }
    var lies = false
    var serverTime = Instant(milliseconds: 0)
    /// What devices asked about their trees, in order.
    private(set) var questions: [RepairQuestion] = []
    /// Sent instead of what an entry says, when a device asks for it.
    var wrong: [UInt8]?
    /// Alters the checkpoints of an answer, before they are signed.
    var checkpoints: ([Checkpoint]) -> [Checkpoint] = { $0 }
    var ledgerKeys = Fixed.ledger
    /// What a revoked device is told: then it gets nothing else.
    var revocation: ((SyncRequest) -> Revocation)?
    /// Altered before they are sent.
    var directory: ([DirectoryLine]) -> [DirectoryLine] = { $0 }
    /// Where each member was enrolled, and the neighborhoods of each device.
    private var homes: [EntityID: ScopeID] = [:]
    private var held: [ReplicaID: Set<ScopeID>] = [:]
    /// Sequences that are possessed but in no ledger.
    private var heads: [ReplicaID: ReplicaChain] = [:]

    init(role: Role = .outreach) throws {
        ledger = try StoreFile.inMemory { _ in }
        author.home = .community
        author.worker = nil
        try write(.communityFounded, [FoundedField.name: .text("Riverside")])
        for (name, code) in [("Harbor", "HAR"), ("Orchard", "ORC")] {
            try write(
                .neighborhoodDefined,
                [NeighborhoodField.name: .text(name), NeighborhoodField.code: .text(code)])
        }
        for _ in 1...2 {
            try write(.workerRegistered, [WorkerField.role: .integer(role.rawValue)])
        }
    }

    @discardableResult
    func write(
        _ kind: Kind, about subject: EntityID? = nil, home: ScopeID? = nil, _ payload: Payload,
        sealed: [SealedPart] = []
    ) throws -> Event {
        let before = author.home
        author.home = home ?? before
        defer { author.home = before }
        let event = author.write(kind, subject: subject, payload, sealed: sealed)
        try append(event.encoded(), reach: [event.home])
        return event
    }

    /// An entry of Orchard, which devices of Harbor do not hold.
    func enrollElsewhere() throws {
        author.home = .neighborhood(Self.orchard)
        defer { author.home = .community }
        try write(.memberEnrolled, [MemberField.number: .integer(7)])
    }

    /// Gives a device more member numbers, as the server does by itself.
    func give(_ block: NumberBlock, to bench: Bench) throws {
        let device = try ledger.read {
            try LedgerTables($0).event(at: bench.device.paired.pairedAt)
        }
        try write(
            .deviceScopeChanged, about: device?.event.entity,
            [
                ScopeChangeField.neighborhoods: .entities([bench.home]),
                ScopeChangeField.numberBlocks: .blocks([block]),
            ])
    }

    /// Enters a device in the ledger, as pairing does.
    func pair(
        _ keys: ReplicaKeys, neighborhoods: [EntityID] = [harbor], workers: [EntityID] = [dana],
        numberBlocks: [NumberBlock] = []
    ) throws -> PairedDevice {
        try write(
            .devicePaired,
            [
                DeviceField.signingKey: .data(keys.signingPublicKey),
                DeviceField.receivingKey: .data(keys.receivingPublicKey),
                DeviceField.label: .text("tablet"), DeviceField.workers: .entities(workers),
                DeviceField.neighborhoods: .entities(neighborhoods),
                DeviceField.role: .integer(Role.coordinator.rawValue),
                DeviceField.numberBlocks: .blocks(numberBlocks),
            ])
        held[keys.replica] = Set([.community] + neighborhoods.map(ScopeID.neighborhood))
        heads[keys.replica] = ReplicaChain(signingKey: keys.signingPublicKey)
        return PairedDevice(
            community: Fixed.community, communityName: "Riverside", replica: keys.replica,
            label: "tablet", server: ServerAddress(host: "127.0.0.1", port: 1, mode: .loopback),
            ledgerKey: Fixed.ledger.signingPublicKey,
            serverSigningKey: Self.server.signingPublicKey,
            serverReceivingKey: Self.server.receivingPublicKey,
            pairedAt: try ledger.read { try LedgerTables($0).lastPosition() })
    }

    private func append(_ bytes: [UInt8], reach: [ScopeID]) throws {
        try ledger.write { db in
            let tables = LedgerTables(db)
            try tables.insert(
                try NewEvent(bytes: bytes),
                Admitted(
                    position: tables.lastPosition().next, reach: reach,
                    receivedAt: Instant(milliseconds: 0), contextUnknown: false))
            try tables.finish()
        }
    }

    // MARK: Requests

    func post(
        path: String, headers: [(name: String, value: String)], body: [UInt8]
    ) throws(TransportError) -> HTTPAnswer {
        requests += 1
        if !failuresBefore.isEmpty { throw failuresBefore.removeFirst() }
        let answer: HTTPAnswer
        do {
            answer = try self.answer(headers, body)
        } catch {
            throw .other("\(error)")
        }
        if !failuresAfter.isEmpty { throw failuresAfter.removeFirst() }
        return answer
    }

    private func answer(
        _ headers: [(name: String, value: String)], _ body: [UInt8]
    ) throws -> HTTPAnswer {
        let proof = headers.first { $0.name == "Authorization" }?.value ?? ""
        guard proof.contains("nonce=\(hex(nonce))") else { return problem(401) }
        let request = try SyncRequest(decoding: body)
        var outcomes: [(Sequence64, Disposition)] = []
        for container in request.runs {
            let run = try PushedRun(unpacking: container, bytesMax: 16_000_000)
            guard run.events.count <= runMax else { return problem(413) }
            let opened = try request.keys?.unwrap(with: Self.server, community: Fixed.community)
            for key in opened ?? [] { received[key.id] = key }
            keysBrought.append(opened?.count ?? 0)
            outcomes += try take(run)
        }
        let response = try respond(to: request, outcomes: Outcome.ranges(outcomes)).encoded()
        let signature = try Fixed.ledger.sign(
            Signed.response(
                community: Fixed.community, replica: request.replica, request: body,
                response: response))
        return HTTPAnswer(
            status: 200,
            headers: ["hourbook-nonce": hex(nonce), "hourbook-signature": hex(signature)],
            body: response)
    }

    private func problem(_ status: Int) -> HTTPAnswer {
        let text = #"{"title":"No","detail":"try again"}"#
        return HTTPAnswer(
            status: status, headers: ["hourbook-nonce": hex(nonce)], body: Array(text.utf8))
    }

    private func take(_ run: PushedRun) throws -> [(Sequence64, Disposition)] {
        guard var head = heads[run.replica] else { return [] }
        guard run.first <= head.sequence.next else {
            return [(run.first, .held(after: head.sequence))]
        }
        var outcomes: [(Sequence64, Disposition)] = []
        for bytes in run.events {
            let new = try NewEvent(bytes: bytes)
            guard new.event.dot.sequence > head.sequence else {
                outcomes.append((new.event.dot.sequence, .duplicate))
                continue
            }
            let verdict = verdict(new.event)
            outcomes.append((new.event.dot.sequence, verdict))
            switch verdict {
            case .admitted: try append(bytes, reach: reach(of: new.event))
            case .quarantined: break
            case .duplicate, .held, .retryLater, .diverged: continue
            }
            head.append(new.leaf)
        }
        heads[run.replica] = head
        return outcomes
    }

    /// As docs/protocol.md section 3.4 says, for events that create something.
    private func reach(of event: Event) -> [ScopeID] {
        if event.knownKind == .memberEnrolled { homes[event.entity] = event.home }
        let accounts = event.payload.shares(HoursField.shares)?.accounts ?? []
        return Set([event.home] + accounts.compactMap { homes[$0] }).sorted()
    }

    private func respond(to request: SyncRequest, outcomes: [Outcome]) throws -> SyncResponse {
        if let revocation {
            return SyncResponse(
                outcomes: outcomes, page: [], cursor: request.cursor, root: .zero, more: false,
                scopes: [], keys: nil, serverTime: Instant(milliseconds: 0), advice: "revoked",
                revocation: revocation(request))
        }
        return try ledger.read { db in
            let tables = LedgerTables(db)
            let end = try tables.lastPosition()
            var entries: [LedgerEntry] = []
            var position = request.cursor
            let held = held[request.replica] ?? []
            var lines: [DirectoryLine] = []
            while position < end, entries.count < pageMax {
                position = position.next
                guard let recorded = try tables.event(at: position) else { continue }
                let event = recorded.event
                if try held.isDisjoint(with: tables.reach(ofEvent: event.dot) ?? []) {
                    if let line = DirectoryLine(enrolledBy: event) { lines.append(line) }
                } else {
                    entries.append(try entry(event.dot, position, request, tables))
                }
            }
            let root = try tables.ledgerRoot(at: position) ?? .zero
            let page = Page(
                community: Fixed.community, epoch: .first, first: request.cursor.next,
                last: position, root: root, entries: entries)
            let digests = try held.sorted().map { try tables.digest(of: $0) }
            return SyncResponse(
                outcomes: outcomes, page: entries.isEmpty ? [] : page.packed(), cursor: position,
                root: root, more: position < end,
                scopes: position < end ? [] : lies ? digests.map(\.lie) : digests, keys: nil,
                serverTime: serverTime, advice: "",
                checkpoints: position < end
                    ? [] : try signed(after: request.checkpointSize, held.sorted(), tables),
                directory: directory(lines),
                repair: try request.repair.flatMap { try repair($0, tables) })
        }
    }

    private func repair(
        _ question: RepairQuestion, _ tables: LedgerTables
    ) throws -> RepairAnswer? {
        questions.append(question)
        let limit = RepairLimits.subtreesMax
        switch question.matter {
        case .subtrees(0, let first):
            return .leaves(try tables.leaves(of: question.scope, from: first, limit: limit))
        case .subtrees(let level, let first):
            return .subtrees(
                try tables.subtrees(of: question.scope, level: level, first: first, limit: limit))
        case .entries(let positions):
            let entries = try tables.entries(at: positions).map { stored in
                LedgerEntry(
                    position: stored.position, reach: stored.reach,
                    receivedAt: stored.receivedAt, content: .bytes(wrong ?? stored.bytes),
                    contextUnknown: false)
            }
            guard let last = entries.last else { return nil }
            return .entries(
                Page(
                    community: Fixed.community, epoch: .first, first: entries[0].position,
                    last: last.position, root: .zero, entries: entries
                ).packed())
        case .report: return nil
        }
    }

    private func signed(
        after position: LedgerPosition, _ held: [ScopeID], _ tables: LedgerTables
    ) throws -> [String] {
        let all =
            [try tables.checkpoint(of: Fixed.community)]
            + (try tables.checkpoints(
                of: held, grownAfter: position, community: Fixed.community))
        let news = try tables.ledgerRoot().size > position.value ? all : []
        return try checkpoints(news).map {
            try SignedCheckpoint($0, signedBy: ledgerKeys).note
        }
    }

    private func entry(
        _ dot: Dot, _ position: LedgerPosition, _ request: SyncRequest, _ tables: LedgerTables
    ) throws -> LedgerEntry {
        let new = try tables.bytes(of: dot)
        let isOwn = dot.replica == request.replica && dot.sequence <= request.ownSequence
        return LedgerEntry(
            position: position, reach: try tables.reach(ofEvent: dot) ?? [],
            receivedAt: Instant(milliseconds: 0),
            content: isOwn ? .own(dot.sequence) : .bytes(new?.bytes ?? []), contextUnknown: false)
    }

    /// Makes every nonce given out so far stale.
    func renewNonce() { nonce = nonce.map { $0 &+ 1 } }

    /// The digest of Harbor as the ledger has it.
    var harborDigest: ScopeDigest {
        get throws { try digest(of: Self.harbor) }
    }

    func digest(of neighborhood: EntityID) throws -> ScopeDigest {
        try ledger.read { try LedgerTables($0).digest(of: .neighborhood(neighborhood)) }
    }
}

extension DirectoryLine {
    /// Nil for an event that enrolls nobody.
    fileprivate init?(enrolledBy event: Event) {
        guard event.knownKind == .memberEnrolled,
            let number = event.payload.integer(MemberField.number)
        else { return nil }
        self.init(member: event.entity, home: event.home, number: number)
    }
}

extension ScopeDigest {
    fileprivate var lie: ScopeDigest { ScopeDigest(scope: scope, size: size + 1, root: .zero) }
}
