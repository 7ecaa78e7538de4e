// A device that comes to hold another neighborhood, or no longer holds one: what it shows, what it
// keeps, what it may do, wherever it is struck on the way. Neighbors: TwoPlaces is the community,
// Sweep strikes; ScopeTaking and Leaving are what is looked at.
// Invariants: nothing of a neighborhood is shown before all of it is; own events keep their bytes.

import FaultInjection
import Foundation
import GRDB
import Shared
import Store
import Testing

@testable import SyncClient
@testable import SyncServer

@Suite("Neighborhoods that come and go", .serialized)
struct ScopeTests {
    @Test("one that is new to a device is there in full from one sync on, and can be recorded in")
    func widened() async throws {
        let place = try await Places()
        defer { place.remove() }
        try place.hold("tablet", [place.both.orchard, place.both.harbor])
        #expect(try place.facts("tablet").held == ["HAR"])
        #expect(throws: UserError.self) { try place.enroll("tablet", at: place.both.orchard, 50) }
        let report = try await place.both.sync("tablet")
        #expect(report.end == .complete && report.mismatches.isEmpty)
        let facts = try place.facts("tablet")
        #expect(facts.held == ["HAR", "ORC"] && facts.wrong.isEmpty)
        #expect(facts.numbers == [1, 2, 3, 4] && facts.elsewhere == 0)
        try place.enroll("tablet", at: place.both.orchard, 50)
        #expect(try await place.both.sync("tablet").pushed == 1)
        try await place.expectEqual("tablet", "phone")
    }

    @Test("its past comes in parts, of which nothing is shown before the last")
    func inParts() async throws {
        let place = try await Places()
        defer { place.remove() }
        let many = PageLimits.entriesMax + 300
        try place.both.withDevice("phone") { phone in
            _ = try place.both.enroll(
                phone, at: place.both.orchard, numbers: 10_000..<Int64(10_000 + many))
        }
        _ = try await place.both.sync("phone")
        _ = try await place.both.sync("tablet")
        try place.hold("tablet", [place.both.harbor, place.both.orchard])
        // The network goes after the page that says so and one part.
        _ = try await place.sync("tablet", answersMax: 2)
        let middle = try place.facts("tablet")
        #expect(middle.held == ["HAR"] && middle.numbers == [1, 2])
        #expect(middle.coming == ["ORC: \(PageLimits.entriesMax) entries so far"])
        let report = try await place.both.sync("tablet")
        #expect(report.end == .complete && report.mismatches.isEmpty)
        let facts = try place.facts("tablet")
        #expect(facts.held == ["HAR", "ORC"] && facts.numbers.count == many + 4)
        #expect(facts.wrong.isEmpty && facts.coming.isEmpty)
    }

    @Test("one that it no longer holds leaves it when its own unsent entries there are safe")
    func narrowed() async throws {
        let place = try await Places()
        defer { place.remove() }
        try place.hold("tablet", [place.both.harbor, place.both.orchard])
        _ = try await place.both.sync("tablet")
        let before = try place.enroll("tablet", at: place.both.orchard, 50)
        _ = try await place.both.sync("tablet")
        let after = try place.enroll("tablet", at: place.both.orchard, 51)
        try place.hold("tablet", [place.both.harbor])
        let keys = try place.keyCount("tablet")
        let report = try await place.both.sync("tablet")
        #expect(report.end == .complete && report.refused == 1)
        let facts = try place.facts("tablet")
        #expect(facts.held == ["HAR"] && facts.numbers == [1, 2] && facts.wrong.isEmpty)
        // The members there are elsewhere now: those two of the phone, and the one it enrolled.
        #expect(facts.elsewhere == 3)
        #expect(try place.keyCount("tablet") < keys)
        let (kept, refused, words) = try place.both.withDevice("tablet") { tablet in
            try tablet.read { book in
                (
                    try book.ownEvent(before.dot.sequence)?.event.dot,
                    try book.tables.refused(after.dot.sequence)?.event.dot,
                    try book.whatLeft(before.dot.short)?.description
                )
            }
        }
        #expect(kept == before.dot && refused == after.dot)
        #expect(words?.contains("in the book of Orchard") == true)
    }

