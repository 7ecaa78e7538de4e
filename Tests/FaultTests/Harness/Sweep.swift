// Strikes every read, write and sync of one piece of work in turn, each on a copy of the same
// folders, and gathers where they hit. Neighbors: FaultVFS strikes, StorageFaultTests says what the
// work is, Invariants what must hold afterwards.

import FaultInjection
import Foundation

/// Where strikes landed, and how often.
struct Histogram {
    private(set) var counts: [FaultVFS.Hit: Int] = [:]
    var total: Int { counts.values.reduce(0, +) }

    mutating func add(_ hit: FaultVFS.Hit) { counts[hit, default: 0] += 1 }

    /// Strikes on each commit: on the write that makes it, and on the sync that makes it last.
    var commits: [CommitPoint: Int] {
        counts.filter { $0.key.commit > 0 }.reduce(into: [:]) { commits, next in
            commits[CommitPoint(next.key), default: 0] += next.value
        }
    }

    var lines: [String] {
        let others = Dictionary(grouping: counts.filter { $0.key.commit == 0 }) {
            "\($0.key.kind), \($0.key.file)"
        }.mapValues { $0.reduce(0) { $0 + $1.value } }
        let commits = Dictionary(
            uniqueKeysWithValues: commits.map { ("\($0.key)", $0.value) })
        return (Array(others) + Array(commits)).sorted { $0.key < $1.key }
            .map { "\($0.key): \($0.value)" }
    }
}

struct CommitPoint: Hashable, CustomStringConvertible {
    let file: FaultVFS.File
    let number: Int

    init(_ hit: FaultVFS.Hit) {
        // A folder is synced to make the new name of a file of keys last.
        file = hit.file == .folder ? .secrets : hit.file
        number = hit.commit
    }

    var description: String { "commit \(number) of the \(file)" }
}

struct Sweep {
    let town: Town
    /// Whose operations are struck: a folder within the town's.
    let target: (Town) -> URL
    /// Does the work, saying in `told` what a person was shown. Opens and closes what it uses.
    let work: (Town, inout Told) async throws -> Void
    /// What a person does next, with the fault gone, before everybody syncs.
    var repeated: (Town) async throws -> Void = { _ in }
    let devices: [String]
    /// In which ways.
    var modes: @Sendable (FaultVFS.Kind) -> [FaultVFS.Mode] = Sweep.anyDamage

    typealias Result = (histogram: Histogram, broken: [Breach])

    /// Every commit in every way that fits it, each `stride`-th operation of any kind, and the
    /// power cut when all is done.
    func run(stride: Int) async throws -> Result {
        var result: Result = (Histogram(), [])
        for kind in FaultVFS.Kind.allCases {
            for mode in modes(kind) {
                // A stride of 1 has them all.
                if kind != .read, stride > 1 {
                    try await run(Strike(kind, mode, onlyCommits: true), stride: 1, &result)
                }
                try await run(Strike(kind, mode), stride: stride, &result)
            }
        }
        for mode in [FaultVFS.Mode.power, .powerMixed] where modes(.sync).contains(mode) {
            try await run(Strike(.sync, mode, nth: .max), stride: 1, &result)
        }
        return result
    }

    private struct Strike {
        let kind: FaultVFS.Kind
        let mode: FaultVFS.Mode
        let onlyCommits: Bool
        /// `Int.max`: when the work is over.
        var nth: Int

        init(
            _ kind: FaultVFS.Kind, _ mode: FaultVFS.Mode, onlyCommits: Bool = false, nth: Int = 1
        ) {
            (self.kind, self.mode, self.onlyCommits, self.nth) = (kind, mode, onlyCommits, nth)
        }

        var isAfterAll: Bool { nth == .max }
    }

    static let anyDamage: @Sendable (FaultVFS.Kind) -> [FaultVFS.Mode] = { kind in
        switch kind {
        // Before a read all that was to be written is written: power may go there as anywhere.
        case .read: [.error, .kill, .power]
        case .write: [.error, .kill, .torn, .power, .powerMixed]
        case .sync: [.error, .kill, .power, .powerMixed]
        }
    }

    private func run(_ first: Strike, stride: Int, _ result: inout Result) async throws {
        var strike = first
        while let (hit, breaches) = try await carryOut(strike) {
            result.histogram.add(hit)
            let place =
                strike.isAfterAll
                ? "\(strike.mode) all is closed"
                : "\(strike.mode) \(hit.kind) \(strike.nth) (\(hit.file))"
            result.broken += breaches.map { Breach($0.invariant, "\(place): \($0.finding)") }
            if strike.isAfterAll { return }
            strike.nth += stride
        }
    }

    /// Nil when the work has fewer such operations.
    private func carryOut(_ strike: Strike) async throws -> (FaultVFS.Hit, [Breach])? {
        let seed = UInt64(strike.isAfterAll ? 0 : strike.nth) * 10
        let copy = try town.copy(seed: seed + UInt64(strike.mode.number))
        defer { copy.remove() }
        guard let (hit, told) = try await hurt(copy, strike) else { return nil }
        var breaches = try copy.brokenAtOnce(told)
        do {
            try await repeated(copy)
        } catch {
            breaches.append(Breach(.i8, "doing it again: \(Told.shown(error))"))
        }
        return (hit, breaches + (try await copy.broken(told, devices: devices)))
    }

    private func hurt(_ copy: Town, _ strike: Strike) async throws -> (FaultVFS.Hit, Told)? {
        var told = Told()
        FaultVFS.arm(
            target(copy), strike.kind, onlyCommits: strike.onlyCommits, nth: strike.nth,
            strike.mode)
        do { try await work(copy, &told) } catch { told.note(error) }
        if strike.isAfterAll { FaultVFS.cutPower(strike.mode) }
        let hit =
            FaultVFS.disarm()
            ?? (strike.isAfterAll
                ? FaultVFS.Hit(file: .other, kind: .sync, commit: 0) : nil)
        guard let hit else { return nil }
        let open = FaultVFS.openCount(target(copy))
        precondition(open == 0, "a process that has ended holds \(open) databases open")
        return (hit, told)
    }
}
