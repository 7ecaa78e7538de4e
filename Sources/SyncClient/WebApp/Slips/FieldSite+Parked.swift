// One slip that was put aside: completed, or thrown away with a reason.
// Neighbors: FieldSite+Slips parks, SlipTable keeps what was typed; parked.mustache shows it.

internal import Faces
internal import HTTPTypes
internal import Hummingbird
internal import Shared
internal import Store
internal import Texts

extension FieldSite {
    func parkedPage(_ typed: String, _ visit: Visit) async throws -> Response {
        let once = hex(desk.environment.randomBytes(8))
        return try await shownParked(typed, visit) { parked in
            (SlipForm(parked.typed, above: parked.above, carried: [], once: once), nil)
        }
    }

    private func shownParked(
        _ typed: String, _ visit: Visit, status: HTTPResponse.Status = .ok, place: String = "",
        fault: String? = nil,
        _ form: @escaping @Sendable (ParkedSlip) throws -> (SlipForm, SlipRefusal?)
    ) async throws -> Response {
        let model = try await desk.read(visit.text) { book, shelf -> ParkedModel in
            guard let number = ParkedNumber(typed),
                let parked = try book.tables.parkedSlip(number)
            else { throw SiteFault.notFound }
            let (form, refusal) = try form(parked)
            let text = visit.text
            return ParkedModel(
                t: text.texts,
                frame: try PageFrame(
                    book, shelf, visit, title: text("parked_title"), place: .slips),
                number: "\(number)", batch: "\(parked.batch)",
                parkedAt: text.ago(from: parked.parkedAt, to: visit.now),
                form: try SlipFormModel(
                    form, book, text, action: "/slips/parked/\(number)", draft: nil,
                    refusal: refusal, categories: shelf.recent.categories, mayPark: false,
                    place: place),
                dropFault: fault)
        }
        return html("parked", model, status: status)
    }

    /// One event, as for any row of its batch.
    func completeParked(
        _ typed: String, _ fields: FormFields, _ visit: Visit
    ) async throws -> Response {
        let form = withToken(SlipForm(fields))
        let batch = try await desk.read(visit.text) { book, shelf -> BatchNumber? in
            try ParkedNumber(typed).flatMap(book.tables.parkedSlip)?.batch
                ?? book.tables.row(withToken: form.once)?.batch
        }
        guard let batch else { throw SiteFault.notFound }
        do {
            let words = try await saved(
                form, batch, parked: ParkedNumber(typed), fields, visit.text)
            return redirect(to: "/slips/\(batch)", done: Done(text: words))
        } catch let refusal as SlipRefusal {
            return try await shownParked(
                typed, visit, status: refusal.status, place: fields["place"]
            ) { _ in (form, refusal) }
        }
    }

    /// No event: nothing of it was ever in the book.
    func dropParked(
        _ typed: String, _ fields: FormFields, _ visit: Visit
    ) async throws -> Response {
        let (reason, now) = (fields["reason"], visit.now)
        guard let number = ParkedNumber(typed) else { throw SiteFault.notFound }
        guard !reason.isEmpty else {
            let once = hex(desk.environment.randomBytes(8))
            return try await shownParked(
                typed, visit, status: .unprocessableContent, fault: visit.text("reason_missing")
            ) { (SlipForm($0.typed, above: $0.above, carried: [], once: once), nil) }
        }
        try await desk.run { device in
            try device.write { try $0.tables.throwAway(number, reason: reason, at: now) }
        }
        return redirect(to: "/slips", done: Done(text: visit.text("thrown_away")))
    }
}
