// Every request to the page comes through here: the gate, the route table, and what becomes of
// errors. Neighbors: Faces/Gate decides who may ask; one file beside this for each group of pages.
// Invariant: no state is changed by a GET; a form that was sent twice is done once.

internal import Faces
internal import Foundation
internal import HTTPTypes
internal import Hummingbird
internal import Logging
internal import NIOCore
internal import Shared
internal import Store
internal import Synchronization

final class FieldSite: HTTPResponder {
    typealias Context = BasicRequestContext

    static let languageCookieName = "language"

    let desk: FieldDesk
    let gate: Gate
    let sync: SyncRunner
    let pages: Pages
    private let told = Mutex<[String: Done]>([:])

    init(desk: FieldDesk, gate: Gate) {
        self.desk = desk
        self.gate = gate
        sync = SyncRunner(folder: desk.folder, environment: desk.environment)
        pages = Pages([
            "record": PackageResources.record_mustache, "alike": PackageResources.alike_mustache,
            "people": PackageResources.people_mustache, "person": PackageResources.person_mustache,
            "enroll": PackageResources.enroll_mustache,
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
        for (name, value) in Gate.headers {
            if let name = HTTPField.Name(name) { response.headers[name] = value }
        }
        response.headers[.cacheControl] = response.headers[.cacheControl] ?? "no-store"
        return response
    }

    private func answer(_ request: Request) async throws -> Response {
        let isWrite = request.method != .get && request.method != .head
        let verdict = gate.verdict(
            Provenance(
                host: request.head.authority, origin: request.headers[.origin],
                site: HTTPField.Name("Sec-Fetch-Site").flatMap { request.headers[$0] },
                cookie: request.cookies[gate.cookieName]?.value, isWrite: isWrite))
        switch verdict {
        case .misdirected: return plain(.misdirectedRequest, "this is not the address of Hourbook")
        case .foreign: return plain(.forbidden, "this request came from another site")
        case .locked where request.uri.path == FieldRoute.openPath: return open(request)
        case .locked: return plain(.forbidden, text(request)("locked"))
        case .pass: break
        }
        if request.uri.path == FieldRoute.openPath { return redirect(to: "/") }
        let method = request.method == .head ? .get : request.method
        guard let route = FieldRoute(method, request.uri.path) else {
            throw SiteFault.notFound
        }
        let fields = try await fields(of: request, isWrite: isWrite)
        return try await respond(to: route, fields, visit(request))
    }

    private func respond(
        to route: FieldRoute, _ fields: FormFields, _ visit: Visit
    ) async throws -> Response {
        switch route {
        case .style: asset(Pages.style, "text/css; charset=utf-8")
        case .script: asset(Pages.script, "text/javascript; charset=utf-8")
        case .record: try await recordPage(fields, visit)
        case .save: try await save(fields, visit)
        case .undo: try await undo(fields, visit)
        case .find: try await find(fields)
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
        case .syncNow: try await syncNow(fields)
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
            response.headers[values: .setCookie].append(
                "\(Self.languageCookieName)=\(language.rawValue); Path=/; SameSite=Strict; "
                    + "Max-Age=31536000")
        }
        return response
    }

    // MARK: Parts

    private func fields(of request: Request, isWrite: Bool) async throws -> FormFields {
        guard isWrite else { return try FormFields(encoded: request.uri.query ?? "") }
        let body = try await request.body.collect(upTo: FormFields.bytesMax)
        return try FormFields(encoded: String(buffer: body))
    }

    private func visit(_ request: Request) -> Visit {
        let token = request.cookies[Self.toldCookieName]?.value ?? ""
        let done = told.withLock { $0.removeValue(forKey: token) }
        let query = request.uri.query.map { "?\($0)" } ?? ""
        return Visit(
            path: request.method == .get ? request.uri.path + query : "/", text: text(request),
            now: desk.environment.now(), done: done)
    }

    static let toldCookieName = "told"

    private func text(_ request: Request) -> StringTable {
        let chosen = request.cookies[Self.languageCookieName].flatMap {
            Language(rawValue: $0.value)
        }
        return .of(chosen ?? Language(accepting: request.headers[.acceptLanguage]))
    }

    /// The address that the terminal showed: its key becomes a cookie of this browser.
    private func open(_ request: Request) -> Response {
        let key = (try? FormFields(encoded: request.uri.query ?? ""))?["key"]
        guard gate.isKey(key) else { return plain(.forbidden, text(request)("locked")) }
        var response = redirect(to: "/")
        response.headers[values: .setCookie].append(
            "\(gate.cookieName)=\(gate.key); Path=/; HttpOnly; SameSite=Strict")
        return response
    }

    // MARK: Answers

    func html(_ name: String, _ model: Any, status: HTTPResponse.Status = .ok) -> Response {
        Response(
            status: status, headers: [.contentType: "text/html; charset=utf-8"],
            body: .init(byteBuffer: ByteBuffer(string: pages.page(name, model))))
    }

    func plain(_ status: HTTPResponse.Status, _ text: String) -> Response {
        Response(
            status: status, headers: [.contentType: "text/plain; charset=utf-8"],
            body: .init(byteBuffer: ByteBuffer(string: text + "\n")))
    }

    func asset(_ bytes: [UInt8], _ type: String) -> Response {
        Response(
            status: .ok, headers: [.contentType: type, .cacheControl: "max-age=3600"],
            body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
    }

    /// After a form: reloading the page does not send it again. `done` heads that page.
    func redirect(to path: String, done: Done? = nil) -> Response {
        var response = Response(status: .seeOther, headers: [.location: Self.local(path)])
        if let done {
            let token = hex(desk.environment.randomBytes(8))
            told.withLock {
                if $0.count >= Self.toldMax { $0 = [:] }
                $0[token] = done
            }
            response.headers[values: .setCookie].append(
                "\(Self.toldCookieName)=\(token); Path=/; HttpOnly; SameSite=Strict; Max-Age=60")
        }
        return response
    }

    /// Pages that were never asked for again.
    private static let toldMax = 100

    /// Never another site's.
    static func local(_ path: String) -> String {
        path.hasPrefix("/") && !path.hasPrefix("//") && !path.contains("\\")
            && !path.contains(where: \.isNewline) ? path : "/"
    }

    private func trouble(_ error: any Error, _ request: Request) async throws -> Response {
        let visit = visit(request)
        let text = visit.text
        let (status, sentence): (HTTPResponse.Status, String) =
            switch error {
            case SiteFault.notFound: (.notFound, text("not_found"))
            case FormFields.Fault.tooLarge: (.contentTooLarge, text("form_unreadable"))
            case is FormFields.Fault: (.badRequest, text("form_unreadable"))
            case let error as HTTPError: (error.status, text("form_unreadable"))
            case let error as UserError where error.code.isOfTyping:
                (.unprocessableContent, error.description)
            default:
                (
                    .internalServerError,
                    UserError(showing: error)?.description ?? text("trouble_unknown")
                )
            }
        let frame = try? await desk.run { device in
            try device.read {
                try FieldFrame($0, visit, title: text("trouble"), place: .record)
            }
        }
        guard let frame else { return plain(status, sentence) }
        return html(
            "trouble", ["t": text.texts, "frame": frame, "sentence": sentence] as [String: Any],
            status: status)
    }
}

enum SiteFault: Error { case notFound }

extension Sysexit {
    /// Something in the request was not as it must be: nothing is wrong here.
    fileprivate var isOfTyping: Bool {
        [.usage, .dataError, .noUser, .noPermission].contains(self)
    }
}
