// A file of private keys in the data folder, replaced whole and durably, for its owner only.
// Neighbors: ServerKeys and TLSIdentity write themselves with it; backups are put in place with it.

internal import Foundation
internal import Synchronization

enum PrivateFile {
    /// One draft at a time: two devices may prove the same thing at once.
    private static let writing = Mutex(())

    /// Replaces the file in one step, made with mode 0600 from the start.
    static func write(_ value: some Encodable, name: String, folder: URL) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
        try write(try encoder.encode(value), name: name, folder: folder)
    }

    static func write(_ data: Data, name: String, folder: URL) throws {
        try writing.withLock { _ in try replace(name, in: folder, by: data) }
    }

    private static func replace(_ name: String, in folder: URL, by data: Data) throws {
        let url = folder.appendingPathComponent(name)
        let draft = folder.appendingPathComponent(name + ".new")
        try? FileManager.default.removeItem(at: draft)
        let made = FileManager.default.createFile(
            atPath: draft.path, contents: nil, attributes: [.posixPermissions: 0o600])
        guard made else { throw CocoaError(.fileWriteNoPermission) }
        let handle = try FileHandle(forWritingTo: draft)
        try handle.write(contentsOf: data)
        try handle.synchronize()
        try handle.close()
        try put(draft, at: url)
    }

    /// Gives a synced draft its name, durably.
    static func put(_ draft: URL, at url: URL) throws {
        guard rename(draft.path, url.path) == 0 else { throw CocoaError(writing: errno) }
        try syncEntries(of: url.deletingLastPathComponent())
    }

    /// A new name in a folder outlives a power cut only once the folder has been synced.
    static func syncEntries(of folder: URL) throws {
        let descriptor = open(folder.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw CocoaError(writing: errno) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw CocoaError(writing: errno) }
    }
}

extension CocoaError {
    /// As Foundation tells what the system answered.
    fileprivate init(writing number: Int32) {
        self.init(number == ENOSPC || number == EDQUOT ? .fileWriteOutOfSpace : .fileWriteUnknown)
    }
}
