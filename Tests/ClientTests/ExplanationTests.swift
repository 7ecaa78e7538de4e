// `explain` derives a vector clock from what an author claims; a hostile author may claim anything.
// Neighbors: ExplainCommand; CommandTests run the command with honest ones.

import Shared
import Store
import TestSupport
import Testing

@testable import SyncClient

@Suite("What a context stands for")
struct ExplanationTests {
    @Test(
        "an own sequence beyond the event itself counts up to the event, at no cost",
        arguments: [UInt64(1) << 53 - 1, 20_000_000, 2])
    func hugeOwnSequence(claimed: UInt64) throws {
        let bench = try Bench.ready(try OfficeInMemory())
        let hostile = Fixed.keys(signing: 0x55, receiving: 0x66).replica
        let dot = Dot(hostile, Sequence64(2))
        let event = Event(
            dot: dot,
            context: CausalContext(
                position: .start, rootTag: .start, ownSequence: Sequence64(claimed),
                extras: [Dot(bench.keys.replica, Sequence64(claimed))]),
            recordedAt: Instant(milliseconds: 0), utcOffsetMinutes: 0,
            worker: OfficeInMemory.dana, home: .neighborhood(bench.home), subject: nil,
            kind: Kind.memberEnrolled.number, payload: [MemberField.number: .integer(502)])
        try bench.device.write { book in
            let new = try NewEvent(bytes: event.encoded())
            try book.tables.insert(
                new,
                Admitted(
                    position: LedgerPosition(900), reach: [event.home],
                    receivedAt: Instant(milliseconds: 0), contextUnknown: false),
                holding: [])
            try book.tables.project([
                RecordedEvent(event: event, leaf: new.leaf, position: LedgerPosition(900))
            ])
        }
        let records = try bench.device.read { try Explanation(book: $0).records(dot.short) }
        #expect(records.map { $0.vector[hostile.description] } == [1])
        #expect(records.first?.context.ownSequence == claimed, "what it claims is shown as it is")
    }
}
