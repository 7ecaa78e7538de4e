// What a device learns of a member whose home it does not hold: enough to name them in an entry.
// Source: docs/protocol.md section 7.6. Neighbors: the server's Pull/DirectoryReader makes lines,
// SyncMessages+Wire carries them, the device keeps them in Store's directory table.
// Invariant: a line is no event: it decides nothing, and a later line takes its place.

public struct DirectoryLine: Hashable, Sendable {
    public let member: EntityID
    public let home: ScopeID
    public let number: Int64
    public let isActive: Bool
    /// Where there is consent to show it elsewhere.
    public let name: String?
    /// Another member's line stands for this one: a repeated import. Entries may name it.
    public let isAlias: Bool

    /// Lines of one answer.
    public static let countMax = 5_000

    public init(
        member: EntityID, home: ScopeID, number: Int64, isActive: Bool = true,
        name: String? = nil, isAlias: Bool = false
    ) {
        self.member = member
        self.home = home
        self.number = number
        self.isActive = isActive
        self.name = name
        self.isAlias = isAlias
    }
}
