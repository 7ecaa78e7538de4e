// Says the server's TLS keys in the ledger, so that devices follow a change of keys by themselves.
// Neighbors: TLSIdentity holds the keys; `init`, `serve`, `pairing-link` and `tls` come here.
// Invariant: the file is durable before the ledger names its keys.

internal import Foundation
internal import Shared
internal import Store

extension AppendSession {
    /// The keys of the folder, made if there are none, and announced unless the ledger's latest
    /// announcement is of these.
    func announcedTLSIdentity() throws -> TLSIdentity {
        if let identity = try TLSIdentity(folder: store.folder) {
            try announce(identity.keys)
            return identity
        }
        return try keep(TLSIdentity(environment: store.environment))
    }

    /// Puts the announced next key to use, and announces one after it.
    func useNextTLSKey() throws -> TLSIdentity {
        try keep(try announcedTLSIdentity().advanced(store.environment))
    }

    private func keep(_ identity: TLSIdentity) throws -> TLSIdentity {
        try identity.save(folder: store.folder)
        try announce(identity.keys)
        return identity
    }

    private func announce(_ keys: TLSKeys) throws {
        guard let community = try views.community(), community.state.tlsKeys.last != keys else {
            return
        }
        try author(
            Draft(
                kind: .serverTLSKeysChanged, subject: community.id,
                payload: [
                    TLSKeysField.current: .data(keys.current.bytes),
                    TLSKeysField.next: .data(keys.next.bytes),
                ]))
    }
}

extension ServerStore {
    /// The ledger tells devices keys that this folder does not hold any more.
    var hasLostTLSKeys: Bool {
        get throws {
            guard try TLSIdentity(folder: folder) == nil else { return false }
            return try read { try $0.community()?.state.tlsKeys.isEmpty == false }
        }
    }

    /// What `serve` shows: of a ledger that is read-only the keys as they are, so that devices can
    /// still fetch.
    func servedTLSIdentity() throws -> TLSIdentity {
        if standing.sentence == nil { return try append { try $0.announcedTLSIdentity() } }
        return try TLSIdentity(folder: folder) ?? TLSIdentity(environment: environment)
    }
}
