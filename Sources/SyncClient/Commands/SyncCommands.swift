// `hourbook sync`, and how each sync is told. Neighbors: SyncSession does the work, PairCommand
// syncs too; this says how it went, and with which exit code.

internal import ArgumentParser
internal import Foundation
internal import Shared
internal import Store
internal import Texts

struct SyncCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "sync", abstract: "Send what the office lacks, and fetch what is new.",
        discussion: """
            A connection that breaks off is tried again a few times, after a growing wait. An \
            office that cannot be reached is said at once.
            """)

    @Flag(help: "Try once only.") var once = false
    @Flag(help: "First make the trees of this copy anew, so that every damaged entry is found.")
    var repair = false
    @OptionGroup var data: DataOptions
    @OptionGroup var json: JSONOption

    func perform() throws {
        let device = try data.device()
        if repair {
            try device.write { try $0.lookForDamage(at: device.environment.now()) }
        }
        try SyncRun(
            device: device, folder: data.folder, transport: try CurlTransport(of: device),
            json: json.isOn, once: once
        ).run()
    }
}

/// What a session moved, as JSON.
struct SyncRecord: Codable {
    /// Of `pair` alone: what the office sees too.
    var checkNumber: String?
    let position: UInt64
    /// When the office took this device out of use: then it gives it nothing any more, and the
    /// position is where its copy of the ledger ends.
    let revokedAt: String?
    let sent: Int
    let fetched: Int
    let requests: Int
    let bytesSent: Int
    let bytesReceived: Int
    let milliseconds: Int64
}

/// Sessions until one comes to an end that waiting does not better, told to people.
struct SyncRun {
    let device: Device
    let folder: URL
    let transport: any Transport
    let json: Bool
    var once = false
    /// Said with what a session moved; nil where it did not pair.
    var checkNumber: String?
    /// Waits so many milliseconds.
    var pause: (UInt64) -> Void = ClientMain.pause
    /// Is told of each try that is to come after one that was cut off.
    var retrying: (ComingTry) -> Void = { coming in
        Screen.note(
            "  \(coming.error.sentence); trying again in \(tenths(coming.milliseconds)) s (try "
                + "\(coming.number) of \(coming.most); Ctrl-C ends, nothing is lost)")
    }

    struct ComingTry {
        let error: TransportError
        let milliseconds: UInt64
        let number: Int
        let most: Int
    }

    func run() throws {
        let lock: FolderLock
        do {
            lock = try FolderLock(folder: folder, name: "sync.lock", wait: false)
        } catch {
            throw UserError(.temporaryFailure, Phrase("sync_busy"))
        }
        defer { withExtendedLifetime(lock) {} }
        try perform(mayTakeAnotherName: true)
    }

    private func perform(mayTakeAnotherName: Bool) throws {
        let keys = try keys()
        var session = SyncSession(device: device, keys: keys, transport: transport)
        // The first answer is mostly the last, and told at the end.
        session.progress = { report in
            guard report.requests > 1 else { return }
            Screen.note("  sent \(report.pushed), fetched \(report.fetched)")
        }
        if let trouble = try device.read({ try $0.tables.keyringTrouble() }) {
            let isRevoked = try device.read { try $0.tables.knownRevocation() } != nil
            Screen.note(
                "warning: \(trouble.sentence); "
                    + (isRevoked ? KeyringTrouble.revoked : "asking the office for the keys"))
        }
        let started = device.environment.now()
        let report = try sessions(session)
        if mayTakeAnotherName, case .diverged(let common) = report.end {
            return try goOnAsCopy(after: common, keys: keys)
        }
        let ended = device.environment.now()
        try tell(report, milliseconds: ended.milliseconds - started.milliseconds)
    }

    func keys() throws -> ReplicaKeys {
        guard let identity = try IdentityFile.of(device.paired.replica, in: folder) else {
            throw UserError(
                .ioError, "this device's keys are missing from \(folder.path); restore them",
                page: Phrase("sync_keys_missing"))
        }
        return try identity.keys
    }

    /// The same without a word to the terminal: what it did, and the device as it is then, which a
    /// copy has another name in.
    func untold(
        _ keys: ReplicaKeys, progress: @escaping (SyncReport) -> Void
    ) throws -> (report: SyncReport, device: Device) {
        var session = SyncSession(device: device, keys: keys, transport: transport)
        session.progress = progress
        let report = try sessions(session)
        guard case .diverged = report.end else { return (report, device) }
        let next = try Splitting(device: device, keys: keys, transport: transport).run()
        var again = SyncSession(device: next.device, keys: next.keys, transport: transport)
        again.progress = progress
        return (try sessions(again), next.device)
    }

