// Seeds in which a promise broke once, by what had gone wrong. A change of what worlds do gives a
// seed another story; so each danger has a test of its own as well where one could be written.
// Neighbor: SimulationTests runs them in every `make test`.

import Testing

struct FoundSeed: CustomTestStringConvertible, Sendable {
    let seed: UInt64
    let danger: String
    let pace: World.Pace
    let steps: Int
    var testDescription: String { "seed \(seed): \(danger)" }

    init(
        _ seed: UInt64, _ danger: String, pace: World.Pace = .usual, steps: Int = 250
    ) {
        (self.seed, self.danger, self.pace, self.steps) = (seed, danger, pace, steps)
    }

    static let all = [
        FoundSeed(3007, "an entry of a moved member's history is damaged, and in no tree here"),
        FoundSeed(3017, "a history is damaged whose neighborhood leaves"),
        FoundSeed(3032, "an entry kept apart is lost with the office, and its folder renamed"),
        FoundSeed(4043, "a sentence tells the name of who moved"),
        FoundSeed(4131, "the entry that says who moved is damaged"),
        FoundSeed(4141, "a lost branch had granted a neighborhood; a dropped key is needed"),
        FoundSeed(5037, "all whom a key is about left, and an entry sealed with it stays"),
        FoundSeed(5081, "an own text's neighborhood leaves, then the office is set back"),
        FoundSeed(9153, "a copy parts, and the neighborhood of what it looks for leaves"),
        FoundSeed(10061, "a decision is undone after somebody it is about has moved"),
        FoundSeed(10229, "an own entry that came ahead of its chain is damaged"),
        FoundSeed(300_264, "a revoked copy repeats what the ledger has, and is let in"),
        FoundSeed(300_547, "a key comes after the history of who moved, whose text it opens"),
        FoundSeed(301_450, "who came along by a move that the ledger has lost stays"),
        FoundSeed(301_708, "two copies take one new name, and part again"),
        FoundSeed(400_353, "who brings an entry back is elsewhere now, and has its key"),
        FoundSeed(400_608, "a folder is to take another name, and an entry of it is damaged"),
        FoundSeed(
            100_139, "an own change waits for what another branch brings again", pace: .busy),
        FoundSeed(
            520_002, "the disk fails under the proof that the office was set back", pace: .busy,
            steps: 320),
        FoundSeed(
            560_452, "of a former name, and its neighborhood left, when the office is set back",
            pace: .busy, steps: 850),
    ]
}
