// The office's folder is put back from a copy of its own: noticed by the first device that has seen
// more, recovered sooner or later. Neighbors: WorldSteps chooses it; Truth is told what was lost.
// Invariants: whoever has seen most comes by first, so that nothing is written on a branch that
// nobody knows to be another; copies of a branch that is lost are never put back.

import FaultInjection
import Foundation
import Shared
import Store
import TestSupport

@testable import SyncClient
@testable import SyncServer

extension World {
    /// More would leave a world little else.
    private static let setBacksMax = 2

    /// The office is copied, put back from a copy, or recovered, whichever is its turn.
    func setBackStep() throws {
        if office.store.standing != .whole { return try recoverOffice() }
        guard let copy = officeCopies.last, officeSetBacks < Self.setBacksMax,
            random.chance(2, of: 3)
        else { return try copyOffice() }
        try putOfficeBack(from: copy)
        if random.chance(1, of: 2) { try recoverOffice() }
    }

    private func copyOffice() throws {
        let place = folder.appendingPathComponent("office-copy-\(officeCopies.count)")
        try office.copyFolder(to: place)
        officeCopies.append(place)
        tell("the office is backed up")
    }

    private func putOfficeBack(from copy: URL) throws {
        officeSetBacks += 1
        try office.putBack(from: copy)
        truth.forgetSigned(after: try office.store.read { $0.position }) { checkpoint($0) }
        tally.note(fault: .setBack)
        tell("the office is put back from a copy")
        for handset in handsets { handset.met.insert(.setBack) }
        let seen = try handsets.filter { !$0.isRevoked }.map { handset in
            (handset, try handset.device.read { ($0.sync.divergedAfter, $0.sync.cursor) })
        }.filter { $0.1.0 == nil }.max { $0.1.1 < $1.1.1 }?.0
        // Nobody who comes by has seen anything: there is nothing to notice.
        if let seen { try visit(seen, fault: nil) }
    }

    /// Does nothing where nothing was noticed.
    func recoverOffice() throws {
        let isAhead = try office.store.read { try AheadDeviceTable($0.tables.db).count() > 0 }
        guard office.store.standing != .whole || isAhead else { return }
        let done = try office.store.beginEpoch(as: "Ada", reason: "the disk was replaced")
        try office.restart()
        truth.note(try office.store.read { try $0.tables.reopenings() })
        tell("the office goes on in epoch \(done.epoch) after \(done.inheritedSize)")
    }
}
