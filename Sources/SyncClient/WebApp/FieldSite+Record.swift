// The page that records, which is the first one: who gave, who received, how long.
// Neighbors: RecordForm reads what was typed, Recording saves it; record.mustache shows it.

internal import Faces
internal import Hummingbird
internal import Shared
internal import Store
internal import Texts

struct RecordModel: Sendable {
    struct Chip: Sendable {
        let minutes: Int64
        let label: String
        let isChosen: Bool
    }
    struct Again: Sendable {
        let id: String
        let words: String
    }

    let t: [String: String]
    let frame: PageFrame
    let form: RecordForm
    let faults: [FieldFault]
    let hasFaults: Bool
    let gaveFault: String?
    let receivedFault: String?
    let minutesFault: String?
    let dateFault: String?
    let chips: [Chip]
    let categories: [String]
    let again: [Again]
    let hasAgain: Bool
    /// Several may record here and none was chosen.
    let mustChoose: Bool
    /// What the office asks whoever records.
    let asked: [QuestionCard]
}

struct AlikeModel: Sendable {
    let t: [String: String]
    let frame: PageFrame
    let form: RecordForm
    /// What was typed, as it was understood, in a line.
    let new: String
    let entries: [EntryLine]
}

extension FieldSite {
    static let againMax = 4

    func recordPage(_ fields: FormFields, _ visit: Visit) async throws -> Response {
        let once = hex(desk.environment.randomBytes(8))
        let (like, undone) = (fields["like"], fields["undone"])
        return try await shownRecord(visit) { book, today in
            var form = RecordForm()
            if !like.isEmpty, let id = EntityID(like), let entry = try book.views.hours(id) {
                form = RecordForm(like: entry, today: today)
            }
            if let id = EntityID(undone), let entry = try book.views.hours(id) {
                form = RecordForm(again: entry)
            }
            form.gave = fields["gave"].isEmpty ? form.gave : fields["gave"]
            form.date = form.date.isEmpty ? today.description : form.date
            form.once = once
            return (form, [])
        }
    }

    private func shownRecord(
        _ visit: Visit, status: HTTPResponse.Status = .ok,
        _ form: @escaping @Sendable (LocalBook, CivilDate) throws -> (RecordForm, [FieldFault])
    ) async throws -> Response {
        let today = desk.environment.today
        let model = try await desk.read(visit.text) { book, shelf in
            let (form, faults) = try form(book, today)
            return try RecordModel(book, shelf, visit, form, faults)
        }
        return html("record", model, status: status)
    }

    /// One event, by the worker who is shown as recording.
    func save(_ fields: FormFields, _ visit: Visit) async throws -> Response {
        let form = RecordForm(fields)
        do {
            let saved = try await recorded(form, visit.text)
            let done = Done(
                text: visit.text("saved", ["entry": saved.words]), undo: saved.id.description)
            return redirect(to: "/", done: done)
        } catch let refused as RecordFaults {
            return try await shownRecord(visit, status: .unprocessableContent) { _, _ in
                (form, refused.faults)
            }
        } catch let alike as LooksAlike {
            let model = try await desk.read(visit.text) { book, shelf in
                AlikeModel(
                    t: visit.text.texts,
                    frame: try PageFrame(
                        book, shelf, visit, title: visit.text("alike_title"), place: .record),
                    form: form, new: alike.new,
                    entries: alike.entries.map { EntryLine($0, visit.text) })
            }
            return html("alike", model, status: .conflict)
        }
    }

    private struct Saved: Sendable {
        let id: EntityID
        let words: String
    }

    private func recorded(_ form: RecordForm, _ text: StringTable) async throws -> Saved {
        let today = desk.environment.today
        let people = try await desk.read(text) { _, shelf in shelf.people }
        return try await desk.once(form.once) { device in
            do {
                let events = try Recording(device: device, worker: nil, note: { _ in }).record {
                    book, _ in
                    [
                        try RecordCheck(book: book, people: people, today: today, text: text)
                            .draft(form)
                    ]
                }
                guard let event = events.first else { throw SiteFault.notFound }
                let line = try device.read(in: Voice(text)) {
                    try $0.views.hours(event.entity).map { EntryLine($0, text) }
                }
                let day = event.payload.date(HoursField.serviceDate).flatMap {
                    text.doubt(about: $0, today: today)
                }
                return Saved(
                    id: event.entity,
                    words: [line?.words, day].compactMap(\.self).joined(separator: ". "))
            } catch let error as UserError {
                let words = try device.read(in: Voice(text)) { try $0.words(of: error, text) }
                throw RecordFaults(faults: [FieldFault(field: "", text: words)])
            }
        }
    }

    /// The entry that was just saved is void: it stays in the book, and counts nothing.
    func undo(_ fields: FormFields, _ visit: Visit) async throws -> Response {
        let typed = fields["entry"]
        let reason = visit.text("undone_reason")
        try await desk.run { device in
            _ = try Recording(device: device, worker: nil, note: { _ in }).record { book, finder in
                let entry = try finder.hours(typed)
                return entry.isVoid ? [] : [try EntryDrafts(book).void(entry, reason: reason)]
            }
        }
        return redirect(to: "/?undone=\(typed)", done: Done(text: visit.text("undone")))
    }

    /// People of whom the typed words begin the number or a name: a list for the script.
    func find(_ fields: FormFields, _ visit: Visit) async throws -> Response {
        let typed = fields["q"]
        let found = try await desk.read(visit.text) { _, shelf in
            shelf.people.found(typed, recent: shelf.recent.people)
        }
        return plain(.ok, found.map(\.label).joined(separator: "\n"))
    }
}

extension LocalBook {
    /// What hinders most often before all else.
    func words(of error: UserError, _ text: StringTable) throws -> String {
        try currentWorker == nil ? text("choose_worker") : error.words(text)
    }
}

extension RecordModel {
    init(
        _ book: LocalBook, _ shelf: Shelf, _ visit: Visit, _ form: RecordForm,
        _ faults: [FieldFault]
    ) throws {
        let (text, recent) = (visit.text, shelf.recent)
        t = text.texts
        asked = try book.questionsToRecord(visit)
        frame = try PageFrame(
            book, shelf, visit, title: text("record"), place: .record, questionsShown: asked.count)
        self.form = form
        self.faults = faults
        hasFaults = !faults.isEmpty
        func fault(_ field: String) -> String? { faults.first { $0.field == field }?.text }
        (gaveFault, receivedFault) = (fault("gave"), fault("received"))
        (minutesFault, dateFault) = (fault("minutes"), fault("date"))
        chips = RecordForm.chips.map {
            Chip(
                minutes: $0, label: "\(Minutes($0))",
                isChosen: form.minutes.isEmpty && form.chip == "\($0)")
        }
        categories = recent.categories
        var told: Set<String> = []
        again = recent.hours.filter { $0.standing != EntryStanding.void.name }
            .map { (id: $0.id, words: EntryLine($0, text).wordsWithoutDay) }
            .filter { told.insert($0.words).inserted }
            .prefix(FieldSite.againMax).map { Again(id: $0.id, words: $0.words) }
        hasAgain = !again.isEmpty
        mustChoose = try book.currentWorker == nil
    }
}
