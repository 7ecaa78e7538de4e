// Changing one's own passphrase. Neighbors: ConsoleSite+SignIn counts tries as for signing in;
// Accounts keeps the new one; passphrase.mustache shows the form.
// Invariant: nothing is changed without the one there is; every other session ends with it.

internal import Faces
internal import HTTPTypes
internal import Hummingbird
internal import Shared
internal import Store
internal import Synchronization
internal import Texts

struct PassphraseModel: Sendable {
    let t: [String: String]
    let frame: PageFrame
    /// For the browser, which keeps passphrases by name.
    let name: String
    /// The fewest characters, for the browser, and the same in words.
    let least: String
    let hint: String
    let fault: String?
}

extension ConsoleSite {
    func passphrasePage(
        _ visit: ConsoleVisit, fault: String? = nil, status: HTTPResponse.Status = .ok
    ) async throws -> Response {
        let text = visit.text
        let least = "\(Passphrase.charactersMin)"
        let model = try await desk.read(text) { views in
            PassphraseModel(
                t: text.texts,
                frame: try PageFrame(
                    views, visit, title: text("passphrase_change"), place: nil),
                name: visit.person.name, least: least,
                hint: text("passphrase_hint", ["least": least]), fault: fault)
        }
        return html("passphrase", model, status: status)
    }

    func changePassphrase(
        _ fields: FormFields, _ visit: ConsoleVisit, _ request: Request, _ context: Context
    ) async throws -> Response {
        let (text, worker) = (visit.text, visit.person.worker)
        let (old, new) = (fields.untrimmed("now"), fields.untrimmed("passphrase"))
        // Before a try is counted: what is wrong with the new one tells nothing of the old.
        if let fault = try await fault(in: new, again: fields.untrimmed("again"), worker, text) {
            return try await passphrasePage(
                visit, fault: text(fault.rawValue, ["least": "\(Passphrase.charactersMin)"]),
                status: .unprocessableContent)
        }
        guard let account = try await desk.store.account(of: worker) else {
            throw SiteFault.notFound
        }
        switch try await tried(old, account.passphrase, of: .account(worker), request, context) {
        case .wait(let seconds): return try await later(seconds, visit)
        case .wrong:
            return try await passphrasePage(
                visit, fault: text("passphrase_wrong"), status: .unprocessableContent)
        case .fits: limits.withLock { $0.succeeded(.account(worker)) }
        }
        let hash: PassphraseHash
        do { hash = try await hashed(new) } catch is PassphraseQueue.Busy {
            return try await later(1, visit)
        }
        // Of two who change it at once, one is first.
        guard try await desk.store.change(account, to: hash, keeping: visit.person.session) else {
            return try await passphrasePage(
                visit, fault: text("passphrase_wrong"), status: .conflict)
        }
        return redirect(to: "/account", done: Done(text: text("passphrase_changed")))
    }

    private func later(_ seconds: Int, _ visit: ConsoleVisit) async throws -> Response {
        var response = try await passphrasePage(
            visit, fault: visit.text.count("sign_in_wait", seconds), status: .tooManyRequests)
        if let name = HTTPField.Name("Retry-After") { response.headers[name] = "\(seconds)" }
        return response
    }

    // MARK: Parts that joining has too

    /// Why a new passphrase is not taken; nil where it is.
    func fault(
        in passphrase: String, again: String, _ worker: EntityID, _ text: StringTable
    ) async throws -> Passphrase.Fault? {
        let names = try await desk.read(text) {
            [try $0.workerName(worker) ?? "", try $0.communityName()]
        }
        return Passphrase.fault(in: passphrase, names: names)
            ?? (passphrase == again ? nil : .twoDiffer)
    }

    /// - Throws: `PassphraseQueue.Busy`
    func hashed(_ passphrase: String) async throws -> PassphraseHash {
        try await desk.passphrases.hash(
            passphrase, salt: desk.environment.randomBytes(PassphraseHash.saltByteCount))
    }
}
