// Signing in and out, and joining by an invitation.
// Neighbors: Accounts keeps accounts and sessions, SignInLimits counts tries; signin, join and
// account.mustache show.
// Invariant: the answer to a wrong name and to a wrong passphrase is the same, and takes as long.

internal import Faces
internal import HTTPTypes
internal import Hummingbird
internal import Shared
internal import Store
internal import Synchronization
internal import Texts

struct SignInModel: Sendable {
    let t: [String: String]
    let frame: PageFrame
    var name = ""
    let back: String
    let lost: LostForm?
    var fault: String?
}

/// What became of a form that came without a session: nothing was done.
struct LostForm: Sendable {
    enum Fate: String {
        /// It is shown again to whoever sent it.
        case kept
        /// Nobody knows whose it was, or it is one of a button alone.
        case gone
    }

    let fate: String
    let sentence: String

    init?(_ fate: String, _ text: StringTable) {
        guard let known = Fate(rawValue: fate) else { return nil }
        self.fate = fate
        sentence =
            switch known {
            case .kept: text("form_kept")
            case .gone: text("form_gone")
            }
    }
}

struct JoinModel: Sendable {
    let t: [String: String]
    let frame: PageFrame
    let name: String
    let token: String
    /// The fewest characters, for the browser, and the same in words.
    let least: String
    let hint: String
    var fault: String?
}

struct AccountModel: Sendable {
    let t: [String: String]
    let frame: PageFrame
    let role: String
    /// Codes of the neighborhoods that a coordinator serves; nil for an admin, who is for all.
    let serves: String?
}

extension ConsoleSite {
    // MARK: In

    func signInPage(_ request: Request) async throws -> Response {
        let fields = try await request.formFields()
        let visit = visit(request)
        if case .live = try await desk.store.standing(ofSession: session(of: request)) {
            return redirect(to: fields["back"])
        }
        return try await shownSignIn(fields, visit, fault: nil, status: .ok)
    }

    private func shownSignIn(
        _ fields: FormFields, _ visit: Visit, fault: String?, status: HTTPResponse.Status
    ) async throws -> Response {
        let frame = try await guestFrame(visit, title: visit.text("sign_in"))
        return html(
            "signin",
            SignInModel(
                t: visit.text.texts, frame: frame, name: fields["name"],
                back: localPath(fields["back"]), lost: LostForm(fields["form"], visit.text),
                fault: fault),
            status: status)
    }

    func guestFrame(_ visit: Visit, title: String) async throws -> PageFrame {
        try await desk.read(visit.text) {
            PageFrame(visit, title: title, community: try $0.communityName())
        }
    }

    func signIn(_ request: Request, _ context: Context) async throws -> Response {
        let fields = try await request.formFields()
        let visit = visit(request)
        let (worker, account) = try await desk.store.account(named: fields["name"])
        let whose: SignInLimits.Key =
            worker.map { .account($0) } ?? .name(String(fields["name"].folded.prefix(100)))
        let kept = account?.passphrase ?? .nobodys(cost: desk.passphrases.cost)
        let outcome = try await tried(
            fields.untrimmed("passphrase"), kept, of: whose, request, context)
        switch (outcome, account) {
        case (.wait(let seconds), _): return try await tooMany(seconds, fields, visit)
        case (.fits, let account?):
            limits.withLock { $0.succeeded(whose) }
            return try await enter(as: account.worker, back: fields["back"], request)
        case (.fits, nil), (.wrong, _):
            return try await shownSignIn(
                fields, visit, fault: visit.text("sign_in_wrong"), status: .unprocessableContent)
        }
    }

    /// What a try at a passphrase came to.
    enum Try: Sendable {
        case fits, wrong
        /// In so many seconds there may be another.
        case wait(Int)
    }

    /// Counted for the account and the address, whatever it is tried for.
    func tried(
        _ passphrase: String, _ kept: PassphraseHash, of whose: SignInLimits.Key,
        _ request: Request, _ context: Context
    ) async throws -> Try {
        let keys = [whose, .address(door.address(of: request, context))]
        let now = desk.environment.now()
        if let seconds = limits.withLock({ $0.begin(keys, at: now) }) { return .wait(seconds) }
        do {
            return try await desk.passphrases.fits(passphrase, kept) ? .fits : .wrong
        } catch is PassphraseQueue.Busy {
            limits.withLock { $0.takeBack(keys) }
            return .wait(1)
        }
    }

