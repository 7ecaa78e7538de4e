// `hourbook status`: who this device is, what is unsent, when it was last in touch, what waits.
// Neighbors: SyncState and the tables beside it; conflicts are counted, `conflicts` lists them.

internal import ArgumentParser
internal import Shared
internal import Store

struct StatusRecord: Codable {
    struct Refused: Codable {
        let event: String
        let kind: String
        let reason: String
        /// `reject` or `admit` once an admin has decided so; null while it waits.
        let decided: String?
        /// Where it was admitted.
        let position: UInt64?
    }

    let community: String
    let communityName: String
    let replica: String
    let label: String
    let server: String
    let workers: [String]
    /// Who records when nobody is named; null while somebody must choose.
    let recording: String?
    /// What may be done on this device at most; null until the first sync.
    let role: String?
    /// The lesser of that and the role of whoever records.
    let recordingRole: String?
    let neighborhoods: [String]
    /// Being fetched: "MIL: 1204 entries so far".
    let coming: [String]
    /// No longer held, and kept until what was recorded there is safe.
    let leaving: [String]
    let position: UInt64
    let ownSequence: UInt64
    /// Own entries that were never in a request.
    let unsent: UInt64
    /// Own entries that were sent and had no answer yet.
    let unconfirmed: UInt64
    /// Of all those.
    let oldestUnsent: String?
    let lastContact: String?
    /// What this device's clock showed minus the office's, when they were last in touch.
    let clockOffsetMilliseconds: Int64?
    let conflicts: Int
    /// Of the office to those who record here, without an answer.
    let questions: Int
    /// Of these, to whoever records now.
    let questionsToRecording: Int
    /// Own events that the office keeps apart.
    let refused: [Refused]
    /// Scopes whose digest is not the server's.
    let mismatches: [String]
    let divergedAfter: UInt64?
    /// Entries that only this copied folder had, and that were handed in under its new name.
    let handedIn: Int
    /// Data keys that events here name and that are not here.
    let missingKeys: Int
    /// What has become of them, and what to do; null while none is missing.
    let keyring: String?
    /// When the office took this device out of use; null unless it has said so.
    let revokedAt: String?
    let advice: String
    /// Entries of kinds that this version does not know.
    let unknownKinds: Int
    /// Of the ledger: above 1 once the office was set back and has gone on.
    let epoch: UInt32
    /// Entries of others that the ledger had lost and that have not come back.
    let notBack: Int
    let notBackSince: String?
    /// Of these, what nothing signed vouches for, and what the office has others in the place of.
    let notBackUnproven: Int
    let notBackRefused: Int
    /// Entries of others that the ledger had lost and that are back, and the last of them when.
    let broughtBack: Int
    let broughtBackAt: String?
    /// Why it is known that the office signed two ledgers; empty unless it did.
    let contradictions: [String]

    init(_ book: LocalBook) throws {
        let unsent = try UnsentSummary(book)
        community = book.paired.community.description
        communityName = book.paired.communityName
        replica = book.paired.replica.description
        label = book.device?.label ?? book.paired.label
        handedIn = try book.tables.movedCount()
        server = book.paired.server.url
        workers = try (book.device?.workers ?? []).map {
            try book.views.workerName($0) ?? $0.short
        }.sorted()
        recording = try book.currentWorker.map { try book.views.workerName($0) ?? $0.short }
        role = book.device?.role.name
        recordingRole = try book.currentWorker.flatMap(book.role)?.name
        neighborhoods = try book.neighborhoods.map(\.code)
        coming = try book.comingWords()
        leaving = try book.leavingCodes()
        position = book.sync.cursor.value
        ownSequence = try book.head.sequence.value
        self.unsent = unsent.unsent
        unconfirmed = unsent.unconfirmed
        oldestUnsent = unsent.oldest?.text
        lastContact = book.sync.lastContact?.text
        clockOffsetMilliseconds = try book.tables.clockOffset()?.milliseconds
        conflicts = try book.views.openConflictCount()
        let asked = try book.unansweredQuestions
        let current = try book.currentWorker
        questions = asked.count
        questionsToRecording = asked.count { $0.worker == current }
        refused = try WaitingRecord.refused(book).map {
            Refused(
                event: $0.event, kind: $0.kind, reason: $0.why, decided: $0.decided,
                position: $0.position)
        }
        unknownKinds = try book.views.unknownKindCount()
        let names = try Dictionary(
            uniqueKeysWithValues: book.held.map { ($0.bytes, try book.views.code(of: $0)) })
        mismatches = try book.tables.mismatches().map {
            $0.isEmpty ? "community" : names[$0] ?? hex($0)
        }
        divergedAfter = book.sync.divergedAfter?.value
        let trouble = try book.tables.keyringTrouble()
        missingKeys = trouble?.missing ?? 0
        keyring = try trouble.map { "\($0.sentence). \(try KeyringTrouble.whatToDo(book))" }
        revokedAt = try book.tables.knownRevocation()?.revokedAt.text
        advice = book.sync.advice
        epoch = try book.epoch.value
        let orphans = try book.tables.orphans()
        notBack = orphans.count
        notBackSince = orphans.since?.text
        notBackUnproven = orphans.unproven
        notBackRefused = orphans.refused
        broughtBack = orphans.backCount
        broughtBackAt = orphans.lastBack?.text
        contradictions = try book.tables.epochEvidence().map(\.reason)
    }
}

