// A ledger that was set back or altered goes on: verified as it is, in a new epoch, with a server
// replica of its own. Source: docs/protocol.md section 3.6.
// Neighbors: RecoverCommand calls it; SyncRoute tells devices of a lost branch.
// Invariants: the next keys are durable before the ledger names them, and put in place after; every
// step that is struck leaves a ledger that is still read-only or already reopened.

internal import Foundation
internal import GRDB
internal import Shared
internal import Store

enum EpochLimits {
    /// A device's unsigned word moves the number of the next epoch by no more than that: a wrong
    /// one must not use up all of them.
    static let claimedStepsMax: UInt32 = 1_000
}

extension ServerStore {
    struct Reopened: Encodable {
        let epoch: UInt32
        let inheritedSize: UInt64
        /// Of `ledger.reopened`.
        let position: UInt64
        /// Devices that had shown more of the ledger than is here.
        let devicesAhead: Int
    }

    /// Begins the next epoch. What is here must be whole in itself. `isRestored`: it comes from a
    /// backup, so nothing here can tell how far the ledger had come.
    func beginEpoch(
        as admin: String, reason: String?, isRestored: Bool = false
    ) throws -> Reopened {
        let devicesAhead = try pool.read { try AheadDeviceTable($0).count() }
        guard isRestored || standing != .whole || devicesAhead > 0 else {
            throw Refusal(
                exit: 65,
                sentence: "there is nothing to recover from: the ledger is all that was signed, "
                    + "and no device has shown more of it")
        }
        try checkWhole()
        let number = try nextEpoch()
        let next = try keys.ofNextEpoch(environment: environment)
        try next.save(folder: folder, name: ServerKeys.nextFileName)
        let done = try reopen { session in
            try session.tables.bind(
                to: keyring, keptApart: try QuarantineTable(session.db).keptApart())
            let worker = try session.views.worker(admin)
            let inherited = session.position
            let position = try session.reopen(next, number, as: worker, reason: reason)
            try AheadDeviceTable(session.db).removeAll()
            return Reopened(
                epoch: number.value, inheritedSize: inherited.value, position: position.value,
                devicesAhead: devicesAhead)
        }
        // Puts the keys in place, as any later start would.
        try ServerStore(folder: folder, environment: environment).vouch()
        return done
    }

    /// Above every epoch of which there is a sign: of a folder from before the last reopening, too,
    /// no two epochs have one number.
    private func nextEpoch() throws -> Epoch {
        let signed = try HighWater.newestEpoch(
            folder: folder, community: community, ledgerKey: keys.ledger.signingPublicKey)
        let known = max(epoch.value, signed?.value ?? 0)
        let claimed = try pool.read { try AheadDeviceTable($0).epochs() }.map(\.value)
            .last { UInt64($0) <= UInt64(known) + UInt64(EpochLimits.claimedStepsMax) }
        let (next, isOver) = max(known, claimed ?? 0).addingReportingOverflow(1)
        guard !isOver else {
            throw Refusal(exit: 65, sentence: "there is no number left for another epoch")
        }
        return Epoch(next)
    }

    private func checkWhole() throws {
        let parts = try read { views in
            [try views.verifyLedger()]
                + (try VerifiedPart.attempt("scopes") {
                    try views.verifyScopes(views.allScopes())
                })
        }
        if let broken = parts.first(where: { !$0.isWhole }) {
            throw Refusal(
                exit: 65,
                sentence: "the ledger is damaged in itself and cannot go on: \(broken.part), "
                    + "\(broken.finding). Put back a sound copy of the folder first")
        }
    }
}

extension AppendSession {
    /// Writes `ledger.reopened` as the first event of the next server replica.
    fileprivate func reopen(
        _ next: ServerKeys, _ number: Epoch, as worker: EntityID, reason: String?
    ) throws -> LedgerPosition {
        guard try facts.role(ofWorker: worker) == .admin else {
            throw Refusal(exit: 77, sentence: "only an admin reopens the ledger")
        }
        guard let community = try views.community() else {
            throw Refusal.noInput("the ledger has no position 1: nothing can go on from it")
        }
        let kind = Kind.ledgerReopened
        let sealed = try reason.map {
            try seal(reason: $0, as: ReopenedField.reason, of: kind, about: [community.id])
        }
        let (size, root) = try tables.ledgerRoot()
        serverKeys = next.replica
        var payload: Payload = [
            ReopenedField.epoch: .integer(Int64(number.value)),
            ReopenedField.inheritedSize: .integer(Int64(size)),
            ReopenedField.inheritedRoot: .data(root.bytes),
            ReopenedField.serverSigningKey: .data(next.replica.signingPublicKey),
            ReopenedField.serverReceivingKey: .data(next.replica.receivingPublicKey),
        ]
        if let note = HighWater.shownNote(folder: store.folder),
            note.unicodeScalars.count <= ReopenedField.shownScalarsMax
        {
            payload[ReopenedField.shown] = .text(note)
        }
        return try author(
            Draft(
                kind: kind, worker: worker, subject: community.id, payload: payload,
                sealed: sealed.map { [$0] } ?? [])
        ).position
    }
}

extension Views {
    /// For a device that knows no epoch after `known`; nil when there is none.
    func reopened(after known: Epoch) throws -> Shared.Reopened? {
        let later = try tables.reopenings().filter { $0.epoch.value > known.value }
        guard let newest = later.last, let event = try tables.newestReopening(),
            let size = later.map(\.inheritedSize).min(),
            let root = try tables.ledgerRoot(at: size)
        else { return nil }
        return Shared.Reopened(
            epoch: newest.epoch, inheritedSize: size, inheritedRoot: root, event: event)
    }
}
