// What an event did, in the shorter words of the pages: of entries, which people look at every day.
// Neighbors: Views+HistoryWords has the words for all else, EntryModel and the list of what the
// office changed show these.

internal import Faces
internal import Shared
internal import Store
internal import Texts

struct HappeningWords {
    let book: LocalBook
    let text: StringTable

    init(_ book: LocalBook, _ text: StringTable) { (self.book, self.text) = (book, text) }

    /// `entity` is the one whose history is told.
    func words(of event: Event, seenFrom entity: EntityID) throws -> String {
        switch event.knownKind {
        case .hoursRecorded: try recorded(event) ?? fallback(event, entity)
        case .hoursAmended: try amended(event) ?? fallback(event, entity)
        case .hoursVoided: text("did_void")
        case .hoursReinstated: text("did_reinstate")
        case .hoursConfirmed: text("did_confirm", ["who": try party(event)])
        case .hoursDisputed: text("did_dispute", ["who": try party(event)])
        case .quarantineEntered: text("did_keep_apart")
        case .quarantineDecided:
            text(
                event.payload.integer(QuarantineField.choice) == QuarantineChoice.admit.rawValue
                    ? "did_let_in" : "did_leave_out")
        case .communityFounded, .neighborhoodDefined, .workerRegistered, .devicePaired,
            .deviceSplit, .deviceRevoked, .deviceScopeChanged, .serverTLSKeysChanged,
            .ledgerReopened, .memberEnrolled, .memberChanged, .memberMoved, .hoursMarkedSame,
            .hoursMarkedDistinct, .conflictResolved, .conflictUndone, .conflictAsked,
            .conflictReplied, nil:
            try fallback(event, entity)
        }
    }

    /// Of one that is told in a history: those kept apart are not at hand, and are told as there.
    func words(of told: HistoryEventRecord, seenFrom entity: EntityID) throws -> String {
        guard let dot = EntityID(told.event)?.dot, let event = try book.tables.event(dot)?.event
        else { return book.views.voice.line(told.what) }
        return try words(of: event, seenFrom: entity)
    }

    private func fallback(_ event: Event, _ entity: EntityID) throws -> String {
        let voice = book.views.voice
        return voice.line(try book.views.words(of: event, seenFrom: entity))
    }

    private func recorded(_ event: Event) throws -> String? {
        guard event.hoursForm == .exchange, let shares = event.payload.shares(HoursField.shares),
            let date = event.payload.date(HoursField.serviceDate)
        else { return nil }
        let slip = event.payload.text(HoursField.slip).map { text("on_slip", ["slip": $0]) }
        let words = text(
            "did_record",
            [
                "gave": try names(shares.providers), "received": try names(shares.recipients),
                "time": "\(shares.given)", "date": "\(date)",
            ])
        return [words, slip].compactMap(\.self).joined(separator: ", ")
    }

    /// Nil for what takes more words: other people, other parts.
    private func amended(_ event: Event) throws -> String? {
        guard let number = event.payload.fieldNumber(ChangeField.field) else { return nil }
        let opened = book.reader.open(event)
        guard let new = event.payload[ChangeField.new] ?? opened[ChangeField.new] else {
            return nil
        }
        let old = event.payload[ChangeField.old] ?? opened[ChangeField.old]
        if case .shares(let after) = new {
            guard case .shares(let before)? = old, before.accounts == after.accounts,
                before.given != after.given
            else { return nil }
            return changed("how_long", "\(before.given)", "\(after.given)")
        }
        guard let key = number.textKey, let to = new.shortText else { return nil }
        return changed(key, old?.shortText ?? "", to)
    }

    private func changed(_ key: String, _ old: String, _ new: String) -> String {
        let field = text(key)
        return old.isEmpty
            ? text("did_give", ["field": field, "new": new])
            : text("did_amend", ["field": field, "old": old, "new": new])
    }

    private func names(_ parties: [Party]) throws -> String {
        try parties.map { try book.views.label(of: $0.account) }.joined(separator: "; ")
    }

    private func party(_ event: Event) throws -> String {
        try event.payload.entity(TestimonyField.party).map(book.views.label) ?? "?"
    }
}

extension FieldNumber {
    /// Of the parts of an entry that a page shows.
    fileprivate var textKey: String? {
        switch self {
        case HoursField.serviceDate: "date"
        case HoursField.category: "category"
        case HoursField.description: "note"
        case HoursField.slip: "slip_number"
        default: nil
        }
    }
}

extension Value {
    /// Nil for what is no single word or date.
    fileprivate var shortText: String? {
        switch self {
        case .text(let text): text
        case .date(let date): "\(date)"
        default: nil
        }
    }
}
