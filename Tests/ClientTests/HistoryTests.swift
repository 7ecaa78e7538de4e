// The life of an entry as its device tells it: in words, by whom, and where each event is.

import Shared
import Store
import TestSupport
import Testing

@testable import SyncClient

@Suite struct HistoryTests {
    private struct Case {
        let office: OfficeInMemory
        let bench: Bench
        let ana: EntityID
        let luis: EntityID
        let entry: Event

        func history(_ typed: String? = nil) throws -> HistoryRecord {
            let typed = typed ?? entry.entity.description
            return try bench.device.read { try $0.history(typed) }
        }

        /// Records something about the entry, having been shown all that is here.
        @discardableResult
        func add(
            _ kind: Kind, to entity: EntityID? = nil, _ values: Payload = [:],
            because reason: String? = nil
        ) throws -> Event {
            var values = values
            values[TestimonyField.reason] = reason.map(Value.text)
            return try bench.record { _ in
                [
                    Draft(
                        kind, subject: entity ?? entry.entity, home: entry.home, values: values,
                        subjects: .entities([ana, luis]))
                ]
            }[0]
        }

        func amend(_ minutes: Int64) throws {
            let shares = try bench.device.read { book in
                try HoursDrafts(book: book, today: day("2026-11-22")).shares(
                    providers: [ana], recipients: [luis], minutes: Minutes(minutes))
            }
            try bench.record { book in
                guard case .hours(let state)? = try book.views.state(of: entry.entity) else {
                    return []
                }
                return [
                    Draft(
                        changing: Kind.hoursRecorded.describedField(HoursField.shares),
                        by: .hoursAmended, of: entry.entity, home: entry.home,
                        from: .shares(state.shares), to: .shares(shares), reason: "by the slip",
                        subjects: [ana, luis])
                ]
            }
        }
    }

    private func recorded() throws -> Case {
        let office = try OfficeInMemory()
        let bench = try Bench.ready(office)
        let ana = try bench.enroll(1, "Ana Ruiz")
        let luis = try bench.enroll(2, "Luis Gil")
        return Case(
            office: office, bench: bench, ana: ana, luis: luis,
            entry: try bench.exchange(ana, luis, 90))
    }

