// Vector clocks against explicit sets of dots, and the table of what a context covers.

import Testing
import TestSupport

@testable import Shared

private let a = Fixed.replica(1)
private let b = Fixed.replica(2)

private func dot(_ replica: ReplicaID, _ sequence: UInt64) -> Dot {
    Dot(replica, Sequence64(sequence))
}

@Suite("Vector clocks")
struct VectorClockTests {
    @Test("a tick names the next event of a replica, beyond any exception")
    func tick() {
        var clock = VectorClock()
        #expect(clock.tick(a) == dot(a, 1))
        #expect(clock.tick(a) == dot(a, 2))
        #expect(clock.tick(b) == dot(b, 1))
        clock.insert(dot(b, 5))
        #expect(clock.tick(b) == dot(b, 6))
        #expect(clock.contiguous == [a: Sequence64(2), b: Sequence64(1)])
        #expect(clock.exceptions == [dot(b, 5), dot(b, 6)])
    }

    @Test("exceptions are absorbed when the gap before them closes")
    func absorb() {
        var clock = VectorClock(dots: [dot(a, 1), dot(a, 3), dot(a, 4)])
        #expect(clock.exceptions == [dot(a, 3), dot(a, 4)])
        clock.insert(dot(a, 2))
        #expect(clock.exceptions.isEmpty)
        #expect(clock.contiguous == [a: Sequence64(4)])
        #expect(clock == VectorClock(dots: [dot(a, 4), dot(a, 2), dot(a, 1), dot(a, 3)]))
    }

    @Test(
        "before, after, equal, concurrent",
        arguments: [
            ([], [], VectorClock.Order.equal), ([], [dot(a, 1)], .before),
            ([dot(a, 1)], [], .after), ([dot(a, 1)], [dot(b, 1)], .concurrent),
            ([dot(a, 1), dot(a, 2)], [dot(a, 1)], .after),
            ([dot(a, 2)], [dot(a, 1), dot(a, 2)], .before),
            ([dot(a, 2)], [dot(a, 1)], .concurrent),
            ([dot(a, 1), dot(b, 3)], [dot(a, 1), dot(b, 3)], .equal),
        ])
    func order(left: [Dot], right: [Dot], expected: VectorClock.Order) {
        #expect(VectorClock(dots: left).order(VectorClock(dots: right)) == expected)
    }

    @Test("a clock is a set of dots, whatever is inserted and merged", arguments: UInt64(1)...200)
    func sets(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        func dots() -> Set<Dot> {
            Set(
                (0..<random.int(0...25)).map { _ in
                    dot(Fixed.replica(UInt8(random.int(1...3))), UInt64(random.int(1...8)))
                })
        }
        let (left, right) = (dots(), dots())
        let (one, other) = (VectorClock(dots: left), VectorClock(dots: right))
        #expect(one.isSubset(of: other) == left.isSubset(of: right))
        #expect((one == other) == (left == right))
        var merged = one
        merged.merge(other)
        #expect(merged == VectorClock(dots: left.union(right)))
        var reverse = other
        reverse.merge(one)
        #expect(merged == reverse)
        for replica: UInt8 in 1...3 {
            for sequence in UInt64(1)...9 {
                let each = dot(Fixed.replica(replica), sequence)
                #expect(merged.contains(each) == left.union(right).contains(each))
            }
        }
        #expect(one.order(merged) == (right.isSubset(of: left) ? .equal : .before))
    }
}

@Suite("What a context covers")
struct CoversTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let seen: Dot
        let seenAt: UInt64?
        let position: UInt64
        let own: UInt64
        var extras: [Dot] = []
        var isUnknown = false
        let isCovered: Bool

        init(
            _ description: String, _ seen: Dot, at seenAt: UInt64?, position: UInt64 = 0,
            own: UInt64 = 0, extras: [Dot] = [], isUnknown: Bool = false, _ isCovered: Bool
        ) {
            testDescription = description
            self.seen = seen
            self.seenAt = seenAt
            self.position = position
            self.own = own
            self.extras = extras
            self.isUnknown = isUnknown
            self.isCovered = isCovered
        }
    }

    /// The observer is always the tenth event of replica `a`.
    static let rows = [
        Row("own, up to the own sequence", dot(a, 3), at: nil, own: 3, true),
        Row("own, after it", dot(a, 4), at: nil, own: 3, false),
        Row(
            "own, in the prefix yet not shown", dot(a, 4), at: 2, position: 9, own: 3, false),
        Row("itself", dot(a, 10), at: 5, position: 9, own: 20, false),
        Row("own and later, as only a forger claims", dot(a, 11), at: nil, own: 20, false),
        Row("another's, at the position", dot(b, 1), at: 9, position: 9, true),
        Row("another's, just after it", dot(b, 1), at: 10, position: 9, false),
        Row("another's, not yet in the ledger", dot(b, 1), at: nil, position: 9, false),
        Row("another's, as an extra", dot(b, 1), at: nil, extras: [dot(b, 1)], true),
        Row(
            "an extra says nothing of the one before", dot(b, 1), at: nil, extras: [dot(b, 2)],
            false),
        Row(
            "an extra that the ledger has by now", dot(b, 1), at: 50, position: 9,
            extras: [dot(b, 1)], true),
        Row(
            "an unknown root tag counts as position 0", dot(b, 1), at: 1, position: 9,
            isUnknown: true, false),
        Row(
            "with it extras still hold", dot(b, 1), at: 1, extras: [dot(b, 1)], isUnknown: true,
            true),
        Row("with it own events still hold", dot(a, 2), at: 1, own: 2, isUnknown: true, true),
    ]

    @Test("covers, by the table", arguments: rows)
    func table(row: Row) {
        let observer = Self.observation(
            dot(a, 10), at: nil,
            CausalContext(
                position: LedgerPosition(row.position), rootTag: .start,
                ownSequence: Sequence64(row.own), extras: row.extras),
            isUnknown: row.isUnknown)
        let seen = Self.observation(
            row.seen, at: row.seenAt,
            CausalContext(position: .start, rootTag: .start, ownSequence: .none))
        #expect(observer.covers(seen) == row.isCovered)
    }

    @Test("concurrent: neither covers the other, and nothing is concurrent with itself")
    func concurrent() {
        func context(_ position: UInt64) -> CausalContext {
            CausalContext(
                position: LedgerPosition(position), rootTag: .start, ownSequence: .none)
        }
        let first = Self.observation(dot(a, 1), at: 1, context(0))
        let blind = Self.observation(dot(b, 1), at: 2, context(0))
        let aware = Self.observation(dot(b, 2), at: 3, context(1))
        #expect(first.isConcurrent(with: blind) && blind.isConcurrent(with: first))
        #expect(!first.isConcurrent(with: aware) && !aware.isConcurrent(with: first))
        #expect(!first.isConcurrent(with: first))
    }

    private static func observation(
        _ dot: Dot, at position: UInt64?, _ context: CausalContext, isUnknown: Bool = false
    ) -> Observation {
        Observation(
            dot: dot, leaf: .of(dot.bytes), position: position.map(LedgerPosition.init),
            context: context, contextUnknown: isUnknown)
    }
}
