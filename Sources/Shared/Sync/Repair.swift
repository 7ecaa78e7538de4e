// How a device finds what of a scope it holds otherwise than the ledger: by the roots of ever
// smaller subtrees, then by leaves with their positions, then by the entries themselves.
// Source: docs/protocol.md section 7.7. Neighbors: the device's TreeDescent asks, the server's
// RepairReader answers; Repair+Wire has the bytes.
// Invariant: only complete subtrees are compared, which stay what they are however the tree grows.

/// What a device asks about one of its scopes, or reports of it.
public struct RepairQuestion: Hashable, Sendable {
    public enum Matter: Hashable, Sendable {
        /// The roots of complete subtrees of 2^level leaves, from the one with this index on.
        case subtrees(level: Int, first: UInt64)
        /// The entries at these positions, ascending.
        case entries([LedgerPosition])
        /// What had gone wrong, and how many entries were fetched or put aside for it.
        case report(RepairCause, entries: UInt64)
    }

    public let scope: ScopeID
    public let matter: Matter

    public init(scope: ScopeID, _ matter: Matter) {
        self.scope = scope
        self.matter = matter
    }
}

public enum RepairLimits {
    /// Subtrees an answer is about, as a power of two: at 64 hashes an answer, three questions lead
    /// to one leaf among 100,000 with some 5 KB.
    public static let subtreesBits = 6
    public static let subtreesMax = 1 << subtreesBits
    /// 2^40 leaves are more than a sequence can number.
    public static let levelMax = 40
}

/// Why what a device held was not what the ledger holds. Numbers are frozen.
public enum RepairCause: UInt32, CaseIterable, Sendable {
    /// Its tree did not fit its own entries, which were all right.
    case tree = 1
    /// Entries were not there.
    case missing
    /// Entries had other bytes.
    case altered
    /// There were entries that the ledger does not have there.
    case extra

    public var name: String {
        switch self {
        case .tree: "tree"
        case .missing: "missing"
        case .altered: "altered"
        case .extra: "extra"
        }
    }

    /// After "on this device".
    public var sentence: String {
        switch self {
        case .tree: "the tree did not fit the entries, which were all there"
        case .missing: "entries were missing"
        case .altered: "entries had been damaged"
        case .extra: "there were entries that the office does not have"
        }
    }
}

/// A leaf of a scope's tree, and where its entry is in the ledger.
public struct PlacedLeaf: Hashable, Sendable {
    public let position: LedgerPosition
    public let leaf: Hash

    public init(position: LedgerPosition, leaf: Hash) {
        self.position = position
        self.leaf = leaf
    }
}

public enum RepairAnswer: Hashable, Sendable {
    /// Fewer than asked for: there are no more complete ones.
    case subtrees([Hash])
    /// Those of level 0; fewer than asked for: the tree ends there.
    case leaves([PlacedLeaf])
    /// A packed page.
    case entries([UInt8])
}
