// Stage 3 of the data's walk: push and pull by one stateless request, repeated until nothing is
// left. The thin shell: SyncMachine says what to do, this does it.
// Neighbors: Recorder saved what is pushed; AnswerApplication stores what comes.
// Invariant: no transaction is open while the network is waited for.

internal import Shared
internal import Store

struct SyncSession {
    let device: Device
    let keys: ReplicaKeys
    let transport: any Transport
    /// Called after every answer that was applied.
    var progress: (SyncReport) -> Void = { _ in }

    func run() throws -> SyncReport { try device.puttingDamageAside { try attempt() } }

    private func attempt() throws -> SyncReport {
        var machine = SyncMachine()
        var trade = KeyTrade()
        var repair = TreeRepair()
        var offers = OfferTurn()
        var report = SyncReport()
        try device.retryHistories()
        if let common = try device.read({ $0.sync.divergedAfter }) {
            report.end = .diverged(common: common)
            return report
        }
        while true {
            try device.dropKeys()
            switch machine.next(try current(trade, repair, offers)) {
            case .stop(let end):
                if try isKnownAgain(after: end, &offers, &report) {
                    machine = SyncMachine()
                    continue
                }
                let gaveWay = end == .complete || offers.hasOfferedPairing
                report.end = gaveWay ? offers.failure ?? end : end
                (report.repaired, report.repairFailures) = (repair.repaired, repair.failures)
                try note(end)
                return report
            case .exchange(let pushMax):
                let outgoing = try device.read { try request($0, trade, machine, pushMax: pushMax) }
                if pushMax > 0, outgoing.eventCount == 0 { machine.noteGap(after: outgoing.last) }
                try exchange(outgoing, &machine, &trade, &repair, &report)
            case .offer: try offer(&machine, &offers, &report)
            case .repair:
                guard let question = try repair.question(device) else { continue }
                let outgoing = try device.read {
                    try request($0, trade, machine, pushMax: 0, about: question)
                }
                try exchange(outgoing, &machine, &trade, &repair, &report)
            case .tradeKeys:
                let outgoing = try device.read { try request($0, trading: trade, machine) }
                try exchange(outgoing, &machine, &trade, &repair, &report)
            }
        }
    }

    private func current(
        _ trade: KeyTrade, _ repair: TreeRepair, _ offers: OfferTurn
    ) throws -> SyncProgress {
        try device.read { book in
            SyncProgress(
                acknowledged: book.sync.acknowledged.sequence, head: try book.head.sequence,
                hasKeysToTrade: try trade.goesOn(book, keyring: device.keyring),
                canRepair: repair.goesOn, hasToFill: try book.nextFill != nil,
                canOffer: try !offers.isOver && book.tables.hasOpenOrphans())
        }
    }

    // MARK: One request

    private struct Outgoing {
        let body: [UInt8]
        let nonce: [UInt8]
        let eventCount: Int
        /// Data keys that came with them.
        var keyIDs: Set<DataKeyID> = []
        /// The last of them; the server's last if there are none.
        let last: Sequence64
        /// Own events up to there may have been at the office already.
        let offeredBefore: Sequence64
        /// Of a request that is about keys.
        var round: KeyTrade.Round?
        /// About what differs.
        var question: RepairQuestion?
        /// The neighborhood whose past it asks for.
        var fill: ScopeFill?
    }

    private func exchange(
        _ outgoing: Outgoing, _ machine: inout SyncMachine, _ trade: inout KeyTrade,
        _ repair: inout TreeRepair, _ report: inout SyncReport
    ) throws {
        report.requests += 1
        report.bytesSent += outgoing.body.count
        let answer: HTTPAnswer
        try rememberOffer(outgoing)
        let started = device.environment.now()
        do throws(TransportError) {
            answer = try post(outgoing)
        } catch {
            if error.mayHaveSent {
                report.unconfirmed = outgoing.eventCount
            } else {
                try forgetOffer(outgoing)
            }
            machine.take(.failure(error), pushed: outgoing.eventCount, hasFreshNonce: false)
            return
        }
        report.bytesReceived += answer.body.count
        machine.measure(
            Exchange(
                pushed: outgoing.eventCount,
                milliseconds: device.environment.now().milliseconds - started.milliseconds,
                bytesSent: outgoing.body.count, bytesReceived: answer.body.count))
        let nonce = SignedRequest.nextNonce(answer)
        var given: [DataKeyID] = []
        let understood = try understand(
            answer, to: outgoing, nonce: nonce, machine.search, &report, &given)
        if case .response(let response) = understood {
            trade.take(response, outgoing.round, given: given)
            trade.take(delivered: outgoing.keyIDs, with: response.outcomes)
            if !response.more {
                repair.take(
                    differing: response.scopes.filter { report.mismatches.contains($0.scope) })
            }
            if let question = outgoing.question {
                try repair.take(response.repair, to: question, device)
            }
            report.unconfirmed = 0
            report.keysFound += given.count
            progress(report)
        }
        machine.take(
            understood, pushed: outgoing.eventCount,
            hasFreshNonce: nonce != nil && nonce != outgoing.nonce,
            asksFill: outgoing.fill != nil)
    }

