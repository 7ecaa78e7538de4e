// What a lost branch of the ledger had is offered to the office, once what it has is here.
// Source: docs/protocol.md section 3.6.1. Neighbors: OfferPlan proves, SyncSession calls this
// between pulling and pushing; the server's OfferRoute answers.
// Invariants: an offer that is cut is repeated and changes nothing twice; what a page will bring
// back is struck off only by that page; every loop ends, for what is taken becomes less.

internal import Shared
internal import Store

struct Offering {
    let device: Device
    let keys: ReplicaKeys
    let transport: any Transport
    private(set) var traffic = Traffic()

    init(device: Device, keys: ReplicaKeys, transport: any Transport) {
        (self.device, self.keys, self.transport) = (device, keys, transport)
    }

    struct Traffic: Equatable {
        var requests = 0
        var bytesSent = 0
        var bytesReceived = 0
    }

    /// How offering ended.
    enum End: Equatable {
        /// The office has so many that it had not, or had not said so.
        case done(taken: Int)
        case unreachable(TransportError)
        /// An office that takes no offers now: the sync goes on without.
        case problem(ProblemDetails)
        case unreadable(String)
    }

    /// Offers all that is open, in passes, as long as one gets anything through: what could not be
    /// judged may be judged then.
    mutating func run() throws -> End {
        var taken = 0
        while true {
            let plan = try device.read(OfferPlan.init)
            if !plan.unproven.isEmpty {
                try device.write { try $0.tables.setStanding(.unproven, of: plan.unproven) }
            }
            switch try pass(plan) {
            case .done(let count) where count > 0: taken += count
            case .done: return .done(taken: taken)
            case .unreachable(let error): return .unreachable(error)
            case .problem(let problem): return .problem(problem)
            case .unreadable(let why): return .unreadable(why)
            }
        }
    }

    private mutating func pass(_ plan: OfferPlan) throws -> End {
        var (taken, rest) = (0, plan.candidates[...])
        while !rest.isEmpty {
            let (request, orphans, count) = try plan.offer(rest)
            rest = rest.dropFirst(count)
            if orphans.isEmpty { continue }
            switch try send(request) {
            case .answer(let answer):
                try note(answer, to: request, about: orphans)
                taken += answer.taken.count
            case .end(let end): return end
            }
        }
        return .done(taken: taken)
    }

    private func note(
        _ answer: OfferResponse, to request: OfferRequest, about orphans: [Int64]
    ) throws {
        let (taken, later) = (Set(answer.taken), Set(answer.later))
        try device.write { book in
            // The office moves a member again by an event of its own; what reaches no neighborhood
            // that is held here now no page brings.
            let unseen = orphans.indices.filter { index in
                taken.contains(index)
                    && (request.offered[index].isMove
                        || !book.held.contains(request.offered[index].scope))
            }
            try book.tables.setStanding(
                .taken, of: orphans.indices.filter(taken.contains).map { orphans[$0] })
            try book.tables.strike(
                orphans: unseen.map { orphans[$0] }, at: device.environment.now())
            try book.tables.setStanding(
                .refused,
                of: orphans.indices.filter { !taken.contains($0) && !later.contains($0) }
                    .map { orphans[$0] })
        }
    }

    // MARK: One request

    enum Sent {
        case answer(OfferResponse)
        case end(End)
    }

    /// Once with the nonce that is known, and once with a fresh one.
    private static let triesMax = 2

    mutating func send(_ request: OfferRequest) throws -> Sent {
        let body = try request.encoded()
        var nonce = try device.read { $0.sync.nonce }
        var last = End.unreadable("the office's nonce is never fresh")
        for _ in 0..<Self.triesMax {
            let answer: HTTPAnswer
            traffic.requests += 1
            traffic.bytesSent += body.count
            do throws(TransportError) {
                answer = try post(body, nonce: nonce)
            } catch {
                return .end(.unreachable(error))
            }
            traffic.bytesReceived += answer.body.count
            if answer.status == 200 { return try understand(answer, to: body) }
            let problem = ProblemDetails(answer)
            last = .problem(problem)
            guard problem.status == 401, let fresh = SignedRequest.nextNonce(answer),
                fresh != nonce
            else { break }
            nonce = fresh
        }
        return .end(last)
    }

