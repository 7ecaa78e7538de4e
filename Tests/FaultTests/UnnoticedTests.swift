// Row 14 of the list of faults, where nobody notices at first: an office that was put back goes on
// under its own name, or only a device that it does not know has seen more.
// Neighbors: OfferRoute, Offers/ReusedIDs and Offers/CountedAgain are what is looked at.

import FaultInjection
import Foundation
import Shared
import Store
import Testing

@testable import SyncClient
@testable import SyncServer

@Suite("An office that was set back unnoticed", .serialized)
struct UnnoticedTests {
    @Test("a device that was paired since the copy shows that the office was set back")
    func stranger() async throws {
        let it = try await SetBack()
        defer { it.town.remove() }
        try it.keepCopy()
        let (town, link) = (it.town, it.start.link)
        try await town.serving { port in
            try await apart { try town.pair("phone", by: link.at(port: port)) }
        }
        try await it.sync("phone")
        try await it.syncing("phone") { device in
            try town.exchange(device, it.start.ana, it.start.omar, minutes: 111)
        }
        try it.putBack()
        #expect(try it.standing == .whole)
        guard case .problem(let problem) = try await it.sync("phone") else {
            Issue.record("an office that does not know the device went on")
            return
        }
        #expect(problem.status == 503 && problem.type.hasSuffix("read-only"))
        #expect(try it.standing != .whole)
        try it.recover()
        try await it.syncAll(["phone", "tablet", "laptop"])
        try await it.expectWhole([111], devices: ["phone", "tablet", "laptop"])
    }

    @Test("an id that was given to something else means nothing in entries of the lost branch")
    func reused() async throws {
        let place = try await Places()
        defer { place.remove() }
        let before = try SetBackFolder(place.both.town)
        let lost = try place.add("Quarry", "QUA")
        try await place.both.pair("kiosk", at: lost)
        try place.enroll("kiosk", at: lost, 70)
        for name in ["kiosk", "tablet", "phone", "kiosk"] { _ = try await place.both.sync(name) }
        try before.putBack()
        // Before anybody comes by, the office gives the same id to another neighborhood.
        #expect(try place.add("Meadow", "MEA") == lost)
        _ = try await place.both.sync("tablet")
        try place.recover()
        for _ in 0..<2 {
            for name in ["tablet", "kiosk", "phone"] { _ = try await place.both.sync(name) }
        }
        let (codes, numbers, waiting) = try place.both.town.withStore { store in
            try store.read { views in
                (
                    try views.neighborhoods().map(\.code).sorted(),
                    try views.members(in: [.neighborhood(lost)]).compactMap(\.number),
                    try views.waitingRecords().filter { $0.what == "reused" }
                )
            }
        }
        #expect(codes == ["HAR", "MEA", "ORC"] && numbers.isEmpty)
        #expect(waiting.map(\.count) == [1])
        // What it recorded stays on the device that the office does not know.
        #expect(try place.facts("kiosk").numbers == [70])
    }

    @Test("what had been left out, and came back before that was decided again, is told")
    func again() async throws {
        let it = try await SetBack()
        defer { it.town.remove() }
        try it.keepCopy()
        let town = it.town
        try town.withStore { store in
            try store.append { session in
                _ = try session.revoke(
                    session.views.device("laptop"), as: session.views.worker("Ada"),
                    reason: "stolen")
            }
        }
        try await it.syncing("laptop") { device in
            try town.exchange(device, it.start.ana, it.start.omar, minutes: 101)
        }
        try town.withStore { store in
            try store.append { session in
                let waiting = try QuarantineTable(session.db).list().map(\.dot)
                try session.decide(
                    Set(waiting), .reject, as: session.views.worker("Ada"), reason: "fraud")
            }
        }
        try await it.sync("tablet")
        try it.putBack()
        try await it.sync("tablet")
        try it.recover()
        for name in ["laptop", "tablet"] { try await it.sync(name) }
        let told = try town.withStore { try $0.waitingRecords().filter { $0.what == "again" } }
        #expect(told.map(\.device) == ["laptop"] && told.map(\.count) == [1])
    }

    @Test("what a device held on the lost branch is proven by that, whatever it holds now")
    func widened() async throws {
        let place = try await Places()
        defer { place.remove() }
        let before = try SetBackFolder(place.both.town)
        try place.hold("tablet", [place.both.harbor, place.both.orchard])
        _ = try await place.both.sync("tablet")
        try place.enroll("phone", at: place.both.orchard, 50)
        for name in ["phone", "tablet"] { _ = try await place.both.sync(name) }
        try FileManager.default.removeItem(at: place.both.town.deviceFolder("phone"))
        try before.putBack()
        _ = try await place.both.sync("tablet")
        try place.recover()
        for _ in 0..<2 { _ = try await place.both.sync("tablet") }
        let numbers = try place.both.town.withStore { store in
            try store.read { try $0.members(in: nil).compactMap(\.number).sorted() }
        }
        #expect(numbers == [1, 2, 3, 4, 50])
        let left = try place.both.withDevice("tablet") { tablet in
            try tablet.read { try $0.tables.orphans() }
        }
        #expect(left.count == 0 && left.backCount > 0)
        #expect(try place.facts("tablet").wrong.isEmpty)
    }
}

extension Places {
    fileprivate func add(_ name: String, _ code: String) throws -> EntityID {
        try both.town.withStore { store in
            try store.append { try $0.addNeighborhood(name: name, code: code) }
        }
    }
}
