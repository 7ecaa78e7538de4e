// POST /v1/sync: checks who asks, hands the runs to the committer, answers with a page.
// Source: docs/protocol.md sections 7.2 to 7.4. Neighbors: VerifiedRun, Committer, Pull/PageReader.
// Invariants: data keys are in the keyring before the events that they open are in the ledger; what
// a request that is refused as a whole brings is not stored.

internal import HTTPTypes
internal import Hummingbird
internal import Shared
internal import Store

struct SyncRoute {
    let store: ServerStore
    let committer: Committer

    func respond(to request: Request) async throws -> Response {
        let body = try await request.boundedBody()
        let device = try await store.authenticated(request, body: body)
        let sync = try SyncRequest(decoding: body)
        guard sync.replica == device.replica else { throw Problem.unreadable(.request) }
        if let reopened = try await checkHistory(of: sync) {
            return try signed(.only(reopened, to: sync, at: store), to: sync, body, of: device)
        }
        let outcomes = try await push(sync, from: device)
        var answer = try await PageReader(store: store).answer(
            sync, to: device, outcomes: outcomes)
        // Who may not push fetches all the same, and is told why.
        if answer.advice.isEmpty, let trouble = store.writes.trouble {
            answer.advice = Problem(trouble).detail
        }
        if case .report(let cause, let entries) = sync.repair?.matter, let repair = sync.repair {
            await committer.note(
                DeviceRepair(
                    replica: device.replica, scope: repair.scope, cause: cause, entries: entries,
                    at: answer.serverTime))
        }
        await committer.note(
            DeviceTable.Report(
                syncedAt: answer.serverTime, ownSequence: sync.ownSequence, cursor: sync.cursor,
                clock: ClockOffset(shown: sync.deviceTime, right: answer.serverTime),
                program: Release.named(by: request.headers[.userAgent])),
            of: device.replica)
        return try signed(answer, to: sync, body, of: device)
    }

    private func signed(
        _ answer: SyncResponse, to sync: SyncRequest, _ request: [UInt8], of device: DeviceState
    ) throws -> Response {
        var answer = answer
        answer.version = sync.version
        return try store.signed(try answer.encoded(), to: request, for: device.replica)
    }

    /// Device and ledger have one past. Asked before anything is stored; what was true stays true,
    /// for a ledger only grows within an epoch. Returns what a device of a lost branch is told.
    private func checkHistory(of sync: SyncRequest) async throws -> Reopened? {
        let (isOne, reopened) = try await store.readAsync { views in
            (
                try views.tables.rootTag(at: sync.cursor) == sync.cursorTag
                    && sync.checkpointSize <= views.position,
                try views.reopened(after: sync.epoch)
            )
        }
        if isOne { return nil }
        if store.standing == .whole, let reopened { return reopened }
        // It is this ledger that was set back or altered, and the office knows.
        guard store.standing == .whole else { throw Problem.readOnly }
        if let note = sync.shown, try await store.isContradicted(by: note) {
            throw Problem.readOnly
        }
        let seen = SeenAhead(
            position: max(sync.cursor, sync.checkpointSize), epoch: sync.epoch)
        await committer.noteAhead(seen, of: sync.replica)
        throw Problem.anotherLedger
    }

    private func push(_ sync: SyncRequest, from device: DeviceState) async throws -> [Outcome] {
        let runs = try VerifiedRun.verified(
            sync.runs, community: store.community, replica: device.replica,
            signingKey: device.signingKey)
        // Before anything waits to be written, for the device to be told why it is not.
        if !runs.isEmpty || sync.keys != nil { try store.keyring.checkFile() }
        let lacking = try await KeyIntake(store: store).take(sync.keys, with: runs)
        guard !runs.isEmpty else { return try await missing(of: sync, device) }
        return await committer.submit(Push(runs: runs, lacking: lacking))
    }

    /// A device may take for received what is not, after a false answer or since this ledger was
    /// set back: it is told from where on to send again.
    private func missing(of sync: SyncRequest, _ device: DeviceState) async throws -> [Outcome] {
        let head = try await store.readAsync { try $0.tables.head(of: device.replica) }
        let last = head?.sequence ?? .none
        guard sync.ownSequence > last else { return [] }
        return [
            Outcome(first: last.next, last: sync.ownSequence, disposition: .held(after: last))
        ]
    }
}

extension SyncResponse {
    /// Nothing is taken in and nothing sent before the device has gone back to what is common.
    fileprivate static func only(
        _ reopened: Reopened, to request: SyncRequest, at store: ServerStore
    ) -> SyncResponse {
        SyncResponse(
            outcomes: [], page: [], cursor: request.cursor, root: MerkleTree.emptyRoot,
            more: true, scopes: [], keys: nil, serverTime: store.environment.now(), advice: "",
            reopened: reopened)
    }
}
