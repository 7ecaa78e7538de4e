// Every request to the page comes through here: the gate, the route table, and what becomes of
// errors. Neighbors: Faces/Gate decides who may ask; one file beside this for each group of pages.
// Invariant: no state is changed by a GET; a form that was sent twice is done once.

internal import Faces
internal import Foundation
internal import HTTPTypes
internal import Hummingbird
internal import Logging
internal import Shared
internal import Store
internal import Texts

final class FieldSite: HTTPResponder {
    typealias Context = BasicRequestContext

    let desk: FieldDesk
    let gate: Gate
    let sync: SyncRunner
    let pages: Pages
    private let told = ToldOnce()

    init(desk: FieldDesk, gate: Gate) {
        self.desk = desk
        self.gate = gate
        sync = SyncRunner(folder: desk.folder, environment: desk.environment)
        pages = Pages([
            "record": PackageResources.record_mustache, "alike": PackageResources.alike_mustache,
            "people": PackageResources.people_mustache, "person": PackageResources.person_mustache,
            "enroll": PackageResources.enroll_mustache,
            "namesakes": PackageResources.namesakes_mustache,
            "entries": PackageResources.entries_mustache,
            "entry": PackageResources.entry_mustache, "sync": PackageResources.sync_mustache,
            "question": PackageResources.question_mustache,
            "questions": PackageResources.questions_mustache,
            "card": PackageResources.card_mustache,
            "slips": PackageResources.slips_mustache, "batch": PackageResources.batch_mustache,
            "parked": PackageResources.parked_mustache,
            "slip-form": PackageResources.slip_form_mustache,
            "trouble": PackageResources.trouble_mustache,
        ])
    }

    func respond(to request: Request, context: Context) async throws -> Response {
        var response: Response
        do {
            response = try await answer(request)
        } catch {
            response = try await trouble(error, request)
            if response.status.kind == .serverError {
                context.logger.error("request failed", metadata: ["error": "\(type(of: error))"])
            }
        }
        response.addPageHeaders()
        return response
    }

    private func answer(_ request: Request) async throws -> Response {
        let verdict = gate.verdict(
            request.provenance, cookie: request.cookies[gate.cookieName]?.value)
        switch verdict {
        case .misdirected: return plain(.misdirectedRequest, text(request)("misdirected"))
        case .foreign: return plain(.forbidden, text(request)("foreign"))
        case .locked where request.uri.path == FieldRoute.openPath: return open(request)
        case .locked: return plain(.forbidden, text(request)("locked"))
        case .pass: break
        }
        if request.uri.path == FieldRoute.openPath { return redirect(to: "/") }
        let method = request.method == .head ? .get : request.method
        guard let route = FieldRoute(method, request.uri.path) else {
            throw SiteFault.notFound
        }
        return try await respond(to: route, request.formFields(), visit(request))
    }

    private func respond(
        to route: FieldRoute, _ fields: FormFields, _ visit: Visit
    ) async throws -> Response {
        switch route {
        case .style: .style
        case .script: .script
        case .record: try await recordPage(fields, visit)
        case .save: try await save(fields, visit)
        case .undo: try await undo(fields, visit)
        case .find: try await find(fields, visit)
        case .people: try await peoplePage(fields, visit)
        case .person(let id): try await personPage(id, visit)
        case .card(let id): try await cardPage(id, visit)
        case .changePerson(let id): try await changePerson(id, fields, visit)
        case .enrollForm: try await enrollPage(fields, visit)
        case .enroll: try await enroll(fields, visit)
        case .entries: try await entriesPage(fields, visit)
        case .markSeen: try await markSeen(fields, visit)
        case .entry(let id): try await entryPage(id, visit)
        case .say(let id, let saying): try await say(id, saying, fields, visit)
        case .questions: try await questionsPage(visit)
        case .reply(let id): try await reply(id, fields, visit)
        case .slips(let route): try await slips(route, fields, visit)
        case .sync: try await syncPage(visit)
        case .syncNow: try await syncNow(fields, visit)
        case .chooseWorker: try await chooseWorker(fields)
        case .chooseLanguage: chooseLanguage(fields)
        }
    }

    private func chooseWorker(_ fields: FormFields) async throws -> Response {
        let worker = fields["worker"]
        try await desk.run { device in
            try device.write { book in
                try book.tables.setCurrentWorker(try Finder(book: book).worker(worker))
            }
        }
        return redirect(to: fields["back"])
    }

    private func chooseLanguage(_ fields: FormFields) -> Response {
        var response = redirect(to: fields["back"])
        if let language = Language(rawValue: fields["language"]) {
            response.remember(language)
        }
        return response
    }

    // MARK: Parts

    private func visit(_ request: Request) -> Visit {
        Visit(request, desk.environment, done: told.take(request))
    }

    private func text(_ request: Request) -> StringTable { .of(request.language) }

    /// The address that the terminal showed: its key becomes a cookie of this browser.
    private func open(_ request: Request) -> Response {
        let key = (try? FormFields(encoded: request.uri.query ?? ""))?["key"]
        guard gate.isKey(key) else { return plain(.forbidden, text(request)("locked")) }
        var response = redirect(to: "/")
        response.addCookie(
            "\(gate.cookieName)=\(gate.key); Path=/; HttpOnly; SameSite=Strict")
        return response
    }

    // MARK: Answers

    func html(_ name: String, _ model: Any, status: HTTPResponse.Status = .ok) -> Response {
        .html(pages.page(name, model), status: status)
    }

    func plain(_ status: HTTPResponse.Status, _ text: String) -> Response {
        .plain(status, text)
    }

    /// After a form. `done` heads the page.
    func redirect(to path: String, done: Done? = nil) -> Response {
        var response = Response.redirect(to: path)
        if let done {
            told.tell(done, token: hex(desk.environment.randomBytes(8)), in: &response)
        }
        return response
    }

    private func trouble(_ error: any Error, _ request: Request) async throws -> Response {
        let visit = visit(request)
        let text = visit.text
        let (status, sentence): (HTTPResponse.Status, String) =
            switch error {
            case SiteFault.notFound: (.notFound, text("not_found"))
            case FormFields.Fault.tooLarge: (.contentTooLarge, text("form_too_large"))
            case is FormFields.Fault: (.badRequest, text("form_unreadable"))
            case let error as HTTPError: (error.status, text("form_unreadable"))
            case let error as UserError where error.code.isOfTyping:
                (.unprocessableContent, error.words(text))
            default:
                (
                    .internalServerError,
                    UserError(showing: error)?.words(text) ?? text("trouble_unknown")
                )
            }
        let frame = try? await desk.read(visit.text) { book, shelf in
            try PageFrame(book, shelf, visit, title: text("trouble"), place: .record)
        }
        guard let frame else { return plain(status, sentence) }
        return html(
            "trouble", ["t": text.texts, "frame": frame, "sentence": sentence] as [String: Any],
            status: status)
    }
}

extension Sysexit {
    /// Something in the request was not as it must be: nothing is wrong here.
    fileprivate var isOfTyping: Bool {
        [.usage, .dataError, .noUser, .noPermission].contains(self)
    }
}