    private func request(
        _ book: LocalBook, _ trade: KeyTrade, _ machine: SyncMachine, pushMax: Int,
        about question: RepairQuestion? = nil
    ) throws -> Outgoing {
        let builder = PushBuilder(
            book: book, keyring: device.keyring, keys: keys, delivered: trade.delivered)
        let push = pushMax > 0 ? try builder.push(eventsMax: pushMax) : nil
        var request = try bare(book, machine)
        request.runs = push.map { [$0.run] } ?? []
        request.keys = push?.keys
        request.wantedAfter = trade.answered
        request.repair = question
        // A repair's answer leaves no room for it.
        if question == nil, machine.search == nil { request.fill = try book.nextFill }
        return Outgoing(
            body: try request.encoded(), nonce: book.sync.nonce,
            eventCount: push?.eventCount ?? 0, keyIDs: push?.keyIDs ?? [],
            last: push?.last ?? book.sync.acknowledged.sequence,
            offeredBefore: book.sync.offered, question: question, fill: request.fill)
    }

    /// Remembers, before a request and durably, which own events may be at the office from then on.
    private func rememberOffer(_ outgoing: Outgoing) throws {
        guard outgoing.last > outgoing.offeredBefore else { return }
        try saveOffered { max($0, outgoing.last) }
    }

    /// Nothing of the request left this device.
    private func forgetOffer(_ outgoing: Outgoing) throws {
        guard outgoing.last > outgoing.offeredBefore else { return }
        try saveOffered { _ in outgoing.offeredBefore }
    }

    private func saveOffered(_ change: (Sequence64) -> Sequence64) throws {
        try save { $0.offered = change($0.offered) }
    }

    private func request(
        _ book: LocalBook, trading trade: KeyTrade, _ machine: SyncMachine
    ) throws -> Outgoing {
        let round = try trade.nextRound(book, keyring: device.keyring)
        var request = try bare(book, machine)
        request.keys = try WrappedKeys.wrap(
            round.offered, to: book.serverReceivingKey, community: book.paired.community)
        request.wantedKeys = round.asked
        request.wantedAfter = round.answered
        return Outgoing(
            body: try request.encoded(), nonce: book.sync.nonce, eventCount: 0,
            last: book.sync.acknowledged.sequence, offeredBefore: book.sync.offered,
            round: round)
    }

    /// Where this device stands.
    private func bare(_ book: LocalBook, _ machine: SyncMachine) throws -> SyncRequest {
        let cursor = machine.search?.cursor ?? book.sync.cursor
        guard let tag = try cursor == .start ? .start : book.tables.keptTag(at: cursor) else {
            throw StoreDamage.missing("the tag of its cursor")
        }
        var request = SyncRequest(
            replica: book.paired.replica, cursor: cursor, cursorTag: tag,
            ownSequence: try book.head.sequence, held: [], runs: [], keys: nil,
            deviceTime: device.environment.now(), epoch: try book.epoch)
        if machine.showsCheckpoint {
            request.shown = try book.tables.keptCheckpoint(
                origin: book.tables.ledgerOrigin(book.paired.community))
        }
        // Of a past cursor it cannot say what was held then.
        if machine.search != nil { return request }
        request.held = try book.held.sorted().map { try book.tables.digest(of: $0) }
        request.checkpointSize = try book.tables.checkpointSize(community: book.paired.community)
        request.decidedTo = try book.tables.knownRevocation()?.decidedTo ?? .start
        return request
    }

    private func post(_ outgoing: Outgoing) throws(TransportError) -> HTTPAnswer {
        let path = SyncProtocol.syncPath
        let headers: [(name: String, value: String)]
        do {
            headers = try SignedRequest.headers(
                keys: keys, community: device.paired.community, nonce: outgoing.nonce,
                path: path, body: outgoing.body)
        } catch {
            throw .other("the request could not be signed: \(error)")
        }
        return try transport.post(path: path, headers: headers, body: outgoing.body)
    }

    // MARK: One answer

    private func understand(
        _ answer: HTTPAnswer, to outgoing: Outgoing, nonce: [UInt8]?, _ search: EpochSearch?,
        _ report: inout SyncReport, _ given: inout [DataKeyID]
    ) throws -> SyncAnswer {
        guard answer.status == 200 else {
            try keep(nonce)
            return .problem(ProblemDetails(answer))
        }
        guard SignedAnswer.isGenuine(answer, to: outgoing.body, of: device.paired) else {
            return .unreadable("the office's ledger did not sign it as the answer to this request")
        }
        do {
            let response = try SyncResponse(decoding: answer.body)
            if let told = response.reopened {
                return try reopened(told, answer.body, search, nonce: nonce, &report)
            }
            // Keys first: an entry must not be there before what opens it.
            let received = try keep(response.keys)
            try apply(response, received, search, outgoing.fill, nonce: nonce, &report)
            given = received.found
            return .response(response)
        } catch let error as MessageError {
            return .unreadable("\(error)")
        } catch let error as KeyWrappingError {
            return .unreadable("its keys cannot be opened (\(error))")
        } catch let fault as AnswerApplication.Fault {
            return try refused(fault, search)
        }
    }

