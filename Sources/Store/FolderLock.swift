// One lock file per data folder, taken around each write and checkpoint by every process there:
// SQLite before 3.51.3 has a rare race between processes that reset its log.
// Neighbors: Record and SyncSession on the device, the append on the server.

public import Foundation

/// Held from `init` until it is deallocated or released. The kernel lets go when a process dies.
public final class FolderLock: Sendable {
    private let descriptor: Int32

    public enum Failure: Error, CustomStringConvertible {
        case cannotOpen(String)
        case busy(String)
        public var description: String {
            switch self {
            case .cannotOpen(let path): "cannot open the lock file \(path); check its permissions"
            case .busy(let path): "another Hourbook program holds \(path)"
            }
        }
    }

    /// Waits for the lock unless told not to.
    public init(folder: URL, name: String = "lock", wait: Bool = true) throws {
        let path = folder.appendingPathComponent(name).path
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Failure.cannotOpen(path) }
        var result: Int32
        repeat {
            result = flock(descriptor, wait ? LOCK_EX : LOCK_EX | LOCK_NB)
        } while result != 0 && errno == EINTR
        guard result == 0 else {
            close(descriptor)
            throw Failure.busy(path)
        }
    }

    deinit { close(descriptor) }
}