    private func post(_ body: [UInt8], nonce: [UInt8]) throws(TransportError) -> HTTPAnswer {
        let path = SyncProtocol.offerPath
        let headers: [(name: String, value: String)]
        do {
            headers = try SignedRequest.headers(
                keys: keys, community: device.paired.community, nonce: nonce, path: path,
                body: body)
        } catch {
            throw .other("the offer could not be signed: \(error)")
        }
        return try transport.post(path: path, headers: headers, body: body)
    }

    private func understand(_ answer: HTTPAnswer, to body: [UInt8]) throws -> Sent {
        guard SignedAnswer.isGenuine(answer, to: body, of: device.paired),
            let response = try? OfferResponse(decoding: answer.body)
        else {
            return .end(
                .unreadable("the office's ledger did not sign it as the answer to this offer"))
        }
        return .answer(response)
    }
}

extension Offered {
    fileprivate var isMove: Bool {
        (try? Event(decoding: event))?.knownKind == .memberMoved
    }
}

// MARK: - Its own pairing

extension Offering {
    /// The office does not know this device any more: it is shown that it did. True once it does.
    mutating func offerOwnPairing() throws -> End {
        guard let request = try device.read({ try $0.offerOfPairing() }) else {
            return .done(taken: 0)
        }
        switch try send(request) {
        case .answer(let answer): return .done(taken: answer.taken.count)
        case .end(let end): return end
        }
    }
}

extension LocalBook {
    /// What entered this device in the ledger, with the neighborhoods and people it names, as the
    /// last signed note of the community's scope vouches for it. Nil when none does.
    fileprivate func offerOfPairing() throws -> OfferRequest? {
        guard let own = try tables.event(at: paired.pairedAt), let device,
            device.id == own.event.entity, let note = try communityNote()
        else { return nil }
        let named = try device.neighborhoods + device.workers + origins(of: device)
        let events = try (named + [device.id]).compactMap { try tables.event($0.dot) }
        let proven = try events.compactMap { event in
            try event.observation.position.flatMap {
                try offered(event.event.dot, at: $0, by: note)
            }
        }
        // That of the whole ledger shows an office that was set back, and does not know it.
        let ledger = try tables.keptCheckpoint(origin: tables.ledgerOrigin(paired.community))
        let notes = [note.note] + [ledger].compactMap(\.self)
        return proven.isEmpty ? nil : OfferRequest(notes: notes, offered: proven)
    }

    /// Names that the folder had before, the first one first: each may have been lost with it.
    private func origins(of device: DeviceState) throws -> [EntityID] {
        var (found, last): ([EntityID], DeviceState) = ([], device)
        while let origin = last.origin, !found.contains(origin),
            case .device(let former)? = try views.state(of: origin)
        {
            found.append(origin)
            last = former
        }
        return found.reversed()
    }

    private func communityNote() throws -> SignedCheckpoint? {
        try tables.keptCheckpoints()
            .compactMap { try soundCheckpoint($0, scopes: [.community]) }
            .first { signed in
                guard case .scope(.community, _, _) = signed.checkpoint.tree else { return false }
                let root = try tables.root(of: .community, size: signed.checkpoint.size)
                return root == signed.checkpoint.root
            }
    }

    private func offered(
        _ dot: Dot, at position: LedgerPosition, by note: SignedCheckpoint
    ) throws -> Offered? {
        let index = try tables.leafCount(of: .community, upTo: position) - 1
        guard index < note.checkpoint.size, let event = try tables.bytes(of: dot) else {
            return nil
        }
        return Offered(
            event: event.bytes, scope: .community, leafIndex: index, note: 0,
            proof: try tables.inclusionProof(
                in: .community, index: index, size: note.checkpoint.size))
    }
}
