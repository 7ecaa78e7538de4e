// Strikes every read, write and sync of one piece of work in turn, each on a copy of the same
// folders, and gathers where they hit. Neighbors: FaultVFS strikes, StorageFaultTests says what the
// work is, Invariants what must hold afterwards.

import Foundation

/// Where strikes landed, and how often.
struct Histogram {
    private(set) var counts: [Place: Int] = [:]
    var total: Int { counts.values.reduce(0, +) }

    struct Place: Hashable, CustomStringConvertible {
        let hit: FaultVFS.Hit
        var description: String {
            let what = hit.isCommit ? "\(hit.kind) of a commit" : "\(hit.kind)"
            return "\(what), \(hit.file)"
        }
    }

    mutating func add(_ hit: FaultVFS.Hit) { counts[Place(hit: hit), default: 0] += 1 }

    /// Strikes on commits, by file and kind of operation.
    var commits: [Place: Int] { counts.filter(\.key.hit.isCommit) }

    func lines(_ work: String) -> [String] {
        counts.sorted { ($0.key.description, $0.value) < ($1.key.description, $1.value) }
            .map { "\(work): \($0.key) \($0.value)" }
    }
}

struct Sweep {
    let town: Town
    /// Whose operations are struck: a folder within the town's.
    let target: (Town) -> URL
    /// Does the work, saying in `told` what a person was shown. Opens and closes what it uses, and
    /// throws nothing.
    let work: (Town, inout Told) async throws -> Void
    /// What a person does next, with the fault gone, before everybody syncs.
    var repeated: (Town) async throws -> Void = { _ in }
    let devices: [String]

    /// Every operation of every kind, in every way that fits it.
    func run() async throws -> (histogram: Histogram, broken: [Breach]) {
        var histogram = Histogram()
        var broken: [Breach] = []
        for kind in FaultVFS.Kind.allCases {
            let modes = FaultVFS.Mode.allCases.filter { $0 != .torn || kind == .write }
            for mode in modes {
                var nth = 1
                while let (hit, breaches) = try await strike(kind, nth: nth, mode) {
                    histogram.add(hit)
                    broken += breaches.map {
                        Breach(
                            invariant: $0.invariant,
                            finding: "\(mode) \(kind) \(nth) (\(hit.file)): \($0.finding)")
                    }
                    nth += 1
                }
            }
        }
        return (histogram, broken)
    }

    /// Nil when the work has fewer such operations.
    private func strike(
        _ kind: FaultVFS.Kind, nth: Int, _ mode: FaultVFS.Mode
    ) async throws -> (FaultVFS.Hit, [Breach])? {
        let copy = try town.copy(seed: UInt64(nth) * 10 + UInt64(mode.number))
        defer { copy.remove() }
        var told = Told()
        FaultVFS.arm(target(copy), kind, nth: nth, mode)
        do { try await work(copy, &told) } catch { told.note(error) }
        guard let hit = FaultVFS.disarm() else { return nil }
        try await repeated(copy)
        return (hit, try await copy.broken(told, devices: devices))
    }
}
