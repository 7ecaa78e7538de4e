// Signed checkpoints ↔ what this device holds and was told before: agreement, or evidence.
// Source: docs/protocol.md section 3.5. Neighbors: AnswerApplication calls it when a page has been
// stored, in the same transaction; CheckpointTable keeps the last of each tree.
// Invariant: a checkpoint that contradicts an earlier one is never kept as the last.

internal import Shared
internal import Store

struct CheckpointComparison {
    let book: LocalBook
    /// Where the answer leaves the device, and the ledger root there.
    let cursor: LedgerPosition
    let root: Hash

    /// Why a note is kept that may be right all the same: then it is this copy that was damaged.
    static let differsHere = "the events held here have another root"

    /// Verifies the notes and keeps those that agree.
    /// One of a neighborhood that is not here in full says nothing that could be compared.
    ///
    /// - Returns: those that do not agree with the events held here: damage on one of both sides.
    /// - Throws: `AnswerApplication.Fault` if the server contradicts itself.
    func take(_ notes: [String]) throws -> [RefusedCheckpoint] {
        try notes.compactMap { note in
            let signed = try verified(note)
            if case .scope(let scope, _, _) = signed.checkpoint.tree, !book.held.contains(scope) {
                return nil
            }
            try compareWithKept(signed)
            if let reason = try disagreement(signed.checkpoint) {
                return RefusedCheckpoint(note: note, reason: reason)
            }
            try book.tables.keep(signed)
            return nil
        }
    }

    private func verified(_ note: String) throws -> SignedCheckpoint {
        do {
            return try book.verifiedCheckpoint(note, scopes: book.heldOrComing)
        } catch let error as CheckpointError {
            throw AnswerApplication.Fault.checkpoint(error)
        }
    }

    /// Two signed statements about one tree: it may only have grown.
    private func compareWithKept(_ signed: SignedCheckpoint) throws {
        let new = signed.checkpoint
        guard let note = try book.tables.keptCheckpoint(origin: new.origin),
            let kept = try book.soundCheckpoint(note, scopes: book.heldOrComing)?.checkpoint
        else { return }
        if new.size < kept.size {
            throw contradiction(signed, "it had been signed at size \(kept.size)")
        }
        if new.size == kept.size, new.root != kept.root {
            throw contradiction(signed, "another root was signed for the same size")
        }
    }

    private func contradiction(
        _ signed: SignedCheckpoint, _ reason: String
    ) -> AnswerApplication.Fault {
        .contradiction(RefusedCheckpoint(note: signed.note, reason: reason))
    }

    /// A scope's root can be computed here at any size; the ledger's is known at the cursor.
    private func disagreement(_ checkpoint: Checkpoint) throws -> String? {
        switch checkpoint.tree {
        case .ledger:
            return checkpoint.size == cursor.value && checkpoint.root != root
                ? "the answer itself names another root" : nil
        case .scope(let scope, _, _):
            let own = try book.tables.root(of: scope, size: checkpoint.size)
            return own == checkpoint.root ? nil : Self.differsHere
        }
    }
}

extension LocalBook {
    /// Notes that differed from what was held here, and agree with it since it was repaired, are no
    /// evidence any more. Those that contradict one another stay.
    func dropSettledCheckpoints(of scopes: [ScopeID]) throws {
        for refused in try tables.refusedCheckpoints()
        where refused.reason == CheckpointComparison.differsHere {
            guard let signed = try soundCheckpoint(refused.note, scopes: scopes),
                case .scope(let scope, _, _) = signed.checkpoint.tree,
                try tables.root(of: scope, size: signed.checkpoint.size) == signed.checkpoint.root
            else { continue }
            try tables.forgetRefused(signed.note)
        }
    }

    /// - Throws: `CheckpointError` of one that the ledger's key did not sign for this epoch.
    func verifiedCheckpoint(
        _ note: String, scopes: some Sequence<ScopeID>
    ) throws -> SignedCheckpoint {
        try SignedCheckpoint(
            verifying: note, community: paired.community, epoch: epoch,
            ledgerKey: paired.ledgerKey, scopes: scopes)
    }

    /// Nil where `verifiedCheckpoint` says what is wrong with it.
    func soundCheckpoint(
        _ note: String, scopes: some Sequence<ScopeID>
    ) throws -> SignedCheckpoint? {
        do {
            return try verifiedCheckpoint(note, scopes: scopes)
        } catch is CheckpointError {
            return nil
        }
    }
}
