// What is said of an entry afterwards → drafts. Neighbors: the commands and the page hand in what
// was typed; Recorder records; Shared/Decide/Testimony says what comes of it.

internal import Shared
internal import Store
internal import Texts

struct EntryDrafts {
    private let book: LocalBook

    init(_ book: LocalBook) { self.book = book }

    func void(_ entry: HoursState, reason: String?) throws -> Draft {
        guard !entry.isVoid else {
            throw UserError(
                .dataError, Phrase("void_already", ["entry": .text(entry.id.short)]))
        }
        let values: Payload = reason.map { [VoidField.reason: .text($0)] } ?? [:]
        return said(.hoursVoided, of: entry, values)
    }

    /// One for each field that `values` changes. To amend to what it says answers a dispute, so
    /// that it is no repetition then.
    func amend(_ entry: HoursState, _ values: Payload, reason: String?) throws -> [Draft] {
        guard !entry.isVoid else {
            throw UserError(
                .dataError,
                "\(entry.id.short) is void; reinstate it first (`hourbook hours reinstate`), or "
                    + "record it anew",
                page: Phrase("is_void", ["entry": .text(entry.id.short)]))
        }
        let isSettled = entry.disputes.isEmpty && !entry.isVoidDisputed
        return try values.numbers.compactMap { number in
            try values[number].flatMap { new in
                if isSettled, try book.says(new, of: number, in: entry.fields) { return nil }
                return Draft(
                    changing: Kind.hoursRecorded.describedField(number), by: .hoursAmended,
                    of: entry.id, home: entry.home,
                    from: try book.shownValue(of: number, in: entry.fields), to: new,
                    reason: reason, subjects: entry.shares.accounts)
            }
        }
    }

    /// Parties and minutes are one field: what is nil stays as it was. A side that stays has its
    /// parts made anew where the time is another.
    func shares(
        of entry: HoursState, providers: [PartyDraft]? = nil, recipients: [PartyDraft]? = nil,
        minutes: Minutes?, today: CivilDate
    ) throws -> Shares {
        let drafts = HoursDrafts(book: book, today: today)
        let length = minutes ?? entry.shares.given
        try drafts.checkMinutes(length, form: entry.form)
        func asBefore(_ side: [Party]) -> [PartyDraft] {
            side.map { PartyDraft($0.account, minutes: minutes == nil ? $0.minutes : nil) }
        }
        return try drafts.shares(
            providers: providers ?? asBefore(entry.shares.providers),
            recipients: recipients ?? asBefore(entry.shares.recipients),
            minutes: length, rule: entry.shares.rule)
    }

    /// Whether an amendment to these shares would bring in somebody of a neighborhood that the
    /// entry does not concern: no ledger can hold that, so it is voided and recorded anew.
    func bringsInOthers(_ shares: Shares, to entry: HoursState) throws -> Bool {
        let reach = try book.views.reach(of: entry.id) ?? []
        return try !shares.accounts.allSatisfy { account in
            guard let home = try book.home(ofAccount: account) else { return true }
            return reach.contains(home)
        }
    }

    /// The entry void, and what it says recorded again with `values` in place of its own: two
    /// events, so that nothing is overwritten.
    func replace(
        _ entry: HoursState, with values: Payload, reason: String, today: CivilDate
    ) throws -> [Draft] {
        var all = Payload()
        for field in Kind.hoursRecorded.descriptor.fields {
            let value =
                try values[field.number] ?? book.shownValue(of: field.number, in: entry.fields)
            // What was emptied is left out of an entry that begins.
            if value != .text("") { all[field.number] = value }
        }
        let shares = all.shares(HoursField.shares) ?? entry.shares
        return [
            try void(entry, reason: reason),
            try HoursDrafts(book: book, today: today).draft(
                form: entry.form, shares: shares, values: all),
        ]
    }

    /// Nil where this worker has said so already.
    func testimony(
        _ kind: Kind, of entry: HoursState, _ values: Payload, reason: String?, by worker: EntityID
    ) throws -> Draft? {
        var values = values
        values[TestimonyField.reason] = reason.map(Value.text)
        if try book.hasSaid(kind, values, of: entry, by: worker) { return nil }
        return said(kind, of: entry, values)
    }

    private func said(_ kind: Kind, of entry: HoursState, _ values: Payload) -> Draft {
        Draft(
            kind, subject: entry.id, home: entry.home, values: values,
            subjects: .entities(entry.shares.accounts))
    }
}

extension LocalBook {
    /// Where an account is at home: a pot in its own neighborhood; nil for one not known here.
    fileprivate func home(ofAccount account: EntityID) throws -> ScopeID? {
        guard let known = try views.home(of: account) else {
            return try views.directoryLine(of: account)?.home
        }
        return known.family == .neighborhood ? .neighborhood(account) : known.home
    }
}