    /// Another folder has gone on under the name that this one had: this one takes its own, and
    /// what only it had is handed in anew.
    private func goOnAsCopy(after common: Sequence64, keys: ReplicaKeys) throws {
        Screen.note(
            "the office has other entries of this device after its entry \(common): this folder is "
                + "a copy, or was put back from an old one. It goes on under a name of its own")
        let next = try Splitting(device: device, keys: keys, transport: transport).run()
        try SyncRun(
            device: next.device, folder: folder, transport: transport, json: json, once: once,
            checkNumber: checkNumber, pause: pause
        ).perform(mayTakeAnotherName: false)
    }

    /// Again and again as long as the schedule says so.
    func sessions(_ session: SyncSession) throws -> SyncReport {
        var schedule = RetrySchedule()
        var report = try session.run()
        var last = report
        while !once, case .unreachable(let error) = last.end,
            case .tryAgain(let milliseconds, let number, let most) = schedule.next(
                after: last, chance: device.environment.randomBytes(4))
        {
            retrying(
                ComingTry(error: error, milliseconds: milliseconds, number: number, most: most))
            pause(milliseconds)
            last = try session.run()
            report = report.followed(by: last)
        }
        return report
    }

    private static func tenths(_ milliseconds: UInt64) -> String {
        let tenths = (milliseconds + 50) / 100
        return "\(tenths / 10).\(tenths % 10)"
    }

    private func tell(_ report: SyncReport, milliseconds: Int64) throws {
        let state = try device.read { book in
            (
                unsent: try UnsentSummary(book), contact: book.sync,
                revoked: try book.tables.knownRevocation()
            )
        }
        if report.refused > 0 {
            Screen.note(
                "warning: the office keeps \(report.refused) of your entries apart; see "
                    + "`hourbook waiting`. They are safe, and count nothing until it decides")
        }
        try tellKeys(report)
        tellEpochs(report)
        if report.handedIn > 0 {
            let name = try device.read { ($0.device?.label ?? $0.paired.label).onOneLine }
            Screen.note(
                "this folder is now \(name); \(report.handedIn) entries that only it had were "
                    + "handed in anew, with their date and author")
        }
        if report.decided > 0 {
            Screen.note(
                "the office has decided about \(report.decided) of your entries that it kept "
                    + "apart; see `hourbook waiting`")
        }
        if let failure = report.failure(state.unsent, state.contact) {
            guard report.end == .unreachable(.untrusted),
                let doubt = try device.read({ $0.clockDoubt(now: device.environment.now()) })
            else { throw failure }
            throw UserError(failure.code, "\(failure.description); \(doubt)")
        }
        try tellClock()
        if !state.contact.advice.isEmpty {
            Screen.note("the office says: \(state.contact.advice.onOneLine)")
        }
        try tellRepairs(report)
        if json {
            return try Screen.printJSON(
                SyncRecord(
                    checkNumber: checkNumber,
                    position: state.contact.cursor.value,
                    revokedAt: state.revoked?.revokedAt.text, sent: report.pushed,
                    fetched: report.fetched, requests: report.requests,
                    bytesSent: report.bytesSent, bytesReceived: report.bytesReceived,
                    milliseconds: milliseconds))
        }
        print(report.line(at: state.contact.cursor, isRevoked: state.revoked != nil))
    }
}

extension SyncRun {
    fileprivate func tellClock() throws {
        guard let offset = try device.read({ try $0.tables.clockOffset() }), offset.isOff
        else { return }
        Screen.note(
            "warning: this device's clock is \(offset.wordsBesideOffice). What you record "
                + "keeps the service date that you give it; set the clock, so that \"today\" is "
                + "right"
        )
    }

    /// What of this copy was set right; an error if something still differs.
    fileprivate func tellRepairs(_ report: SyncReport) throws {
        for note in report.repaired {
            let place = try device.read { try $0.name(of: note.scope) }
            Screen.note(
                "repaired: \(place) is again what the office holds. On this device "
                    + "\(note.cause.sentence) (\(note.entries) fetched or put aside)")
        }
        guard let scope = report.mismatches.first else { return }
        let place = try device.read { try $0.name(of: scope) }
        let why = report.repairFailures[scope].map { " (\($0))" } ?? ""
        throw UserError(
            .dataError,
            "what this device holds of \(place) is not what the office holds\(why); see `hourbook "
                + "status`. Nothing is lost: tell the office")
    }

