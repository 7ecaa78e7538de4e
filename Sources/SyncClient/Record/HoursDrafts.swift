// Hours as a person says them → drafts: who gave, who received, how long. Limits are checked here
// first, so that the sentence fits what was typed.
// Neighbors: Commands and Import give parties as accounts, Recorder records the drafts.

internal import Shared
internal import Store
internal import Texts

/// Somebody on one side of an entry, with the minutes of their own where these were said.
struct PartyDraft: Equatable {
    let account: EntityID
    var minutes: Minutes?

    init(_ account: EntityID, minutes: Minutes? = nil) {
        self.account = account
        self.minutes = minutes
    }
}

struct HoursDrafts {
    /// Longer ones are recorded, with a warning.
    static let longMinutes: Int64 = 720

    let book: LocalBook
    let today: CivilDate

    /// Several on a side share equally what no one of them was said to have; under the rule `pot`
    /// each has the whole time unless said otherwise, and the pot balances.
    func shares(
        providers: [PartyDraft], recipients: [PartyDraft], minutes: Minutes,
        rule: Shares.Rule = .split
    ) throws -> Shares {
        let equal = try shares(
            providers: providers.map(\.account), recipients: recipients.map(\.account),
            minutes: minutes)
        guard rule == .pot || (providers + recipients).contains(where: { $0.minutes != nil })
        else { return equal }
        return Shares(
            providers: try parts(providers, of: minutes, rule: rule),
            recipients: try parts(recipients, of: minutes, rule: rule), rule: rule)
    }

    private func parts(
        _ parties: [PartyDraft], of total: Minutes, rule: Shares.Rule
    ) throws -> [Party] {
        let said = parties.compactMap { party in
            party.minutes.map { Party(account: party.account, minutes: $0) }
        }
        let others = parties.filter { $0.minutes == nil }.map(\.account)
        if rule == .pot { return said + others.map { Party(account: $0, minutes: total) } }
        let left = total - said.reduce(.zero) { $0 + $1.minutes }
        guard others.isEmpty ? left == .zero : left.value >= Int64(others.count) else {
            throw UserError(
                .dataError,
                "the minutes said for each do not make up \(total.value); correct them, or give "
                    + "--pot if each pays their own and the pot balances",
                page: Phrase("minutes_not_made_up", ["n": "\(total.value)"]))
        }
        return said + Shares.equalParts(of: left, to: others)
    }

    /// Several on a side share the minutes equally.
    func shares(
        providers: [EntityID], recipients: [EntityID], minutes: Minutes
    ) throws -> Shares {
        for account in providers where recipients.contains(account) {
            throw UserError(
                .dataError,
                Phrase("gives_and_receives", ["who": .text(try book.views.label(of: account))]))
        }
        if providers.isEmpty || recipients.isEmpty {
            throw UserError(.usage, Phrase("name_both_sides"))
        }
        guard providers.count + recipients.count <= Limits.partiesMax else {
            throw UserError(
                .dataError, Phrase("parties_max", ["n": "\(Limits.partiesMax)"]))
        }
        let most = Int64(max(Set(providers).count, Set(recipients).count))
        guard minutes.value >= most else {
            throw UserError(.dataError, Phrase("minute_each", ["n": "\(most)"]))
        }
        return Shares(
            providers: Shares.equalParts(of: minutes, to: providers),
            recipients: Shares.equalParts(of: minutes, to: recipients))
    }

    func checkMinutes(_ minutes: Minutes, form: HoursForm) throws {
        let range = form.minutesRange
        guard range.contains(minutes.value) else {
            throw UserError(
                .dataError,
                Phrase(
                    "minutes_not_form",
                    [
                        "n": "\(minutes.value)", "form": .code(form.name, of: "form"),
                        "from": "\(range.lowerBound)", "to": "\(range.upperBound)",
                    ]))
        }
    }

    /// `place` is the neighborhood in whose book it is to be; nil: that of a party.
    func draft(
        form: HoursForm, shares: Shares, values: Payload, in place: NeighborhoodState? = nil,
        importKey: ImportKey? = nil
    ) throws -> Draft {
        try checkMinutes(shares.given, form: form)
        var values = values
        values[HoursField.form] = .integer(form.rawValue)
        values[HoursField.shares] = .shares(shares)
        return Draft(
            .hoursRecorded, home: try home(of: shares, in: place), values: values,
            subjects: .entities(shares.accounts), importKey: importKey)
    }

    /// Warnings about what is recorded all the same.
    func warnings(form: HoursForm, minutes: Minutes, date: CivilDate) -> [String] {
        var warnings: [String] = []
        if form != .donation, minutes.value > Self.longMinutes {
            warnings.append("\(minutes) hours in one entry is long; amend it if it is a slip")
        }
        if date > book.latestDay(today) {
            warnings.append("\(date) is in the future; amend it if it is a slip")
        }
        return warnings
    }

    /// The home of a party, the provider's first, that this device holds; the one that was named
    /// must be among them.
    private func home(of shares: Shares, in place: NeighborhoodState?) throws -> ScopeID {
        let homes = try (shares.providers + shares.recipients).compactMap { party -> ScopeID? in
            guard let known = try book.views.home(of: party.account) else { return nil }
            return known.family == .neighborhood ? .neighborhood(party.account) : known.home
        }.filter { $0 != .community && book.held.contains($0) }
        guard let first = homes.first else {
            throw UserError(.noPermission, Phrase("none_held_here"))
        }
        guard let place else { return first }
        guard homes.contains(.neighborhood(place.id)) else {
            throw UserError(
                .dataError,
                "none of them is of \(place.name) (\(place.code)); leave --neighborhood out, or "
                    + "name somebody of it",
                page: Phrase(
                    "none_of_place", ["place": .text(place.name), "code": .text(place.code)]))
        }
        return .neighborhood(place.id)
    }
}

extension LocalBook {
    /// The later of this device's day and the server's at the last contact: a clock that was never
    /// set makes no day a future one.
    func latestDay(_ today: CivilDate) -> CivilDate {
        max(today, sync.serverTime?.date(utcOffsetMinutes: 0) ?? today)
    }
}
