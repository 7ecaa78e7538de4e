// What happens next, chosen by the seed: mostly people at work, often something that goes wrong.
// Neighbors: World holds all, FieldWork and OfficeWork do what is chosen here.

import FaultInjection
import Foundation
import Shared
import TestSupport

@testable import SyncClient

extension World {
    /// At most so many of what parts a device from its book, or a world would run empty.
    private static let copiesMax = 2

    /// Faults of a session that a wire or a disk can have.
    private static let sessionFaults: [Fault] = [
        .requestLost, .requestCut, .answerLost, .answerCut, .answerDamaged, .duplicated, .delayed,
        .officeBusy, .officeStruck, .officeDiskError, .deviceStruck, .deviceDiskError,
    ]

    func step() throws {
        tally.note(step: 1)
        pass()
        let handset = pick(handsets)
        if pace == .busy, random.chance(3, of: 5) { return try workAndVisit(handset) }
        switch random.int(0...99) {
        case 0...33: try work(on: handset)
        case 34...70:
            try visit(handset, fault: random.chance(3, of: 5) ? pick(Self.sessionFaults) : nil)
        case 71...79: try officeWork()
        case 80...81: setClock(of: handset)
        case 84: jumpOfficeClock()
        case 85...87: try backUp(handset)
        case 88: try putBack()
        case 89: try clone(handset)
        case 90 where random.chance(1, of: 6): try revoke(handset)
        case 90: try damage(handset)
        case 82...83: try rescope(handset)
        case 91...92: try recordOddly(on: handset)
        case 93: try recordForged(on: handset)
        case 94...95: replay()
        case 96...97: try recordStruck(on: handset)
        case 98: try handset.restart()
        case 99 where random.chance(2, of: 3): try setBackStep()
        default: try office.restart()
        }
    }

    private func workAndVisit(_ handset: Handset) throws {
        try work(on: handset)
        try visit(handset, fault: random.chance(4, of: 5) ? pick(Self.sessionFaults) : nil)
    }

    private func pass() {
        let time = Int64(random.int(1...7_200)) * 1_000
        officeFate.pass(milliseconds: time)
        for handset in handsets { handset.fate.pass(milliseconds: time) }
    }

    private func setClock(of handset: Handset) {
        let years: [Int64] = [-30, -1, 0, 0, 5]
        handset.fate.set(offset: pick(years) * 365 * 86_400_000)
        handset.met.insert(.deviceClock)
        tally.note(fault: .deviceClock)
        tell("\(handset.name) has another clock")
    }

    private func jumpOfficeClock() {
        officeFate.set(offset: Int64(random.int(-3...3)) * 86_400_000)
        for handset in handsets { handset.met.insert(.officeClock) }
        tally.note(fault: .officeClock)
        tell("the office's clock jumps")
    }

    /// Somebody sends again what was sent before.
    private func replay() {
        guard !late.isEmpty else { return }
        let parcel = late[random.int(0...late.count - 1)]
        deliver(parcel)
        tally.note(fault: .late)
        tell("an old request comes again")
    }

    /// A disk that forgets or turns over what it was given: of the entries, or of their trees.
    private func damage(_ handset: Handset) throws {
        guard !handset.isCopy, !handset.isRevoked else { return }
        let isTree = random.chance(1, of: 3)
        let done = try handset.device.write { book in
            if isTree { return try book.damageTree(of: pick(book.held.sorted())) }
            guard
                let leaf = try book.damageEntry(
                    random: &random, at: handset.device.environment.now())
            else { return false }
            damagedLeaves.insert(leaf)
            return true
        }
        guard done else { return }
        handset.wasDamaged = true
        handset.met.insert(.damaged)
        tally.note(fault: .damaged)
        tell("\(handset.name)'s copy is damaged: its \(isTree ? "tree" : "entries")")
    }

    // MARK: Copies

    private func backUp(_ handset: Handset) throws {
        let place = folder.appendingPathComponent("backup-\(backups.count)")
        try handset.copyFolder(to: place)
        backups.append(Backup(handset: handset.name, folder: place, line: handset.line))
        tell("\(handset.name) is backed up")
    }

    private func putBack() throws {
        guard handsets.count(where: \.isCopy) < Self.copiesMax, !backups.isEmpty else { return }
        let backup = pick(backups)
        guard let handset = handsets.first(where: { $0.name == backup.handset }) else { return }
        truth.loseWithDisk(Set(handset.line + handset.past).subtracting(backup.line))
        try handset.putBack(from: backup.folder)
        handset.line = backup.line
        handset.isCopy = true
        handset.met.insert(.restored)
        tally.note(fault: .restored)
        tell("\(handset.name) is put back from a backup")
    }

    private func clone(_ handset: Handset) throws {
        guard handsets.count(where: \.isCopy) < Self.copiesMax else { return }
        let name = "\(handset.name)-copy\(handsets.count)"
        let copy = try Handset(
            copying: handset, name: name, folder: folder.appendingPathComponent(name),
            fate: Fate(seed: random.next()))
        handset.isCopy = true
        copy.met.insert(.cloned)
        handset.met.insert(.cloned)
        tally.note(fault: .cloned)
        handsets.append(copy)
        tell("\(handset.name) is cloned")
    }
}
