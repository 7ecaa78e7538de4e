// Row 18 of the list of faults: a device signs events that claim to have seen what they cannot: a
// position that is not there yet, a branch of the ledger that nobody knows, events of devices that
// are not there, the largest numbers. Too little is believed: what disagrees is shown as a conflict
// to everybody; nothing behind such an event waits.
// Neighbors: HostileEventTests sign nonsense of every kind.

import FaultInjection
import Foundation
import Shared
import Store
import TestSupport
import Testing

@testable import SyncClient
@testable import SyncServer

@Suite("Forged contexts", .serialized)
struct ForgedContextTests {
    enum Forgery: String, CaseIterable, Sendable {
        case future = "a position that is not there yet"
        case tag = "a root tag that nobody knows"
        case largest = "the largest position and sequence"
        case others = "events of devices that are not there"

        /// Instead of what an honest device would say.
        func context(_ honest: CausalContext, _ ledger: LedgerHead) -> CausalContext {
            let wrong = RootTag(of: .of([7]))
            let largest = Limits.countMax
            switch self {
            case .future:
                return CausalContext(
                    position: LedgerPosition(ledger.size + 1_000),
                    rootTag: RootTag(of: ledger.root), ownSequence: honest.ownSequence)
            case .tag:
                return CausalContext(
                    position: LedgerPosition(ledger.size), rootTag: wrong,
                    ownSequence: honest.ownSequence)
            case .largest:
                return CausalContext(
                    position: LedgerPosition(largest), rootTag: wrong,
                    ownSequence: Sequence64(largest))
            case .others:
                return CausalContext(
                    position: honest.position, rootTag: honest.rootTag,
                    ownSequence: honest.ownSequence,
                    extras: (0..<CausalContext.extrasMax).map {
                        Dot(Fixed.replica(number: $0), Sequence64(largest))
                    })
            }
        }
    }

    @Test("fault 18: what cannot have been seen is not believed", arguments: Forgery.allCases)
    func forged(_ forgery: Forgery) async throws {
        let start = try await Start()
        defer { start.town.remove() }
        let town = start.town
        var told = Told()
        told.saved = Start.saved.union([90])
        let conflicts = try await town.serving { port in
            try await apart {
                let (tablet, laptop) = (try town.open("tablet"), try town.open("laptop"))
                defer {
                    tablet.close()
                    laptop.close()
                }
                _ = try town.sync(tablet, port: port)
                _ = try town.sync(laptop, port: port)
                // Both move the same entry to another day, neither having seen the other do it.
                try town.move(laptop, to: "2026-03-02")
                _ = try town.sync(laptop, port: port)
                try town.move(tablet, to: "2026-03-03") {
                    forgery.context($0, try town.ledger())
                }
                try town.exchange(tablet, start.ana, start.omar, minutes: 90)
                let report = try town.sync(tablet, port: port)
                #expect(report.end == .complete && report.pushed == 2 && report.refused == 0)
                _ = try town.sync(laptop, port: port)
                return try [tablet, laptop].map { try $0.read { try $0.views.openConflictCount() } }
                    + [try town.withStore { try $0.read { try $0.openConflictCount() } }]
            }
        }
        var broken = try await town.broken(told, devices: Start.devices)
        if conflicts != [1, 1, 1] {
            broken.append(Breach(.i6, "\(forgery.rawValue): it was believed, \(conflicts)"))
        }
        for breach in broken { Issue.record("\(breach)") }
        #expect(broken.count == 0)
        try FaultReport.row(18, "claims to have seen \(forgery.rawValue)", times: 1, broken: broken)
    }
}

extension Town {
    /// Changes the day of the entry that both hold, by an event of whatever context.
    fileprivate func move(
        _ device: Device, to date: String,
        _ forge: (CausalContext) throws -> CausalContext = { $0 }
    ) throws {
        try device.write { book in
            var head = try book.head
            let entries = try book.views.hours()
            guard let last = try book.ownEvent(head.sequence)?.event,
                let id = entries.first(where: { $0.providers[0].minutes == Start.sent })?.id,
                let entry = EntityID(id)
            else { throw HarnessError.nothingToSend }
            let tag = try book.tables.keptTag(at: book.sync.cursor)
            let honest = CausalContext(
                position: book.sync.cursor, rootTag: tag ?? .start, ownSequence: head.sequence)
            let event = Event(
                dot: Dot(book.paired.replica, head.sequence.next), context: try forge(honest),
                recordedAt: last.recordedAt, utcOffsetMinutes: 0, worker: dana,
                home: .neighborhood(harbor), subject: entry, kind: Kind.hoursAmended.number,
                payload: [
                    ChangeField.field: .integer(Int64(HoursField.serviceDate.value)),
                    ChangeField.new: .date(day(date)),
                ], sealed: [])
            let new = try NewEvent(bytes: event.encoded())
            head.append(new.leaf)
            try book.tables.insertUnsent(new, reach: [.neighborhood(harbor)])
            try book.tables.setHead(head, of: book.paired.replica)
        }
    }
}