struct StatusCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Show what is unsent, waiting or in need of a decision.")

    @OptionGroup var data: DataOptions
    @OptionGroup var json: JSONOption

    func perform() throws {
        let status = try data.device().read(StatusRecord.init)
        if json.isOn { return try Screen.printJSON(status) }
        var table = TextTable(("", .left), ("", .left))
        table.add("community", status.communityName)
        table.add("device", "\(status.label) (\(status.replica.prefix(8)))")
        table.add("role", status.role ?? "not known yet: run `hourbook sync`")
        table.add("workers", status.workers.joined(separator: ", "))
        table.add(
            "recording now", status.recordingNow.attention(if: status.recording == nil))
        table.add("neighborhoods", status.neighborhoods.joined(separator: ", "))
        if !status.coming.isEmpty {
            table.add("on their way", status.coming.joined(separator: ", ").attention())
        }
        if !status.leaving.isEmpty {
            table.add(
                "leaving", "\(status.leaving.joined(separator: ", ")): sync once more".attention())
        }
        table.add("position", String(status.position))
        table.add(
            "unsent",
            "\(status.unsent)".attention(if: status.unsent > 0))
        if status.unconfirmed > 0 {
            table.add(
                "unconfirmed", "\(status.unconfirmed): sent, no answer yet".attention())
        }
        if let oldest = status.oldestUnsent { table.add("oldest of these", oldest) }
        table.add("last in touch", status.lastContact ?? "never")
        if let clock = status.clock { table.add("clock", clock.attention()) }
        table.add(
            "need a decision", String(status.conflicts).attention(if: status.conflicts > 0))
        if let questions = status.questionWords { table.add("questions", questions.attention()) }
        Screen.show(table)
        tellTroubles(status)
    }

    private func tellTroubles(_ status: StatusRecord) {
        if !status.advice.isEmpty { print("the office says: \(status.advice.onOneLine)") }
        if let revokedAt = status.revokedAt {
            Screen.warn("REVOKED by the office on \(revokedAt): what is recorded here waits")
        }
        for refused in status.refused {
            let line = "\(refused.event) (\(refused.kind)): \(refused.reason)".onOneLine
            if refused.decided == QuarantineChoice.admit.name {
                print("let in: \(line)")
            } else {
                Screen.warn("kept apart: \(line)")
            }
        }
        if status.unknownKinds > 0 {
            print(
                "\(status.unknownKinds) entries are of kinds that this version does not know; "
                    + "update the program to see them")
        }
        for scope in status.mismatches {
            Screen.warn("NOT THE SAME as at the office: \(scope). Nothing is lost; tell the office")
        }
        tellEpochs(status)
        if let keyring = status.keyring { Screen.warn("KEYS MISSING: \(keyring)") }
        if let after = status.divergedAfter {
            Screen.warn(
                "PARTED from the office after own entry \(after): this folder is a copy, or was "
                    + "set back. Nothing is lost: the next sync gives it a name of its own")
        }
        if status.handedIn > 0 {
            print(
                "this folder was a copy: \(status.handedIn) entries that only it had were handed "
                    + "in anew under its own name")
        }
    }
}

extension StatusRecord {
    /// Nil while it is right enough.
    fileprivate var clock: String? {
        let offset = clockOffsetMilliseconds.map(ClockOffset.init(milliseconds:))
        return offset.flatMap { $0.isOff ? "\($0.wordsBesideOffice): set it" : nil }
    }

    /// Nil while the office asks nothing.
    fileprivate var questionWords: String? {
        if questions == 0 { return nil }
        let mine =
            questions == questionsToRecording || recording == nil
            ? "" : " (\(questionsToRecording) for whoever records now)"
        return "\(questions)\(mine): see `hourbook questions`"
    }

    /// "Dana Ortiz, as coordinator".
    fileprivate var recordingNow: String {
        let auditor = Role.auditor.name
        if [role, recordingRole].contains(auditor) { return "nothing: an auditor reads only" }
        guard let recording else { return "nobody: choose with `worker use NAME`" }
        return recordingRole.map { "\(recording), as \($0)" } ?? recording
    }
}
