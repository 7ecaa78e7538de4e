// The C shim as Swift sees it: which operation on a folder's files is struck, and how.
// Neighbors: CFaultVFS does it, the sweeps and the simulator strike.

import CFaultVFS
public import Foundation

public enum FaultVFS {
    public enum Kind: CaseIterable, CustomStringConvertible {
        case read, write, sync

        public var number: Int32 {
            switch self {
            case .read: Int32(FAULT_READ.rawValue)
            case .write: Int32(FAULT_WRITE.rawValue)
            case .sync: Int32(FAULT_SYNC.rawValue)
            }
        }

        public var description: String {
            switch self {
            case .read: "read"
            case .write: "write"
            case .sync: "fsync"
            }
        }
    }

    public enum Mode: CaseIterable, CustomStringConvertible {
        /// The operation fails; the process lives on.
        case error
        /// The process ends before the operation.
        case kill
        /// The process ends in the middle of the write.
        case torn
        /// The power goes before the operation; what was not synced is not there.
        case power
        /// The same, with every other write that was not synced on the disk.
        case powerMixed
        /// From the write on there is no room; the process lives on.
        case full
        /// There is no memory for the operation; the process lives on.
        case noMemory

        public var number: Int32 {
            switch self {
            case .error: Int32(FAULT_ERROR.rawValue)
            case .kill: Int32(FAULT_KILL.rawValue)
            case .torn: Int32(FAULT_TORN.rawValue)
            case .power: Int32(FAULT_POWER.rawValue)
            case .powerMixed: Int32(FAULT_POWER_MIXED.rawValue)
            case .full: Int32(FAULT_FULL.rawValue)
            case .noMemory: Int32(FAULT_NO_MEMORY.rawValue)
            }
        }

        public var description: String {
            switch self {
            case .error: "fails"
            case .kill: "killed before"
            case .torn: "killed within"
            case .power: "power cut before"
            case .powerMixed: "power cut, writes in another order, before"
            case .full: "disk full from"
            case .noMemory: "no memory for"
            }
        }

        /// Nobody closes anything afterwards.
        public var isDeath: Bool {
            switch self {
            case .error, .full, .noMemory: false
            case .kill, .torn, .power, .powerMixed: true
            }
        }
    }

    public enum File: CaseIterable, CustomStringConvertible {
        case ledger, ledgerLog, keys, keysLog, secrets, record, folder, other

        public var description: String {
            switch self {
            case .ledger: "ledger"
            case .ledgerLog: "ledger's log"
            case .keys: "keys"
            case .keysLog: "keys' log"
            case .secrets: "file of private keys"
            case .record: "high-water record"
            case .folder: "folder"
            case .other: "another file"
            }
        }
    }

    /// What was struck.
    public struct Hit: Hashable {
        public let file: File
        public let kind: Kind
        /// Of the commits of that file, from 1: the write that ends a transaction or puts a new
        /// file in its place, or the sync that makes it last. 0 for any other operation.
        public let commit: Int

        public init(file: File, kind: Kind, commit: Int) {
            (self.file, self.kind, self.commit) = (file, kind, commit)
        }
    }

    /// Where the folders are whose files may be struck.
    public static let root = FileManager.default.temporaryDirectory
        .appendingPathComponent("hourbook-fault-tests")

    private static let isInstalled = fault_vfs_install(root.path) == 0

    /// Before any database is opened.
    public static func install() { precondition(isInstalled, "SQLite takes another VFS") }

    /// The `nth` operation of the kind in the folder, or the nth of them that commits, from 1;
    /// none ever for `Int.max`.
    public static func arm(_ folder: URL, _ kind: Kind, onlyCommits: Bool, nth: Int, _ mode: Mode) {
        arm(folder, anyOf: [kind], onlyCommits: onlyCommits, nth: nth, mode)
    }

    public static func arm(
        _ folder: URL, anyOf kinds: [Kind], onlyCommits: Bool, nth: Int, _ mode: Mode
    ) {
        let mask = kinds.reduce(0) { $0 | $1.number }
        fault_vfs_arm(folder.path, mask, onlyCommits ? 1 : 0, nth, mode.number)
    }

    /// The power goes now; what was not synced is not there.
    public static func cutPower(_ mode: Mode) { fault_vfs_cut_power(mode.number) }

    public static var count: Int { fault_vfs_count() }

    /// Databases in the folder that nobody has closed.
    public static func openCount(_ folder: URL) -> Int { Int(fault_vfs_open(folder.path)) }

    /// Nil when there were fewer operations than that.
    @discardableResult
    public static func disarm() -> Hit? {
        let hit = fault_vfs_disarm()
        guard hit.happened != 0 else { return nil }
        let kind = Kind.allCases.first { $0.number == hit.kind }
        return Hit(
            file: File.allCases[Int(hit.file)], kind: kind ?? .read, commit: Int(hit.commit))
    }
}