    private func keep(_ wrapped: WrappedKeys?) throws -> ReceivedKeys {
        guard let wrapped else { return ReceivedKeys() }
        let community = device.paired.community
        let opened = try wrapped.unwrap(with: keys, community: community)
        let (missed, others) = try device.read { book in
            try book.tables.sound(opened, community: community) { dot in
                try book.tables.refused(dot.sequence)?.bytes
            }
        }
        try device.keyring.add(missed + others)
        return ReceivedKeys(kept: Set((missed + others).map(\.id)), found: missed.map(\.id))
    }

    /// Accepts or refuses a new epoch; nothing is changed here before the way back is known.
    private func reopened(
        _ told: Reopened, _ body: [UInt8], _ search: EpochSearch?, nonce: [UInt8]?,
        _ report: inout SyncReport
    ) throws -> SyncAnswer {
        try keep(nonce)
        let (objection, next) = try device.read { book in
            (try book.objection(to: told), try book.search(for: told))
        }
        guard let objection else {
            let isNew = try device.write { book in
                try book.contradiction(of: told, refused: search?.cursor, answer: body)
                    .map { try book.tables.keep($0, at: device.environment.now()) } ?? false
            }
            report.contradictions += isNew ? 1 : 0
            return .reopened(next)
        }
        try device.write {
            try $0.tables.keepRefusedEpoch(
                body, reason: objection, at: device.environment.now())
        }
        return .unreadable(
            "it tells of a new epoch \(told.epoch.value) that cannot be: \(objection); this device "
                + "keeps the answer as evidence")
    }

    /// Nothing of the answer was stored; what it proves is.
    private func refused(
        _ fault: AnswerApplication.Fault, _ search: EpochSearch?
    ) throws -> SyncAnswer {
        switch fault {
        case .contradiction(let refused):
            try device.write {
                try $0.tables.keepRefused(refused, at: device.environment.now())
            }
        case .parted(let common):
            try device.write { book in
                // What the lost branch had taken parts with the rest: a page names the first that
                // differs in the order of the ledger, which may not be the first of the chain.
                var state = try rewound(book, search).sync
                state.divergedAfter = common
                try book.tables.save(state)
            }
            return .parted(common: common)
        case .page, .anotherCommunity, .range, .event, .missingOwn, .checkpoint: break
        }
        return .unreadable(fault.sentence)
    }

    private func apply(
        _ response: SyncResponse, _ received: ReceivedKeys, _ search: EpochSearch?,
        _ asked: ScopeFill?, nonce: [UInt8]?, _ report: inout SyncReport
    ) throws {
        let change = try device.write { present in
            let book = try rewound(present, search)
            let change = try AnswerApplication(
                book: book, response: response, received: received, keyring: device.keyring,
                signingKey: keys.signingPublicKey, environment: device.environment, asked: asked
            ).apply()
            try setNonce(nonce, book)
            return change
        }
        report.pushed += Int(change.acknowledged)
        report.fetched += change.entries
        report.refused += change.refused
        report.decided += change.decided
        report.handedIn += change.handedIn
        report.contradictions += change.contradictions
        report.mismatches = response.more ? report.mismatches : change.mismatches
    }

    /// Back at what it has in common with the new epoch, where that has been found.
    private func rewound(_ book: LocalBook, _ search: EpochSearch?) throws -> LocalBook {
        guard let search else { return book }
        return try EpochRewind(
            book: book, signingKey: keys.signingPublicKey, keyring: device.keyring,
            now: device.environment.now()
        ).rewind(to: search.cursor)
    }

    private func keep(_ nonce: [UInt8]?) throws {
        try device.write { try setNonce(nonce, $0) }
    }

    private func setNonce(_ nonce: [UInt8]?, _ book: LocalBook) throws {
        guard let nonce, nonce.count <= 1_000 else { return }
        var state = try book.tables.syncState()
        state.nonce = nonce
        try book.tables.save(state)
    }

    private func note(_ end: SyncEnd) throws {
        switch end {
        case .problem(let problem): try save { $0.advice = problem.sentence }
        case .diverged(let common): try save { $0.divergedAfter = common }
        case .complete, .unreachable, .retryLater, .stuck, .unreadableAnswer: return
        }
    }

    private func save(_ change: (inout SyncState) -> Void) throws {
        try device.write { book in
            var state = try book.tables.syncState()
            change(&state)
            try book.tables.save(state)
        }
    }
}
