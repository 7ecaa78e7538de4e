// Slips: a pile of paper is typed in, a row for each, by keyboard alone. Each row is saved by Enter
// and is an entry like any other; what cannot be typed whole is parked.
// Neighbors: SlipRecording saves, SlipsModel is what the pages show.

internal import Faces
internal import HTTPTypes
internal import Hummingbird
internal import Shared
internal import Store
internal import Texts

extension FieldSite {
    static let finishedBatchesMax = 10

    func slips(
        _ route: SlipRoute, _ fields: FormFields, _ visit: Visit
    ) async throws -> Response {
        switch route {
        case .list: return try await slipsPage(visit)
        case .begin: return try await beginBatch(fields, visit)
        case .batch(let number): return try await batchPage(number, fields, visit)
        case .save(let number): return try await saveSlip(number, fields, visit)
        case .step(let number, let step):
            guard let batch = BatchNumber(number) else { throw SiteFault.notFound }
            return try await self.step(step, batch, fields, visit)
        case .parked(let number): return try await parkedPage(number, visit)
        case .complete(let number): return try await completeParked(number, fields, visit)
        case .drop(let number): return try await dropParked(number, fields, visit)
        }
    }

    // MARK: Piles

    private func slipsPage(
        _ visit: Visit, cover: CoverModel = CoverModel(SlipCover()), fault: String? = nil
    ) async throws -> Response {
        let model = try await desk.read(visit.text) { book, shelf in
            try SlipsModel(book, shelf, visit, cover: cover, fault: fault)
        }
        return html("slips", model, status: fault == nil ? .ok : .unprocessableContent)
    }

    private func beginBatch(_ fields: FormFields, _ visit: Visit) async throws -> Response {
        let cover: SlipCover
        do { cover = try SlipCover(fields, visit.text) } catch let words as FieldFault.Words {
            return try await slipsPage(
                visit, cover: CoverModel(slips: fields["slips"], hours: fields["hours"]),
                fault: words.text)
        }
        let number = try await desk.once(fields["once"]) { [now = visit.now] device in
            try device.write { try $0.tables.beginBatch(cover, at: now) }
        }
        return redirect(to: "/slips/\(number)")
    }

    private func step(
        _ step: SlipRoute.Step, _ batch: BatchNumber, _ fields: FormFields, _ visit: Visit
    ) async throws -> Response {
        let (now, text) = (visit.now, visit.text)
        switch step {
        case .cover:
            do {
                let cover = try SlipCover(fields, text)
                try await write(batch) { try $0.setCover(cover, of: batch) }
            } catch let words as FieldFault.Words {
                return redirect(to: "/slips/\(batch)", done: Done(text: words.text))
            }
            return redirect(to: "/slips/\(batch)", done: Done(text: text("cover_changed")))
        case .finish:
            try await write(batch) { try $0.setFinished(now, batch) }
            let words = try await desk.read(visit.text) { book, _ in
                try book.finishedWords(batch, text)
            }
            return redirect(to: "/slips/\(batch)", done: Done(text: words))
        case .resume:
            try await write(batch) { try $0.setFinished(nil, batch) }
            return redirect(to: "/slips/\(batch)")
        case .undo:
            return try await undoRow(batch, fields, visit)
        }
    }

    private func write(
        _ batch: BatchNumber, _ body: @escaping @Sendable (LedgerTables) throws -> Void
    ) async throws {
        try await desk.run { device in
            try device.write { book in
                guard try book.tables.batch(batch) != nil else { throw SiteFault.notFound }
                try body(book.tables)
            }
        }
    }

    private func undoRow(
        _ batch: BatchNumber, _ fields: FormFields, _ visit: Visit
    ) async throws -> Response {
        guard let line = Int64(fields["line"]) else { throw SiteFault.notFound }
        let text = visit.text
        let undone = try await desk.run { device in
            try SlipRecording(device: device, text: text).undo(line, of: batch)
        }
        guard undone != nil else {
            return redirect(to: "/slips/\(batch)", done: Done(text: text("not_the_last")))
        }
        return redirect(
            to: "/slips/\(batch)?again=\(line)",
            done: Done(text: text("row_undone", ["line": "\(line)"])))
    }

    // MARK: Rows

