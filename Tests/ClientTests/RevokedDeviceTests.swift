// A device that the office has revoked: it goes on recording, says so, and shows what was decided.

import Shared
import Store
import TestSupport
import Testing

@testable import SyncClient

@Suite struct RevokedDeviceTests {
    /// Noon of 2026-03-24.
    private static let revokedAt = Instant(milliseconds: 1_774_353_600_000)

    private struct Case {
        let office: OfficeInMemory
        let bench: Bench
        let ana: EntityID
        let luis: EntityID
        /// Recorded after the revocation, and sent.
        let late: [Event]

        /// From now on the office tells of these decisions.
        func tell(_ decided: [Revocation.Decided], to position: UInt64) throws {
            office.revocation = { _ in
                Revocation(
                    revokedAt: RevokedDeviceTests.revokedAt, asOf: Sequence64(2),
                    decidedTo: LedgerPosition(position), decided: decided)
            }
            #expect(try bench.sync().end == .complete)
        }

        var waiting: [WaitingRecord] {
            get throws { try bench.device.read(WaitingRecord.refused) }
        }
    }

    private func revoked() throws -> Case {
        let office = try OfficeInMemory()
        let bench = try Bench.ready(office)
        let ana = try bench.enroll(1, "Ana Ruiz")
        let luis = try bench.enroll(2, "Luis Gil")
        _ = try bench.sync()
        let late = try [60, 90, 120].map { try bench.exchange(ana, luis, $0) }
        office.verdict = { _ in .quarantined(.revoked) }
        let it = Case(office: office, bench: bench, ana: ana, luis: luis, late: late)
        try it.tell([], to: 0)
        return it
    }

    private func decided(
        _ event: Event, _ choice: QuarantineChoice, at position: UInt64? = nil
    ) -> Revocation.Decided {
        .init(
            sequence: event.dot.sequence, choice: choice,
            position: position.map { LedgerPosition($0) })
    }

    @Test func whatWasDecidedIsInWaitingAndWhatWasNotStillWaits() throws {
        let it = try revoked()
        #expect(try it.waiting.map(\.decided) == [nil, nil, nil])
        try it.tell([decided(it.late[1], .reject), decided(it.late[0], .admit, at: 40)], to: 41)
        let waiting = try it.waiting
        #expect(waiting.map(\.decided) == ["admit", "reject", nil])
        #expect(waiting.map(\.position) == [40, nil, nil])
        #expect(waiting.map(\.state) == ["admitted", "kept-apart", "kept-apart"])
        #expect(waiting[0].why == "the office let it in, at position 40")
        #expect(waiting[1].why == "the office did not accept it")
        #expect(waiting[2].why == QuarantineReason.revoked.sentence)
        #expect(Set(waiting.map(\.action)).count == 3)
    }

