// What a run of the simulator met: faults, ends of sessions, outcomes of events. A case that never
// occurs is a hole in the generator, not a proof. Neighbors: World counts, SimulationTests print.

import Shared

@testable import SyncClient

/// What goes wrong, at most one kind at a time in a session.
enum Fault: String, CaseIterable, Comparable {
    case requestLost = "request lost"
    case requestCut = "request cut"
    case answerLost = "answer lost"
    case answerCut = "answer cut"
    case answerDamaged = "answer damaged"
    case duplicated = "request twice"
    case delayed = "request delayed past its session"
    case officeBusy = "office busy"
    case officeStruck = "office struck while it answers"
    case deviceStruck = "device struck in a sync"
    case recordingStruck = "device struck while recording"
    case deviceDiskError = "device's disk fails once"
    case officeDiskError = "office's disk fails once"
    case deviceClock = "device's clock wrong"
    case officeClock = "office's clock jumps"
    case restored = "device put back from a backup"
    case cloned = "device cloned"
    case split = "copy goes on under a name of its own"
    case revoked = "device revoked"
    case odd = "odd event among others"
    case forged = "context forged"
    case late = "old request again"
    case damaged = "device's copy damaged"
    case moved = "member moved"
    case rescoped = "device holds other neighborhoods"
    case setBack = "office put back from a copy"

    static func < (lhs: Self, rhs: Self) -> Bool { lhs.rawValue < rhs.rawValue }
}

struct Tally: CustomStringConvertible {
    private(set) var sessions = 0
    /// Sessions that moved events although something went wrong in them or for their device.
    private(set) var movedUnderFault = 0
    private(set) var faults: [Fault: Int] = [:]
    private(set) var ends: [String: Int] = [:]
    private(set) var outcomes: [String: Int] = [:]
    private(set) var steps = 0
    private(set) var events = 0
    /// Entries that an office which was set back had again by offers.
    private(set) var broughtBack = 0

    mutating func note(step: Int) { steps += step }
    mutating func note(events: Int) { self.events += events }
    mutating func note(broughtBack: Int) { self.broughtBack += broughtBack }
    mutating func note(outcome: String) { outcomes[outcome, default: 0] += 1 }
    mutating func note(end: String) { ends[end, default: 0] += 1 }
    mutating func note(fault: Fault) { faults[fault, default: 0] += 1 }

    mutating func noteSession(_ hasMoved: Bool, faults met: Set<Fault>) {
        sessions += 1
        if hasMoved, !met.isEmpty { movedUnderFault += 1 }
    }

    static func + (lhs: Tally, rhs: Tally) -> Tally {
        var sum = lhs
        sum.sessions += rhs.sessions
        sum.movedUnderFault += rhs.movedUnderFault
        sum.steps += rhs.steps
        sum.events += rhs.events
        sum.broughtBack += rhs.broughtBack
        sum.faults.merge(rhs.faults, uniquingKeysWith: +)
        sum.ends.merge(rhs.ends, uniquingKeysWith: +)
        sum.outcomes.merge(rhs.outcomes, uniquingKeysWith: +)
        return sum
    }

    var description: String {
        func lines(_ counts: [(String, Int)]) -> String {
            counts.sorted { $0.0 < $1.0 }.map { "  \($0.0): \($0.1)" }.joined(separator: "\n")
        }
        return "\(steps) steps, \(events) events, \(sessions) sessions, \(movedUnderFault) of them "
            + "moved events under a fault, \(broughtBack) entries brought back by offers\nfaults\n"
            + lines(Fault.allCases.map { ($0.rawValue, faults[$0] ?? 0) }) + "\nends\n"
            + lines(ends.map { ($0.key, $0.value) }) + "\noutcomes\n"
            + lines(outcomes.map { ($0.key, $0.value) })
    }
}
