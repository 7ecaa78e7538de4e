// What is said twice: a change that changes nothing is not recorded, the same entry typed again is,
// with a warning; and a neighborhood that is named must be somebody's.
// Neighbors: Sources/SyncClient/Record/SaidBefore, HoursDrafts and HoursDrafts+Alike.

import Shared
import Store
import TestSupport
import Testing

@testable import SyncClient

@Suite struct SaidTwiceTests {
    private struct Case {
        let bench: Bench
        let ana: EntityID
        let luis: EntityID
        let entry: EntityID

        init(workers: [EntityID] = [OfficeInMemory.dana]) throws {
            bench = try Bench(office: try OfficeInMemory(role: .coordinator), workers: workers)
            _ = try bench.sync()
            ana = try bench.enroll(1)
            luis = try bench.enroll(2, "Luis")
            entry = try bench.exchange(ana, luis, 90).entity
        }

        func say(
            _ kind: Kind, _ values: Payload, by worker: EntityID = OfficeInMemory.dana
        ) throws {
            try Recording(device: bench.device, worker: worker.description).record { book, finder in
                let state = try finder.hours(entry.description)
                return [
                    Draft(
                        kind, subject: entry, home: state.home, values: values,
                        subjects: .entities([ana, luis]))
                ]
            }
        }

        func hasSaid(
            _ kind: Kind, _ values: Payload, by worker: EntityID = OfficeInMemory.dana
        ) throws -> Bool {
            try bench.device.read { book in
                let state = try Finder(book: book).hours(entry.description)
                return try book.hasSaid(kind, values, of: state, by: worker)
            }
        }

        func amend(_ minutes: Int64) throws {
            try bench.record { book in
                guard case .hours(let state)? = try book.views.state(of: entry) else { return [] }
                let shares = try HoursDrafts(book: book, today: day("2026-11-22")).shares(
                    providers: [ana], recipients: [luis], minutes: Minutes(minutes))
                return [
                    Draft(
                        changing: Kind.hoursRecorded.describedField(HoursField.shares),
                        by: .hoursAmended, of: entry, home: state.home,
                        from: .shares(state.shares), to: .shares(shares), reason: nil,
                        subjects: [ana, luis])
                ]
            }
        }

        func says(_ value: Value, of field: FieldNumber) throws -> Bool {
            try bench.device.read { book in
                let state = try Finder(book: book).hours(entry.description)
                return try book.says(value, of: field, in: state.fields)
            }
        }
    }

    @Test func aFieldThatShowsTheValueNeedsNoChange() throws {
        let it = try Case()
        #expect(try it.says(.date(day("2026-03-24")), of: HoursField.serviceDate))
        #expect(try it.says(.text("played cards"), of: HoursField.description), "sealed ones too")
        #expect(try !it.says(.text("played chess"), of: HoursField.description))
        #expect(try !it.says(.text("company"), of: HoursField.category), "an empty one is none")
    }

    @Test(arguments: [Kind.hoursConfirmed, .hoursDisputed])
    func whatTheSameWorkerSaidForTheSamePartyIsSaid(kind: Kind) throws {
        let it = try Case(workers: [OfficeInMemory.dana, OfficeInMemory.omar])
        let ana: Payload = [TestimonyField.party: .entity(it.ana)]
        #expect(try !it.hasSaid(kind, ana))
        try it.say(kind, ana)
        #expect(try it.hasSaid(kind, ana))
        #expect(try !it.hasSaid(kind, [TestimonyField.party: .entity(it.luis)]))
        #expect(try !it.hasSaid(kind, ana, by: OfficeInMemory.omar), "another worker's word counts")
        var because = ana
        because[TestimonyField.reason] = .text("she showed the slip")
        #expect(try !it.hasSaid(kind, because), "a new reason is worth recording")
    }