    private func batchPage(
        _ typed: String, _ fields: FormFields, _ visit: Visit
    ) async throws -> Response {
        let once = hex(desk.environment.randomBytes(8))
        let (again, showsAll) = (Int64(fields["again"]), fields["all"] == "1")
        return try await shownBatch(typed, visit, showsAll: showsAll) { book, batch in
            let rows = try book.tables.rows(of: batch.number)
            var (typed, above) = (TypedSlip(), TypedSlip())
            if let row = rows.first(where: { $0.line == again }),
                let entry = try book.views.hours(row.entry)
            {
                typed = TypedSlip(again: entry)
            } else if let last = rows.last(where: { !$0.isUndone }),
                let entry = try book.views.hours(last.entry)
            {
                typed = TypedSlip(of: entry, only: batch.carried)
                above = typed
            }
            return (SlipForm(typed, above: above, carried: batch.carried, once: once), nil)
        }
    }

    private func shownBatch(
        _ typed: String, _ visit: Visit, showsAll: Bool = false,
        status: HTTPResponse.Status = .ok, place: String = "",
        _ form: @escaping @Sendable (LocalBook, SlipBatch) throws -> (SlipForm, SlipRefusal?)
    ) async throws -> Response {
        let model = try await desk.read(visit.text) { book, shelf -> BatchModel in
            guard let number = BatchNumber(typed), let batch = try book.tables.batch(number) else {
                throw SiteFault.notFound
            }
            let (form, refusal) = try form(book, batch)
            let next = (try book.tables.rows(of: number).last?.line ?? 0) + 1
            let shown = try SlipFormModel(
                form, book, visit.text, action: "/slips/\(number)",
                draft: "slips-\(number)-\(next)", refusal: refusal,
                categories: shelf.recent.categories, mayPark: true, place: place)
            return try BatchModel(book, shelf, batch, visit, shown, showsAll: showsAll)
        }
        return html("batch", model, status: status)
    }

    /// One event, and one more for each person who was enrolled; none for a slip that is parked.
    private func saveSlip(
        _ typed: String, _ fields: FormFields, _ visit: Visit
    ) async throws -> Response {
        guard let number = BatchNumber(typed) else { throw SiteFault.notFound }
        let form = withToken(SlipForm(fields))
        if fields["park"] == "1" { return try await park(form, number, visit) }
        do {
            let words = try await saved(form, number, parked: nil, fields, visit.text)
            return redirect(to: "/slips/\(number)", done: Done(text: words))
        } catch let refusal as SlipRefusal {
            return try await shownBatch(
                typed, visit, status: refusal.status, place: fields["place"]
            ) { _, _ in (form, refusal) }
        }
    }

    /// What was saved, in words.
    func saved(
        _ form: SlipForm, _ number: BatchNumber, parked: ParkedNumber?, _ fields: FormFields,
        _ text: StringTable
    ) async throws -> String {
        let people = try await desk.read(text) { _, shelf in shelf.people }
        let today = desk.environment.today
        let place = fields["place"]
        return try await desk.run { device in
            let saved: SavedSlip
            do {
                saved = try SlipRecording(device: device, text: text)
                    .save(form, in: number, people, parked: parked, place: place)
            } catch let error as UserError {
                let words = try device.read(in: Voice(text)) { try $0.words(of: error, text) }
                throw SlipRefusal.faults([FieldFault(field: "slip", text: words)], unknown: [])
            }
            return try device.read(in: Voice(text)) { try $0.savedWords(saved, text, today: today) }
        }
    }

    private func park(
        _ form: SlipForm, _ number: BatchNumber, _ visit: Visit
    ) async throws -> Response {
        let read = form.typed.withoutCarried(form.above)
        if read.isEmpty {
            return redirect(
                to: "/slips/\(number)", done: Done(text: visit.text("nothing_to_park")))
        }
        let now = visit.now
        try await write(number) {
            try $0.park(
                read, beside: form.above, in: number, token: form.once, at: now)
            try $0.setCarried(form.carried, in: number)
        }
        return redirect(
            to: "/slips/\(number)",
            done: Done(text: visit.text("parked_now", ["slip": read.words])))
    }

    /// A form that was made by hand has none.
    func withToken(_ form: SlipForm) -> SlipForm {
        var form = form
        if form.once.isEmpty { form.once = hex(desk.environment.randomBytes(8)) }
        return form
    }
}

