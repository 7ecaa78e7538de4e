// What is kept of a slip that is put aside, and when the sums of a pile are called wrong.
// Neighbors: SlipTests has the rest of a pile.

import GRDB
import HTTPTypes
import Shared
import Store
import TestSupport
import Testing

@testable import SyncClient

@Suite("Parking a slip, and sums that are not there yet")
struct ParkingTests {
    private static let row = [
        "slip": "1", "gave": "HAR-1", "received": "HAR-2", "minutes": "1:30",
        "date": "2026-03-20", "category": "garden", "carry_gave": "1", "carry_date": "1",
    ]
    /// As the form of the second row comes, which the first one filled in part.
    private static let carried = [
        "gave": "HAR-1 Ana Ruiz", "above_gave": "HAR-1 Ana Ruiz", "date": "2026-03-20",
        "above_date": "2026-03-20", "park": "1",
    ]

    private let browser: Browser
    private let batch: String

    init() async throws {
        browser = try Browser()
        batch = try await browser.send("/slips", ["slips": "2", "hours": "3"])
        try await browser.send(batch, Self.row)
    }

    private func park(_ typed: [String: String]) async throws {
        try await browser.send(batch, Self.carried.merging(typed) { $1 })
    }

    private func parked() throws -> [ParkedSlip] {
        try browser.bench.device.read { try $0.tables.parkedSlips() }
    }

    @Test("the form says what it took from the row above")
    func said() async throws {
        let (_, page) = try await browser.ask(.get, batch)
        #expect(page.value(of: "gave") == "HAR-1 Ana Ruiz")
        #expect(page.contains(#"name="above_gave" value="HAR-1 Ana Ruiz""#))
        #expect(!page.contains(#"name="above_received""#))
    }

    @Test("what was carried down and not typed is no part of the slip, and is told beside it")
    func apart() async throws {
        try await park(["slip": "2", "received": "O… H…?"])
        let slip = try #require(try parked().first)
        #expect(slip.typed.slip == "2" && slip.typed.received == "O… H…?")
        #expect(slip.typed.gave == "" && slip.typed.date == "")
        let (_, page) = try await browser.ask(.get, "/slips/parked/1")
        #expect(page.value(of: "gave") == "" && page.value(of: "date") == "")
        #expect(page.contains("The row before had: HAR-1 Ana Ruiz"))
        #expect(page.contains("The row before had: 2026-03-20"))
    }

    @Test("what was typed over is part of it")
    func typed() async throws {
        try await park(["slip": "2", "date": "2026-03-21"])
        #expect(try parked().first?.typed.date == "2026-03-21")
    }

    @Test("a reason that is missing is said beside its own form, and at no field of the slip")
    func reason() async throws {
        try await park(["slip": "2"])
        let page = try await browser.ask(.post, "/slips/parked/1/drop").text
        #expect(page.matches(of: /Give the reason/).count == 1 && !page.contains("aria-invalid"))
    }

    @Test("with nothing but the row above, nothing is parked")
    func nothing() async throws {
        try await park([:])
        #expect(try parked().isEmpty)
    }

    @Test("a slip that an earlier program parked is still there")
    func earlier() async throws {
        try browser.bench.device.write { book in
            try book.tables.db.execute(
                sql: """
                    INSERT INTO parked_slip (batch, token, slip, typed, parked_at) VALUES
                    (1, 't', '7', '{"slip":"7","gave":"A?","received":"","minutes":"",\
                    "date":"","category":""}', 0)
                    """)
        }
        #expect(try parked().first?.typed.gave == "A?")
        #expect(try await browser.ask(.get, "/slips/parked/1").text.value(of: "gave") == "A?")
    }

    private func alarms() async throws -> Int {
        try await browser.ask(.get, batch).text.matches(of: /class="verdict attention"/).count
    }

    @Test(
        "fewer than the cover says is calm while rows are typed, and not once all should be there")
    func calm() async throws {
        #expect(try await alarms() == 0)
        try await browser.send("\(batch)/finish", [:])
        #expect(try await alarms() == 2)
        try await browser.send("\(batch)/resume", [:])
        #expect(try await alarms() == 0)
        // As many rows as the cover says, and not as many hours.
        try await browser.send(batch, Self.row.merging(["slip": "2", "minutes": "60"]) { $1 })
        #expect(try await alarms() == 1)
    }

    @Test("more than the cover says is told at once: no further row mends it")
    func more() async throws {
        try await browser.send("\(batch)/cover", ["slips": "9", "hours": "1"])
        #expect(try await alarms() == 1)
    }
}
