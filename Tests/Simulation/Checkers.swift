// What must hold when a world has gone quiet, found from outside: by the naive book, by what people
// were told, by every signature ever given. Neighbors: World gathers `breaches`, Truth is the
// witness.

import FaultInjection
import Foundation
import GRDB
import Shared
import Store
import TestSupport

@testable import SyncClient
@testable import SyncServer

/// The canonical ledger, read once.
struct LedgerCopy {
    struct Entry {
        let event: Event
        let leaf: Hash
        let reach: [ScopeID]
        let isUnknown: Bool
    }

    let entries: [Entry]
    let keptApart: Set<Hash>
    /// Lost events that were handed in anew and are kept apart.
    let apartAnew: Set<Hash>

    init(_ store: ServerStore) throws {
        (entries, keptApart, apartAnew) = try store.read { views in
            let stored = try views.tables.entries(after: .start, limit: .max)
            return (
                try stored.map { stored in
                    let event = try Event(decoding: stored.bytes)
                    return Entry(
                        event: event, leaf: .leaf(stored.bytes), reach: stored.reach,
                        isUnknown: stored.contextUnknown)
                }, Set(try QuarantineTable(views.tables.db).list().map(\.leaf)),
                Set(
                    try QuarantineTable(views.tables.db).keptApart().compactMap {
                        try? Event(decoding: $0.bytes).reissued?.leaf
                    })
            )
        }
    }

    var places: [PlacedDot] {
        var places = entries.map { PlacedDot(dot: $0.event.dot, reach: $0.reach) }
        for (index, entry) in entries.enumerated() where entry.event.knownKind == .memberMoved {
            guard let to = entry.event.payload.entity(MoveField.to) else { continue }
            let before = entries.prefix(index)
            let named = Set(
                before.filter { $0.event.names(entry.event.entity) }.map(\.event.entity))
            for (place, other) in before.enumerated() where named.contains(other.event.entity) {
                places[place].along.append(
                    (.neighborhood(to), LedgerPosition(UInt64(index + 1))))
            }
        }
        return places
    }
    var leaves: Set<Hash> { Set(entries.map(\.leaf)) }
}

extension World {
    func check() throws {
        let ledger = try LedgerCopy(office.store)
        checkKept(ledger)
        try checkOnce(ledger)
        try checkSignatures()
        try checkBook(ledger)
        for handset in handsets {
            do { try check(handset, ledger) } catch {
                breaches.append(Breach(.i6, "\(handset.name): \(error)"))
            }
        }
        checkSecrecy()
    }

    // MARK: I1, I2

    private func checkKept(_ ledger: LedgerCopy) {
        let anew = Set(ledger.entries.compactMap(\.event.reissued?.leaf)).union(ledger.apartAnew)
        let atOffice = ledger.leaves.union(ledger.keptApart).union(anew)
        checkClaims(ledger)
        var here: Set<Hash> = []
        for handset in handsets {
            here.formUnion(
                handset.line.enumerated().compactMap { index, leaf in
                    let dot = Dot(handset.replica, Sequence64(UInt64(index) + 1))
                    let own = try? handset.device.read { book in
                        try book.tables.leaf(of: dot) ?? book.tables.refused(dot.sequence)?.leaf
                            ?? book.tables.putAwayEvent(dot)?.new.leaf
                    }
                    return own == leaf ? leaf : nil
                })
        }
        let gone = truth.lostWithDisk.union(officeSetBacks > 0 ? damagedLeaves : [])
        let lost = truth.saved.values.filter { saved in
            !atOffice.contains(saved.leaf)
                && !anew.contains(saved.event.firstIssue(leaf: saved.leaf).leaf)
                && !gone.contains(saved.leaf)
                && !(here.contains(saved.leaf) && isParted(saved.handset))
                && !isUnknown(saved.handset)
        }
        for saved in lost.sorted(by: { $0.event.dot < $1.event.dot }) {
            breaches.append(
                Breach(
                    .i1,
                    "\(saved.handset)'s \(saved.event.dot.short) "
                        + "(\(saved.event.knownKind?.name ?? "?")) is not at the office"))
        }
    }

