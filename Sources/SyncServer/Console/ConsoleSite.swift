// Every request of a person to the office comes through here: where it comes from, the route table,
// the session, the role, and what becomes of errors.
// Neighbors: Faces/Origins decides who may ask, ConsoleRoute what a route needs; one file beside
// this for each group of pages.
// Invariants: no state is changed by a GET; nothing inside is answered without a session whose
// worker has the role; a form that was sent twice is done once.

internal import Faces
internal import HTTPTypes
internal import Hummingbird
internal import Logging
internal import Shared
internal import Store
internal import Synchronization
internal import Texts

final class ConsoleSite: HTTPResponder {
    typealias Context = OfficeContext

    let desk: ConsoleDesk
    let door: ConsoleDoor
    let pages: Pages
    let limits = Mutex(SignInLimits())
    let held = Mutex(HeldForms())
    private let told = ToldOnce()

    init(_ desk: ConsoleDesk, door: ConsoleDoor) {
        self.desk = desk
        self.door = door
        pages = Pages(ConsoleTemplates.all)
    }

    func respond(to request: Request, context: Context) async throws -> Response {
        var response: Response
        do {
            response = try await answer(request, context)
        } catch {
            response = try await trouble(error, request)
            if response.status.kind == .serverError {
                context.logger.error("page failed", metadata: ["error": "\(ErrorName(error))"])
            }
        }
        response.addPageHeaders()
        return response
    }

    private func answer(_ request: Request, _ context: Context) async throws -> Response {
        switch door.origins.fault(of: request.provenance) {
        case .misdirected:
            return .plain(.misdirectedRequest, visit(request).text("misdirected"))
        case .foreign: return .plain(.forbidden, visit(request).text("foreign"))
        case nil: break
        }
        let method = request.method == .head ? .get : request.method
        guard let route = ConsoleRoute(method, request.uri.path) else {
            throw SiteFault.notFound
        }
        switch route {
        case .open(let route): return try await respond(to: route, request, context)
        case .inside(let route): return try await admit(to: route, request, context)
        }
    }

    private func respond(
        to route: ConsoleRoute.Open, _ request: Request, _ context: Context
    ) async throws -> Response {
        switch route {
        case .style: .style
        case .script: .script
        case .signInForm: try await signInPage(request)
        case .signIn: try await signIn(request, context)
        case .joinForm: try await joinPage(request)
        case .join: try await join(request, context)
        case .chooseLanguage: try await chooseLanguage(request)
        }
    }

    /// The one place where sessions and roles are asked for.
    private func admit(
        to route: ConsoleRoute.Inside, _ request: Request, _ context: Context
    ) async throws -> Response {
        switch try await desk.store.standing(ofSession: session(of: request)) {
        case .live(let person):
            guard person.role >= route.needs else { throw SiteRefusal.role }
            let fields = try await request.formFields()
            let visit = ConsoleVisit(
                visit: visit(request), person: person, counts: counts(for: person),
                typed: held.withLock {
                    $0.find(fields["held"], of: person.worker, at: desk.environment.now())
                },
                warning: desk.store.standing.phrase.map {
                    Voice(.of(request.language)).sentence($0)
                })
            return try await respond(to: route, fields, visit, request, context)
        case .ended(let worker): return try await keep(route, request, of: worker)
        case .none:
            return signInFirst(
                back: page(route, request), form: request.isWrite ? .gone : nil)
        }
    }

    private func respond(
        to route: ConsoleRoute.Inside, _ fields: FormFields, _ visit: ConsoleVisit,
        _ request: Request, _ context: Context
    ) async throws -> Response {
        switch route {
        case .home: try await homePage(visit)
        case .account: try await accountPage(visit)
        case .passphraseForm: try await passphrasePage(visit)
        case .changePassphrase: try await changePassphrase(fields, visit, request, context)
        case .signOut: try await signOut(visit, request)
        case .signOutEverywhere: try await signOutEverywhere(visit, request)
        case .conflicts: try await conflictsPage(visit)
        case .conflict(let id): try await conflictPage(id, visit)
        case .decide(let id): try await decide(id, fields, visit)
        case .assign(let id): try await assign(id, fields, visit)
        case .ask(let id): try await ask(id, fields, visit)
        case .decided: try await decidedPage(visit)
        case .undo: try await undo(fields, visit)
        case .devices(let route): try await respond(to: route, fields, visit)
        case .waiting(let route): try await respond(to: route, fields, visit)
        case .people(let route): try await respond(to: route, fields, visit)
        case .workers(let route): try await respond(to: route, fields, visit)
        case .ledger(let route): try await respond(to: route, fields, visit)
        }
    }

