// Lost entries under their new name: who did what and when stays, references go along, and no
// context claims more than was seen.

import Testing
import TestSupport

@testable import Shared

@Suite("Reissue")
struct ReissueTests {
    private static let old = Fixed.device.replica
    private static let new = Fixed.keys(signing: 0x61, receiving: 0x62).replica

    private static func lost(
        _ sequence: UInt64, subject: UInt64? = nil, seen: UInt64, _ payload: Payload = Payload()
    ) -> Event {
        Event(
            dot: Dot(old, Sequence64(sequence)),
            context: CausalContext(
                position: LedgerPosition(5), rootTag: RootTag(of: .of([5])),
                ownSequence: Sequence64(seen)),
            recordedAt: Instant(milliseconds: 9), utcOffsetMinutes: 60, worker: Fixed.ana,
            home: .neighborhood(Fixed.harbor),
            subject: subject.map { EntityID(Dot(old, Sequence64($0))) },
            kind: Kind.hoursAmended.number, payload: payload)
    }

    private func reissued(
        isAlone: Bool = true, _ events: [Event]
    ) -> [Event] {
        var writing = Reissuing(origin: Self.old, common: Sequence64(6), isAlone: isAlone)
        return events.enumerated().map { index, event in
            writing.reissue(
                event, leaf: .of([UInt8(index)]),
                as: Dot(Self.new, Sequence64(UInt64(index) + 1)))
        }
    }

    @Test("entities that lost entries created are named as they are now, everywhere")
    func references() throws {
        let member = EntityID(Dot(Self.old, Sequence64(7)))
        let before = EntityID(Dot(Self.old, Sequence64(2)))
        let shares = Shares(
            providers: [Party(account: member, minutes: Minutes(30))],
            recipients: [Party(account: before, minutes: Minutes(30))])
        let events = reissued([
            Self.lost(7, seen: 6),
            Self.lost(
                9, subject: 7, seen: 8,
                [1: .shares(shares), 2: .entity(member), 3: .entities([before, member])]),
        ])
        let now = EntityID(Dot(Self.new, Sequence64(1)))
        #expect(events[1].subject == now)
        #expect(events[1].payload.entity(2) == now)
        #expect(events[1].payload.entities(3) == [before, now])
        #expect(try #require(events[1].payload.shares(1)).accounts == [before, now].sorted())
        #expect(
            events[1].reissued == Reissued(origin: Dot(Self.old, Sequence64(9)), leaf: .of([1])))
        #expect(events[1].worker == Fixed.ana && events[1].recordedAt == Instant(milliseconds: 9))
        #expect(events[1].context.position == LedgerPosition(5))
    }

    @Test("what was seen of the old name is a prefix up to the parting, what was lost its new dots")
    func contexts() {
        let events = reissued([
            Self.lost(7, seen: 4), Self.lost(8, subject: 7, seen: 7),
            Self.lost(9, subject: 7, seen: 5),
        ])
        let seen = events.map { event in
            RecordedEvent(event: event, leaf: .of([1]), position: nil).observation
        }
        func old(_ sequence: UInt64) -> Observation {
            Observation(
                dot: Dot(Self.old, Sequence64(sequence)), leaf: .of([2]),
                position: LedgerPosition(90),
                context: CausalContext(position: .start, rootTag: .start, ownSequence: .none))
        }
        // The first had seen 4 of its own, the second all up to the parting, the third 5.
        #expect((1...8).map { seen[0].covers(old($0)) } == (1...8).map { $0 <= 4 })
        #expect((1...8).map { seen[1].covers(old($0)) } == (1...8).map { $0 <= 6 })
        #expect((1...8).map { seen[2].covers(old($0)) } == (1...8).map { $0 <= 5 })
        #expect(seen[1].covers(seen[0]) && !seen[2].covers(seen[0]) && !seen[2].covers(seen[1]))
    }

    @Test("beside something else recorded under the new name, too little is claimed")
    func notAlone() {
        let events = reissued(isAlone: false, [Self.lost(7, seen: 6), Self.lost(8, seen: 7)])
        #expect(events.allSatisfy { $0.context.ownSequence == .none })
    }

    @Test("an extra is a prefix only of the replica that an event was issued by first")
    func extras() {
        let extra = Dot(Self.old, Sequence64(6))
        func observed(_ origin: ReplicaID?) -> Observation {
            Observation(
                dot: Dot(Self.new, Sequence64(1)), leaf: .of([1]), position: nil,
                context: CausalContext(
                    position: .start, rootTag: .start, ownSequence: .none, extras: [extra]),
                origin: origin)
        }
        let third = Observation(
            dot: Dot(Self.old, Sequence64(3)), leaf: .of([2]), position: nil,
            context: CausalContext(position: .start, rootTag: .start, ownSequence: .none))
        #expect(observed(Self.old).covers(third))
        #expect(!observed(nil).covers(third))
        #expect(!observed(Self.new).covers(third))
    }

    @Test("the same lost entry handed in by two copies is one thing, others are not")
    func sameness() {
        let one = reissued([Self.lost(7, seen: 6), Self.lost(8, seen: 6)])
        var writing = Reissuing(origin: Self.old, common: Sequence64(6), isAlone: true)
        let other = writing.reissue(
            Self.lost(7, seen: 6), leaf: .of([0]),
            as: Dot(Fixed.ledger.replica, Sequence64(1)))
        #expect(one[0].sameness == other.sameness && one[0].sameness != nil)
        #expect(one[1].sameness != other.sameness)
        #expect(Self.lost(7, seen: 6).sameness == nil)
    }

    @Test("handed in anew for the second time it is still what it was first")
    func twice() throws {
        let once = reissued([Self.lost(7, seen: 6)])[0]
        let third = Fixed.ledger.replica
        var writing = Reissuing(origin: Self.new, common: .none, isAlone: true)
        let twice = writing.reissue(once, leaf: .of([1]), as: Dot(third, Sequence64(1)))
        #expect(twice.reissued == once.reissued)
        #expect(twice.sameness == once.sameness)
        // What it had seen of the first name is still a prefix of it.
        let seen = RecordedEvent(event: twice, leaf: .of([2]), position: nil).observation
        func old(_ sequence: UInt64) -> Observation {
            Observation(
                dot: Dot(Self.old, Sequence64(sequence)), leaf: .of([3]), position: nil,
                context: CausalContext(position: .start, rootTag: .start, ownSequence: .none))
        }
        #expect((1...8).map { seen.covers(old($0)) } == (1...8).map { $0 <= 6 })
    }
}