    @Test("what was kept apart and let in, and all else, is back when it is held again")
    func again() async throws {
        let place = try await Places()
        defer { place.remove() }
        for _ in 0..<2 {
            try place.hold("tablet", [place.both.harbor, place.both.orchard])
            _ = try await place.both.sync("tablet")
            try place.hold("tablet", [place.both.harbor])
            let number = try Int64(place.facts("tablet").numbers.count + 60)
            try place.enroll("tablet", at: place.both.orchard, number)
            _ = try await place.both.sync("tablet")
            try place.letIn()
        }
        _ = try await place.both.sync("tablet")
        #expect(try place.facts("tablet").numbers == [1, 2])
        try place.hold("tablet", [place.both.orchard, place.both.harbor])
        let report = try await place.both.sync("tablet")
        #expect(report.end == .complete && report.mismatches.isEmpty)
        let facts = try place.facts("tablet")
        #expect(facts.numbers.count == 6 && facts.wrong.isEmpty && facts.elsewhere == 0)
        try await place.expectEqual("tablet", "phone")
    }

    @Test("a copy does not hand in anew what the ledger has of a neighborhood that leaves it")
    func copied() async throws {
        let place = try await Places()
        defer { place.remove() }
        let (harbor, town) = (place.both.harbor, place.both.town)
        try place.hold("tablet", [harbor, place.both.orchard])
        _ = try await place.both.sync("tablet")
        let common = try place.enroll("tablet", at: place.both.orchard, 50)
        try FileManager.default.copyItem(
            at: town.deviceFolder("tablet"), to: town.deviceFolder("copy"))
        try place.enroll("tablet", at: harbor, 51)
        _ = try await place.both.sync("tablet")
        let alone = try place.enroll("copy", at: harbor, 52)
        let label = try await place.part("copy")
        try place.hold(label, [harbor])
        let report = try await place.both.sync("copy")
        #expect(report.end == .complete && report.handedIn == 1 && report.mismatches.isEmpty)
        let anew = try town.withStore { store in
            try store.read { views in
                try views.tables.entries(after: .start, limit: .max)
                    .compactMap { try Event(decoding: $0.bytes).reissued?.origin }
            }
        }
        #expect(anew == [alone.dot])
        let kept = try place.both.withDevice("copy") { copy in
            try copy.read { try $0.tables.putAwayEvent(common.dot)?.new.event }
        }
        #expect(kept == common)
        #expect(try place.facts("copy").held == ["HAR"])
    }
}

/// Of that suite, for one sweep at a time may strike.
extension StorageFaultTests {
    @Test(
        "a device is struck while a neighborhood comes or goes, and ends the same",
        arguments: [true, false])
    func struck(widening: Bool) async throws {
        let place = try await Places()
        defer { place.remove() }
        let (harbor, orchard) = (place.both.harbor, place.both.orchard)
        if !widening {
            try place.hold("tablet", [harbor, orchard])
            _ = try await place.both.sync("tablet")
            try place.enroll("tablet", at: orchard, 50)
        }
        try place.hold("tablet", widening ? [harbor, orchard] : [harbor])
        let sweep = Sweep(
            town: place.both.town, target: { $0.deviceFolder("tablet") },
            work: { town, told in
                // Exchanges of the tablet and of the phone, by their minutes.
                told.saved = [10, 30]
                try await town.serving { port in
                    try await apart {
                        let tablet = try town.open("tablet")
                        defer { tablet.close() }
                        _ = try town.sync(tablet, port: port)
                    }
                }
            },
            // What left must be able to come back, whole.
            repeated: { try place.hold("tablet", [harbor, orchard], in: $0) },
            devices: ["tablet"])
        let result = try await sweep.run(stride: FaultRun.choose(short: 150, long: 3))
        for breach in result.broken.prefix(10) { Issue.record("\(breach)") }
        #expect(result.broken.isEmpty && result.histogram.total > 0)
    }
}
