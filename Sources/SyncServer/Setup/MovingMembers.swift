// A member who moves to another neighborhood, with everything that was recorded about them.
// Source: docs/protocol.md section 3.8. Neighbors: MembersCommand asks, Store/LedgerTables+Moves
// gathers the history, Pull/FillReader gives it to the devices of the new neighborhood.
// Invariant: the event vouches for the history as the ledger has it at that moment.

internal import Shared
internal import Store
internal import Texts

extension AppendSession {
    /// Writes the move; returns its position. `number` is the one there; nil: the one the member
    /// has if it is free there, else the lowest free one.
    func move(
        _ account: EntityID, to place: EntityID, number: Int64?, as worker: EntityID,
        reason: String?
    ) throws -> (position: LedgerPosition, number: Int64) {
        guard case .worker(let mover)? = try views.state(of: worker), mover.role >= .coordinator
        else { throw Refusal(exit: 77, Phrase("only_coordinator_moves")) }
        guard case .member(let member)? = try views.state(of: account) else {
            throw Refusal.noInput(Phrase("only_members_move"))
        }
        guard member.home != .neighborhood(place) else {
            throw Refusal(
                exit: 65,
                Phrase("at_home_already", ["number": .text(try views.number(of: account))]))
        }
        guard
            mover.role == .admin
                || mover.neighborhoods.map(ScopeID.neighborhood).contains(member.home)
        else {
            throw Refusal(
                exit: 77,
                Phrase(
                    "only_coordinator_of_place",
                    ["place": .text(try views.code(of: member.home))]))
        }
        let chosen = try self.number(
            number ?? member.number, isTyped: number != nil, in: place, for: account)
        let sealed = try reason.map {
            try seal(reason: $0, as: MoveField.reason, of: .memberMoved, about: [account])
        }
        let position = try write(
            moveOf: member, [MoveField.to: .entity(place), MoveField.number: .integer(chosen)],
            to: place, as: worker, sealed: [sealed].compactMap(\.self))
        return (position, chosen)
    }

    /// Does a move of a lost branch again; `key` is `lostMoveKey` of it. Nobody's role is asked: it
    /// was a coordinator's or an admin's when it was written.
    func moveAgain(_ lost: Event, key: Hash, of member: MemberState, to place: EntityID) throws {
        let number = try number(
            lost.payload.integer(MoveField.number) ?? member.number, isTyped: false, in: place,
            for: member.id)
        try write(
            moveOf: member,
            [
                MoveField.to: .entity(place), MoveField.number: .integer(number),
                MoveField.again: .data(key.bytes),
            ], to: place, as: lost.worker, sealed: lost.sealed)
    }

    @discardableResult
    private func write(
        moveOf member: MemberState, _ payload: Payload, to place: EntityID, as worker: EntityID?,
        sealed: [SealedPart]
    ) throws -> LedgerPosition {
        let history = try tables.history(of: member.id, before: position.next)
        var payload = payload
        payload[MoveField.historySize] = .integer(Int64(history.count))
        payload[MoveField.historyRoot] = .data(try tables.root(of: history).bytes)
        let reach = Set(try views.reach(of: member.id) ?? []).union([.neighborhood(place)])
        return try author(
            Draft(
                kind: .memberMoved, worker: worker, home: member.home, subject: member.id,
                payload: payload, sealed: sealed, reach: reach.sorted())
        ).position
    }

    private func number(
        _ wanted: Int64?, isTyped: Bool, in place: EntityID, for member: EntityID
    ) throws -> Int64 {
        let home = ScopeID.neighborhood(place)
        if let wanted, try isFree(wanted, in: place, for: member) { return wanted }
        let taken = Set(try views.memberNumbers(in: home, within: 1...NumberLimits.first - 1))
        let free = (1..<NumberLimits.first).first { !taken.contains($0) }
        guard let free, !isTyped else {
            let hint = free.map { "\($0) is free" } ?? "no number below \(NumberLimits.first) is"
            throw Refusal(
                exit: 65,
                sentence: "\(try views.code(of: home))-\(wanted ?? 0) is somebody else's, or set "
                    + "apart for a device; \(hint): give another with --number",
                page: Phrase(
                    free == nil ? "number_none_free" : "number_not_free",
                    [
                        "number": "\(try views.code(of: home))-\(wanted ?? 0)",
                        "free": "\(try views.code(of: home))-\(free ?? 0)",
                    ]))
        }
        return free
    }

    /// Nobody has it, and no device may give it out.
    private func isFree(
        _ number: Int64, in place: EntityID, for member: EntityID
    ) throws -> Bool {
        try views.memberNumbers(
            in: .neighborhood(place), within: number...number, besides: member
        ).isEmpty
            && NumberBlockTable(views).holding(of: number, in: place) == nil
    }
}