    /// Told so, and its own entries wait for the office.
    private func isParted(_ name: String) -> Bool {
        guard let handset = handsets.first(where: { $0.name == name }) else { return false }
        return (try? handset.device.read { $0.sync.divergedAfter }) != nil
    }

    /// The office has lost its pairing before the device had seen it, or has another event in its
    /// place: it is told to pair anew, and what it recorded stays on it.
    private func isUnknown(_ name: String) -> Bool {
        guard officeSetBacks > 0, let handset = handsets.first(where: { $0.name == name })
        else { return false }
        let isKnown = try? office.store.read { views in
            try DeviceTable(views.tables.db).pairing(of: handset.replica) != nil
        }
        let pairing = try? handset.device.read { book in
            try book.tables.event(at: book.paired.pairedAt)
        }
        guard isKnown == false, let pairing else { return isKnown == false }
        // The office had gone on unnoticed, and wrote another event in its place.
        let other = try? office.store.read { try $0.tables.leaf(of: pairing.event.dot) }
        return other.map { $0 != pairing.leaf } ?? false
    }

    /// An entry that was handed in anew claims to have seen no more of its own than its author had.
    private func checkClaims(_ ledger: LedgerCopy) {
        let leaves = Dictionary(
            ledger.entries.map { ($0.event.dot, $0) }, uniquingKeysWith: { first, _ in first })
        for entry in ledger.entries {
            guard let lost = entry.event.reissued else { continue }
            let before = lost.origin.sequence
            let tooFar = entry.event.context.extras.contains {
                $0.replica == lost.origin.replica && $0.sequence >= before
            }
            let others = (0..<entry.event.context.ownSequence.value).contains { index in
                let dot = Dot(entry.event.dot.replica, Sequence64(index + 1))
                // One that the office keeps apart was lost like this one, and seen.
                guard let seen = leaves[dot] else { return false }
                guard let first = seen.event.reissued?.origin else { return true }
                return first.replica == lost.origin.replica && first.sequence >= before
            }
            if tooFar || others {
                breaches.append(
                    Breach(.i4, "\(entry.event.dot.short) claims more than was seen"))
            }
        }
    }

    private func checkOnce(_ ledger: LedgerCopy) throws {
        if ledger.leaves.count != ledger.entries.count {
            breaches.append(Breach(.i2, "an event is in the ledger twice"))
        }
        let dots = Set(ledger.entries.map(\.event.dot))
        if dots.count != ledger.entries.count {
            breaches.append(Breach(.i2, "two events of the ledger have one name"))
        }
        // What a set-back office has lost may come from a copy and, pushed again, from its author.
        guard officeSetBacks == 0 else { return }
        for told in try office.store.read({ try $0.countedAgainRecords() }) {
            breaches.append(Breach(.i2, "\(told.device): \(told.text)"))
        }
        for lost in ledger.entries.compactMap(\.event.reissued)
        where ledger.leaves.contains(lost.leaf) {
            breaches.append(Breach(.i2, "\(lost.origin.short) is there, and was handed in anew"))
        }
    }

    // MARK: I3

    private func checkSignatures() throws {
        let store = office.store
        for note in truth.signed.sorted() {
            guard let signed = checkpoint(note) else {
                breaches.append(Breach(.i3, "a checkpoint that no key signed"))
                continue
            }
            let root = try store.read { views in
                switch signed.tree {
                case .ledger: try views.tables.ledgerRoot(at: LedgerPosition(signed.size))
                case .scope(let scope, _, _):
                    try views.tables.root(of: scope, size: signed.size)
                }
            }
            if root != signed.root {
                breaches.append(Breach(.i3, "what was signed at \(signed.size) is no more"))
            }
        }
        breaches += try store.verified().filter { !$0.isWhole }
            .map { Breach(.i3, "\($0.part): \($0.finding)") }
    }

