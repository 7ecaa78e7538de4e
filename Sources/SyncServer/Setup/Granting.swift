// Hours that only the office records: grants, and balances brought from another book. The pot of
// the member's neighborhood is the other party, so that all accounts go on summing to zero.
// Neighbors: GrantCommands call this, AppendSession writes.

internal import Shared
internal import Store
internal import Texts

/// What an admin gives, or brings over, as typed.
struct Granting {
    let form: HoursForm
    let member: EntityID
    /// Above zero: the member has given so much, or gets it; below zero, the member owes it.
    let minutes: Minutes
    let date: CivilDate
    /// Sealed.
    let reason: String
}

extension AppendSession {
    /// Writes the entry; returns its id.
    @discardableResult
    func grant(_ granting: Granting, as worker: EntityID) throws -> EntityID {
        guard try facts.role(ofWorker: worker) == .admin else {
            throw Refusal(exit: 77, Phrase("only_admin_grants"))
        }
        guard case .member(let member)? = try views.state(of: granting.member),
            let pot = member.home.neighborhood
        else { throw Refusal.noInput(Phrase("grants_to_members")) }
        guard granting.minutes.value != 0 else {
            throw Refusal.usage(Phrase("no_minutes"))
        }
        let parties = [member.id, pot]
        let texts: Payload = [HoursField.description: .text(granting.reason)]
        try Kind.hoursRecorded.descriptor.check(texts, sealed: true, anySealed: true)
        return try author(
            Draft(
                kind: .hoursRecorded, worker: worker, home: member.home,
                payload: granting.fields(pot: pot),
                sealed: [try seal(texts, of: .hoursRecorded, about: parties)],
                reach: try views.reach(of: member.id) ?? [member.home])
        ).event.entity
    }
}

extension Granting {
    fileprivate func fields(pot: EntityID) -> Payload {
        let size = Minutes(abs(minutes.value))
        let (mine, pots) = (
            [Party(account: member, minutes: size)], [Party(account: pot, minutes: size)]
        )
        let shares =
            minutes.value > 0
            ? Shares(providers: mine, recipients: pots) : Shares(providers: pots, recipients: mine)
        return [
            HoursField.form: .integer(form.rawValue), HoursField.shares: .shares(shares),
            HoursField.serviceDate: .date(date),
        ]
    }
}
