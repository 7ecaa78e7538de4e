// A device that must not write any more: lost, stolen, or its worker has left.
// Neighbors: DevicesCommand asks; Admission quarantines what comes later, PageReader sends
// it nothing.
// Invariant: what the ledger has of it stays, and what it still brings is kept for an admin.

internal import Shared
internal import Store
internal import Texts

extension AppendSession {
    /// Writes the revocation, as of what the ledger has; returns its position.
    @discardableResult
    func revoke(
        _ device: DeviceState, as worker: EntityID, reason: String
    ) throws -> LedgerPosition {
        guard try facts.role(ofWorker: worker) == .admin else {
            throw Refusal(exit: 77, Phrase("only_admin_revokes"))
        }
        guard device.revokedAfter == nil else {
            throw Refusal(
                exit: 65, Phrase("device_revoked_already", ["device": .text(device.label)]))
        }
        let position = try writeRevocation(of: device, as: worker, reason: reason)
        for copy in try copies(of: device) where copy.revokedAfter == nil {
            try writeRevocation(of: copy, as: worker, reason: reason)
        }
        return position
    }

    /// Folders that were copied from its, and from those.
    private func copies(of device: DeviceState) throws -> [DeviceState] {
        try SplitTable(db).splits(of: device.replica).flatMap { replica -> [DeviceState] in
            guard let copy = try facts.device(replica) else { return [] }
            return [copy] + (try copies(of: copy))
        }
    }

    @discardableResult
    private func writeRevocation(
        of device: DeviceState, as worker: EntityID, reason: String
    ) throws -> LedgerPosition {
        let last = try tables.head(of: device.replica)?.sequence ?? .none
        let kind = Kind.deviceRevoked
        let why = try seal(
            reason: reason, as: RevocationField.reason, of: kind, about: [device.id])
        return try author(
            Draft(
                kind: kind, worker: worker, subject: device.id,
                payload: [RevocationField.asOf: .integer(Int64(last.value))],
                sealed: [why])
        ).position
    }
}

extension Views {
    /// By label, the start of the replica's id, or the device's id.
    func device(_ typed: String) throws -> DeviceState {
        let all = try devices()
        let found = all.filter {
            $0.label.matches(typed) || $0.id.matches(typed)
                || (typed.count >= Self.replicaPrefixMin
                    && $0.replica.description.hasPrefix(typed.lowercased()))
        }
        if let one = found.first, found.count == 1 { return one }
        let known = (found.isEmpty ? all : found)
            .map { "\($0.label) (\($0.replica.description.prefix(8)))" }.joined(separator: ", ")
        throw Refusal.noInput(
            "\(found.isEmpty ? "no" : "more than one") device is called \(typed); there are: "
                + (known.isEmpty ? "none yet" : known))
    }

    /// Fewer digits would name a device by accident.
    private static let replicaPrefixMin = 4
}
