// What workers do on a device, by the code their commands use. Neighbors: WorldSteps chooses, Truth
// writes down what was said to be saved.

import FaultInjection
import Foundation
import GRDB
import Shared
import Store
import TestSupport

@testable import SyncClient

extension World {
    static let names = ["Ana Ruiz", "Omar Haddad", "Mei Tanaka"]
    static let note = "shopping and a walk by the river"

    func work(on handset: Handset) throws {
        do {
            switch random.int(0...9) {
            case 0: try enroll(on: handset)
            case 1...4: try exchange(on: handset)
            default: try correct(on: handset)
            }
        } catch {
            // What the rules do not allow, or there is nothing to do it to; no fault of a disk.
            guard !(error is DatabaseError), let sentence = UserError(showing: error)?.description
            else { return note(error, on: handset, expected: false) }
            truth.sentences.append(sentence)
        }
    }

    /// The process or the power goes while something is saved.
    func recordStruck(on handset: Handset) throws {
        let mode = pick(FaultVFS.Mode.allCases)
        let before = handset.line.count
        let result = try handset.striking(nth: random.int(1...12), mode) {
            try self.work(on: handset, reporting: false)
        }
        if result.isStruck {
            handset.met.insert(.recordingStruck)
            tally.note(fault: .recordingStruck)
        }
        note(result.error, on: handset, expected: true)
        try takeUnreported(handset)
        tell("\(handset.name) struck while recording: \(handset.line.count - before) saved")
    }

    private func work(on handset: Handset, reporting: Bool) throws {
        if random.chance(1, of: 4) { try enroll(on: handset) } else { try exchange(on: handset) }
    }

    /// What is in the folder although nobody was told so here: saved just before the process went,
    /// or come back from the office to a folder that was put back.
    func takeUnreported(_ handset: Handset) throws {
        let found = try handset.device.read { book in
            let head = try book.head.sequence.value
            let known = UInt64(handset.line.count)
            guard head >= known else {
                self.breaches.append(
                    Breach(.i1, "\(handset.name): \(known) were saved, there are \(head)"))
                return [Saved?]()
            }
            return try (known..<head).map { index in
                let sequence = Sequence64(index + 1)
                let own = try book.tables.event(Dot(handset.replica, sequence))
                let aside =
                    try book.tables.refused(sequence)
                    ?? book.tables.putAwayEvent(Dot(handset.replica, sequence))?.new
                return try (own ?? aside.map(Self.recorded)).map {
                    Saved(
                        event: $0.event, leaf: $0.leaf, handset: handset.name,
                        cursor: book.sync.cursor, scopes: book.held,
                        branch: try book.tables.reopenings().last)
                }
            }
        }
        for entry in found {
            if let entry { keep(entry, on: handset) } else { handset.lineWithoutBytes() }
        }
    }

    private static func recorded(_ kept: NewEvent) -> RecordedEvent {
        RecordedEvent(event: kept.event, leaf: kept.leaf, position: nil)
    }

    func keep(_ entry: Saved, on handset: Handset) {
        handset.line.append(entry.leaf)
        guard truth.saved[entry.leaf] == nil else { return }
        truth.note(entry)
        tally.note(events: 1)
    }

    /// Saves by the program's own way, and writes down that it was said to be saved.
    @discardableResult
    func record(
        on handset: Handset, _ make: (LocalBook) throws -> [Draft]
    ) throws -> EntityID? {
        let worker = random.chance(1, of: 2) ? people.coordinator : people.outreach
        var place: (LedgerPosition, Set<ScopeID>, Reopening?) = (.start, [], nil)
        let events = try Recording(
            device: handset.device, worker: worker.description, note: { _ in }
        ).record { book, _ in
            place = (book.sync.cursor, book.held, try book.tables.reopenings().last)
            return try make(book)
        }
        for event in events {
            keep(
                Saved(
                    event: event, leaf: .leaf(event.encoded()), handset: handset.name,
                    cursor: place.0, scopes: place.1, branch: place.2), on: handset)
        }
        tell("\(handset.name) records \(events.map { $0.knownKind?.name ?? "?" })")
        return events.first?.entity
    }

    func enroll(on handset: Handset) throws {
        try record(on: handset) { book in
            let homes = try book.neighborhoods
            guard let home = homes.isEmpty ? nil : pick(homes) else { return [] }
            return [
                Draft(
                    .memberEnrolled, home: .neighborhood(home.id),
                    values: [
                        MemberField.name: .text(pick(Self.names)),
                        MemberField.number: .integer(Int64(random.int(1...60))),
                    ], subjects: .itself)
            ]
        }
    }

