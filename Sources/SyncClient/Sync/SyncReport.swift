// What a sync session came to, for whoever asked for it. Neighbors: SyncSession fills it in,
// SyncCommands says it in words.

internal import Shared
internal import Store

struct SyncReport: Equatable {
    var end: SyncEnd = .complete
    var pushed = 0
    var fetched = 0
    var refused = 0
    /// Own events kept apart about which a revoked device was told a decision.
    var decided = 0
    /// Entries that only this copied folder had, handed in under its new name.
    var handedIn = 0
    var bytesSent = 0
    var bytesReceived = 0
    var requests = 0
    /// Events of a request that may have been received, and had no answer.
    var unconfirmed = 0
    /// Data keys that were missing here and came.
    var keysFound = 0
    var mismatches: [ScopeID] = []
    /// What was set right here, and what could not be.
    var repaired: [RepairNote] = []
    var repairFailures: [ScopeID: String] = [:]
    /// Notes of an earlier epoch that the present one contradicts.
    var contradictions = 0
    /// Entries of a lost branch that the office has since they were offered.
    var broughtBack = 0
}
