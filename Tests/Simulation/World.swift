// A community under faults, driven by one seed: phase 1 does what people do while things go wrong,
// phase 2 lets everything be well and must go quiet. Neighbors: WorldSteps chooses, FieldWork and
// OfficeWork do, Wire and Handset hurt, Checkers look at the end.
// Invariant: all chance comes from the seed, and one thing happens at a time.

import FaultInjection
import Foundation
import GRDB
import Shared
import Store
import TestSupport

@testable import SyncClient
@testable import SyncServer

final class World {
    let seed: UInt64
    let folder: URL
    let office: Office
    let officeFate: Fate
    var random: SeededRandom
    var handsets: [Handset] = []
    var truth = Truth()
    var tally = Tally()
    /// Requests that are still on their way, or that somebody kept.
    var late: [Parcel] = []
    var backups: [Backup] = []
    /// Of the office, the oldest first.
    var officeCopies: [URL] = []
    var officeSetBacks = 0
    /// Entries that a device's disk has lost: gone for good where the office lost them, too.
    var damagedLeaves: Set<Hash> = []
    /// What was done, for whoever looks into a failing seed; its hash is the run's digest.
    private(set) var story: [String] = []
    var breaches: [Breach] = []
    let people: People
    let pace: Pace

    /// How a world's days go: as they do, or with mostly sessions that bring something while
    /// something goes wrong.
    enum Pace: String { case usual, busy }

    struct People {
        let neighborhoods: [EntityID]
        let coordinator: EntityID
        let outreach: EntityID
        let admin: EntityID
    }

    /// A copy of a device's folder from earlier.
    struct Backup {
        let handset: String
        let folder: URL
        let line: [Hash]
    }

    init(seed: UInt64, pace: Pace = .usual, line: RequestLine) throws {
        FaultVFS.install()
        self.seed = seed
        self.pace = pace
        random = SeededRandom(seed: seed)
        folder = FaultVFS.root.appendingPathComponent(
            "sim-\(ProcessInfo.processInfo.processIdentifier)-\(seed)")
        officeFate = Fate(seed: seed &* 31)
        office = try Office(
            folder: folder.appendingPathComponent("office"), fate: officeFate, line: line)
        people = try office.store.append { session in
            let homes = try [("Harbor", "HAR"), ("Mill", "MIL")].map {
                try session.addNeighborhood(name: $0.0, code: $0.1)
            }
            return People(
                neighborhoods: homes,
                coordinator: try session.addWorker(
                    name: "Dana", role: .coordinator, neighborhoods: homes),
                outreach: try session.addWorker(
                    name: "Eli", role: .outreach, neighborhoods: homes),
                admin: try session.addWorker(name: "Ada", role: .admin, neighborhoods: []))
        }
        let homes = people.neighborhoods
        for (name, held, role) in [
            ("harbor-1", [homes[0]], Role.coordinator), ("harbor-2", [homes[0]], .outreach),
            ("mill", [homes[1]], .outreach), ("office-laptop", homes, .coordinator),
        ] {
            try pair(name, holding: held, role: role)
        }
        for handset in handsets {
            try visit(handset, fault: nil)
            for _ in 0..<2 { try enroll(on: handset) }
            try visit(handset, fault: nil)
        }
        for handset in handsets { try visit(handset, fault: nil) }
    }

    func remove() {
        handsets.forEach { $0.close() }
        office.close()
        try? FileManager.default.removeItem(at: folder)
    }

    func tell(_ text: String) { story.append(text) }

    /// The same for the same seed.
    var digest: Hash { .of(Array(story.joined(separator: "\n").utf8)) }

    private func pair(_ name: String, holding held: [EntityID], role: Role) throws {
        let link = try office.store.append { session in
            try session.makePairingLink(
                workers: [people.coordinator, people.outreach], neighborhoods: held, role: role,
                host: "127.0.0.1", port: 1, mode: .loopback)
        }
        let fate = Fate(seed: seed &* 31 + UInt64(handsets.count) + 1)
        let path = folder.appendingPathComponent(name)
        let device = try Pairing(folder: path, environment: fate.environment)
            .pair(link, label: name, over: wire(fault: nil))
        guard let identity = try IdentityFile(folder: path) else {
            preconditionFailure("a paired device has its keys")
        }
        handsets.append(
            Handset(
                name: name, folder: path, fate: fate, device: device, keys: try identity.keys))
    }

