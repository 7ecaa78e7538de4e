// A device that two people share: each entry is its own worker's, and nobody's by mistake.

import Shared
import Store
import TestSupport
import Testing

@testable import SyncClient

@Suite struct SharedDeviceTests {
    private let dana = OfficeInMemory.dana
    private let omar = OfficeInMemory.omar

    private func shared() throws -> Bench {
        let bench = try Bench(office: try OfficeInMemory(), workers: [dana, omar])
        _ = try bench.sync()
        return bench
    }

    private func enroll(_ bench: Bench, _ number: Int64, worker: String? = nil) throws -> Event {
        try Recording(device: bench.device, worker: worker).record { _, _ in
            [
                Draft(
                    .memberEnrolled, home: .neighborhood(OfficeInMemory.harbor),
                    values: [
                        MemberField.name: .text("Ana"), MemberField.number: .integer(number),
                    ], subjects: .itself)
            ]
        }[0]
    }

    private func choose(_ bench: Bench, _ typed: String) throws {
        try bench.device.write { book in
            try book.tables.setCurrentWorker(try Finder(book: book).worker(typed))
        }
    }

    @Test func nothingIsRecordedBeforeSomebodyWasChosen() throws {
        let bench = try shared()
        #expect(try bench.device.read { try $0.currentWorker } == nil)
        #expect(throws: UserError.self) { try enroll(bench, 1) }
        #expect(try bench.unsent() == 0)
        #expect(try bench.device.read { try StatusRecord($0).recording } == nil)
    }

    @Test func eachEntryIsItsOwnWorkers() throws {
        let bench = try shared()
        try choose(bench, dana.description)
        #expect(try enroll(bench, 1).worker == dana)
        try choose(bench, omar.description)
        #expect(try enroll(bench, 2).worker == omar)
        #expect(try enroll(bench, 3, worker: dana.description).worker == dana, "this once")
        #expect(try enroll(bench, 4).worker == omar)
        #expect(try bench.sync().end == .complete)
        #expect(try bench.unsent() == 0)
    }

    @Test func whatAColleagueRecordedHereMayBeChangedHere() throws {
        let bench = try shared()
        try choose(bench, dana.description)
        let ana = try enroll(bench, 1).entity
        let luis = try enroll(bench, 2).entity
        let entry = try bench.exchange(ana, luis, 90)
        #expect(entry.worker == dana)
        try choose(bench, omar.description)
        let void = try Recording(device: bench.device, worker: nil).record { _, _ in
            [
                Draft(
                    .hoursVoided, subject: entry.entity, home: entry.home, values: [:],
                    subjects: .entities([ana, luis]))
            ]
        }[0]
        #expect(void.worker == omar)
        #expect(try bench.statement(ana).balance == 0)
    }

    @Test func whoDoesNotRecordHereCannotBeChosen() throws {
        let bench = try shared()
        for typed in ["Somebody", "", String(OfficeInMemory.harbor.description)] {
            #expect(throws: UserError.self, "\(typed)") { try choose(bench, typed) }
        }
        #expect(try bench.device.read { try $0.currentWorker } == nil)
    }

    @Test func theOnlyWorkerNeedsNoChoice() throws {
        let bench = try Bench.ready(try OfficeInMemory())
        #expect(try bench.device.read { try $0.currentWorker } == dana)
        let records = try bench.device.read { try $0.workerRecords() }
        #expect(records.map(\.isCurrent) == [true])
    }

    @Test func aChoiceEndsWhenTheOfficeTakesTheWorkerOff() throws {
        let bench = try shared()
        try bench.device.write { try $0.tables.setCurrentWorker(OfficeInMemory.harbor) }
        #expect(try bench.device.read { try $0.currentWorker } == nil)
        #expect(throws: UserError.self) { try enroll(bench, 1) }
    }
}
