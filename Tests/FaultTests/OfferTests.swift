// Row 14 of the list of faults: what a set-back office has lost and its author cannot bring again
// comes back through another device. Neighbors: Sync/Offering, the server's Offers/ and OfferRoute.

import FaultInjection
import Foundation
import GRDB
import Shared
import Store
import Testing

@testable import SyncClient
@testable import SyncServer

@Suite("What a lost branch had is offered", .serialized)
struct OfferTests {
    private static let later: [Int64] = [101, 102, 103]

    @Test("fault 14: entries whose author's folder is gone come back through another device")
    func authorGone() async throws {
        let it = try await SetBack.lost { try await $0.goOn(Self.later) }
        defer { it.town.remove() }
        try it.destroy("laptop")
        #expect(try it.office.minutes.isDisjoint(with: Self.later))
        let report = try await it.syncing("tablet") { _ in }
        #expect(report.end == .complete && report.broughtBack >= Self.later.count)
        let left = try it.left("tablet")
        #expect(left.count == 0 && left.backCount >= Self.later.count && left.lastBack != nil)
        #expect(try it.office.minutes.isSuperset(of: Self.later))
        try await it.expectWhole(Set(Self.later), devices: ["tablet"])
        let waiting = try it.town.withStore { try $0.waitingRecords() }
        #expect(waiting.first { $0.what == "back" }?.count ?? 0 >= Self.later.count)
        let status = try it.read("tablet", StatusRecord.init)
        #expect(status.notBack == 0 && status.broughtBack == left.backCount)
        // A session that has nothing to offer is one request, as ever.
        let idle = try await it.syncing("tablet") { _ in }
        #expect(idle.requests == 1 && idle.broughtBack == 0)
        try FaultReport.row(
            14, "author's folder gone, another device offers", times: 1, broken: [])
    }

    /// Why the office does not think that the device holds what it offers.
    enum Elsewhere: CaseIterable {
        case narrowed
        /// It was widened on the lost branch only, and the office has another event in that place.
        case grantLost
    }

