// Notes signed in earlier epochs ↔ what the present one inherited: agreement, or evidence.
// Source: docs/protocol.md section 3.6. Neighbors: AnswerApplication calls it in the transaction
// that reaches the ledger's end; EvidenceTable keeps what it finds.
// Invariant: a note that was made within what every later epoch inherited must hold for the ledger
// as it is; one made beyond it was of a lost branch, and contradicts nothing.

internal import Shared
internal import Store

struct EpochComparison {
    let book: LocalBook
    let held: [ScopeID]
    let now: Instant

    /// Returns how many notes were found that the ledger contradicts.
    func compare() throws -> Int {
        let reopenings = try book.tables.reopenings()
        return try book.tables.uncomparedNotes().count { note in
            guard let signed = try? anyEpoch(note) else { return false }
            let inherited = reopenings.inheritedSize(after: signed.checkpoint.epoch)
            guard let inherited else { return false }
            try book.tables.setCompared(note)
            guard let evidence = try evidence(signed, inherited: inherited) else { return false }
            return try book.tables.keep(evidence, at: now)
        }
    }

    private func anyEpoch(_ note: String) throws -> SignedCheckpoint {
        try SignedCheckpoint(
            verifyingAnyEpoch: note, community: book.paired.community,
            ledgerKey: book.paired.ledgerKey, scopes: held)
    }

    private func evidence(
        _ signed: SignedCheckpoint, inherited: LedgerPosition
    ) throws -> EpochEvidence? {
        let was = signed.checkpoint
        guard case .scope(let scope, let ledgerSize, _) = was.tree, ledgerSize <= inherited.value
        else { return nil }
        let size = try book.tables.leafCount(of: scope, upTo: LedgerPosition(ledgerSize))
        let root = try book.tables.root(of: scope, size: size)
        guard size != was.size || root != was.root else { return nil }
        return EpochEvidence(
            note: signed.note,
            reason: "in epoch \(was.epoch.value) other entries were signed up to position "
                + "\(ledgerSize)",
            against: Array((try present(scope) ?? "").utf8))
    }

    /// What is signed of the same tree now.
    private func present(_ scope: ScopeID) throws -> String? {
        try book.tables.keptCheckpoint(
            origin: book.tables.scopeOrigin(scope, book.paired.community))
    }
}

extension [Reopening] {
    /// The smallest that any epoch after one inherited; nil when none came after it.
    func inheritedSize(after epoch: Epoch) -> LedgerPosition? {
        filter { $0.epoch.value > epoch.value }.map(\.inheritedSize).min()
    }
}