    fileprivate func tellKeys(_ report: SyncReport) throws {
        if report.keysFound > 0 {
            let count = report.keysFound
            Screen.note("  \(count) missing data key\(count == 1 ? " has" : "s have") come back")
        }
        guard let trouble = try device.read({ try $0.tables.keyringTrouble() }) else { return }
        if try device.read({ try $0.tables.knownRevocation() }) != nil {
            return Screen.note(
                "warning: \(trouble.missing) data keys are missing; \(KeyringTrouble.revoked)")
        }
        Screen.note(
            "warning: the office gave no key for some texts (\(trouble.missing) missing). They are "
                + "asked for again at every sync; another device may bring them, or a backup of "
                + "\(Keyring.fileName): tell the office")
    }
}

extension SyncReport {
    /// What it did, when nothing hindered it.
    func line(at position: LedgerPosition, isRevoked: Bool) -> String {
        let standing =
            isRevoked
            ? "revoked: the office gives this device nothing any more, and its book ends at "
                + "position \(position)"
            : "in step at position \(position)"
        return "\(standing): sent \(pushed), fetched \(fetched) (\(bytesSent) bytes up, "
            + "\(bytesReceived) down, \(requests) request\(requests == 1 ? "" : "s"))"
    }

    /// Why it did not come to its end, and what that leaves; nil if it did.
    func failure(_ unsent: UnsentSummary, _ state: SyncState) -> UserError? {
        let safe = unsent.count == 0 ? "" : "safe here: "
        let rest = "\(safe)\(unsent.text), last in touch \(state.lastContact?.text ?? "never")"
        return switch end {
        case .complete: nil
        case .unreachable(let error):
            UserError(.temporaryFailure, "\(error.sentence); \(rest)", page: error.phrase)
        case .retryLater(let seconds):
            UserError(
                .temporaryFailure,
                state.advice.isEmpty
                    ? "the office is busy; sync again in \(seconds) seconds; \(rest)"
                    : "the office has taken in nothing of what was sent: "
                        + "\(state.advice.onOneLine); \(rest)",
                page: state.advice.isEmpty
                    ? Phrase("sync_office_busy", ["n": "\(seconds)"])
                    : Phrase("sync_took_nothing", ["why": .saying(state.advice.onOneLine)]))
        case .diverged(let common):
            UserError(
                .unavailable,
                "the office has other entries of this device after its entry \(common): this "
                    + "folder is a copy, or was set back. Nothing is lost; tell the office; "
                    + rest,
                page: Phrase("sync_parted"))
        case .stuck(let after):
            UserError(
                .protocolError,
                "the office asks for entries after \(after) again and again; \(rest)",
                page: Phrase("sync_stuck"))
        case .problem(let problem):
            UserError(
                problem.exitCode, "the server says: \(problem.sentence); \(rest)",
                page: Phrase("sync_server_says", ["what": .phrase(problem.phrase)]))
        case .unreadableAnswer(let reason):
            UserError(
                .protocolError, "the server's answer cannot be used: \(reason); \(rest)",
                page: Phrase("sync_unreadable"))
        }
    }

}

extension ProblemDetails {
    fileprivate var exitCode: Sysexit {
        if isTemporary { return .temporaryFailure }
        return [401, 403].contains(status) ? .noPermission : .protocolError
    }
}

/// What is on this device only, as far as it knows.
struct UnsentSummary {
    /// Confirmed by nobody.
    let count: UInt64
    /// Of these, sent without an answer: they may have arrived.
    let unconfirmed: UInt64
    let oldest: Instant?

    /// Not sent at all.
    var unsent: UInt64 { count - unconfirmed }

    init(_ book: LocalBook) throws {
        count = try book.unsentCount
        unconfirmed = try book.unconfirmedCount
        oldest =
            count == 0
            ? nil : try book.ownEvent(book.sync.acknowledged.sequence.next)?.event.recordedAt
    }

    var text: String {
        if count == 0 { return "nothing unsent" }
        let parts = [
            unconfirmed == 0
                ? nil : "\(unconfirmed) sent but unconfirmed, settled by the next sync",
            unsent == 0 ? nil : "\(unsent) unsent",
        ].compactMap(\.self)
        return parts.joined(separator: ", ") + (oldest.map { " (oldest \($0.text))" } ?? "")
    }
}
