// Workers: who they are and what they may do, a new one, and an invitation to the console.
// Neighbors: Setup/Registering writes, Accounts/ invites; workers.mustache shows.

internal import Faces
internal import HTTPTypes
internal import Hummingbird
internal import Shared
internal import Store
internal import Texts

struct WorkersModel: Sendable {
    struct Line: Sendable {
        let id: String
        let name: String
        let role: String
        let places: String
        /// Of the console: "signs in", "invited until …"; nil for one who has none.
        let account: String?
        let canInvite: Bool
        /// Nil when there is no session and no invitation to end.
        let ending: String?
    }
    struct Box: Sendable {
        let id: String
        let name: String
        let isTicked: Bool
    }
    struct Choice: Sendable {
        let value: String
        let name: String
        let isChosen: Bool
    }
    /// A link that was just made.
    struct Invited: Sendable {
        let name: String
        let link: String
        let until: Moment
    }
    struct Form: Sendable {
        let name: String
        let roles: [Choice]
        let places: [Box]
        let isOpen: Bool
    }

    let t: [String: String]
    let frame: PageFrame
    let lines: [Line]
    let isEmpty: Bool
    let found: String
    let previous: String?
    let next: String?
    let typed: String
    let invited: Invited?
    /// Nil for who may not add workers.
    let form: Form?
    let once: String
    let fault: String?
}

extension ConsoleSite {
    private static let workersMax = 50

    func respond(
        to route: ConsoleRoute.Workers, _ fields: FormFields, _ visit: ConsoleVisit
    ) async throws -> Response {
        switch route {
        case .list: try await workersPage(fields, visit)
        case .add: try await addWorker(fields, visit)
        case .invite(let worker): try await invite(worker, fields, visit)
        case .signOut(let worker): try await signOut(worker, visit)
        }
    }

    /// No event: every session of the worker ends, and an invitation that was not used.
    private func signOut(_ worker: EntityID, _ visit: ConsoleVisit) async throws -> Response {
        guard let name = try await desk.read(visit.text, { try $0.workerName(worker) }) else {
            throw SiteFault.notFound
        }
        try await desk.store.noteAsync { db in
            _ = try SessionTable(db).removeAll(of: worker)
            _ = try InvitationTable(db).remove(of: worker)
        }
        let isSelf = worker == visit.person.worker
        return redirect(
            to: isSelf ? ConsoleRoute.signInPath : "/workers",
            done: Done(text: visit.text("worker_signed_out", ["name": name])))
    }

    private func workersPage(
        _ fields: FormFields, _ visit: ConsoleVisit, typed: FormFields? = nil,
        invited: WorkersModel.Invited? = nil, fault: String? = nil
    ) async throws -> Response {
        let model = try await desk.read(visit.text) { [desk] views in
            try WorkersModel(
                fields, views, visit,
                accounts: visit.person.role == .admin
                    ? try views.consoleAccounts(at: visit.now) : [],
                once: desk.formToken(),
                typed: typed ?? visit.typed, invited: invited, fault: fault,
                limit: Self.workersMax)
        }
        return html("workers", model, status: fault == nil ? .ok : .unprocessableContent)
    }

    /// One event: the worker.
    private func addWorker(
        _ fields: FormFields, _ visit: ConsoleVisit
    ) async throws -> Response {
        let text = visit.text
        func again(_ fault: String) async throws -> Response {
            try await workersPage(FormFields(), visit, typed: fields, fault: fault)
        }
        guard !fields["name"].isEmpty else { return try await again(text("name_missing")) }
        guard let role = Role(named: fields["role"]) else {
            return try await again(text("role_missing"))
        }
        let wanted = Set(fields.all("place").compactMap { EntityID($0) })
        // Who serves none would see nothing, and a role cannot be changed later.
        guard role == .admin || !wanted.isEmpty else {
            return try await again(text("worker_places_missing"))
        }
        do {
            try await desk.append(fields["once"], by: visit.person) { session in
                let known = try session.views.neighborhoods().map(\.id)
                _ = try session.addWorker(
                    name: fields["name"], role: role,
                    neighborhoods: known.filter(wanted.contains), by: visit.person.worker)
            }
        } catch {
            return try await again(try Self.sentence(error, visit.text))
        }
        return redirect(
            to: "/workers", done: Done(text: text("worker_added", ["name": fields["name"]])))
    }

