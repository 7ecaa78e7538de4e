// What a revoked device is told of its revocation and of what it brought since.
// Source: docs/protocol.md section 7.4. Neighbors: PageReader answers with it, QuarantineTable
// keeps what was decided.
// Invariant: of the ledger it names positions of the device's own events, and nothing else.

internal import Shared
internal import Store

extension Views {
    /// Decisions after a position, as many as an answer carries; `more` when there are others.
    func revocation(
        of device: DeviceState, decidedAfter position: LedgerPosition,
        limit: Int = Revocation.decidedMax
    ) throws -> (revocation: Revocation, more: Bool) {
        let found = try QuarantineTable(tables.db).decisions(
            about: device.replica, after: position, limit: limit + 1)
        let told = found.prefix(limit)
        let decided = try told.map { decision in
            let event = try tables.event(Dot(device.replica, decision.sequence))
            return Revocation.Decided(
                sequence: decision.sequence, choice: decision.choice,
                position: event?.observation.position)
        }
        let revocation = Revocation(
            revokedAt: try revokedAt(device), asOf: device.revokedAfter ?? .none,
            decidedTo: told.last?.decidedAt ?? position, decided: decided)
        return (revocation, found.count > limit)
    }

    /// When the revocation that holds was written, by the server's clock.
    private func revokedAt(_ device: DeviceState) throws -> Instant {
        let revocations = try tables.events(of: device.id).map(\.event).filter { event in
            event.knownKind == .deviceRevoked
                && event.payload.integer(RevocationField.asOf)
                    == device.revokedAfter.map { Int64($0.value) }
        }
        guard let first = revocations.min(by: { $0.dot < $1.dot }) else {
            throw StoreDamage.missing("the revocation of a device")
        }
        return first.recordedAt
    }
}
