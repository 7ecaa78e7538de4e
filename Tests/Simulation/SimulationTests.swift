// Runs worlds: a few in every `make test`, one by `make sim SEED=n STEPS=m`, as many as there is
// time for by `make sim-soak MINUTES=m`. Neighbors: World; scripts/sim-soak runs range after range.

import FaultInjection
import Foundation
import Shared
import Testing

/// Alone in its process, for faults of storage are the process's: only when `WORLDS` is set.
@Suite(
    "Simulation", .serialized, .enabled(if: ProcessInfo.processInfo.environment["WORLDS"] != nil))
struct SimulationTests {
    private static let steps = setting("STEPS") ?? 250
    private static let worlds = setting("WORLDS") ?? 1
    private static let pace =
        ProcessInfo.processInfo.environment["PACE"].flatMap(World.Pace.init) ?? .usual

    private static func setting(_ name: String) -> Int? {
        ProcessInfo.processInfo.environment[name].flatMap(Int.init)
    }

    @Test("whatever goes wrong in a world of several devices, all promises hold in the end")
    func worlds() async throws {
        let first = UInt64(Self.setting("SEED") ?? 1)
        var tally = Tally()
        for seed in first..<first + UInt64(Self.worlds) {
            let ended = try await Self.run(seed: seed, steps: Self.steps, pace: Self.pace)
            tally = tally + ended.tally
            for breach in ended.breaches.prefix(5) { Issue.record("seed \(seed): \(breach)") }
            if !ended.breaches.isEmpty {
                print("story of seed \(seed)")
                print(ended.story.joined(separator: "\n"))
            }
        }
        print("\(Self.worlds) worlds\n\(tally)")
    }

    @Test("what once broke a promise breaks none", arguments: FoundSeed.all)
    func found(_ found: FoundSeed) async throws {
        let ended = try await Self.run(
            seed: found.seed, steps: found.steps, pace: found.pace)
        for breach in ended.breaches { Issue.record("\(breach)") }
    }

    @Test("a seed repeats")
    func repeats() async throws {
        let digests = try await [
            Self.run(seed: 4, steps: 60).digest, Self.run(seed: 4, steps: 60).digest,
        ]
        #expect(digests[0] == digests[1])
    }

    struct Ended: Sendable {
        let tally: Tally
        let breaches: [Breach]
        let digest: Hash
        let story: [String]
    }

    /// The world runs on a thread of its own, and its requests are answered here.
    static func run(
        seed: UInt64, steps: Int, pace: World.Pace = .usual
    ) async throws -> Ended {
        let line = RequestLine()
        async let served: Void = line.serve()
        let ended = try await apart {
            defer { line.hangUp() }
            let world = try World(seed: seed, pace: pace, line: line)
            defer { world.remove() }
            do {
                for _ in 0..<steps { try world.step() }
                try world.heal()
                try world.check()
            } catch {
                // No step may throw: programs say what they cannot do in a sentence.
                world.breaches.append(Breach(.i6, "\(error)"))
            }
            if !world.breaches.isEmpty { try world.tellLedger() }
            return Ended(
                tally: world.tally, breaches: world.breaches, digest: world.digest,
                story: world.story)
        }
        await served
        return ended
    }
}