    /// Nil for one that the ledger's key did not sign.
    func checkpoint(_ note: String) -> Checkpoint? {
        let scopes = [ScopeID.community] + people.neighborhoods.map(ScopeID.neighborhood)
        return try? SignedCheckpoint(
            verifyingAnyEpoch: note, community: office.store.community,
            ledgerKey: office.store.keys.ledger.signingPublicKey, scopes: scopes
        ).checkpoint
    }

    // MARK: I4, I5

    private func checkBook(_ ledger: LedgerCopy) throws {
        let places = ledger.places
        let naive = NaiveBook(
            ledger.entries.map { entry in
                Fact(
                    entry.event, leaf: entry.leaf,
                    seen: truth.seen(
                        by: entry.event, leaf: entry.leaf, isUnknown: entry.isUnknown,
                        ledger: places))
            }
        ).lines().filter { !$0.isOfNothing }
        let shown = try office.store.read { try $0.bookLines(scopes: nil) }
        let differing = Set(naive).symmetricDifference(shown).sorted()
        if !differing.isEmpty {
            breaches.append(Breach(.i4, "not what the page says: \(differing.prefix(6))"))
        }
        let sum = try office.store.read { try $0.verifyZeroSum() }
        if !sum.isWhole { breaches.append(Breach(.i5, sum.finding)) }
        let rebuilt = try rebuilt(office.store)
        if rebuilt != shown { breaches.append(Breach(.i4, "rebuilt tables say otherwise")) }
    }

    private func rebuilt(_ store: ServerStore) throws -> [String] {
        try store.append { session in
            try session.tables.rebuild { _ in }
            return try session.views.bookLines(scopes: nil)
        }
    }

    private func check(_ handset: Handset, _ ledger: LedgerCopy) throws {
        if handset.isRevoked || isUnknown(handset.name) { return }
        let (held, digests, lines, parts, state, unsent) = try handset.device.read { book in
            (
                book.held, try book.held.sorted().map { try book.tables.digest(of: $0) },
                try book.views.bookLines(scopes: book.held), try book.verified(), book.sync,
                try book.unsentCount
            )
        }
        breaches += try parts.filter { part in
            try !part.isWhole && !isForgottenElsewhere(part, on: handset, ledger)
        }.map { Breach(.i3, "\(handset.name), \($0.part): \($0.finding)") }
        if state.divergedAfter != nil {
            if !handset.isCopy {
                breaches.append(Breach(.i4, "\(handset.name) is thought a copy, and is none"))
            }
            return
        }
        let (theirs, theirLines) = try office.store.read { views in
            (
                try held.sorted().map { try views.tables.digest(of: $0) },
                try views.bookLines(scopes: held)
            )
        }
        breaches += try scopeBreaches(handset)
        if digests != theirs {
            breaches.append(Breach(.i4, "\(handset.name) holds another ledger"))
        }
        try checkNotBack(handset, ledger)
        if unsent > 0 { breaches.append(Breach(.i8, "\(handset.name) has \(unsent) unsent")) }
        let more = Set(lines).subtracting(theirLines).sorted()
        let less = Set(theirLines).subtracting(lines).sorted()
        if !more.isEmpty || !less.isEmpty {
            breaches.append(
                Breach(
                    .i4,
                    "\(handset.name) shows \(more.prefix(3)) and not \(less.prefix(3))"))
        }
    }

