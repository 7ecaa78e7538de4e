// A vector clock costs the same few bytes per event with 3 replicas and with 100,000.

import Testing
import TestSupport

@testable import Shared

@Suite("The cost of causality")
struct CausalityCostTests {
    /// A ledger in which each of `replicas` wrote one event, after `before` others.
    private struct Town {
        let observations: [Observation]
        let position: LedgerPosition

        init(replicas: Int, before: UInt64) {
            let nothing = CausalContext(position: .start, rootTag: .start, ownSequence: .none)
            observations = (0..<replicas).map { number in
                Observation(
                    dot: Dot(Fixed.replica(number: number), Sequence64(1)), leaf: .zero,
                    position: LedgerPosition(before + UInt64(number) + 1), context: nothing)
            }
            position = LedgerPosition(before + UInt64(replicas))
        }

        /// An amendment whose author had been shown all of it.
        func edit() -> Event {
            var author = Author()
            author.position = position
            author.rootTag = RootTag(of: .of(position.value.bigEndianBytes))
            _ = author.write(.hoursRecorded, .exchange())
            return author.write(
                .hoursAmended, subject: EntityID(Dot(author.replica, Sequence64(1))),
                .change(HoursField.category, from: nil, to: .text("company")))
        }

        /// Each replica's id and sequence, as a vector that travels whole has them at least.
        var vectorBytes: Int { observations.count * (ReplicaID.byteCount + 1) }
    }

    private static let sizes = [3, 1_000, 100_000]

    @Test("an edit has the same size after 3, 1,000 and 100,000 replicas wrote")
    func sameSize() {
        // A million entries earlier on: all three positions are varints of three bytes.
        let edits = Self.sizes.map { Town(replicas: $0, before: 1_000_000).edit().encoded().count }
        #expect(Set(edits).count == 1)
    }

    @Test("from an empty ledger an edit grows by its position's varint only")
    func growth() {
        let constants = Self.sizes.map { size in
            let edit = Town(replicas: size, before: 0).edit()
            return edit.encoded().count - Raw.varint(edit.context.position.value).count
        }
        #expect(Set(constants).count == 1)
        #expect(Self.sizes.map { Raw.varint(UInt64($0)).count } == [1, 2, 3])
    }

    @Test("the whole event is thousands of times smaller than the vector it stands for")
    func againstTheVector() {
        let town = Town(replicas: 100_000, before: 0)
        #expect(town.edit().encoded().count < 150)
        #expect(town.vectorBytes == 1_700_000)
    }

    @Test("and says the same: it covers every one of those events, as the vector does")
    func saysTheSame() {
        for size in [3, 1_000] {
            let town = Town(replicas: size, before: 0)
            let edit = town.edit()
            let observer = Observation(
                dot: edit.dot, leaf: .zero, position: nil, context: edit.context)
            let vector = VectorClock(dots: town.observations.map(\.dot))
            #expect(town.observations.allSatisfy(observer.covers))
            #expect(town.observations.allSatisfy { vector.contains($0.dot) })
            let later = Observation(
                dot: Dot(Fixed.server, Sequence64(1)), leaf: .zero, position: town.position.next,
                context: edit.context)
            #expect(!observer.covers(later) && !vector.contains(later.dot))
        }
    }
}

extension ReplicaID {
    fileprivate static let byteCount = Bytes16.byteCount
}
