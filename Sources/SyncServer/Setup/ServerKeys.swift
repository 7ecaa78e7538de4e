// The server's private keys, in a file of their own beside the ledger, readable by its owner only.
// Neighbors: Founding makes them, routes sign and unwrap with them.
// Invariant: written before position 1 is, and its ledger key never changed while the
// ledger has a position 1; the server replica's are those that the ledger names for its epoch.

internal import Foundation
internal import Shared
internal import Store

struct ServerKeys: Sendable {
    static let fileName = "keys.json"
    /// Those of the epoch that is about to begin.
    static let nextFileName = "keys-next.json"

    /// Signs what the community must be able to trust; its public half names the community.
    let ledger: ReplicaKeys
    /// The server replica's: authors its events and receives data keys.
    let replica: ReplicaKeys
    let nonce: RequestNonce
    private let seeds: Seeds

    /// Private halves, each 32 random bytes, in hex.
    private struct Seeds: Codable, Sendable {
        let ledger: String
        let signing: String
        let receiving: String
        let nonce: String
    }

    enum Failure: Error, Equatable, CustomStringConvertible {
        case missing(folder: String)
        /// There is a ledger, but not what signs it.
        case lost(path: String)
        case damaged(path: String)
        var description: String {
            switch self {
            case .missing(let folder):
                "\(folder) holds no ledger; make one with `hourbook-server --data \(folder) init`"
            case .lost(let path):
                "\(path) is missing, and the ledger beside it cannot be served without the keys in "
                    + "it; restore the file from a backup"
            case .damaged(let path):
                "\(path) is not readable as this server's keys; restore it from a backup"
            }
        }
    }

    init(environment: Shared.Environment) throws {
        func seed() -> String { hex(environment.randomBytes(32)) }
        try self.init(
            Seeds(ledger: seed(), signing: seed(), receiving: seed(), nonce: seed()))
    }

    private init(_ seeds: Seeds) throws {
        func key(_ text: String) throws -> [UInt8] {
            guard let key = bytes(hex: text), key.count == 32 else {
                throw Failure.damaged(path: Self.fileName)
            }
            return key
        }
        self.seeds = seeds
        // The ledger key only ever signs; the second seed is there because keys come in pairs.
        ledger = try ReplicaKeys(signingKey: key(seeds.ledger), receivingKey: key(seeds.ledger))
        replica = try ReplicaKeys(
            signingKey: key(seeds.signing), receivingKey: key(seeds.receiving))
        nonce = RequestNonce(key: try key(seeds.nonce))
    }

    var community: CommunityID { CommunityID(ledgerKey: ledger.signingPublicKey) }

    // MARK: The file

    /// `replica` is the signing key that the ledger names for its present epoch; nil in the first.
    /// Where a reopening was struck between its transaction and the file, it is carried through.
    func present(folder: URL, replica: [UInt8]?) throws -> ServerKeys {
        guard let replica, self.replica.signingPublicKey != replica else { return self }
        let next = try? ServerKeys(folder: folder, name: Self.nextFileName)
        guard let next, next.replica.signingPublicKey == replica, next.community == community
        else {
            throw Failure.damaged(path: folder.appendingPathComponent(Self.fileName).path)
        }
        try next.save(folder: folder)
        // The same keys twice; one that stays is overwritten by the next reopening.
        try? FileManager.default.removeItem(at: folder.appendingPathComponent(Self.nextFileName))
        return next
    }

    init(folder: URL, name: String = fileName) throws {
        let url = folder.appendingPathComponent(name)
        guard FileManager.default.fileExists(atPath: url.path) else {
            let ledger = folder.appendingPathComponent(StoreFile.databaseName).path
            throw FileManager.default.fileExists(atPath: ledger)
                ? Failure.lost(path: url.path) : Failure.missing(folder: folder.path)
        }
        guard let data = try? Data(contentsOf: url),
            let seeds = try? JSONDecoder().decode(Seeds.self, from: data)
        else { throw Failure.damaged(path: url.path) }
        try self.init(seeds)
    }

    func save(folder: URL, name: String = fileName) throws {
        try PrivateFile.write(seeds, name: name, folder: folder)
    }

    /// The bytes that `save` would write, in a form that it reads.
    func encoded() throws -> Data { try JSONEncoder().encode(seeds) }

    /// Of the next epoch: another server replica. Its receiving key stays, so that devices which
    /// have not heard of the epoch can still hand over data keys.
    func ofNextEpoch(environment: Shared.Environment) throws -> ServerKeys {
        try ServerKeys(
            Seeds(
                ledger: seeds.ledger, signing: hex(environment.randomBytes(32)),
                receiving: seeds.receiving, nonce: seeds.nonce))
    }
}