    /// No event: accounts stand beside the ledger. The link is on this answer alone.
    private func invite(
        _ worker: EntityID, _ fields: FormFields, _ visit: ConsoleVisit
    ) async throws -> Response {
        let record = ServingRecord(folder: desk.store.folder)
        let made: WorkersModel.Invited
        do {
            made = try await desk.note(fields["once"], by: visit.person) { store in
                guard let name = try store.read({ try $0.workerName(worker) }) else {
                    throw SiteFault.notFound
                }
                let address = try ConsoleAddress(
                    typed: fields["url"].isEmpty ? nil : fields["url"], record: record)
                let invitation = try store.invite(worker)
                return WorkersModel.Invited(
                    name: name, link: address.joining(invitation.token),
                    until: visit.visit.moment(invitation.expiresAt))
            }
        } catch let fault as SiteFault {
            throw fault
        } catch {
            return try await workersPage(
                FormFields(), visit, fault: try Self.sentence(error, visit.text))
        }
        return try await workersPage(FormFields(), visit, invited: made)
    }
}

extension WorkersModel {
    fileprivate init(
        _ fields: FormFields, _ views: Views, _ visit: ConsoleVisit,
        accounts: [ConsoleAccountRecord], once: String, typed: FormFields?, invited: Invited?,
        fault: String?, limit: Int
    ) throws {
        let text = visit.text
        self.typed = fields["q"]
        let wanted = fields["q"].folded
        let all = try views.workers()
            .filter { visit.person.serves($0.neighborhoods.map(ScopeID.neighborhood)) }
            .map { (state: $0, name: try views.workerName($0.id) ?? $0.id.short) }
            .filter { wanted.isEmpty || $0.name.folded.contains(wanted) }
            .sorted { ($0.name.folded, $0.state.id) < ($1.name.folded, $1.state.id) }
        let page = PageOfList(all.count, limit: limit, fields["page"])
        let byWorker = Dictionary(
            accounts.map { ($0.worker, $0) }, uniquingKeysWith: { first, _ in first })
        let invitedUntil = Dictionary(
            uniqueKeysWithValues: try InvitationTable(views.tables.db).open(at: visit.now)
                .map { ($0.worker, visit.visit.moment($0.expiresAt)) })
        let isAdmin = visit.person.role == .admin
        lines = try all[page.range].map { worker, name in
            Line(
                id: "\(worker.id)", name: name, role: text("role_\(worker.role.name)"),
                places: try worker.neighborhoods.map { try views.code(of: .neighborhood($0)) }
                    .joined(separator: " "),
                account: byWorker["\(worker.id)"].map {
                    Self.words($0, invitedUntil: invitedUntil[worker.id], text)
                },
                canInvite: isAdmin && worker.role.opensConsole,
                ending: isAdmin
                    ? Self.ending(
                        byWorker["\(worker.id)"], isInvited: invitedUntil[worker.id] != nil, text)
                    : nil)
        }
        isEmpty = lines.isEmpty
        found = text.count("workers_found", all.count)
        (previous, next) = page.addresses(
            "/workers", wanted.isEmpty ? "" : "q=\(FormFields.encoded(fields["q"]))")
        form = isAdmin ? try Form(views, text, typed, isOpen: fault != nil || typed != nil) : nil
        t = text.texts
        frame = try PageFrame(views, visit, title: text("workers"), place: .workers)
        (self.invited, self.once, self.fault) = (invited, once, fault)
    }

    private static func ending(
        _ account: ConsoleAccountRecord?, isInvited: Bool, _ text: StringTable
    ) -> String? {
        if let account, account.sessions > 0 { return text("sign_out_everywhere") }
        return isInvited ? text("withdraw_invitation") : nil
    }

    private static func words(
        _ account: ConsoleAccountRecord, invitedUntil: Moment?, _ text: StringTable
    ) -> String {
        if let invitedUntil { return text("invited_until", ["time": invitedUntil.words]) }
        return account.sessions > 0 ? text("signed_in_now") : text("has_account")
    }
}

extension WorkersModel.Form {
    fileprivate init(
        _ views: Views, _ text: StringTable, _ typed: FormFields?, isOpen: Bool
    ) throws {
        let role = typed?["role"] ?? Role.outreach.name
        let ticked = Set(typed?.all("place") ?? [])
        name = typed?["name"] ?? ""
        roles = Role.allCases.sorted().map {
            WorkersModel.Choice(
                value: $0.name, name: text("role_\($0.name)"), isChosen: $0.name == role)
        }
        places = try views.neighborhoods().map {
            WorkersModel.Box(
                id: "\($0.id)", name: "\($0.name) (\($0.code))",
                isTicked: ticked.contains("\($0.id)"))
        }
        self.isOpen = isOpen
    }
}
