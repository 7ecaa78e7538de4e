// What a device offers of a lost branch of the ledger: others' entries, each with the proof that
// the office had signed it. Source: docs/protocol.md section 3.6.1. Neighbors: Offer+Wire for
// bytes; the device's Offering makes one, the server's OfferRoute answers.

public enum OfferLimits {
    /// Entries of one offer: the office takes them in one transaction.
    public static let entriesMax = 500
    /// Signed notes of one offer: each costs the office a signature check.
    public static let notesMax = 100
    /// Notes of one whom the office does not know, each looked at for what it says of the office.
    public static let strangersNotesMax = 2
    /// Of the entries with their proofs, below the bound of a body with the notes.
    public static let entryBytesMax = 600_000
}

public struct OfferRequest: Hashable, Sendable {
    /// Signed checkpoints of scopes, of earlier epochs.
    public var notes: [String]
    public var offered: [Offered]

    public init(notes: [String], offered: [Offered]) {
        self.notes = notes
        self.offered = offered
    }
}

/// An event as its author wrote it, and where it was in a scope's tree.
public struct Offered: Hashable, Sendable {
    public var event: [UInt8]
    public var scope: ScopeID
    public var leafIndex: UInt64
    /// Which of the notes has the tree's size and root.
    public var note: Int
    public var proof: InclusionProof

    public init(
        event: [UInt8], scope: ScopeID, leafIndex: UInt64, note: Int, proof: InclusionProof
    ) {
        self.event = event
        self.scope = scope
        self.leafIndex = leafIndex
        self.note = note
        self.proof = proof
    }

    /// About what it takes in a message.
    public var byteCount: Int { event.count + proof.hashes.count * 34 + 60 }
}

/// By index in the offer. What is in neither is refused.
public struct OfferResponse: Hashable, Sendable {
    /// In the ledger now, as before or since this offer.
    public var taken: [Int]
    /// What they are about, or who wrote them, is not in the ledger yet.
    public var later: [Int]

    public init(taken: [Int], later: [Int]) {
        self.taken = taken
        self.later = later
    }
}
