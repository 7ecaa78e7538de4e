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

    /// The same people with other minutes, as they share them.
    func shares(of entry: HoursState, minutes: Minutes, today: CivilDate) throws -> Shares {
        let drafts = HoursDrafts(book: book, today: today)
        try drafts.checkMinutes(minutes, form: entry.form)
        func parties(_ side: [Party]) -> [PartyDraft] { side.map { PartyDraft($0.account) } }
        return try drafts.shares(
            providers: parties(entry.shares.providers),
            recipients: parties(entry.shares.recipients),
            minutes: minutes, rule: entry.shares.rule)
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
