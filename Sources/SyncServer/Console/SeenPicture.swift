// Who had seen what: each side as a bar from the end of the ledger that its author had been shown
// to the place where it came in. What came in beneath a bar was not known to its author. Pure.
// Neighbors: the page of a conflict fills it from observations; conflict.mustache draws it.

internal import Shared

struct SeenPicture: Sendable {
    struct Lane: Sendable {
        let letter: String
        let y: Int
        let textY: Int
        /// Where its author had seen the ledger to, and where it came in.
        let from: Int
        let to: Int
        let crossings: [Crossing]
        /// The same in words, for whoever cannot see it.
        let words: String
    }
    /// Another side that came in meanwhile.
    struct Crossing: Sendable {
        let letter: String
        let x: Int
    }

    /// It can be read on a telephone.
    static let width = 340
    static let left = 36
    /// For the circle at the end.
    static let right = 16
    static let laneHeight = 44

    let width = SeenPicture.width
    let height: Int
    let axisY: Int
    let axisFrom = SeenPicture.left
    let axisTo = SeenPicture.width - SeenPicture.right
    let lanes: [Lane]
    let first: String
    let last: String

    /// One of a side that has come in.
    struct Seen: Sendable {
        let letter: String
        let observation: Observation
    }

    /// Distances are places in the order, not numbers of entries: a side may have come in a year
    /// after another.
    init?(_ sides: [Seen], words: (Seen, [Seen], [Seen]) -> String) {
        let placed = sides.filter { $0.observation.position != nil }
        guard placed.count == sides.count, sides.count > 1 else { return nil }
        let marks = Set(sides.flatMap { [$0.seen, $0.arrived] }).sorted()
        let step = (Self.width - Self.left - Self.right) / max(1, marks.count - 1)
        func x(_ position: UInt64) -> Int {
            Self.left + step * (marks.firstIndex(of: position) ?? 0)
        }
        lanes = sides.enumerated().map { index, side in
            let others = sides.filter { $0.letter != side.letter }
            let known = others.filter { side.observation.covers($0.observation) }
            let unknown = others.filter { !side.observation.covers($0.observation) }
            let y = 30 + index * Self.laneHeight
            return Lane(
                letter: side.letter, y: y, textY: y + 5, from: x(side.seen), to: x(side.arrived),
                crossings: unknown.filter { $0.arrived > side.seen && $0.arrived < side.arrived }
                    .map { Crossing(letter: $0.letter, x: x($0.arrived)) },
                words: words(side, known, unknown))
        }
        axisY = 30 + sides.count * Self.laneHeight
        height = axisY + 30
        first = marks.first.map(String.init) ?? ""
        last = marks.last.map(String.init) ?? ""
    }
}

extension SeenPicture.Seen {
    /// What cannot be told counts as nothing.
    var seen: UInt64 {
        observation.contextUnknown ? 0 : observation.context.position.value
    }

    var arrived: UInt64 { observation.position?.value ?? 0 }
}