    /// Its disk forgot own entries of a neighborhood that it no longer holds: the office has them,
    /// and gives nothing of that neighborhood any more.
    private func isForgottenElsewhere(
        _ part: VerifiedPart, on handset: Handset, _ ledger: LedgerCopy
    ) throws -> Bool {
        guard handset.wasDamaged, part.part == "events of this device" else { return false }
        return try handset.device.read { book in
            let missing = try (0..<book.head.sequence.value).map { Sequence64($0 + 1) }
                .filter { try book.ownEvent($0) == nil }
            return missing.allSatisfy { sequence in
                ledger.entries.contains { entry in
                    entry.event.dot == Dot(handset.replica, sequence)
                        && book.held.isDisjoint(with: entry.reach)
                }
            }
        }
    }

    /// It holds just what the ledger grants, all of it, and of others nothing else.
    private func scopeBreaches(_ handset: Handset) throws -> [Breach] {
        try handset.device.read { book in
            var found: [Breach] = []
            let granted = Set([.community] + book.granted.map(ScopeID.neighborhood))
            if book.held != granted {
                found.append(Breach(.i4, "\(handset.name) does not hold all that it is to hold"))
            }
            let own = Set([book.paired.replica] + (book.device?.former ?? []))
            let along = Set(
                try book.tables.moves().filter { granted.contains(.neighborhood($0.to)) }.flatMap {
                    try book.tables.history(of: $0.member, before: $0.position)
                })
            for entry in try book.tables.entries(after: .start, limit: .max)
            where granted.isDisjoint(with: entry.reach) && !along.contains(entry.position) {
                let whose = own.contains(entry.dot.replica) ? "its own" : "another's"
                let what = try Event(decoding: entry.bytes)
                found.append(
                    Breach(
                        .i7,
                        "\(handset.name) shows \(whose) \(entry.dot.short), a "
                            + "\(what.knownKind?.name ?? "?") of \(entry.position)"))
            }
            return found
        }
    }

    // MARK: I7

    private func checkSecrecy() {
        let personal = World.names + [World.note]
        let lines = office.log.taken() + truth.sentences
        breaches += lines.filter { line in personal.contains(where: line.contains) }
            .map { Breach(.i7, $0) }
    }
}

extension Event {
    /// Is about a member, or gives them minutes.
    fileprivate func names(_ member: EntityID) -> Bool {
        let shares = [HoursField.shares, ChangeField.new, ResolutionField.value]
            .compactMap { payload.shares($0) }
        return entity == member || shares.contains { $0.accounts.contains(member) }
    }
}

extension String {
    /// An account without minutes: whether it is listed is a matter of the screen.
    fileprivate var isOfNothing: Bool { hasPrefix("account") && hasSuffix(" 0") }
}

extension Views {
    /// All that people are shown of some scopes (nil: of all), sorted.
    func bookLines(scopes: Set<ScopeID>?) throws -> [String] {
        let members = try members(in: scopes).map(BookLine.member)
        let entries = try entities(.hours).compactMap { id -> String? in
            guard try isShown(id, scopes), case .hours(let hours)? = try state(of: id) else {
                return nil
            }
            return BookLine.entry(hours, standing: try self.hours(id)?.standing ?? "?")
        }
        let conflicts = try conflicts().filter { try isShown($0, scopes) }.map(BookLine.conflict)
        let accounts = try accounts(in: scopes).map { id in
            BookLine.account(id, balance: try statement(of: id).balance)
        }.filter { !$0.isOfNothing }
        return (members + entries + conflicts + accounts).sorted()
    }

    /// Of one number: where the members are at home now, for elsewhere not all of them are here.
    private func isShown(_ conflict: Conflict, _ scopes: Set<ScopeID>?) throws -> Bool {
        guard conflict.about == .number, let scopes else {
            return try isShown(conflict.entity, scopes)
        }
        return try home(of: conflict.entity).map { scopes.contains($0.home) } ?? false
    }

    private func isShown(_ entity: EntityID, _ scopes: Set<ScopeID>?) throws -> Bool {
        guard let scopes else { return true }
        return try !scopes.isDisjoint(with: reach(of: entity) ?? [])
    }
}
