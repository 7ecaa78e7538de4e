// Dots as one small integer inside one database: replica number and sequence.
// Neighbors: LedgerTables gives replicas their numbers in the order they appear.

/// (replica number << 40) | sequence. Local: another database numbers replicas otherwise.
struct LocalKey: Hashable, Comparable {
    let value: Int64

    static let sequenceBits = 40
    /// A trillion events of one replica; what claims more names nothing that exists.
    static let sequenceMax: UInt64 = 1 << 40 - 1

    init(stored value: Int64) { self.value = value }

    /// Nil when the sequence is out of range.
    init?(replicaNumber: Int64, sequence: UInt64) {
        guard sequence <= Self.sequenceMax else { return nil }
        value = replicaNumber << Self.sequenceBits | Int64(sequence)
    }

    var replicaNumber: Int64 { value >> Self.sequenceBits }
    var sequence: UInt64 { UInt64(value) & Self.sequenceMax }

    static func < (lhs: Self, rhs: Self) -> Bool { lhs.value < rhs.value }
}