    @Test func everyEventIsToldInWordsInLedgerOrderWithWhatIsUnsentLast() throws {
        let it = try recorded()
        try it.amend(60)
        #expect(try it.bench.sync().end == .complete)
        try it.add(.hoursConfirmed, [TestimonyField.party: .entity(it.ana)])
        try it.add(.hoursVoided, because: "it was another day")
        let history = try it.history()
        #expect(
            history.events.map(\.what) == [
                "recorded as exchange: HAR-1 Ana Ruiz gave 1:30 to HAR-2 Luis Gil, on 2026-03-24; "
                    + "description played cards",
                "amended minutes from 1:30 to 1:00", "confirmed by HAR-1 Ana Ruiz", "voided",
            ])
        #expect(
            history.events.map(\.place) == [
                .admitted, .admitted, .onThisDevice, .onThisDevice,
            ])
        #expect(history.events.map(\.reason) == [nil, "by the slip", nil, "it was another day"])
        #expect(history.events.allSatisfy { $0.device == "tablet" && !$0.unreadable })
        #expect(history.events[0].recordedAt == "2026-03-24 12:00:00 +00:00")
        #expect(history.events.map { $0.receivedAt != nil } == [true, true, false, false])
        #expect([history.standing, history.family] == ["void", "hours"])
        #expect(history.needsAttention)
    }

    @Test func anEntryThatCountsNeedsNobody() throws {
        let history = try recorded().history()
        #expect(history.standing == "counts" && !history.needsAttention)
        #expect(history.needsDecision.isEmpty)
    }

    /// A dispute decides nothing, so nobody is asked for a decision; what is unsent is said so.
    @Test func aDisputeIsSaidBesideWhereTheEntryStands() throws {
        let it = try recorded()
        #expect(try it.bench.sync().end == .complete)
        #expect(try it.bench.device.read { try $0.views.hours() }.map(\.unsent) == [false])
        try it.add(.hoursDisputed, [TestimonyField.party: .entity(it.ana)])
        let history = try it.history()
        #expect(history.standing == "counts, disputed by HAR-1 Ana Ruiz")
        #expect(history.needsDecision.isEmpty && history.needsAttention)
        let entry = try #require(try it.bench.device.read { try $0.views.hours() }.first)
        #expect(entry.unsent && entry.position != nil)
    }

    @Test func anEventsIdLeadsToWhatItIsAbout() throws {
        let it = try recorded()
        let void = try it.add(.hoursVoided)
        #expect(try it.history(void.dot.short).entity == it.entry.entity.description)
    }

    @Test func peopleWorkersDevicesAndPlacesHaveHistoriesByTheirNames() throws {
        let it = try recorded()
        #expect(try it.history("HAR-1").events.map(\.kind) == ["member.enrolled"])
        #expect(try it.history("Luis Gil").subject == "HAR-2 Luis Gil")
        #expect(try it.history("tablet").standing == "in use")
        #expect(try it.history("Harbor").family == "neighborhood")
        #expect(try it.history("Riverside").events.map(\.kind) == ["community.founded"])
    }

    @Test func whatNobodyHasOrSeveralHaveIsSaidInASentence() throws {
        let it = try recorded()
        _ = try it.bench.enroll(3, "Ana Ruiz")
        #expect(throws: UserError.self) { try it.history("0000-1") }
        let several = #expect(throws: UserError.self) { try it.history("Ana Ruiz") }
        #expect(several?.description.contains("HAR-3 Ana Ruiz") ?? false)
    }

    @Test func aMarkIsInTheHistoryOfBothEntries() throws {
        let it = try recorded()
        let other = try it.bench.exchange(it.ana, it.luis, 90)
        try it.add(.hoursMarkedDistinct, [TestimonyField.other: .entity(other.entity)])
        for (seen, named) in [(it.entry, other), (other, it.entry)] {
            let last = try #require(try it.history(seen.entity.description).events.last)
            #expect(last.kind == "hours.marked_distinct")
            #expect(last.what.contains("another service than \(named.entity.short)"))
        }
    }

    @Test func whatTheOfficeKeepsApartIsThereWithTheReason() throws {
        let it = try recorded()
        it.office.verdict = { event in
            event.knownKind == .hoursRecorded ? .quarantined(.unauthorized) : .admitted
        }
        #expect(try it.bench.sync().end == .complete)
        let history = try it.history(it.entry.dot.short)
        let event = try #require(history.events.first)
        #expect(history.events.count == 1)
        #expect(event.place == .keptApart)
        #expect(event.apart == QuarantineReason.unauthorized.sentence)
        #expect(event.reason == nil && !event.unreadable)
        #expect(history.standing == "not admitted yet" && history.needsAttention)
    }

    @Test func whatCannotBeReadHereIsSaidToBeSo() throws {
        let it = try recorded()
        _ = try it.bench.sync()
        let second = try Bench(
            office: it.office, keys: Fixed.keys(signing: 0x11, receiving: 0x22), seed: 9)
        _ = try second.sync()
        let history = try second.device.read { try $0.history("HAR-1") }
        #expect(history.events.map(\.unreadable) == [true])
        #expect(history.events[0].what == "enrolled: name (not readable here), number 1")
        let text = history.text(.plain)
        #expect(text.contains("its sealed words cannot be read here"))
        #expect(text.contains("by a worker whose name cannot be read here, on tablet"))
    }

    @Test func theTextHasABlockAnEventAndColorOnlyWhenAsked() throws {
        let it = try recorded()
        try it.add(.hoursVoided, because: "twice\n\u{1B}[31mforged")
        let history = try it.history()
        let plain = history.text(.plain)
        #expect(plain.contains("\nvoided\n  because: twice  [31mforged\n"))
        #expect(plain.hasSuffix("\nnow: void\n") && !plain.contains("\u{1B}"))
        #expect(history.text(.colored).hasSuffix("\u{1B}[31mnow: void\u{1B}[0m\n"))
    }
}
