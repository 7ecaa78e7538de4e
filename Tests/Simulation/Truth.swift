// What really happened, kept outside both programs: every entry that somebody was told is saved,
// with all that had been shown to its author. Neighbors: FieldWork fills it, Checkers ask it.

import Shared
import Store
import TestSupport

@testable import SyncClient

struct Saved {
    let event: Event
    let leaf: Hash
    /// Whose folder it is in.
    let handset: String
    /// What the device showed: the ledger's entries of these scopes up to there.
    let cursor: LedgerPosition
    let scopes: Set<ScopeID>
    /// Which ledger that was, as far as the device knew: where it was reopened last.
    var branch: Reopening?
}

struct Truth {
    /// Where the office went on, in each epoch of the ledger as it is.
    private var reopened: [Reopening] = []
    /// Those that the office itself has lost since.
    private var lost: Set<Reopening> = []
    private(set) var saved: [Hash: Saved] = [:]
    /// Checkpoints that any device was given.
    private(set) var signed: Set<String> = []
    /// Sentences that people were shown.
    var sentences: [String] = []
    /// Went with a disk before anybody else had them: put back folders do not have them.
    private(set) var lostWithDisk: Set<Hash> = []

    mutating func note(_ present: [Reopening]) {
        lost.formUnion(reopened.filter { !present.contains($0) })
        reopened = present
    }

    /// Of a lost branch: what was seen there is claimed of no other.
    private func isOfLostBranch(_ saved: Saved) -> Bool {
        let epoch = saved.branch?.epoch.value ?? Epoch.first.value
        let after = reopened.filter { $0.epoch.value > epoch }
        let own = saved.branch.flatMap { lost.contains($0) ? $0 : nil }
        let common = (after + [own].compactMap(\.self)).map(\.inheritedSize).min()
        return common.map { saved.cursor > $0 } ?? false
    }

    mutating func note(_ entry: Saved) { saved[entry.leaf] = entry }
    mutating func note(checkpoints: [String]) { signed.formUnion(checkpoints) }
    mutating func loseWithDisk(_ leaves: some Sequence<Hash>) { lostWithDisk.formUnion(leaves) }

    /// What the author of an event had been shown, as a set: from what was written down here when a
    /// device recorded it, from its own words where the office did.
    func seen(
        by event: Event, leaf: Hash, isUnknown: Bool, ledger: [PlacedDot]
    ) -> Set<Dot> {
        if let lost = event.reissued {
            return seen(byReissued: event, of: lost, isUnknown: isUnknown, ledger: ledger)
        }
        let own = event.dot.replica
        var upTo = isUnknown ? .start : event.context.position
        var before = event.context.ownSequence.value
        var scopes: Set<ScopeID>?
        if let saved = saved[leaf] {
            upTo = isOfLostBranch(saved) ? .start : saved.cursor
            (scopes, before) = (saved.scopes, event.dot.sequence.value - 1)
        }
        let shown = ledger.prefix(Int(upTo.value)).filter { placed in
            scopes.map { placed.isShown(in: $0, at: upTo) } ?? true
        }.map(\.dot)
        return Set(shown).union((0..<before).map { Dot(own, Sequence64($0 + 1)) })
    }
}

extension Truth {
    /// The office's folder is one of before these were signed: whoever was given one notices, and
    /// one that was lost on its way nobody can.
    mutating func forgetSigned(after position: LedgerPosition, _ read: (String) -> Checkpoint?) {
        signed = signed.filter { note in
            guard let checkpoint = read(note) else { return true }
            return switch checkpoint.tree {
            case .ledger: checkpoint.size <= position.value
            case .scope(_, let ledgerSize, _): ledgerSize <= position.value
            }
        }
    }

    /// What its author had been shown under the name that the folder had: the ledger up to there,
    /// and the entries that its context names, which `World.checkClaims` compares with the truth.
    private func seen(
        byReissued event: Event, of lost: Reissued, isUnknown: Bool, ledger: [PlacedDot]
    ) -> Set<Dot> {
        let scopes = saved[lost.leaf]?.scopes
        // What was forged then is no truer now.
        let then = saved[lost.leaf]?.cursor ?? event.context.position
        let upTo = isUnknown ? .start : then
        let shown = ledger.prefix(Int(upTo.value)).filter { placed in
            scopes.map { placed.isShown(in: $0, at: upTo) } ?? true
        }.map(\.dot)
        let own = (0..<event.context.ownSequence.value).map {
            Dot(event.dot.replica, Sequence64($0 + 1))
        }
        let shared =
            event.context.extras.filter { $0.replica == lost.origin.replica }
            .map(\.sequence.value).max() ?? 0
        return Set(shown).union(own).union(event.context.extras).union(
            (0..<shared).map { Dot(lost.origin.replica, Sequence64($0 + 1)) })
    }
}

/// A ledger entry without its bytes.
struct PlacedDot {
    let dot: Dot
    let reach: [ScopeID]
    /// Where it went along with a member, by where the ledger says so.
    var along: [(to: ScopeID, at: LedgerPosition)] = []

    func isShown(in scopes: Set<ScopeID>, at cursor: LedgerPosition) -> Bool {
        !scopes.isDisjoint(with: reach)
            || along.contains { $0.at <= cursor && scopes.contains($0.to) }
    }
}
