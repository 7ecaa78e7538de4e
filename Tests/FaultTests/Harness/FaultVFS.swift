// The C shim as Swift sees it: which operation on a folder's databases is struck, and how.
// Neighbors: CFaultVFS does it, Sweep strikes each in turn.

import CFaultVFS
import Foundation

enum FaultVFS {
    enum Kind: CaseIterable, CustomStringConvertible {
        case read, write, sync

        var number: Int32 {
            switch self {
            case .read: Int32(FAULT_READ.rawValue)
            case .write: Int32(FAULT_WRITE.rawValue)
            case .sync: Int32(FAULT_SYNC.rawValue)
            }
        }

        var description: String {
            switch self {
            case .read: "read"
            case .write: "write"
            case .sync: "fsync"
            }
        }
    }

    enum Mode: CaseIterable, CustomStringConvertible {
        /// The operation fails; the process lives on.
        case error
        /// The process ends before the operation.
        case kill
        /// The process ends in the middle of the write.
        case torn

        var number: Int32 {
            switch self {
            case .error: Int32(FAULT_ERROR.rawValue)
            case .kill: Int32(FAULT_KILL.rawValue)
            case .torn: Int32(FAULT_TORN.rawValue)
            }
        }

        var description: String {
            switch self {
            case .error: "fails"
            case .kill: "killed before"
            case .torn: "killed within"
            }
        }
    }

    /// What was struck.
    struct Hit: Hashable {
        let file: String
        let kind: Kind
        /// The write of a transaction's last frame, or the sync that makes it durable.
        let isCommit: Bool
    }

    private static let isInstalled = fault_vfs_install() == 0

    /// Before any database is opened.
    static func install() { precondition(isInstalled, "SQLite takes another VFS") }

    /// The `nth` operation of the kind in the folder, from 1; none ever for `Int.max`.
    static func arm(_ folder: URL, _ kind: Kind, nth: Int, _ mode: Mode) {
        fault_vfs_arm(folder.path, kind.number, nth, mode.number)
    }

    static var count: Int { fault_vfs_count() }

    /// Nil when there were fewer operations than that.
    @discardableResult
    static func disarm() -> Hit? {
        let hit = fault_vfs_disarm()
        guard hit.happened != 0 else { return nil }
        let files = ["ledger", "ledger's log", "keys", "keys' log", "another file"]
        let kind = Kind.allCases.first { $0.number == hit.kind }
        return Hit(
            file: files[Int(hit.file)], kind: kind ?? .read, isCommit: hit.is_commit != 0)
    }
}