    @Test func aCorrectionAfterwardsMakesTheSameWordsNew() throws {
        let it = try Case()
        let ana: Payload = [TestimonyField.party: .entity(it.ana)]
        try it.say(.hoursConfirmed, ana)
        try it.amend(60)
        #expect(try !it.hasSaid(.hoursConfirmed, ana), "it confirmed 1:30")
        try it.say(.hoursConfirmed, ana)
        #expect(try it.hasSaid(.hoursConfirmed, ana))
        try it.say(.hoursDisputed, ana)
        #expect(try !it.hasSaid(.hoursConfirmed, ana), "to confirm settles the dispute")
        try it.say(.hoursConfirmed, ana)
        #expect(try !it.hasSaid(.hoursDisputed, ana), "which is settled now")
    }

    @Test func aMarkIsSaidFromEitherSideUntilAnotherMarkSaysOtherwise() throws {
        let it = try Case()
        let other = try it.bench.exchange(it.ana, it.luis, 45).entity
        let about: Payload = [TestimonyField.other: .entity(other)]
        #expect(try !it.hasSaid(.hoursMarkedDistinct, about))
        try it.say(.hoursMarkedDistinct, about)
        #expect(try it.hasSaid(.hoursMarkedDistinct, about))
        let fromThere = try it.bench.device.read { book in
            try book.hasSaid(
                .hoursMarkedDistinct, [TestimonyField.other: .entity(it.entry)],
                of: Finder(book: book).hours(other.description), by: OfficeInMemory.dana)
        }
        #expect(fromThere)
        try it.say(.hoursMarkedSame, about)
        #expect(try !it.hasSaid(.hoursMarkedDistinct, about))
    }

    // MARK: The same entry again

    private func alike(
        _ it: Case, _ minutes: Int64 = 90, note: String? = "played cards",
        today: String = "2026-03-24"
    ) throws -> String? {
        try it.bench.device.read { book in
            let drafts = HoursDrafts(book: book, today: day(today))
            var values: Payload = [HoursField.serviceDate: .date(day("2026-03-24"))]
            values[HoursField.description] = note.map(Value.text)
            return try drafts.alike(
                .exchange,
                drafts.shares(
                    providers: [it.ana], recipients: [it.luis], minutes: Minutes(minutes)), values)
        }
    }

    @Test func theSameEntryOnTheSameDayIsNamedWithItsHour() throws {
        let it = try Case()
        #expect(
            try alike(it) == "it looks the same as \(it.entry.short), recorded at 12:00; void one "
                + "if it was typed twice")
        #expect(try alike(it, 60) == nil && alike(it, note: nil) == nil)
        #expect(try alike(it, today: "2026-03-25") == nil, "yesterday's is not typed twice")
        try it.say(.hoursVoided, [:])
        #expect(try alike(it) == nil)
    }

    // MARK: A neighborhood that is named

    @Test func aNeighborhoodThatConcernsNobodyIsRefusedAndOneThatDoesIsTheHome() throws {
        let office = try OfficeInMemory(role: .coordinator)
        let bench = try Bench(office: office, alsoHolding: [OfficeInMemory.orchard])
        _ = try bench.sync()
        let ana = try bench.enroll(1)
        let luis = try bench.enroll(2, "Luis")
        let mei = try bench.record { _ in
            [
                Draft(
                    .memberEnrolled, home: .neighborhood(OfficeInMemory.orchard),
                    values: [MemberField.name: .text("Mei"), MemberField.number: .integer(1)],
                    subjects: .itself)
            ]
        }[0].entity
        func draft(_ recipient: EntityID, in place: String?) throws -> Draft {
            try bench.device.read { book in
                let drafts = HoursDrafts(book: book, today: day("2026-11-22"))
                let shares = try drafts.shares(
                    providers: [ana], recipients: [recipient], minutes: Minutes(60))
                return try drafts.draft(
                    form: .exchange, shares: shares,
                    values: [HoursField.serviceDate: .date(day("2026-03-24"))],
                    in: Finder(book: book).neighborhoodIfAny(place))
            }
        }
        let refusal = #expect(throws: UserError.self) { try draft(luis, in: "ORC") }
        #expect(
            refusal?.description == "none of them is of Orchard (ORC); leave --neighborhood out, "
                + "or name somebody of it")
        #expect(try draft(mei, in: "ORC").home == .neighborhood(OfficeInMemory.orchard))
        #expect(try draft(mei, in: nil).home == .neighborhood(OfficeInMemory.harbor))
    }
}