extension SlipRefusal {
    var status: HTTPResponse.Status {
        switch self {
        case .faults: .unprocessableContent
        case .twice, .parked, .known: .conflict
        }
    }
}

extension SlipCover {
    /// What is empty is not claimed.
    fileprivate init(_ fields: FormFields, _ text: StringTable) throws {
        if !fields["slips"].isEmpty {
            guard let count = UInt64(fields["slips"]), count <= Limits.countMax
            else { throw FieldFault.Words(text("cover_slips_unreadable")) }
            slips = Int64(count)
        }
        if !fields["hours"].isEmpty {
            guard let total = Minutes(hours: fields["hours"]) else {
                throw FieldFault.Words(text("cover_hours_unreadable"))
            }
            minutes = total
        }
    }
}

extension Minutes {
    /// As a sum is written: "41:30", "41.5", "41" are hours.
    fileprivate init?(hours typed: String) {
        let written =
            typed.contains(":") || typed.hasSuffix("h")
            ? typed : typed.replacing(",", with: ".") + "h"
        guard let minutes = try? Minutes(typed: written) else { return nil }
        self = minutes
    }
}

extension LocalBook {
    /// "Row 12: 2026-03-24: HAR-1 Ana Ruiz → HAR-2 Omar Haddad, 1:30. Enrolled: …"
    fileprivate func savedWords(
        _ saved: SavedSlip, _ text: StringTable, today: CivilDate
    ) throws -> String {
        let record = try views.hours(saved.row.entry)
        let words = record.map { EntryLine($0, text).words } ?? ""
        let doubt = record.flatMap { CivilDate($0.serviceDate) }.flatMap {
            text.doubt(about: $0, today: today)
        }
        let enrolled =
            saved.enrolled.isEmpty
            ? nil : text("enrolled", ["member": saved.enrolled.joined(separator: "; ")])
        return [
            text("row_saved", ["line": "\(saved.row.line)", "entry": words]), doubt, enrolled,
        ].compactMap(\.self).joined(separator: " ")
    }

    /// Whether both sums are as the cover says.
    fileprivate func finishedWords(_ number: BatchNumber, _ text: StringTable) throws -> String {
        guard let batch = try tables.batch(number) else { throw SiteFault.notFound }
        let sums = try SlipSums(tables.rows(of: number), figures: views.figures)
        let verdicts = sums.verdicts(batch.cover)
        let parked = try tables.parkedSlips().filter { $0.batch == number }.count
        let found = text(
            "batch_finished",
            [
                "slips": text.count("so_many_slips", Int(clamping: sums.slips)),
                "hours": "\(sums.minutes)",
            ])
        let slips = text.words(verdicts.slips) { "\($0)" }
        let hours = text.words(verdicts.minutes) { "\(Minutes($0))" }
        return [
            found, slips.map { "\(text("slips_saved")): \($0)." },
            hours.map { "\(text("hours_saved")): \($0)." },
            parked == 0 ? nil : "\(text.count("parked_left", parked))",
        ].compactMap(\.self).joined(separator: " ")
    }
}

extension SlipsModel {
    fileprivate init(
        _ book: LocalBook, _ shelf: Shelf, _ visit: Visit, cover: CoverModel, fault: String?
    ) throws {
        let text = visit.text
        t = text.texts
        frame = try PageFrame(book, shelf, visit, title: text("slips"), place: .slips)
        mustChoose = try book.currentWorker == nil
        func line(_ batch: SlipBatch) throws -> Line {
            let sums = try SlipSums(book.tables.rows(of: batch.number), figures: book.views.figures)
            return Line(
                number: "\(batch.number)",
                words: text(
                    "batch_line",
                    [
                        "n": "\(batch.number)",
                        "slips": text.count("so_many_slips", Int(clamping: sums.slips)),
                        "hours": "\(sums.minutes)",
                        "ago": text.ago(from: batch.begunAt, to: visit.now),
                    ]))
        }
        open = try book.tables.openBatches().map(line)
        hasOpen = !open.isEmpty
        finished = try book.tables.finishedBatches(limit: FieldSite.finishedBatchesMax).map(line)
        hasFinished = !finished.isEmpty
        parked = try book.tables.parkedSlips().map { Line($0, text) }
        hasParked = !parked.isEmpty
        self.cover = cover
        self.fault = fault
    }
}