    /// Few people and few days, so that like entries are common.
    private func exchange(on handset: Handset) throws {
        try record(on: handset) { book in
            let members = Array(try book.views.entities(.member).prefix(6))
            guard members.count > 1 else { return [] }
            let provider = pick(members)
            let recipient = pick(members)
            guard provider != recipient else { return [] }
            let drafts = HoursDrafts(book: book, today: handset.device.environment.today)
            var values: Payload = [
                HoursField.serviceDate: .date(day()), HoursField.description: .text(Self.note),
            ]
            if random.chance(1, of: 3) {
                values[HoursField.slip] = .text("\(random.int(1...3))")
            }
            return [
                try drafts.draft(
                    form: .exchange,
                    shares: try drafts.shares(
                        providers: [provider], recipients: [recipient],
                        minutes: Minutes(Int64(random.int(1...4) * 15))), values: values)
            ]
        }
    }

    private func day() -> CivilDate {
        Instant(milliseconds: 1_774_353_600_000 - Int64(random.int(0...2)) * 86_400_000)
            .date(utcOffsetMinutes: 0)
    }

    /// Amends, voids, reinstates, confirms, disputes or marks one of the last entries, or changes a
    /// member.
    private func correct(on handset: Handset) throws {
        try record(on: handset) { book in
            if random.chance(1, of: 5) { return try changeOfMember(book) }
            let entries = try book.views.entities(.hours).suffix(6).compactMap { id in
                if case .hours(let hours)? = try book.views.state(of: id) { hours } else { nil }
            }
            guard !entries.isEmpty else { return [] }
            return try correction(of: pick(entries), among: entries, book)
        }
    }

    private func changeOfMember(_ book: LocalBook) throws -> [Draft] {
        let members = try book.views.entities(.member)
        guard !members.isEmpty, case .member(let member)? = try book.views.state(of: pick(members))
        else { return [] }
        let isName = random.chance(1, of: 2)
        return [
            Draft(
                changing: Kind.memberEnrolled.describedField(
                    isName ? MemberField.name : MemberField.active), by: .memberChanged,
                of: member.id, home: member.home, from: nil,
                to: isName ? .text(pick(Self.names)) : .flag(random.chance(1, of: 2)),
                reason: nil, subjects: [member.id])
        ]
    }

    private func correction(
        of entry: HoursState, among others: [HoursState], _ book: LocalBook
    ) throws -> [Draft] {
        func testimony(_ kind: Kind, _ values: Payload) -> [Draft] {
            [
                Draft(
                    kind, subject: entry.id, home: entry.home, values: values,
                    subjects: .entities(entry.shares.accounts))
            ]
        }
        switch random.int(0...7) {
        case 0...2: return [try amendment(of: entry)]
        case 3: return testimony(.hoursVoided, [:])
        case 4: return testimony(.hoursReinstated, [:])
        case 5...6:
            return testimony(
                random.chance(2, of: 3) ? .hoursConfirmed : .hoursDisputed,
                [TestimonyField.party: .entity(pick(entry.shares.accounts))])
        default:
            let like = others.filter { $0.id != entry.id && $0.groupKey == entry.groupKey }
            guard !like.isEmpty else { return [] }
            return testimony(
                random.chance(1, of: 2) ? .hoursMarkedSame : .hoursMarkedDistinct,
                [TestimonyField.other: .entity(pick(like).id)])
        }
    }

    private func amendment(of entry: HoursState) throws -> Draft {
        let minutes = Minutes(Int64(random.int(1...4) * 15))
        let field: FieldNumber
        let value: Value
        switch random.int(0...2) {
        case 0: (field, value) = (HoursField.serviceDate, .date(day()))
        case 1: (field, value) = (HoursField.description, .text(Self.note))
        default:
            field = HoursField.shares
            value = .shares(
                Shares(
                    providers: Shares.equalParts(
                        of: minutes, to: entry.shares.providers.map(\.account)),
                    recipients: Shares.equalParts(
                        of: minutes, to: entry.shares.recipients.map(\.account))))
        }
        return Draft(
            changing: Kind.hoursRecorded.describedField(field), by: .hoursAmended, of: entry.id,
            home: entry.home, from: nil, to: value, reason: nil, subjects: entry.shares.accounts)
    }
}
