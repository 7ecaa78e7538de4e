// What was typed on the page that records → a draft, or what to mend beside each field.
// Neighbors: RecordPage shows it, HoursDrafts builds what is recorded.
// Invariant: nothing that was typed is lost by a mistake in one field.

internal import Faces
internal import Shared
internal import Store
internal import Texts

struct RecordForm: Sendable {
    /// Minutes that one touch gives.
    static let chips: [Int64] = [15, 30, 45, 60, 90, 120, 180]

    var gave = ""
    var received = ""
    var minutes = ""
    var chip = ""
    var category = ""
    var date = ""
    var note = ""
    /// The same for both tries, if a form is sent twice.
    var once = ""
    /// It has been shown that a like entry exists.
    var isSure = false

    init() {}

    init(_ fields: FormFields) {
        (gave, received) = (fields["gave"], fields["received"])
        (minutes, chip) = (fields["minutes"], fields["chip"])
        (category, date, note) = (fields["category"], fields["date"], fields["note"])
        (once, isSure) = (fields["once"], fields["sure"] == "1")
    }

    /// Like an entry that is there, for today.
    init(like entry: HoursRecord, today: CivilDate) {
        self.init(again: entry)
        (date, note) = (today.description, "")
    }

    /// All of an entry that was taken back.
    init(again entry: HoursRecord) {
        self.init()
        gave = entry.providers.map(\.label).joined(separator: "; ")
        received = entry.recipients.map(\.label).joined(separator: "; ")
        minutes = "\(Minutes(entry.providers.map(\.minutes).reduce(0, +)))"
        (category, date) = (entry.category ?? "", entry.serviceDate)
        note = entry.description ?? ""
    }
}

/// What stands beside a field that must be mended.
struct FieldFault: Error, Sendable, Equatable {
    /// Its name in the form; empty: the form as a whole.
    let field: String
    let text: String
}

struct RecordFaults: Error, Sendable { let faults: [FieldFault] }

/// Entries of the same people and day that are there already.
struct LooksAlike: Error, Sendable {
    /// What was typed, as it was understood, in a line.
    let new: String
    let entries: [HoursRecord]
}

struct RecordCheck {
    let book: LocalBook
    let people: PeopleIndex
    let today: CivilDate
    let text: StringTable

    /// - Throws: `RecordFaults`, or `LooksAlike` unless the form says that it is sure.
    func draft(_ form: RecordForm) throws -> Draft {
        var faults: [FieldFault] = []
        let gave = try checked("gave", &faults) { try parties(form.gave, "gave") }
        let received = try checked("received", &faults) {
            try parties(form.received, "received")
        }
        let minutes = try checked("minutes", &faults) { try length(form) }
        let date = try checked("date", &faults) { try day(form.date) }
        if let gave, let received, !Set(gave).isDisjoint(with: received) {
            faults.append(FieldFault(field: "received", text: text("same_person")))
        }
        guard faults.isEmpty, let gave, let received, let minutes, let date else {
            throw RecordFaults(faults: faults)
        }
        return try draft(form, gave: gave, received: received, minutes: minutes, date: date)
    }

    /// Nil when it must be mended: then it is among the faults.
    func checked<Value>(
        _ field: String, _ faults: inout [FieldFault], _ body: () throws -> Value
    ) throws -> Value? {
        do { return try body() } catch let words as FieldFault.Words {
            faults.append(FieldFault(field: field, text: words.text))
            return nil
        }
    }

    private func draft(
        _ form: RecordForm, gave: [EntityID], received: [EntityID], minutes: Minutes,
        date: CivilDate
    ) throws -> Draft {
        let drafts = HoursDrafts(book: book, today: today)
        do {
            let shares = try drafts.shares(providers: gave, recipients: received, minutes: minutes)
            if !form.isSure {
                let alike = try book.views.entries(alike: shares, on: date)
                    .compactMap { try book.views.hours($0.id) }
                if !alike.isEmpty {
                    let new = try words(gave, received, minutes, date, form.category)
                    throw LooksAlike(new: new, entries: alike)
                }
            }
            var values: Payload = [HoursField.serviceDate: .date(date)]
            if let category = form.category.asCategory {
                values[HoursField.category] = .text(category)
            }
            if !form.note.isEmpty { values[HoursField.description] = .text(form.note) }
            return try drafts.draft(form: .exchange, shares: shares, values: values)
        } catch let error as UserError {
            throw RecordFaults(faults: [FieldFault(field: "", text: error.words(text))])
        }
    }

