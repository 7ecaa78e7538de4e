// Which versions of the protocol the two sides speak, and which of them has to be updated.
// Source: docs/protocol.md section 7.11. Neighbors: every request begins with its version; the
// server's Problem and the device's ProblemDetails put the words together.
// Invariant: an answer is in the version of its request; fields that an older version may leave
// unread need no other version.

extension SyncProtocol {
    /// The newest, in which devices ask.
    public static let version: UInt32 = 1
    /// What a server answers: that one and the one before it. 0 never was one.
    public static let versions: ClosedRange<UInt32> = max(1, version - 1)...version

    /// "version 1" or "versions 1 and 2".
    public static func words(_ versions: ClosedRange<UInt32>) -> String {
        versions.count == 1
            ? "version \(versions.upperBound)"
            : "versions \(versions.lowerBound) and \(versions.upperBound)"
    }
}

/// Of a peer whose version is not spoken here.
public enum VersionAge: Equatable, Sendable {
    case older, newer

    /// Nil for one that is spoken.
    public init?(_ version: UInt32, speaking spoken: ClosedRange<UInt32> = SyncProtocol.versions) {
        if spoken.contains(version) { return nil }
        self = version < spoken.lowerBound ? .older : .newer
    }
}