    @Test func statusAndHistorySayItToo() throws {
        let it = try revoked()
        try it.tell([decided(it.late[0], .admit, at: 40)], to: 41)
        let status = try it.bench.device.read(StatusRecord.init)
        #expect(status.revokedAt == Self.revokedAt.text)
        #expect(status.refused.map(\.position) == [40, nil, nil])
        #expect(status.refused.map(\.decided) == ["admit", nil, nil])
        let history = try it.bench.device.read { try $0.history(it.late[0].dot.short) }
        #expect(history.events.map(\.decided) == ["the office let it in, at position 40"])
        #expect(history.standing == "in the office's book" && !history.needsAttention)
        let open = try it.bench.device.read { try $0.history(it.late[1].dot.short) }
        #expect(open.standing == "not admitted yet" && open.needsAttention)
        #expect(
            history.text(.plain).contains(
                "kept apart: this device has been revoked; since then: the office let it in, at "
                    + "position 40"))
    }

    /// The device enrolled them itself: they are of its own neighborhood, whatever is decided.
    @Test func aMemberEnrolledAfterwardsIsNamedAndNotSaidToBeElsewhere() throws {
        let it = try revoked()
        let mei = try it.bench.enroll(3, "Mei Tran")
        let event = try it.bench.exchange(mei, it.ana, 30)
        let subject = { try it.bench.device.read { try $0.history(mei.short) }.subject }
        let text = { try it.waiting.last?.text ?? "" }
        try it.tell([], to: 40)
        #expect(try text().contains("HAR-3 Mei Tran (not admitted yet) → HAR-1 Ana Ruiz"))
        #expect(try subject() == "HAR-3 Mei Tran (not admitted yet)")
        try it.tell(
            [
                .init(sequence: mei.dot.sequence, choice: .admit, position: LedgerPosition(41)),
                decided(event, .admit, at: 43),
            ], to: 44)
        #expect(try text().contains("HAR-3 Mei Tran → HAR-1 Ana Ruiz"))
        #expect(try subject() == "HAR-3 Mei Tran")
    }

    @Test func theOfficeIsAskedOnlyForWhatItHasNotToldYet() throws {
        let it = try revoked()
        try it.tell([decided(it.late[0], .reject)], to: 41)
        var asked: [LedgerPosition] = []
        it.office.revocation = { request in
            asked.append(request.decidedTo)
            return Revocation(
                revokedAt: Self.revokedAt, asOf: Sequence64(2), decidedTo: .start, decided: [])
        }
        _ = try it.bench.sync()
        _ = try it.bench.sync()
        // An answer that knows less takes nothing back.
        #expect(asked == [LedgerPosition(41), LedgerPosition(41)])
        #expect(try it.waiting.map(\.decided) == ["reject", nil, nil])
    }

    @Test func aRepeatedAnswerChangesNothing() throws {
        let it = try revoked()
        try it.tell([decided(it.late[0], .admit, at: 40)], to: 41)
        try it.tell([decided(it.late[0], .reject), decided(it.late[1], .reject)], to: 43)
        #expect(try it.waiting.map(\.decided) == ["admit", "reject", nil])
        #expect(try it.waiting[0].position == 40)
    }

    /// Each saves, and says in one line why it will wait.
    @Test func recordingGoesOnAndSaysThatItWaits() throws {
        let it = try revoked()
        var notes: [String] = []
        let recording = Recording(
            device: it.bench.device, worker: OfficeInMemory.dana.description,
            note: { notes.append($0) })
        let before = try it.bench.unsent()
        try recording.record { _, _ in
            [
                Draft(
                    .memberEnrolled, home: .neighborhood(it.bench.home),
                    values: [MemberField.name: .text("Mei"), MemberField.number: .integer(3)],
                    subjects: .itself)
            ]
        }
        #expect(try it.bench.unsent() == before + 1)
        #expect(notes.count == 1)
        #expect(notes[0].contains("was revoked on 2026-03-24") && !notes[0].contains("\n"))
        #expect(notes[0].contains("waits for an admin"))
        #expect(throws: UserError.self) {
            try recording.record { _, _ in throw UserError(.usage, "nothing was meant") }
        }
        #expect(notes.count == 1, "nothing is said of what was not recorded")
    }

    @Test func noSyncSaysThatARevokedDeviceIsInStep() {
        let report = SyncReport(pushed: 2, requests: 1)
        let lines = [true, false].map { report.line(at: LedgerPosition(14), isRevoked: $0) }
        #expect(lines[0].hasPrefix("revoked: the office gives this device nothing any more"))
        #expect(lines[0].contains("its book ends at position 14: sent 2, fetched 0"))
        #expect(lines[1].hasPrefix("in step at position 14: sent 2, fetched 0"))
    }

    @Test func aDeviceInUseIsToldNothingOfThat() throws {
        let bench = try Bench.ready(try OfficeInMemory())
        #expect(try bench.device.read { try $0.recordingWarnings(bench.device.environment) } == [])
        #expect(try bench.device.read(StatusRecord.init).revokedAt == nil)
    }

    /// A device in use learns from the ledger, with the reason where it can read it.
    @Test func aDeviceInUseShowsADecisionThatItsPageBrought() throws {
        let office = try OfficeInMemory()
        let bench = try Bench.ready(office)
        office.verdict = { _ in .quarantined(.outOfScope) }
        let ana = try bench.enroll(1)
        _ = try bench.sync()
        let leaf = try #require(try bench.device.read { try $0.tables.refusedEvents().first?.leaf })
        let side = Side(dot: ana.dot, leaf: leaf)
        let entered = try office.write(
            .quarantineEntered,
            [
                QuarantineField.events: .sides([side]),
                QuarantineField.cause: .integer(Int64(QuarantineReason.outOfScope.rawValue)),
            ])
        try office.write(
            .quarantineDecided, about: entered.entity,
            [
                QuarantineField.events: .sides([side]),
                QuarantineField.choice: .integer(QuarantineChoice.reject.rawValue),
            ])
        _ = try bench.sync()
        let waiting = try bench.device.read(WaitingRecord.refused)
        #expect(waiting.map(\.decided) == ["reject"])
        #expect(waiting[0].why == "the office did not accept it")
        let history = try bench.device.read { try $0.history(ana.dot.short) }
        #expect(history.events.map(\.what).contains("left out for good by the office"))
        #expect(try bench.device.read(StatusRecord.init).refused.map(\.decided) == ["reject"])
    }
}
