// What people are told when the disk or the memory fails under a database or a file beside it, by
// what SQLite or the system answered.
// Neighbors: WriteGuard notices it, the commands of both programs and the server's answers tell it.

public import Foundation
public import GRDB
public import Texts

public enum StorageTrouble: Equatable, Sendable {
    /// No room is left, be it for the file that SQLite shares between processes.
    case full
    case noMemory
    /// The disk did not confirm that what was written is on it.
    case unsynced
    /// It could not read, or did not write what it was asked to.
    case failing

    /// Nil for what is no fault of the machine.
    public init?(_ error: DatabaseError) {
        switch error.extendedResultCode {
        case .SQLITE_FULL, .SQLITE_IOERR_SHMSIZE: self = .full
        case .SQLITE_NOMEM, .SQLITE_IOERR_NOMEM: self = .noMemory
        case .SQLITE_IOERR_FSYNC, .SQLITE_IOERR_DIR_FSYNC: self = .unsynced
        case _ where error.resultCode == .SQLITE_IOERR: self = .failing
        default: return nil
        }
    }

    /// Of a file beside the database: the record of what was signed, keys, what a device proved.
    public init(_ error: CocoaError) {
        self = error.code == .fileWriteOutOfSpace ? .full : .failing
    }

    /// What happened and what to do, for whoever sits at this machine.
    public var sentence: String { Voice.terminal(phrase) }

    public var phrase: Phrase {
        switch self {
        case .full: Phrase("storage_full")
        case .noMemory: Phrase("storage_memory")
        case .unsynced: Phrase("storage_unsynced")
        case .failing: Phrase("storage_failing")
        }
    }
}
