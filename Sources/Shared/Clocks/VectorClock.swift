// The full dotted vector clock, derived on demand for `explain` and for tests.
// Neighbors: CausalContext is the compact form that travels; both say the same (property test).

/// A set of dots: for each replica every sequence up to a bound, and dots beyond it.
public struct VectorClock: Hashable, Sendable {
    /// Sequences 1 … n are in the set. Replicas with 0 are left out.
    public private(set) var contiguous: [ReplicaID: Sequence64] = [:]
    /// Dots beyond the contiguous part.
    public private(set) var exceptions: Set<Dot> = []

    public enum Order: Sendable { case before, after, equal, concurrent }

    public init() {}

    public init(dots: some Sequence<Dot>) {
        for dot in dots.sorted() { insert(dot) }
    }

    /// Of each replica named all events up to that one, in constant time each.
    public init(upTo last: some Sequence<Dot>) {
        for dot in last where dot.sequence > contiguous[dot.replica, default: .none] {
            contiguous[dot.replica] = dot.sequence
        }
    }

    public func contains(_ dot: Dot) -> Bool {
        dot.sequence <= contiguous[dot.replica, default: .none] || exceptions.contains(dot)
    }

    public mutating func insert(_ dot: Dot) {
        guard !contains(dot) else { return }
        exceptions.insert(dot)
        absorb(dot.replica)
    }

    /// Adds the replica's next event and returns its dot.
    public mutating func tick(_ replica: ReplicaID) -> Dot {
        let last = exceptions.filter { $0.replica == replica }.map(\.sequence).max() ?? .none
        let next = Dot(replica, max(last, contiguous[replica, default: .none]).next)
        insert(next)
        return next
    }

    public mutating func merge(_ other: VectorClock) {
        for (replica, sequence) in other.contiguous {
            contiguous[replica] = max(sequence, contiguous[replica, default: .none])
        }
        exceptions.formUnion(other.exceptions)
        exceptions = exceptions.filter { $0.sequence > contiguous[$0.replica, default: .none] }
        for replica in Set(exceptions.map(\.replica)).sorted() { absorb(replica) }
    }

    public func isSubset(of other: VectorClock) -> Bool {
        exceptions.allSatisfy(other.contains)
            && contiguous.allSatisfy { replica, sequence in
                other.holds(upTo: sequence, of: replica)
            }
    }

    public func order(_ other: VectorClock) -> Order {
        switch (isSubset(of: other), other.isSubset(of: self)) {
        case (true, true): .equal
        case (true, false): .before
        case (false, true): .after
        case (false, false): .concurrent
        }
    }

    /// The contiguous part always absorbs what touches it, so it alone can answer.
    private func holds(upTo sequence: Sequence64, of replica: ReplicaID) -> Bool {
        contiguous[replica, default: .none] >= sequence
    }

    private mutating func absorb(_ replica: ReplicaID) {
        var next = Dot(replica, contiguous[replica, default: .none].next)
        while exceptions.remove(next) != nil {
            contiguous[replica] = next.sequence
            next = Dot(replica, next.sequence.next)
        }
    }
}
