// A folder whose entries the ledger cannot have, for another copy of it has gone on under the same
// name, takes a name of its own. Source: docs/protocol.md section 7.9. Neighbors: SyncRun
// found out by a session, LostBranch hands in what only this folder has.
// Invariants: the new keys are durable before the server hears of them; which keys are in force is
// what the database says; no byte of an own entry goes.

internal import Foundation
internal import Shared
internal import Store
internal import Texts

struct Splitting {
    let device: Device
    let keys: ReplicaKeys
    let transport: any Transport

    /// The folder as the replica that it is from now on.
    /// - Throws: a sentence; what was recorded is where it was.
    func run() throws -> (device: Device, keys: ReplicaKeys) {
        guard let folder = device.folder, let common = try device.read({ $0.sync.divergedAfter })
        else { preconditionFailure("only a folder that has parted takes another name") }
        let next = try nextIdentity(in: folder)
        let nextKeys = try next.keys
        let answer = try ask(common: common, as: nextKeys)
        // What a disk has hurt must not keep this folder under a name that is another's now.
        try device.puttingDamageAside { try become(nextKeys, answer) }
        // A crash before this line leaves both files, and the database says which counts.
        try next.save(folder: folder)
        let reopened = try Device(
            folder: folder, database: device.database, keyring: device.keyring,
            writes: device.writes, environment: device.environment)
        return (reopened, nextKeys)
    }

    /// Of a first try that broke off, the same again: the server knows it.
    private func nextIdentity(in folder: URL) throws -> IdentityFile {
        if let next = try IdentityFile(folder: folder, name: IdentityFile.nextName),
            try next.keys.replica != device.paired.replica
        {
            return next
        }
        guard let present = try IdentityFile.of(device.paired.replica, in: folder) else {
            throw UserError(
                .ioError, "this device's keys are missing from \(folder.path); restore them",
                page: Phrase("sync_keys_missing"))
        }
        let made = IdentityFile(link: present.link, environment: device.environment)
        // The switch before this one may not have been finished: the keys in force stay somewhere.
        try present.save(folder: folder)
        try made.save(folder: folder, name: IdentityFile.nextName)
        return made
    }

    // MARK: Asking

    private func ask(common: Sequence64, as next: ReplicaKeys) throws -> PairResponse {
        let (signing, receiving) = (next.signingPublicKey, next.receivingPublicKey)
        let request = SplitRequest(
            signingKey: signing, receivingKey: receiving, common: common,
            proof: try next.sign(
                Signed.split(
                    community: device.paired.community, origin: device.paired.replica,
                    common: common, signingKey: signing, receivingKey: receiving)))
        let body = try request.encoded()
        var nonce = try device.read { $0.sync.nonce }
        for _ in 0..<Self.triesMax {
            let answer = try post(body, nonce: nonce)
            if answer.status == 200 { return try verified(answer, for: next.replica) }
            let problem = ProblemDetails(answer)
            guard problem.status == 401, let fresh = SignedRequest.nextNonce(answer),
                fresh != nonce
            else {
                throw UserError(
                    problem.isTemporary ? .temporaryFailure : .unavailable,
                    "this folder is a copy, or was set back. The office says: \(problem.sentence)",
                    page: Phrase("sync_copy_refused", ["what": .phrase(problem.phrase)]))
            }
            nonce = fresh
        }
        throw UserError(.temporaryFailure, Phrase("sync_nonce"))
    }

    /// Once with the nonce that is known, and once with a fresh one.
    private static let triesMax = 2

    private func post(_ body: [UInt8], nonce: [UInt8]) throws -> HTTPAnswer {
        let path = SyncProtocol.splitPath
        let headers = try SignedRequest.headers(
            keys: keys, community: device.paired.community, nonce: nonce, path: path, body: body)
        return try transport.post(path: path, headers: headers, body: body)
    }

    private func verified(_ answer: HTTPAnswer, for replica: ReplicaID) throws -> PairResponse {
        let paired = device.paired
        guard let response = try? PairResponse(decoding: answer.body),
            response.ledgerKey == paired.ledgerKey, response.serverReceivingKey.count == 32,
            response.serverSigningKey.count == 32,
            (try? verify(
                response.signature,
                of: Signed.paired(
                    community: paired.community, replica: replica,
                    response: response.unsignedBytes()), by: paired.ledgerKey)) != nil
        else {
            throw UserError(
                .protocolError, Phrase("sync_not_office"))
        }
        return response
    }

    // MARK: The other name

    /// All in one transaction: from here on the old name's entries are somebody else's, and those
    /// that only this folder may have wait for the ledger's end.
    private func become(_ next: ReplicaKeys, _ answer: PairResponse) throws {
        try device.write { book in
            let tables = book.tables
            let unsent = try tables.unsent(after: .none, limit: .max)
            // The place that these had was of a branch that the ledger has lost.
            let common = book.sync.divergedAfter ?? .none
            for event in try tables.placed(of: book.paired.replica, after: common) {
                try tables.keepParted(event, apart: nil)
            }
            for event in unsent { try tables.keepParted(event, apart: nil) }
            for kept in try tables.refusedEvents() {
                guard let event = try tables.refused(kept.event.dot.sequence) else { continue }
                try tables.keepParted(event, apart: kept.reason)
                try tables.forgetRefused(kept.event.dot.sequence)
            }
            for event in unsent { try tables.removeUnsent(event.event.dot) }
            try tables.projectAgain(Set(unsent.map(\.event.entity)))
            let old = book.paired
            let chain = ReplicaChain(signingKey: next.signingPublicKey)
            try tables.become(
                PairedDevice(
                    community: old.community, communityName: old.communityName,
                    replica: next.replica, label: old.label, server: old.server,
                    ledgerKey: old.ledgerKey, serverSigningKey: answer.serverSigningKey,
                    serverReceivingKey: answer.serverReceivingKey, pairedAt: answer.pairedAt),
                chain: chain, from: old.pairedAt)
            var state = book.sync
            (state.acknowledged, state.offered, state.divergedAfter) = (chain, .none, nil)
            try tables.save(state)
        }
    }
}