    func wire(fault: Fault?) -> Wire {
        Wire(to: office, fault: fault, random: SeededRandom(seed: random.next())) {
            [weak self] response in
            self?.hear(response)
        }
    }

    private func hear(_ response: SyncResponse) {
        truth.note(checkpoints: response.checkpoints)
        for outcome in response.outcomes { tally.note(outcome: outcome.disposition.caseName) }
    }

    // MARK: Phase 2

    /// All is well again; everybody comes by until nothing moves any more.
    func heal() throws {
        FaultVFS.disarm()
        try office.restart()
        officeFate.set(offset: 0)
        for handset in handsets {
            handset.fate.set(offset: 0)
            try handset.restart()
        }
        for parcel in late { deliver(parcel) }
        late = []
        for _ in 0..<Self.roundsMax {
            let lacked = try keysLackedByOffice()
            var moved = 0
            for handset in handsets { moved += try visit(handset, fault: nil) }
            if office.store.standing != .whole {
                try recoverOffice()
                continue
            }
            // A key that came to the office is news for those who were there before.
            if moved == 0, try keysLackedByOffice() == lacked, try allowSplits() == 0,
                try hasNoCopyToName()
            {
                return
            }
        }
        breaches.append(Breach(.i8, "does not go quiet in \(Self.roundsMax) rounds"))
    }

    /// Everybody's news reaches everybody in two rounds, and a third finds nothing; each copy of a
    /// device needs one to ask, and one to go on.
    private static let roundsMax = 12

    private func keysLackedByOffice() throws -> Int {
        try office.store.read { try $0.tables.missingKeyCount() }
    }

    /// The office lets copies go on that have asked; returns how many.
    func allowSplits() throws -> Int {
        guard office.store.standing == .whole else { return 0 }
        return try office.store.append { session in
            let waiting = try session.views.devices().filter {
                try $0.revokedAfter == nil
                    && SplitTable(session.db).waitingSince($0.replica) != nil
            }
            for device in waiting { try session.allowSplit(of: device, as: people.admin) }
            return waiting.count
        }
    }

    private func hasNoCopyToName() throws -> Bool {
        try handsets.allSatisfy { handset in
            try handset.isRevoked || handset.device.read { $0.sync.divergedAfter } == nil
        }
    }

    func deliver(_ parcel: Parcel) {
        _ = office.answer(path: parcel.path, headers: parcel.headers, body: parcel.body)
    }

    // MARK: A visit at the office

    /// One session; returns how many events moved.
    @discardableResult
    func visit(_ handset: Handset, fault: Fault?) throws -> Int {
        let wire = wire(fault: fault)
        let gone = try gone(from: handset)
        let before = try reached(by: handset)
        var report = SyncReport()
        var isStruck = false
        let session = {
            report = try SyncSession(
                device: handset.device, keys: handset.keys, transport: wire
            ).run()
        }
        switch fault {
        case .deviceStruck, .deviceDiskError:
            let mode: FaultVFS.Mode =
                fault == .deviceDiskError
                ? pick([.error, .full, .noMemory]) : pick([.kill, .torn, .power, .powerMixed])
            let result = try handset.striking(nth: random.int(1...24), mode, session)
            isStruck = result.isStruck
            note(result.error, on: handset, expected: isStruck)
        default:
            do { try session() } catch { note(error, on: handset, expected: false) }
        }
        if wire.officeDied { try office.restart() }
        let name = handset.replica
        if case .diverged = report.end { try takeAnotherName(handset, fault: fault) }
        late += wire.late
        if let parcel = wire.arrived, random.chance(1, of: 10) { late.append(parcel) }
        try takeUnreported(handset)
        let hasMoved = try report.pushed + report.fetched > 0 || reached(by: handset) != before
        finish(handset, report, hasMoved, fault: (isStruck || wire.hasStruck) ? fault : nil)
        try checkLetGo(handset, gone: gone)
        // Under a new name there is always something to bring.
        return report.pushed + report.fetched + (handset.replica == name ? 0 : 1)
    }