    private func tooMany(
        _ seconds: Int, _ fields: FormFields, _ visit: Visit
    ) async throws -> Response {
        var response = try await shownSignIn(
            fields, visit, fault: visit.text.count("sign_in_wait", seconds),
            status: .tooManyRequests)
        if let name = HTTPField.Name("Retry-After") { response.headers[name] = "\(seconds)" }
        return response
    }

    private func enter(
        as worker: EntityID, back: String, _ request: Request
    ) async throws -> Response {
        let token = try await desk.store.beginSession(of: worker)
        var response = redirect(to: back)
        response.addCookie(door.cookie(token, host: request.head.authority))
        return response
    }

    // MARK: Out

    func accountPage(_ visit: ConsoleVisit) async throws -> Response {
        let model = try await desk.read(visit.text) { views in
            AccountModel(
                t: visit.text.texts,
                frame: try PageFrame(views, visit, title: visit.text("account"), place: nil),
                role: visit.text("role_\(visit.person.role.name)"),
                serves: visit.person.role == .admin
                    ? nil
                    : try visit.person.neighborhoods.map { try views.code(of: .neighborhood($0)) }
                        .joined(separator: ", "))
        }
        return html("account", model)
    }

    func signOut(_ visit: ConsoleVisit, _ request: Request) async throws -> Response {
        try await desk.store.endSession(visit.person.session)
        return left(visit, request)
    }

    func signOutEverywhere(
        _ visit: ConsoleVisit, _ request: Request
    ) async throws -> Response {
        try await desk.store.endSessions(of: visit.person.worker)
        return left(visit, request)
    }

    private func left(_ visit: ConsoleVisit, _ request: Request) -> Response {
        var response = redirect(
            to: ConsoleRoute.signInPath, done: Done(text: visit.text("signed_out")))
        response.addCookie(door.noCookie(host: request.head.authority))
        return response
    }

    // MARK: Joining

    /// Looking at the page uses nothing up: mail programs look at links.
    func joinPage(_ request: Request) async throws -> Response {
        let token = try await request.formFields()["token"]
        return try await shownJoin(token, visit(request), fault: nil)
    }

    private func shownJoin(
        _ token: String, _ visit: Visit, fault: Passphrase.Fault?
    ) async throws -> Response {
        let text = visit.text
        guard let worker = try await desk.store.invited(by: token) else {
            return try await usedUp(visit)
        }
        let frame = try await guestFrame(visit, title: text("join"))
        let name = try await desk.read(visit.text) { try $0.workerName(worker) ?? worker.short }
        let least = "\(Passphrase.charactersMin)"
        return html(
            "join",
            JoinModel(
                t: text.texts, frame: frame, name: name, token: token, least: least,
                hint: text("passphrase_hint", ["least": least]),
                fault: fault.map { text($0.rawValue, ["least": least]) }),
            status: fault == nil ? .ok : .unprocessableContent)
    }

    private func usedUp(_ visit: Visit) async throws -> Response {
        let frame = try await guestFrame(visit, title: visit.text("trouble"))
        return html(
            "trouble",
            [
                "t": visit.text.texts, "frame": frame,
                "sentence": visit.text("invitation_used"),
            ] as [String: Any], status: .gone)
    }

    func join(_ request: Request, _ context: Context) async throws -> Response {
        let fields = try await request.formFields()
        let visit = visit(request)
        let (token, passphrase) = (fields["token"], fields.untrimmed("passphrase"))
        guard let worker = try await desk.store.invited(by: token) else {
            return try await usedUp(visit)
        }
        if let fault = try await fault(
            in: passphrase, again: fields.untrimmed("again"), worker, visit.text)
        {
            return try await shownJoin(token, visit, fault: fault)
        }
        let hash: PassphraseHash
        do { hash = try await hashed(passphrase) } catch is PassphraseQueue.Busy {
            return .plain(.tooManyRequests, visit.text.count("sign_in_wait", 1))
        }
        // Of two who use it at once, one is first.
        guard let worker = try await desk.store.accept(token, hash) else {
            return try await usedUp(visit)
        }
        return try await enter(as: worker, back: "/", request)
    }
}
