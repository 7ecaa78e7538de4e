// A decision ends by a later one that says something else about any of its entries, though that
// entry is on another day by now (found in a world of 1,000 steps, seed 500000, busy pace).
// Source: docs/protocol.md section 8.4.
// Neighbors: Sources/Store/Tables/LedgerTables+Tied.swift; NaiveBook decides everything at once.

import Shared
import TestSupport
import Testing

@testable import Store
@testable import SyncServer

struct TiedDecisionTests {
    /// One visit written down by two people, of whom one corrects the day: then it may be what
    /// the other wrote down for the day after.
    private struct Visits {
        let office: Office
        let first: EntityID
        let same: EntityID
        let dayAfter: EntityID

        init() async throws {
            let office = try Office()
            self.office = office
            (first, same, dayAfter) = try await office.serve { client in
                var (one, two) = (FieldDevice(office, number: 1), FieldDevice(office, number: 2))
                for device in [one, two] { try await device.pair(client) }
                let ana = try one.enroll("Ana", number: 1)
                let luis = try one.enroll("Luis", number: 2)
                try await one.sync(client)
                try await two.sync(client)
                let (monday, tuesday) = (day("2026-04-06"), day("2026-04-07"))
                let visits = [
                    one.author.write(
                        .hoursRecorded, .exchange(ana, to: luis, minutes: 60, on: monday)),
                    two.author.write(
                        .hoursRecorded, .exchange(ana, to: luis, minutes: 75, on: monday)),
                    two.author.write(
                        .hoursRecorded, .exchange(ana, to: luis, minutes: 50, on: tuesday)),
                ].map(\.entity)
                try await one.sync(client, first: 3)
                try await two.sync(client)
                try Self.take(visits[0], office)
                try await one.sync(client, pushing: false)
                _ = one.author.write(
                    .hoursAmended, subject: visits[0],
                    .change(HoursField.serviceDate, from: nil, to: .date(tuesday)))
                try await one.sync(client, first: 4)
                return (visits[0], visits[1], visits[2])
            }
        }

        @discardableResult
        static func take(_ entry: EntityID, _ office: Office) throws -> LedgerPosition {
            let (open, seen) = try office.store.read { (try $0.conflicts(), $0.position) }
            let conflict = try #require(open.first)
            let side = try #require(conflict.sides.firstIndex { EntityID($0.dot) == entry })
            let letter = side == 0 ? "A" : "B"
            return try office.store.append { session in
                try session.resolve(
                    conflict.id, as: office.ada, seen: seen,
                    DeskRuling(choice: .take([letter]), reason: "asked Ana"))
            }
        }

        func standing(_ entry: EntityID) throws -> String? {
            try office.store.read { views in
                try views.hours().first { $0.id == entry.description }?.standing
            }
        }
    }

    @Test("a decision is over when its entry drops out by another, on whatever day")
    func overtaken() async throws {
        let visits = try await Visits()
        #expect(try visits.standing(visits.same) == "dropped")
        try Visits.take(visits.dayAfter, visits.office)
        #expect(try visits.standing(visits.first) == "dropped")
        #expect(try visits.standing(visits.same) == "counts")
        #expect(try visits.standing(visits.dayAfter) == "counts")
        #expect(try visits.office.store.read { try $0.conflicts() }.isEmpty)
    }
}
