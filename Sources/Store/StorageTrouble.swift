// What people are told when the disk or the memory fails under a database, by what SQLite answered.
// Neighbors: WriteGuard notices it, the commands of both programs and the server's answers tell it.

public import GRDB

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

    /// What happened and what to do, for whoever sits at this machine.
    public var sentence: String {
        switch self {
        case .full:
            "the disk is full: nothing more was written, and what was saved before is safe. Free "
                + "some space, then do it again"
        case .noMemory:
            "there is not enough memory: nothing more was written, and what was saved before is "
                + "safe. Close other programs, then do it again"
        case .unsynced:
            "the disk did not confirm what was written: what was saved before is safe, and whether "
                + "the last of it is there shows when this program is started again. If it comes "
                + "back, copy the whole folder to another disk"
        case .failing:
            "the disk reports an error: nothing more was written. Do it again; if it comes back, "
                + "copy the whole folder to another disk"
        }
    }
}
