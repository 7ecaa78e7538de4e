// Events that a broken or hostile program on a device might write: rightly signed, and wrong; or
// right, with a context that claims to come from a history that never was.
// Neighbors: WorldSteps chooses, FieldWork has what honest programs write.

import Foundation
import Shared
import Store
import TestSupport

@testable import SyncClient

extension World {
    /// As a broken or hostile program on the device might write: rightly signed, and wrong.
    func recordOddly(on handset: Handset) throws {
        let saved = try handset.device.write { book -> Saved? in
            guard let tag = try book.tables.keptTag(at: book.sync.cursor) else { return nil }
            var event = event(on: handset, book, tag)
            odd(&event, book)
            return try write(event, on: handset, book, seenTo: book.sync.cursor)
        }
        guard let saved else { return }
        keep(saved, on: handset)
        handset.met.insert(.odd)
        tally.note(fault: .odd)
        tell("\(handset.name) writes an odd event")
    }

    /// Voids an entry, or gives it other minutes, as if from a history that the ledger never had.
    func recordForged(on handset: Handset) throws {
        let saved = try handset.device.write { book -> Saved? in
            guard let entry = try book.views.entities(.hours).last,
                // Of a damaged copy it may not be readable.
                case .hours(let hours)? = (try? book.views.state(of: entry)) ?? nil
            else { return nil }
            var event = event(on: handset, book, RootTag(of: .of(random.bytes(4))))
            (event.subject, event.home, event.worker) = (entry, hours.home, people.coordinator)
            event.kind = Kind.hoursVoided.number
            event.payload = Payload()
            if random.chance(1, of: 2) {
                event.kind = Kind.hoursAmended.number
                event.payload = [
                    ChangeField.field: .integer(Int64(HoursField.slip.value)),
                    ChangeField.new: .text("\(random.int(1...3))"),
                ]
            }
            let saved = try write(event, on: handset, book, seenTo: .start)
            try book.tables.project([
                RecordedEvent(event: event, leaf: saved.leaf, position: nil)
            ])
            return saved
        }
        guard let saved else { return }
        keep(saved, on: handset)
        handset.met.insert(.forged)
        tally.note(fault: .forged)
        tell("\(handset.name) forges a context")
    }

    private func event(on handset: Handset, _ book: LocalBook, _ tag: RootTag) -> Event {
        let own = (try? book.head.sequence) ?? .none
        return Event(
            dot: Dot(handset.replica, own.next),
            context: CausalContext(position: book.sync.cursor, rootTag: tag, ownSequence: own),
            recordedAt: handset.device.environment.now(), utcOffsetMinutes: 0,
            worker: people.outreach, home: .neighborhood(pick(people.neighborhoods)),
            subject: nil, kind: Kind.memberEnrolled.number, payload: Payload())
    }

    private func write(
        _ event: Event, on handset: Handset, _ book: LocalBook, seenTo cursor: LedgerPosition
    ) throws -> Saved {
        var head = try book.head
        let new = try NewEvent(bytes: event.encoded())
        head.append(new.leaf)
        try book.tables.insertUnsent(new, reach: [event.home])
        try book.tables.setHead(head, of: handset.replica)
        return Saved(
            event: event, leaf: new.leaf, handset: handset.name, cursor: cursor,
            scopes: book.held, branch: try book.tables.reopenings().last)
    }

    /// The pot of a neighborhood that an entry does not concern; nil where it concerns all.
    private func stranger(to entry: EntityID, _ book: LocalBook) -> EntityID? {
        guard let reach = try? book.views.reach(of: entry) else { return nil }
        return people.neighborhoods.first { !reach.contains(.neighborhood($0)) }
    }

    private func odd(_ event: inout Event, _ book: LocalBook) {
        let nobody = EntityID(Dot(handsets[0].replica, Sequence64(9_999)))
        switch random.int(0...5) {
        case 0: event.kind = Kind.neighborhoodDefined.number
        case 1: event.kind = KindNumber(9_999)
        case 2: (event.kind, event.subject) = (Kind.hoursVoided.number, nobody)
        case 3: event.worker = nobody
        case 4: event.payload = [MemberField.number: .text("many")]
        default:
            event.subject = (try? book.views.entities(.hours))?.last ?? nobody
            event.home = (try? book.views.home(of: event.entity)?.home) ?? event.home
            if let pot = stranger(to: event.entity, book) {
                event.kind = Kind.hoursConfirmed.number
                event.payload = [TestimonyField.party: .entity(pot)]
                return
            }
            event.kind = Kind.hoursAmended.number
            let others = (try? book.views.entities(.member)) ?? []
            event.payload = [
                ChangeField.field: .integer(Int64(HoursField.shares.value)),
                ChangeField.new: .shares(
                    Shares(
                        providers: [Party(account: others.first ?? nobody, minutes: Minutes(15))],
                        recipients: [Party(account: nobody, minutes: Minutes(15))])),
            ]
        }
    }
}
