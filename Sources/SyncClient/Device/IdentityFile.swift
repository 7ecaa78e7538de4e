// The device's private keys, in a file of their own beside the database, for its owner only.
// Neighbors: Pairing writes it before it asks the server, SyncSession signs with it.
// Invariant: written whole and durably before the request that tells the server of these keys, so
// that a lost answer can be asked for again.

internal import Foundation
internal import Shared

struct IdentityFile {
    static let name = "identity"
    /// Of a copy that is about to go on under a name of its own. Which of the two is in force, the
    /// database says.
    static let nextName = "identity.next"
    private static let keyByteCount = 32

    /// The pairing link these keys were made for.
    let link: [UInt8]
    private let signingKey: [UInt8]
    private let receivingKey: [UInt8]

    init(link: [UInt8], environment: Environment) {
        self.link = link
        signingKey = environment.randomBytes(Self.keyByteCount)
        receivingKey = environment.randomBytes(Self.keyByteCount)
    }

    var keys: ReplicaKeys {
        get throws { try ReplicaKeys(signingKey: signingKey, receivingKey: receivingKey) }
    }

    /// Nil when there is none; throws when it cannot be read.
    init?(folder: URL) throws { try self.init(folder: folder, name: Self.name) }

    /// The keys of this replica, whether or not the switch to them has been finished.
    static func of(_ replica: ReplicaID, in folder: URL) throws -> IdentityFile? {
        for name in [name, nextName] {
            guard let file = try IdentityFile(folder: folder, name: name),
                try file.keys.replica == replica
            else { continue }
            return file
        }
        return nil
    }

    init?(folder: URL, name: String) throws {
        let url = folder.appendingPathComponent(name)
        guard FileManager.default.fileExists(atPath: url.path) else { return nil }
        guard let bytes = (try? Data(contentsOf: url)).map({ [UInt8]($0) }) else {
            throw UserError(
                .ioError, "cannot read \(url.path); check its permissions and the disk")
        }
        guard bytes.count == PairingLink.idByteCount + 2 * Self.keyByteCount else {
            throw UserError(
                .ioError, "\(url.path) is damaged; restore it, or pair anew in another folder")
        }
        link = Array(bytes.prefix(PairingLink.idByteCount))
        signingKey = Array(bytes.dropFirst(PairingLink.idByteCount).prefix(Self.keyByteCount))
        receivingKey = Array(bytes.suffix(Self.keyByteCount))
    }

    /// Written aside, made durable, then renamed into place.
    func save(folder: URL, name: String = Self.name) throws {
        let url = folder.appendingPathComponent(name)
        let draft = folder.appendingPathComponent(name + ".new")
        let descriptor = open(draft.path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        let bytes = link + signingKey + receivingKey
        guard descriptor >= 0 else { throw Self.cannotWrite(draft) }
        defer { close(descriptor) }
        guard write(descriptor, bytes, bytes.count) == bytes.count, fsync(descriptor) == 0,
            rename(draft.path, url.path) == 0, Self.makeDurable(folder)
        else { throw Self.cannotWrite(draft) }
    }

    /// The renaming itself.
    private static func makeDurable(_ folder: URL) -> Bool {
        let descriptor = open(folder.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return fsync(descriptor) == 0
    }

    private static func cannotWrite(_ url: URL) -> UserError {
        UserError(.ioError, "cannot write \(url.path); check the folder's permissions and space")
    }
}