    /// As `EntryLine` says it of one that is there.
    private func words(
        _ gave: [EntityID], _ received: [EntityID], _ minutes: Minutes, _ date: CivilDate,
        _ category: String
    ) throws -> String {
        func names(_ people: [EntityID]) throws -> String {
            try people.map(book.views.label).joined(separator: ", ")
        }
        return "\(date): \(try names(gave)) → \(try names(received)), \(minutes)"
            + (category.asCategory.map { ", \($0)" } ?? "")
    }

    // MARK: Fields

    func parties(_ typed: String, _ field: String) throws -> [EntityID] {
        try names(typed, field).map { name in
            guard let person = try person(name) else {
                throw FieldFault.Words(text("nobody_called", ["name": name]))
            }
            return person
        }
    }

    /// Several are separated by semicolons: names have commas.
    func names(_ typed: String, _ field: String) throws -> [String] {
        let names = typed.split(separator: ";").map { $0.drop(while: \.isWhitespace) }
            .filter { !$0.isEmpty }.map(String.init)
        if names.isEmpty { throw FieldFault.Words(text("\(field)_missing")) }
        return names
    }

    /// Nil when nobody is called so; who takes no part any more is told of, not found.
    func person(_ typed: String) throws -> EntityID? {
        switch people.one(typed) {
        case .one(let person): return person.id
        case .nobody:
            let gone = people.namesakes(of: typed)
            guard !gone.isEmpty else { return nil }
            let list = gone.map(\.label).joined(separator: "; ")
            throw FieldFault.Words(text("inactive_called", ["list": list]))
        case .several(let some):
            let list = some.map(\.label).joined(separator: "; ")
            throw FieldFault.Words(text("several_called", ["name": typed, "list": list]))
        }
    }

    private func length(_ form: RecordForm) throws -> Minutes {
        try length(form.minutes.isEmpty ? form.chip : form.minutes)
    }

    func length(_ typed: String) throws -> Minutes {
        if typed.isEmpty { throw FieldFault.Words(text("minutes_missing")) }
        let range = HoursForm.exchange.minutesRange
        guard let minutes = try? Minutes(typed: typed) else {
            throw FieldFault.Words(text("minutes_unreadable", ["typed": typed]))
        }
        guard range.contains(minutes.value) else {
            throw FieldFault.Words(
                text(
                    "minutes_range",
                    ["least": "\(range.lowerBound)", "most": "\(range.upperBound / 60)"]))
        }
        return minutes
    }

    private func day(_ typed: String) throws -> CivilDate {
        if typed.isEmpty { return today }
        guard let date = CivilDate(typed) else {
            throw FieldFault.Words(text("date_unreadable", ["typed": typed]))
        }
        return date
    }
}

extension FieldFault {
    struct Words: Error {
        let text: String
        init(_ text: String) { self.text = text }
    }
}

extension String {
    /// As categories are written: "Jardín y huerto" is `jardin-y-huerto`; nil for nothing.
    var asCategory: String? {
        let words = folded.split { !($0.isASCII && ($0.isLetter || $0.isNumber)) }
        return words.isEmpty ? nil : words.joined(separator: "-")
    }
}

extension StringTable {
    /// What to say of a service date that may be a slip; nil for the usual.
    func doubt(about date: CivilDate, today: CivilDate) -> String? {
        if date > today { return self("date_ahead", ["date": date.description]) }
        if date.code + 10_000 < today.code {
            return self("date_long_ago", ["date": date.description])
        }
        return nil
    }
}
