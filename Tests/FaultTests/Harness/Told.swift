// What people were told while a fault was at work: "saved", "in step", or an error. Neighbors:
// the suites fill it, Invariants holds it against what is there afterwards.

import FaultInjection
import Shared
import Store

@testable import SyncClient
@testable import SyncServer

struct Told {
    /// "Saved" was said. Every exchange here has minutes of its own.
    var saved: Set<Int64> = []
    /// It was tried, and an error was shown: it may be there or not.
    var failed: Set<Int64> = []
    /// A sync ended with "in step": all that was saved is at the office.
    var isInStep = false
    /// What was shown.
    private(set) var errors: [String] = []
    /// There was an error that the programs have no sentence for.
    private(set) var isSilent = false

    mutating func note(_ error: any Error) {
        isSilent = isSilent || Self.sentence(error) == nil
        errors.append(Self.shown(error))
    }

    /// As `hourbook sync` tells how its session ended.
    mutating func note(_ report: SyncReport, of device: Device) throws {
        isInStep = report.end == .complete
        let shown = try device.read { book in
            report.failure(try UnsentSummary(book), book.sync)
        }
        if let shown { errors.append(shown.description) }
    }

    static func shown(_ error: any Error) -> String { sentence(error) ?? "\(error)" }

    /// What the programs print for it; nil if they have no sentence for it.
    private static func sentence(_ error: any Error) -> String? {
        UserError(showing: error)?.description ?? Refusal(showing: error)?.sentence
    }
}
