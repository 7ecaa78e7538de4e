// Stage 3 of the data's walk: push and pull by one stateless request, repeated until nothing is
// left. The thin shell: SyncMachine says what to do, this does it.
// Neighbors: Recorder saved what is pushed; AnswerApplication stores what comes.
// Invariant: no transaction is open while the network is waited for.

internal import Shared
internal import Store

struct SyncReport: Equatable {
    var end: SyncEnd = .complete
    var pushed = 0
    var fetched = 0
    var refused = 0
    var bytesSent = 0
    var bytesReceived = 0
    var requests = 0
    /// Events of a request that may have been received, and had no answer.
    var unconfirmed = 0
    var mismatches: [ScopeID] = []
}

struct SyncSession {
    let device: Device
    let keys: ReplicaKeys
    let transport: any Transport
    /// Called after every answer that was applied.
    var progress: (SyncReport) -> Void = { _ in }

    func run() throws -> SyncReport {
        var machine = SyncMachine()
        var report = SyncReport()
        if let common = try device.read({ $0.sync.divergedAfter }) {
            report.end = .diverged(common: common)
            return report
        }
        while true {
            switch machine.next(try current()) {
            case .stop(let end):
                report.end = end
                try noteAdvice(of: end)
                return report
            case .exchange(let pushMax):
                try exchange(pushMax: pushMax, &machine, &report)
            }
        }
    }

    private func current() throws -> SyncProgress {
        try device.read { book in
            SyncProgress(
                acknowledged: book.sync.acknowledged.sequence, head: try book.head.sequence)
        }
    }

    // MARK: One request

    private struct Outgoing {
        let body: [UInt8]
        let nonce: [UInt8]
        let eventCount: Int
    }

    private func exchange(
        pushMax: Int, _ machine: inout SyncMachine, _ report: inout SyncReport
    ) throws {
        let outgoing = try device.read { try request($0, pushMax: pushMax) }
        report.requests += 1
        report.bytesSent += outgoing.body.count
        let answer: HTTPAnswer
        do throws(TransportError) {
            answer = try post(outgoing)
        } catch {
            if error.mayHaveSent { report.unconfirmed = outgoing.eventCount }
            machine.take(.failure(error), pushed: outgoing.eventCount, hasFreshNonce: false)
            return
        }
        report.bytesReceived += answer.body.count
        let nonce = SignedRequest.nextNonce(answer)
        let understood = try understand(answer, nonce: nonce, &report)
        if case .response = understood {
            report.unconfirmed = 0
            progress(report)
        }
        machine.take(
            understood, pushed: outgoing.eventCount,
            hasFreshNonce: nonce != nil && nonce != outgoing.nonce)
    }

    private func request(_ book: LocalBook, pushMax: Int) throws -> Outgoing {
        let builder = PushBuilder(book: book, keyring: device.keyring, keys: keys)
        let push = pushMax > 0 ? try builder.push(eventsMax: pushMax) : nil
        guard let tag = try book.tables.keptTag(at: book.sync.cursor) else {
            throw StoreDamage.missing("the tag of its cursor")
        }
        let request = SyncRequest(
            replica: book.paired.replica, cursor: book.sync.cursor, cursorTag: tag,
            ownSequence: try book.head.sequence,
            held: try book.held.sorted().map { try book.tables.digest(of: $0) },
            runs: push.map { [$0.run] } ?? [], keys: push?.keys,
            deviceTime: device.environment.now(),
            checkpointSize: try book.tables.checkpointSize(community: book.paired.community))
        return Outgoing(
            body: try request.encoded(), nonce: book.sync.nonce,
            eventCount: push?.eventCount ?? 0)
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
        _ answer: HTTPAnswer, nonce: [UInt8]?, _ report: inout SyncReport
    ) throws -> SyncAnswer {
        guard answer.status == 200 else {
            try keep(nonce)
            return .problem(ProblemDetails(answer))
        }
        do {
            let response = try SyncResponse(decoding: answer.body)
            // Keys first: an entry must not be there before what opens it.
            if let wrapped = response.keys {
                try device.keyring.add(
                    wrapped.unwrap(with: keys, community: device.paired.community))
            }
            try apply(response, nonce: nonce, &report)
            return .response(response)
        } catch let error as MessageError {
            return .unreadable("\(error)")
        } catch let error as KeyWrappingError {
            return .unreadable("its keys cannot be opened (\(error))")
        } catch let fault as AnswerApplication.Fault {
            return try refused(fault)
        }
    }

    /// Nothing of the answer was stored; what it proves is.
    private func refused(_ fault: AnswerApplication.Fault) throws -> SyncAnswer {
        switch fault {
        case .contradiction(let refused):
            try device.write {
                try $0.tables.keepRefused(refused, at: device.environment.now())
            }
        case .parted(let common):
            try device.write { book in
                var state = book.sync
                state.divergedAfter = common
                try book.tables.save(state)
            }
            return .parted(common: common)
        case .page, .anotherCommunity, .range, .event, .missingOwn, .checkpoint: break
        }
        return .unreadable(fault.sentence)
    }

    private func apply(
        _ response: SyncResponse, nonce: [UInt8]?, _ report: inout SyncReport
    ) throws {
        let change = try device.write { book in
            let change = try AnswerApplication(
                book: book, response: response, signingKey: keys.signingPublicKey,
                now: device.environment.now()
            ).apply()
            try setNonce(nonce, book)
            return change
        }
        report.pushed += Int(change.acknowledged)
        report.fetched += change.entries
        report.refused += change.refused
        report.mismatches = response.more ? report.mismatches : change.mismatches
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

    private func noteAdvice(of end: SyncEnd) throws {
        guard case .problem(let problem) = end else { return }
        try device.write { book in
            var state = try book.tables.syncState()
            state.advice = problem.sentence
            try book.tables.save(state)
        }
    }
}
