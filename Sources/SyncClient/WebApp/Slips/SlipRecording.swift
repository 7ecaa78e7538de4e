// One slip → its entry, with whoever had to be enrolled for it and its row in the batch, in one
// transaction. Neighbors: SlipForm checks, Recorder records, SlipTable keeps the row.
// Invariant: a form that comes again, also after a crash, makes no second entry.

internal import Faces
internal import Shared
internal import Store
internal import Texts

struct SavedSlip: Sendable {
    let row: SlipRow
    /// Who was enrolled for it, as on their cards.
    let enrolled: [String]
}

struct SlipRecording {
    let device: Device
    let text: StringTable

    private var recording: Recording { Recording(device: device, worker: nil, note: { _ in }) }

    /// `place` is where somebody unknown is enrolled: a neighborhood's code, or empty where only
    /// one is held.
    ///
    /// - Throws: `SlipRefusal`, or a `UserError` of what cannot be recorded here at all.
    func save(
        _ form: SlipForm, in number: BatchNumber, _ people: PeopleIndex,
        parked: ParkedNumber? = nil, place: String = ""
    ) throws -> SavedSlip {
        try recording.perform { book, finder, recorder in
            let tables = book.tables
            if let before = try tables.row(withToken: form.once) {
                return SavedSlip(row: before, enrolled: [])
            }
            guard try tables.batch(number) != nil else { throw SiteFault.notFound }
            if let parked, try tables.parkedSlip(parked) == nil { throw SiteFault.notFound }
            let rows = try tables.rows(of: number)
            guard rows.count < SlipBatch.rowsMax else {
                throw UserError(
                    .dataError, Phrase("batch_full", ["n": "\(SlipBatch.rowsMax)"]))
            }
            let today = device.environment.today
            let check = SlipCheck(
                check: RecordCheck(book: book, people: people, today: today, text: text))
            let slip = try check.readable(form)
            try check.checkNew(
                slip, isSure: form.isSure, rows: rows,
                parked: tables.parkedSlips().filter { $0.batch == number && $0.number != parked })
            let new = try enroll(slip.unknown, place, book, finder, recorder)
            let entry = try recorder.record([try draft(slip, new, book)])[0].entity
            let row = SlipRow(
                batch: number, line: (rows.last?.line ?? 0) + 1, slip: slip.number?.folded ?? "",
                entry: entry, minutes: slip.minutes, isUndone: false)
            try tables.add(row, token: form.once)
            if let parked {
                try tables.settle(parked, as: entry, at: device.environment.now())
            } else {
                try tables.setCarried(form.carried, in: number)
            }
            let names = try new.values.sorted().map { try book.views.label(of: $0) }
            return SavedSlip(row: row, enrolled: names)
        }
    }

    /// One after the other, for each takes the next of this device's numbers.
    private func enroll(
        _ names: [String], _ place: String, _ book: LocalBook, _ finder: Finder,
        _ recorder: Recorder
    ) throws -> [String: EntityID] {
        if names.isEmpty { return [:] }
        let place = try finder.neighborhood(place.isEmpty ? nil : place)
        var enrolled: [String: EntityID] = [:]
        for name in names {
            let values = try finder.values([MemberField.name: [name]], of: .memberEnrolled)
            let draft = try MemberDrafts(book).enroll(
                values, in: place, today: device.environment.today, isOnCard: false)
            enrolled[name] = try recorder.record([draft])[0].entity
        }
        return enrolled
    }

    private func draft(
        _ slip: ReadableSlip, _ enrolled: [String: EntityID], _ book: LocalBook
    ) throws -> Draft {
        func accounts(_ people: [ReadableSlip.Person]) -> [EntityID] {
            people.compactMap { person in
                switch person {
                case .known(let entity): entity
                case .new(let name): enrolled[name]
                }
            }
        }
        let drafts = HoursDrafts(book: book, today: device.environment.today)
        var values: Payload = [
            HoursField.serviceDate: .date(slip.date),
            HoursField.origin: .integer(HoursOrigin.paper.rawValue),
        ]
        if let category = slip.category { values[HoursField.category] = .text(category) }
        if let number = slip.number { values[HoursField.slip] = .text(number.typed) }
        return try drafts.draft(
            form: .exchange,
            shares: try drafts.shares(
                providers: accounts(slip.gave), recipients: accounts(slip.received),
                minutes: slip.minutes), values: values)
    }

    /// The last row's entry is void: it stays in the book, and counts nothing. Nil when the last
    /// row is another one by now.
    func undo(_ line: Int64, of number: BatchNumber) throws -> SlipRow? {
        try recording.perform { book, _, recorder in
            let rows = try book.tables.rows(of: number).filter { !$0.isUndone }
            guard let last = rows.last, last.line == line else { return nil }
            if case .hours(let entry)? = try book.views.state(of: last.entry), !entry.isVoid {
                try recorder.record([
                    try EntryDrafts(book).void(entry, reason: text("undone_reason"))
                ])
            }
            try book.tables.setUndone(line, of: number)
            return last
        }
    }
}
