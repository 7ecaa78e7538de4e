// What must hold after every fault: I1 to I8 of the project's list of faults. Neighbors: the fault
// suites and the simulator say which one broke.

public enum Invariant: String, CaseIterable, Codable, Sendable {
    /// No acknowledged event is lost.
    case i1 = "I1"
    /// None is applied twice.
    case i2 = "I2"
    /// The ledger only grows, and every checkpoint is consistent with it.
    case i3 = "I3"
    /// All replicas converge.
    case i4 = "I4"
    /// Minutes sum to zero.
    case i5 = "I5"
    /// Damage is named, never silent.
    case i6 = "I6"
    /// No personal data in an error or a log.
    case i7 = "I7"
    /// Progress resumes by itself.
    case i8 = "I8"
}

/// A broken invariant, and what was seen.
public struct Breach: CustomStringConvertible, Sendable {
    public let invariant: Invariant
    public let finding: String
    public var description: String { "\(invariant.rawValue): \(finding)" }

    public init(_ invariant: Invariant, _ finding: String) {
        self.invariant = invariant
        self.finding = finding
    }
}
