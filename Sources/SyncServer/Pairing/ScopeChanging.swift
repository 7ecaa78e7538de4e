// Which neighborhoods a device holds from now on: more of them, whose past it then fetches, or
// fewer, whose entries then leave it. Source: docs/protocol.md sections 2.3 and 7.10.
// Neighbors: Commands/DeviceScopeCommand asks; NumberSupply writes the same event for numbers;
// Pull/HeldScopes reads it.
// Invariant: an entry that a device recorded where it no longer holds is kept apart, not lost.

internal import Shared
internal import Store
internal import Texts

extension AppendSession {
    /// Writes it, with numbers for those that are new to it; returns its position.
    @discardableResult
    func setScope(
        of device: DeviceState, to places: [EntityID], as worker: EntityID, reason: String?
    ) throws -> LedgerPosition {
        try check(places, for: device, as: worker)
        let added = Set(places).subtracting(device.neighborhoods).sorted()
        let numbers = NumberBlockTable(views)
        // An auditor enrolls nobody. One that held it before still has numbers of that time.
        let lacking =
            device.role == .auditor
            ? []
            : try added.filter { place in
                guard let newest = try numbers.newest(of: device.replica, in: place) else {
                    return true
                }
                return try numbers.left(of: newest) < NumberLimits.leftMin
            }
        return try changeScope(
            of: device, neighborhoods: places.sorted(),
            adding: try lacking.compactMap { try numbers.take($0, for: device.replica) },
            as: worker, reason: reason)
    }

    private func check(
        _ places: [EntityID], for device: DeviceState, as worker: EntityID
    ) throws {
        guard try facts.role(ofWorker: worker) == .admin else {
            throw Refusal(exit: 77, Phrase("only_admin_scope"))
        }
        guard device.revokedAfter == nil else {
            throw Refusal(exit: 65, Phrase("device_is_revoked", ["device": .text(device.label)]))
        }
        guard !places.isEmpty else {
            throw Refusal.usage(
                "a device holds at least one neighborhood; to take it out of use, see "
                    + "`devices revoke`",
                page: Phrase("device_holds_one"))
        }
        guard Set(places) != Set(device.neighborhoods) else {
            throw Refusal(
                exit: 65, Phrase("device_holds_these", ["device": .text(device.label)]))
        }
        try checkServed(
            Set(places).subtracting(device.neighborhoods).sorted(), by: device.workers)
    }

    /// A device holds only where one of its workers serves.
    func checkServed(_ places: [EntityID], by workers: [EntityID]) throws {
        let served = Set(
            try views.workers().filter { workers.contains($0.id) }.flatMap(\.neighborhoods))
        for place in places where !served.contains(place) {
            throw Refusal(
                exit: 77,
                sentence: "none of these workers serves "
                    + "\(try views.code(of: .neighborhood(place))); see `worker list`",
                page: Phrase(
                    "none_serves", ["place": .text(try views.code(of: .neighborhood(place)))]))
        }
    }

    /// Writes which neighborhoods a device holds, and the numbers it may give out, from now on.
    @discardableResult
    func changeScope(
        of device: DeviceState, neighborhoods: [EntityID], adding blocks: [NumberBlock],
        as worker: EntityID? = nil, reason: String? = nil
    ) throws -> LedgerPosition {
        let all = (device.numberBlocks + blocks).joined()
        let kind = Kind.deviceScopeChanged
        let sealed = try reason.map {
            try seal(reason: $0, as: ScopeChangeField.reason, of: kind, about: [device.id])
        }
        return try author(
            Draft(
                kind: kind, worker: worker, subject: device.id,
                payload: [
                    ScopeChangeField.neighborhoods: .entities(neighborhoods),
                    ScopeChangeField.numberBlocks: .blocks(all.newest(Limits.entitiesMax)),
                ], sealed: [sealed].compactMap(\.self))
        ).position
    }
}

extension [NumberBlock] {
    /// No more than an event carries: earlier ones were named by earlier events, and add up.
    fileprivate func newest(_ count: Int) -> [NumberBlock] {
        [NumberBlock](sorted { $0.last < $1.last }.suffix(count)).joined()
    }
}