    @Test(
        "fault 14: what comes back through a device that is elsewhere now comes with its keys",
        arguments: Elsewhere.allCases)
    func elsewhere(_ why: Elsewhere) async throws {
        let place = try await Places()
        defer { place.remove() }
        let (both, town) = (place.both, place.both.town)
        if why == .narrowed { try await place.widen("tablet") }
        let before = try SetBackFolder(town)
        if why == .grantLost { try await place.widen("tablet") }
        try place.enroll("phone", at: both.orchard, 50)
        for name in ["phone", "tablet"] { _ = try await both.sync(name) }
        try FileManager.default.removeItem(at: town.deviceFolder("phone"))
        try before.putBack()
        if why == .grantLost { try town.growByOne() }
        _ = try await both.sync("tablet")
        try place.recover()
        if why == .narrowed { try place.hold("tablet", [both.harbor]) }
        for _ in 0..<2 { #expect(try await both.sync("tablet").end == .complete) }
        #expect(try place.facts("tablet").held == ["HAR"])
        try town.withStore { (store) throws in
            let numbers = try store.read { try $0.members(in: nil).compactMap(\.number) }
            #expect(numbers.contains(50))
            #expect(try store.verified().closed == nil)
        }
    }

    @Test("fault 14: what came back through a device that is elsewhere now does so a second time")
    func elsewhereTwice() async throws {
        let place = try await Places()
        defer { place.remove() }
        let (both, town) = (place.both, place.both.town)
        try await place.widen("tablet")
        let before = try SetBackFolder(town)
        try place.enroll("phone", at: both.orchard, 50)
        for name in ["phone", "tablet"] { _ = try await both.sync(name) }
        try FileManager.default.removeItem(at: town.deviceFolder("phone"))
        for _ in 0..<2 {
            try before.putBack()
            _ = try await both.sync("tablet")
            try place.recover()
            try place.hold("tablet", [both.harbor])
            for _ in 0..<2 { #expect(try await both.sync("tablet").end == .complete) }
            #expect(try place.facts("tablet").held == ["HAR"])
            try town.withStore { (store) throws in
                let numbers = try store.read { try $0.members(in: nil).compactMap(\.number) }
                #expect(numbers.contains(50))
                #expect(try store.verified().closed == nil)
            }
        }
    }

    @Test("an author pushes before or after somebody offered: once each", arguments: [true, false])
    func order(_ isAuthorFirst: Bool) async throws {
        let it = try await SetBack.lost { try await $0.goOn(Self.later) }
        defer { it.town.remove() }
        let names = isAuthorFirst ? ["laptop", "tablet"] : ["tablet", "laptop"]
        for name in names { #expect(try await it.sync(name) == .complete) }
        let size = try it.office.position
        try await it.syncAll()
        #expect(try it.office.position == size)
        for name in Start.devices { #expect(try it.left(name).count == 0) }
        try await it.syncing("laptop") { device in
            try it.town.exchange(device, it.start.ana, it.start.omar, minutes: 104)
        }
        try await it.expectWhole(Set(Self.later + [104]))
        let head = try it.town.withStore { store in
            try store.read { views in
                try views.tables.head(of: it.read("laptop") { $0.paired.replica })
            }
        }
        #expect(head?.sequence == (try it.read("laptop") { try $0.head.sequence }))
    }

    @Test("a device that was paired on the lost branch syncs again, and gives out no number twice")
    func pairedThere() async throws {
        let it = try await SetBack.lost { it in
            let (town, link) = (it.town, it.start.link)
            try await town.serving { port in
                try await apart { try town.pair("phone", by: link.at(port: port)) }
            }
            try await it.syncing("phone") { _ in }
            try await it.syncing("phone") { device in
                try town.exchange(device, it.start.ana, it.start.omar, minutes: 111)
            }
        }
        defer { it.town.remove() }
        try it.destroy("tablet")
        let town = it.town
        // A device that is paired before it comes back is given the same numbers.
        try await town.serving { port in
            try await apart { try town.pair("desk", port: port) }
        }
        try await it.sync("desk")
        let report = try await it.syncing("phone") { device in
            try town.exchange(device, it.start.ana, it.start.omar, minutes: 112)
        }
        #expect(report.end == .complete && report.broughtBack > 0)
        try await it.syncAll(["phone", "desk", "laptop"])
        try await it.expectWhole([111, 112], devices: ["phone", "desk", "laptop"])
        let given = try it.read("desk") { book in
            try book.views.devices().filter { ["phone", "desk"].contains($0.label) }
                .map(\.numberBlocks)
        }
        #expect(given.count == 2 && given[0][0].numbers.overlaps(given[1][0].numbers))
        let numbers = try ["phone", "desk"].map { name in
            try it.read(name) { book in
                try MemberNumbers(book: book, neighborhood: book.neighborhoods[0]).next()
            }
        }
        #expect(Set(numbers).count == 2)
        let taken = try town.withStore { store in
            try store.read { views in
                let block = NumberBlock(
                    neighborhood: town.harbor, first: 1, last: UInt32(Limits.memberNumberMax))
                return try NumberBlockTable(views).overlapping(block).map(\.block.numbers)
            }
        }
        #expect(taken.count > 3)
        for (one, next) in zip(taken, taken.dropFirst()) {
            #expect(one.upperBound < next.lowerBound)
        }
    }

    @Test(
        "a worker, another device's void and a decision of the office come back, each in its place")
    func others() async throws {
        let it = try await SetBack.lost { it in
            let town = it.town
            _ = try town.withStore { store in
                try store.append {
                    try $0.addWorker(name: "Eve", role: .outreach, neighborhoods: [town.harbor])
                }
            }
            try await it.goOn(Self.later)
            // Two devices correct one entry; a third entry is voided by who did not record it.
            for (name, day) in [("laptop", 1), ("tablet", 2)] {
                try await it.syncing(name) { device in
                    if name == "laptop" { try it.void(Start.unsent, on: device) }
                    guard let date = CivilDate(year: 2026, month: 3, day: day) else { return }
                    try it.amend(101, to: date, on: device)
                }
            }
            try town.withStore { store in
                try store.append { session in
                    let open = try session.views.conflicts()
                    let conflict = try #require(open.first { $0.about == .amend })
                    _ = try session.resolve(
                        conflict.id, as: session.views.worker("Ada"), seen: session.position,
                        DeskRuling(choice: .take(["A"]), reason: "as they said"))
                }
            }
            for name in Start.devices { try await it.sync(name) }
        }
        defer { it.town.remove() }
        try it.destroy("laptop")
        #expect(try await it.sync("tablet") == .complete)
        #expect(try it.left("tablet").count == 0)
        let (workers, decisions) = try it.town.withStore { store in
            try store.read { views in
                (
                    try views.workers().compactMap { try views.workerName($0.id) },
                    try views.decisionDots().count
                )
            }
        }
        #expect(workers.contains("Eve") && decisions == 1)
        try await it.expectWhole(
            Set(Self.later), devices: ["tablet"], voided: [Start.unsent])
    }

    @Test(
        "an offer that is cut, repeated or not taken now changes nothing twice and holds up nothing"
    )
    func repeated() async throws {
        for manner in [OfferTransport.Manner.cut, .twice, .busy] {
            let it = try await SetBack.lost { try await $0.goOn(Self.later) }
            defer { it.town.remove() }
            try it.destroy("laptop")
            try await it.syncing("tablet") { _ in }
            let size = try it.office.position
            let other = try await SetBack.lost { try await $0.goOn(Self.later) }
            defer { other.town.remove() }
            try other.destroy("laptop")
            let (report, offers) = try await other.sync("tablet", offers: manner)
            #expect(offers > 0)
            switch manner {
            case .cut: #expect(report.end == .unreachable(.cut))
            case .twice: #expect(report.end == .complete)
            // The rest was done, and nobody is told that all is well.
            case .busy:
                #expect(report.end == .retryLater(seconds: SyncMachine.busySeconds))
            }
            if manner == .busy { #expect(try other.left("tablet").count >= Self.later.count) }
            #expect(try await other.sync("tablet") == .complete)
            #expect(try other.office.position == size)
            try await other.expectWhole(Set(Self.later), devices: ["tablet"])
        }
    }

    @Test("what was never signed for this device is counted apart, and waits for its author")
    func unproven() async throws {
        let it = try await SetBack.lost { try await $0.goOn(Self.later) }
        defer { it.town.remove() }
        let tablet = try it.town.open("tablet")
        // As if every answer that ended at the ledger's end had been lost.
        try tablet.write { book in
            try book.tables.db.execute(sql: "DELETE FROM checkpoint")
        }
        tablet.close()
        #expect(try await it.sync("tablet") == .complete)
        let left = try it.left("tablet")
        #expect(left.count >= Self.later.count && left.unproven == left.count)
        let status = try it.read("tablet", StatusRecord.init)
        #expect(status.notBackUnproven == left.count)
        try await it.syncAll()
        #expect(try it.left("tablet").count == 0)
        try await it.expectWhole(Set(Self.later))
    }

    @Test("that something was kept apart comes back only where its bytes are, or its author waits")
    func quarantine() async throws {
        let author = ReplicaID(signingKey: [1])
        let it = try await SetBack.lost { it in
            _ = try it.town.withStore { store in
                try store.append {
                    try $0.enter([Side(dot: Dot(author, Sequence64(1)), leaf: .zero)], .invalid)
                }
            }
            try await it.goOn([101])
        }
        defer { it.town.remove() }
        try it.destroy("laptop")
        #expect(try await it.sync("tablet") == .complete)
        let left = try it.left("tablet")
        #expect(left.count == 1 && left.refused == 0 && left.unproven == 0)
        let apart = try it.town.withStore { store in
            try store.read { try $0.entities(.quarantine).count }
        }
        #expect(apart == 0)
        try await it.expectWhole([101], devices: ["tablet"])
    }
}

extension Places {
    /// It comes to hold Orchard too.
    fileprivate func widen(_ name: String) async throws {
        try hold(name, [both.harbor, both.orchard])
        _ = try await both.sync(name)
    }
}

extension Town {
    /// The office goes on unnoticed, in the lost branch's place.
    fileprivate func growByOne() throws {
        try withStore { store in
            _ = try store.append { try $0.addNeighborhood(name: "Meadow", code: "MEA") }
        }
    }
}
