// The kinds of events this build knows, by frozen number.
// Neighbors: Descriptors+*.swift say what each holds; an unknown number is admitted inert.

public enum Kind: UInt32, CaseIterable, Sendable {
    case communityFounded = 1
    case neighborhoodDefined = 2
    case workerRegistered = 3
    case ledgerReopened = 4
    case devicePaired = 5
    case deviceRevoked = 6
    case deviceScopeChanged = 7
    case serverTLSKeysChanged = 8
    case deviceSplit = 9
    case memberEnrolled = 10
    case memberChanged = 11
    case memberMoved = 12
    case hoursRecorded = 20
    case hoursAmended = 21
    case hoursVoided = 22
    case hoursConfirmed = 23
    case hoursDisputed = 24
    case hoursReinstated = 25
    case hoursMarkedSame = 26
    case hoursMarkedDistinct = 27
    case conflictResolved = 40
    case conflictUndone = 41
    case quarantineEntered = 42
    case quarantineDecided = 43
    case conflictAsked = 44
    case conflictReplied = 45

    public var number: KindNumber { KindNumber(rawValue) }
    public var descriptor: KindDescriptor { KindDescriptor.all[self]! }
    public var name: String { descriptor.name }
}

/// What kind of thing an entity is: that of its creating event.
public enum Family: UInt32, CaseIterable, Sendable {
    case community = 1, neighborhood, worker, device, member, hours, quarantine
    case question
}

/// Ascending authority. An event's author acts with the lesser of the device's and the worker's.
/// Numbers are frozen; the order is that of the cases.
public enum Role: Int64, CaseIterable, Comparable, Sendable {
    /// Reads, syncs and verifies; records nothing.
    case auditor = 4
    case outreach = 1, coordinator = 2, admin = 3

    public static func < (lhs: Self, rhs: Self) -> Bool { lhs.rank < rhs.rank }

    private var rank: Int {
        switch self {
        case .auditor: 0
        case .outreach: 1
        case .coordinator: 2
        case .admin: 3
        }
    }

    public var name: String {
        switch self {
        case .auditor: "auditor"
        case .outreach: "outreach"
        case .coordinator: "coordinator"
        case .admin: "admin"
        }
    }
}

/// Who may author a kind (docs/protocol.md section 9).
public enum Authors: Sendable {
    /// Any worker but an auditor, in a scope the device holds.
    case anyWorker
    /// A worker of the device that recorded the entry; a coordinator also others'.
    case recorderOrCoordinator
    /// A coordinator or admin.
    case coordinator
    /// The server replica only.
    case server
}
