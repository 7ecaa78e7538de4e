// What of a lost branch this device can prove, and how: by the old leaves it kept and the notes
// that were signed then. Source: docs/protocol.md section 3.6.1.
// Neighbors: OrphanTable and BranchTable have the rows, Offering sends what is planned here.
// Invariant: only a note whose size and root this device computes from its own leaves is used.

internal import Shared
internal import Store

/// An orphan that can be proven.
struct OfferCandidate {
    let orphan: Int64
    let event: [UInt8]
    let place: OfferPlan.Place
}

struct OfferPlan {
    /// A leaf in the tree of a scope of a branch.
    struct Place {
        let tree: Int
        let leafIndex: UInt64
    }

    /// A scope's tree as it was on a lost branch, and the largest note that vouches for it.
    struct Tree {
        let scope: ScopeID
        let note: SignedCheckpoint
        let tree: ContinuedTree

        func proof(of leafIndex: UInt64) throws -> InclusionProof? {
            try tree.proof(index: leafIndex, size: note.checkpoint.size)
        }
    }

    private(set) var trees: [Tree] = []
    /// By branch and old position.
    private(set) var candidates: [OfferCandidate] = []
    /// Orphans beyond the last that was signed for this device.
    private(set) var unproven: [Int64] = []
    private let book: LocalBook
    private let notes: [SignedCheckpoint]

    init(_ book: LocalBook) throws {
        self.book = book
        let branches = try book.tables.openBranches()
        // What was held on the lost branch, whatever is held now.
        let scopes = Set(try branches.flatMap(book.tables.prefixes).map(\.scope)).sorted()
        notes = try book.tables.orphanNotes().compactMap { note in
            try? SignedCheckpoint(
                verifyingAnyEpoch: note, community: book.paired.community,
                ledgerKey: book.paired.ledgerKey, scopes: scopes)
        }
        let own = try unsentByLeaf()
        for branch in branches { try add(branch, own: own) }
    }

    /// Own orphans are unsent again. They are offered along with others', in the old order, so that
    /// each finds there what it is about.
    private func unsentByLeaf() throws -> [Hash: [UInt8]] {
        let unsent = try book.tables.unsent(after: .none, limit: .max)
        return Dictionary(unsent.map { ($0.leaf, $0.bytes) }, uniquingKeysWith: { one, _ in one })
    }

    private mutating func add(_ branch: Int64, own: [Hash: [UInt8]]) throws {
        let orphans = try book.tables.orphans(of: branch)
        var places: [Int64: Place] = [:]
        for prefix in try book.tables.prefixes(of: branch) {
            let leaves = orphans.filter { $0.reach.contains(prefix.scope) }
            guard let tree = try tree(prefix, leaves.map(\.leaf)) else { continue }
            trees.append(tree)
            for (rank, orphan) in leaves.enumerated() where places[orphan.number] == nil {
                let index = prefix.size + UInt64(rank)
                guard index < tree.note.checkpoint.size else { break }
                places[orphan.number] = Place(tree: trees.count - 1, leafIndex: index)
            }
        }
        for orphan in orphans where orphan.isOpen {
            guard let event = orphan.bytes ?? own[orphan.leaf] else { continue }
            if let place = places[orphan.number] {
                candidates.append(
                    OfferCandidate(orphan: orphan.number, event: event, place: place))
            } else if orphan.bytes != nil {
                unproven.append(orphan.number)
            }
        }
    }

    /// Nil when nothing that was signed reaches beyond the prefix.
    private func tree(_ prefix: LostPrefix, _ leaves: [Hash]) throws -> Tree? {
        guard
            let tree = try? ContinuedTree(
                prefixSize: prefix.size, peaks: prefix.peaks, leaves: leaves)
        else { return nil }
        let vouching = try notes.filter { note in
            guard case .scope(prefix.scope, _, _) = note.checkpoint.tree,
                note.checkpoint.size > prefix.size
            else { return false }
            return try tree.root(size: note.checkpoint.size) == note.checkpoint.root
        }
        return vouching.max { $0.checkpoint.size < $1.checkpoint.size }.map {
            Tree(scope: prefix.scope, note: $0, tree: tree)
        }
    }
}

extension OfferPlan {
    /// The first of some candidates, as many as an offer holds; what cannot be proven after all is
    /// passed over.
    func offer(
        _ some: ArraySlice<OfferCandidate>
    ) throws -> (request: OfferRequest, orphans: [Int64], count: Int) {
        var request = OfferRequest(notes: [], offered: [])
        var (noteOf, orphans, bytes, count) = ([Int: Int](), [Int64](), 0, 0)
        for candidate in some.prefix(OfferLimits.entriesMax) {
            let tree = trees[candidate.place.tree]
            if noteOf[candidate.place.tree] == nil, noteOf.count == OfferLimits.notesMax { break }
            let note = noteOf[candidate.place.tree] ?? noteOf.count
            if let proof = try tree.proof(of: candidate.place.leafIndex) {
                let offered = Offered(
                    event: candidate.event, scope: tree.scope,
                    leafIndex: candidate.place.leafIndex, note: note, proof: proof)
                bytes += offered.byteCount
                if bytes > OfferLimits.entryBytesMax, !orphans.isEmpty { break }
                if noteOf.updateValue(note, forKey: candidate.place.tree) == nil {
                    request.notes.append(tree.note.note)
                }
                request.offered.append(offered)
                orphans.append(candidate.orphan)
            }
            count += 1
        }
        return (request, orphans, count)
    }
}
