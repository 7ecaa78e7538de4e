// An offer's entries → those that this ledger's own key had signed in an earlier epoch. Pure.
// Source: docs/protocol.md section 3.6.1. Neighbors: OfferRoute asks, TakingBack places them.
// Invariants: a ProvenEvent exists only for a leaf that a signed note of an earlier epoch vouches
// for; size and root are the note's, never the offer's.

internal import Shared
internal import Store

struct ProvenEvent: Sendable {
    /// In the offer.
    let index: Int
    let new: NewEvent
}

struct OfferCheck {
    let community: CommunityID
    /// The ledger's present one.
    let epoch: Epoch
    let ledgerKey: [UInt8]

    func proven(_ offer: OfferRequest) -> [ProvenEvent] {
        var vouching: [Vouching: Checkpoint?] = [:]
        return offer.offered.enumerated().compactMap { index, offered in
            guard offer.notes.indices.contains(offered.note) else { return nil }
            let key = Vouching(note: offered.note, scope: offered.scope)
            let known = vouching[key] ?? checkpoint(offer.notes[offered.note], of: offered.scope)
            vouching[key] = .some(known)
            guard let known, let new = event(offered, in: known) else { return nil }
            return ProvenEvent(index: index, new: new)
        }
    }

    /// A note is verified once for each scope that it is said to be of.
    private struct Vouching: Hashable {
        let note: Int
        let scope: ScopeID
    }

    /// Nil for a note of the present epoch: what that signed is here, or this ledger is read-only.
    private func checkpoint(_ note: String, of scope: ScopeID) -> Checkpoint? {
        let signed = try? SignedCheckpoint(
            verifyingAnyEpoch: note, community: community, ledgerKey: ledgerKey, scopes: [scope])
        guard let checkpoint = signed?.checkpoint, checkpoint.epoch.value < epoch.value,
            case .scope(scope, _, _) = checkpoint.tree
        else { return nil }
        return checkpoint
    }

    private func event(_ offered: Offered, in checkpoint: Checkpoint) -> NewEvent? {
        let root = offered.proof.root(
            leaf: .leaf(offered.event), index: offered.leafIndex, size: checkpoint.size)
        guard root == checkpoint.root else { return nil }
        return try? NewEvent(bytes: offered.event)
    }
}

extension [ProvenEvent] {
    /// Of a device whose pairing this ledger has lost: the key that the proven event names.
    func signingKey(of replica: ReplicaID) -> [UInt8]? {
        lazy.compactMap(\.new.event.pairedKey).first { ReplicaID(signingKey: $0) == replica }
    }
}
