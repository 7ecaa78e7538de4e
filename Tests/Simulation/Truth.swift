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
}

struct Truth {
    private(set) var saved: [Hash: Saved] = [:]
    /// Checkpoints that any device was given.
    private(set) var signed: Set<String> = []
    /// Sentences that people were shown.
    var sentences: [String] = []
    /// Went with a disk before anybody else had them: put back folders do not have them.
    private(set) var lostWithDisk: Set<Hash> = []

    mutating func note(_ entry: Saved) { saved[entry.leaf] = entry }
    mutating func note(checkpoints: [String]) { signed.formUnion(checkpoints) }
    mutating func loseWithDisk(_ leaves: some Sequence<Hash>) { lostWithDisk.formUnion(leaves) }

    /// What the author of an event had been shown, as a set: from what was written down here when a
    /// device recorded it, from its own words where the office did.
    func seen(
        by event: Event, leaf: Hash, ledger: [PlacedDot]
    ) -> Set<Dot> {
        if let lost = event.reissued { return seen(byReissued: event, of: lost, ledger: ledger) }
        let own = event.dot.replica
        var upTo = event.context.position
        var before = event.context.ownSequence.value
        var scopes: Set<ScopeID>?
        if let saved = saved[leaf] {
            (upTo, scopes, before) = (saved.cursor, saved.scopes, event.dot.sequence.value - 1)
        }
        let shown = ledger.prefix(Int(upTo.value)).filter { placed in
            scopes.map { placed.isShown(in: $0, at: upTo) } ?? true
        }.map(\.dot)
        return Set(shown).union((0..<before).map { Dot(own, Sequence64($0 + 1)) })
    }
}

extension Truth {
    /// What its author had been shown under the name that the folder had: the ledger up to there,
    /// and the entries that its context names, which `World.checkClaims` compares with the truth.
    private func seen(
        byReissued event: Event, of lost: Reissued, ledger: [PlacedDot]
    ) -> Set<Dot> {
        let scopes = saved[lost.leaf]?.scopes
        // What was forged then is no truer now.
        let upTo = saved[lost.leaf]?.cursor ?? event.context.position
        let shown = ledger.prefix(Int(upTo.value)).filter { placed in
            scopes.map { placed.isShown(in: $0, at: upTo) } ?? true
        }.map(\.dot)
        let own = (0..<event.context.ownSequence.value).map {
            Dot(event.dot.replica, Sequence64($0 + 1))
        }
        let shared =
            event.context.extras.filter { $0.replica == lost.origin.replica }
            .map(\.sequence.value).max() ?? 0
        return Set(shown).union(own).union(
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