    /// What has come to the office, and how far the device has read: what an answer brought or a
    /// request took there has moved, though the session ended before its report.
    private func reached(by handset: Handset) throws -> [LedgerPosition] {
        try [
            office.store.read { $0.position },
            handset.device.database.read { try LedgerTables($0).syncState().cursor },
        ]
    }

    /// The session after it, too, may go wrong.
    private func takeAnotherName(_ handset: Handset, fault: Fault?) throws {
        let wire = wire(fault: fault.flatMap { random.chance(1, of: 3) ? $0 : nil })
        let struck: Bool
        let error: (any Error)?
        if random.chance(1, of: 4), fault == .deviceStruck {
            let result = try handset.striking(nth: random.int(1...24), .kill) {
                try handset.takeAnotherName(over: wire)
            }
            (struck, error) = (result.isStruck, result.error)
        } else {
            struck = false
            do {
                try handset.takeAnotherName(over: wire)
                error = nil
            } catch let thrown { error = thrown }
        }
        if wire.officeDied { try office.restart() }
        if error == nil, !struck {
            tally.note(fault: .split)
            tell("\(handset.name) goes on as \(handset.replica.short)")
        } else {
            note(error, on: handset, expected: true)
        }
    }

    private func finish(
        _ handset: Handset, _ report: SyncReport, _ hasMoved: Bool, fault: Fault?
    ) {
        tally.note(end: report.end.caseName)
        if case .problem(let problem) = report.end, problem.status == 500 {
            breaches.append(Breach(.i8, "the office broke: \(office.log.last ?? problem.detail)"))
        }
        let met = handset.met.union(fault.map { [$0] } ?? [])
        tally.noteSession(hasMoved, faults: met)
        if let fault { tally.note(fault: fault) }
        tally.note(broughtBack: report.broughtBack)
        // What stopped a session is got over, or not, in the next one.
        handset.met = report.end == .complete ? [] : met
        tell(
            "\(handset.name) visits (\(fault?.rawValue ?? "well")): \(report.end.caseName), "
                + "pushed \(report.pushed), fetched \(report.fetched)")
    }

    /// An error that people were shown. Only a disk that failed excuses one.
    func note(_ error: (any Error)?, on handset: Handset, expected: Bool) {
        guard let error else { return }
        let sentence = UserError(showing: error)?.description
        truth.sentences.append(sentence ?? "\(error)")
        tell("\(handset.name): \(sentence ?? "\(error)")")
        if !expected {
            breaches.append(Breach(.i8, "\(handset.name): \(sentence ?? "\(error)")"))
        } else if sentence == nil {
            breaches.append(Breach(.i6, "no sentence for \(error)"))
        }
    }

    func pick<T>(_ list: [T]) -> T { list[random.int(0...list.count - 1)] }
}

extension Disposition {
    var caseName: String {
        switch self {
        case .admitted: "admitted"
        case .duplicate: "duplicate"
        case .held: "held"
        case .quarantined(let reason): "quarantined \(reason.name)"
        case .retryLater: "retry later"
        case .diverged: "diverged"
        }
    }
}

extension SyncEnd {
    var caseName: String {
        switch self {
        case .complete: "complete"
        case .unreachable(let error): "unreachable \(error.caseName)"
        case .retryLater: "retry later"
        case .diverged: "diverged"
        case .stuck: "stuck"
        case .problem(let problem): "problem \(problem.status)"
        case .unreadableAnswer: "unreadable answer"
        }
    }
}

extension TransportError {
    fileprivate var caseName: String {
        switch self {
        case .cannotConnect: "cannot connect"
        case .timedOut: "timed out"
        case .cut: "cut"
        case .wrongKey: "wrong key"
        case .untrusted: "untrusted"
        case .notEncrypted: "not encrypted"
        case .tooLarge: "too large"
        case .other: "other"
        }
    }
}