    /// What was typed waits for its author.
    private func keep(
        _ route: ConsoleRoute.Inside, _ request: Request, of worker: EntityID
    ) async throws -> Response {
        let page = page(route, request)
        guard route.keepsTyped else {
            return signInFirst(back: page, form: request.isWrite ? .gone : nil)
        }
        let fields = try await request.formFields()
        let token = desk.formToken()
        held.withLock {
            $0.hold(fields, of: worker, token: token, at: desk.environment.now())
        }
        return signInFirst(back: "\(page)?held=\(token)", form: .kept)
    }

    /// Where somebody goes on after signing in.
    private func page(_ route: ConsoleRoute.Inside, _ request: Request) -> String {
        route.formPage ?? (request.isWrite ? "/" : request.pathAndQuery)
    }

    private func signInFirst(back: String, form: LostForm.Fate?) -> Response {
        .redirect(
            to: "\(ConsoleRoute.signInPath)?back=\(FormFields.encoded(back))"
                + (form.map { "&form=\($0.rawValue)" } ?? ""))
    }

    private func chooseLanguage(_ request: Request) async throws -> Response {
        let fields = try await request.formFields()
        var response = Response.redirect(to: fields["back"])
        if let language = Language(rawValue: fields["language"]) { response.remember(language) }
        return response
    }

    // MARK: Parts

    func session(of request: Request) -> String {
        request.cookies[door.cookieName(host: request.head.authority)]?.value ?? ""
    }

    /// The sentence about what was typed wrongly; any other error goes on.
    static func sentence(_ error: any Error, _ text: StringTable) throws -> String {
        guard let refusal = Refusal(showing: error), refusal.isOfTyping,
            !(error is StoreDamage)
        else { throw error }
        return refusal.words(text)
    }

    private func counts(
        for person: SignedIn
    ) -> @Sendable (Views) throws -> [ConsolePlace: Int] {
        { [desk] views in try desk.counts(views, for: person) }
    }

    func visit(_ request: Request) -> Visit {
        Visit(request, desk.environment, done: told.take(request))
    }

    func html(_ name: String, _ model: Any, status: HTTPResponse.Status = .ok) -> Response {
        .html(pages.page(name, model), status: status)
    }

    /// After a form. `done` heads the page.
    func redirect(to path: String, done: Done? = nil) -> Response {
        var response = Response.redirect(to: path)
        if let done { told.tell(done, token: desk.formToken(), in: &response) }
        return response
    }

    private func trouble(_ error: any Error, _ request: Request) async throws -> Response {
        let visit = visit(request)
        let (status, sentence) = Self.told(error, visit.text)
        let standing = try? await desk.store.standing(ofSession: session(of: request))
        let frame = try? await desk.read(visit.text) { [counts] views in
            guard case .live(let person)? = standing else {
                return PageFrame(
                    visit, title: visit.text("trouble"), community: try views.communityName())
            }
            return try PageFrame(
                views, ConsoleVisit(visit: visit, person: person, counts: counts(person)),
                title: visit.text("trouble"), place: nil)
        }
        guard let frame else { return .plain(status, sentence) }
        return html(
            "trouble",
            ["t": visit.text.texts, "frame": frame, "sentence": sentence] as [String: Any],
            status: status)
    }

    private static func told(
        _ error: any Error, _ text: StringTable
    ) -> (HTTPResponse.Status, String) {
        switch error {
        case SiteFault.notFound: (.notFound, text("not_found"))
        case SiteRefusal.role: (.forbidden, text("not_your_role"))
        case FormFields.Fault.tooLarge: (.contentTooLarge, text("form_too_large"))
        case is FormFields.Fault: (.badRequest, text("form_unreadable"))
        case let error as HTTPError: (error.status, text("form_unreadable"))
        default:
            if let sentence = try? sentence(error, text) {
                (.unprocessableContent, sentence)
            } else {
                (
                    .internalServerError,
                    Refusal(showing: error)?.words(text) ?? text("trouble_unknown")
                )
            }
        }
    }
}

/// The console knows who asks, and does not answer that.
enum SiteRefusal: Error { case role }

extension Refusal {
    /// Something in the request was not as it must be: nothing is wrong here. The codes are
    /// those of sysexits.h for usage, data, input and permission.
    var isOfTyping: Bool { [64, 65, 66, 77].contains(exit) }
}
