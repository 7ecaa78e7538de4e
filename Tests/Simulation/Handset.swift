// A device of the simulation: a real folder, opened by the real program's code, which can be
// killed, copied and put back. Neighbors: World drives it, FieldWork records on it.
// Invariant: `line` has the leaf hash of everything this folder was told is saved, by sequence.

import FaultInjection
import Foundation
import GRDB
import Shared
import Store

@testable import SyncClient

final class Handset {
    let name: String
    let folder: URL
    let fate: Fate
    private(set) var keys: ReplicaKeys
    private(set) var device: Device
    /// Own events, from sequence 1.
    var line: [Hash] = []
    /// Own events under names that this folder had before.
    var past: [Hash] = []
    /// Went wrong since its last session: so that what the next one moves is under a fault.
    var met: Set<Fault> = []
    /// Folders with the same replica exist, or did.
    var isCopy = false
    var isRevoked = false
    /// Its disk has forgotten something.
    var wasDamaged = false

    init(name: String, folder: URL, fate: Fate, device: Device, keys: ReplicaKeys) {
        (self.name, self.folder, self.fate, self.keys) = (name, folder, fate, keys)
        self.device = device
    }

    /// A second folder with all that this one holds now.
    init(copying other: Handset, name: String, folder: URL, fate: Fate) throws {
        try other.copyFolder(to: folder)
        (self.name, self.folder, self.fate, keys) = (name, folder, fate, other.keys)
        device = try Device(folder: folder, environment: fate.environment)
        (line, past) = (other.line, other.past)
        isCopy = true
        (isRevoked, wasDamaged) = (other.isRevoked, other.wasDamaged)
    }

    var replica: ReplicaID { keys.replica }

    /// An own event that only the office has: it keeps it apart, and this folder was set back.
    func lineWithoutBytes() { line.append(.zero) }

    /// Its folder is a copy, and takes a name of its own.
    func takeAnotherName(over transport: any Transport) throws {
        (device, keys) = try Splitting(device: device, keys: keys, transport: transport).run()
        past += line
        line = []
    }

    /// Which keys are in force, the folder says.
    private func reopen() throws {
        device = try Device(folder: folder, environment: fate.environment)
        guard let identity = try IdentityFile.of(device.paired.replica, in: folder) else {
            throw HandsetError.noKeys
        }
        let before = keys.replica
        keys = try identity.keys
        // It died after it had taken another name.
        if keys.replica != before {
            past += line
            line = []
        }
    }

    enum HandsetError: Error { case noKeys }

    func close() {
        try? device.database.close()
        try? device.keyring.close()
    }

    /// After its process died, or its folder was put back.
    func restart() throws {
        close()
        try reopen()
    }

    /// As a careful person does: with the program not running.
    func copyFolder(to other: URL) throws {
        close()
        let files = FileManager.default
        try? files.removeItem(at: other)
        try files.createDirectory(
            at: other.deletingLastPathComponent(), withIntermediateDirectories: true)
        try files.copyItem(at: folder, to: other)
        try reopen()
    }

    func putBack(from backup: URL) throws {
        close()
        let files = FileManager.default
        try files.removeItem(at: folder)
        try files.copyItem(at: backup, to: folder)
        try reopen()
        past = []
    }

    /// Does `body` with one operation on its files going wrong; true when one did. A process that
    /// died, or may not write any more, is started again.
    func striking(
        nth: Int, _ mode: FaultVFS.Mode, _ body: () throws -> Void
    ) throws -> (isStruck: Bool, error: (any Error)?) {
        FaultVFS.arm(folder, anyOf: [.write, .sync], onlyCommits: false, nth: nth, mode)
        var thrown: (any Error)?
        do { try body() } catch { thrown = error }
        if mode.isDeath { close() }
        let hit = FaultVFS.disarm()
        if mode.isDeath {
            try reopen()
        } else if device.writes.isStopped {
            try restart()
        }
        return (hit != nil, thrown)
    }
}
