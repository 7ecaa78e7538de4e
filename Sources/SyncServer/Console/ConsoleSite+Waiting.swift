// What waits for an admin: entries kept apart, one after the other or many at once.
// Neighbors: Quarantine/QuarantineDesk decides, WaitingPage fills the pages.
// Invariants: what is decided is what the page had shown; each entry is decided once, whoever asks.

internal import Faces
internal import HTTPTypes
internal import Hummingbird
internal import Shared
internal import Store
internal import Texts

/// What came of a decision about entries that were kept apart.
struct KeptDecision: Sendable {
    var decided = 0
    /// Somebody else was quicker.
    var already = 0
}

extension ConsoleSite {
    enum WaitingLimits {
        /// Lines of a page.
        static let linesMax = 50
        /// Decided by one form: a transaction that devices wait for, and a page that can be read.
        static let severalMax = 200
    }

    func respond(
        to route: ConsoleRoute.Waiting, _ fields: FormFields, _ visit: ConsoleVisit
    ) async throws -> Response {
        switch route {
        case .list: try await waitingPage(fields, visit)
        case .one(let dot): try await keptPage(dot, visit)
        case .decide(let dot): try await decideKept(dot, fields, visit)
        case .several: try await severalPage(fields, visit)
        case .decideSeveral: try await decideSeveral(fields, visit)
        }
    }

    private func waitingPage(
        _ fields: FormFields, _ visit: ConsoleVisit
    ) async throws -> Response {
        let standing = desk.store.standing
        let model = try await desk.read(visit.text) { views in
            try WaitingModel(
                KeptApartList(views, for: visit.person), fields, views, visit, standing)
        }
        return html("waiting", model)
    }

    // MARK: One

    func keptPage(
        _ dot: Dot, _ visit: ConsoleVisit, typed: FormFields? = nil, fault: String? = nil
    ) async throws -> Response {
        let model = try await desk.read(visit.text) { [desk] views -> KeptModel? in
            let table = QuarantineTable(views.tables.db)
            guard let entry = try KeptApartList.find(dot, table, for: visit.person) else {
                return nil
            }
            return try KeptModel(
                entry, table.event(dot), views, visit, once: desk.formToken(),
                reason: (typed ?? visit.typed)?["reason"] ?? "", fault: fault)
        }
        guard let model else { throw SiteFault.notFound }
        return html("kept", model, status: fault == nil ? .ok : .unprocessableContent)
    }

    private func decideKept(
        _ dot: Dot, _ fields: FormFields, _ visit: ConsoleVisit
    ) async throws -> Response {
        let text = visit.text
        guard let choice = QuarantineChoice(named: fields["choice"]) else {
            return try await keptPage(dot, visit, typed: fields, fault: text("choice_missing"))
        }
        guard !fields["reason"].isEmpty else {
            return try await keptPage(dot, visit, typed: fields, fault: text("reason_missing"))
        }
        let done: KeptDecision
        do {
            done = try await desk.append(fields["once"], by: visit.person) { session in
                guard try QuarantineTable(session.db).find(dot) != nil else {
                    throw SiteFault.notFound
                }
                return try session.decide(
                    kept: [dot], choice, by: visit.person, reason: fields["reason"])
            }
        } catch SiteFault.notFound {
            throw SiteFault.notFound
        } catch {
            return try await keptPage(
                dot, visit, typed: fields, fault: try Self.sentence(error, visit.text))
        }
        let next = try await desk.read(visit.text) { views in
            let all = try KeptApartList(views, for: visit.person).all
            return all.first { $0.dot > dot } ?? all.first
        }
        return redirect(
            to: next.map { "/waiting/\($0.dot)" } ?? "/waiting",
            done: Done(text: done.told(choice, text)))
    }

    // MARK: Several

    private func severalPage(
        _ fields: FormFields, _ visit: ConsoleVisit
    ) async throws -> Response {
        guard let choice = QuarantineChoice(named: fields["choice"]) else {
            throw SiteFault.notFound
        }
        let model = try await desk.read(visit.text) { [desk] views in
            let found = try KeptApartList(views, for: visit.person)
                .found(KeptApartList.Filter(fields))
            return try SeveralModel(
                found, choice, views, visit, once: desk.formToken(),
                filter: KeptApartList.Filter(fields).query)
        }
        return html("several", model)
    }

    /// One transaction: all of them or none.
    private func decideSeveral(
        _ fields: FormFields, _ visit: ConsoleVisit
    ) async throws -> Response {
        let dots = Set(fields.all("entry").compactMap { Dot($0) })
        guard let choice = QuarantineChoice(named: fields["choice"]), !dots.isEmpty,
            dots.count <= WaitingLimits.severalMax
        else { throw SiteFault.notFound }
        guard !fields["reason"].isEmpty else {
            return try await severalAgain(
                dots, choice, fields, visit, fault: visit.text("reason_missing"))
        }
        let done: KeptDecision
        do {
            done = try await desk.append(fields["once"], by: visit.person) { session in
                try session.decide(
                    kept: dots, choice, by: visit.person, reason: fields["reason"])
            }
        } catch {
            return try await severalAgain(
                dots, choice, fields, visit, fault: try Self.sentence(error, visit.text))
        }
        return redirect(to: "/waiting", done: Done(text: done.told(choice, visit.text)))
    }

    private func severalAgain(
        _ dots: Set<Dot>, _ choice: QuarantineChoice, _ fields: FormFields, _ visit: ConsoleVisit,
        fault: String
    ) async throws -> Response {
        let model = try await desk.read(visit.text) { [desk] views in
            let found = try KeptApartList(views, for: visit.person).all
                .filter { dots.contains($0.dot) }
            return try SeveralModel(
                found, choice, views, visit, once: desk.formToken(), filter: fields["filter"],
                reason: fields["reason"], fault: fault)
        }
        return html("several", model, status: .unprocessableContent)
    }
}

extension AppendSession {
    /// Those that nobody has decided yet.
    fileprivate func decide(
        kept dots: Set<Dot>, _ choice: QuarantineChoice, by person: SignedIn, reason: String
    ) throws -> KeptDecision {
        let table = QuarantineTable(db)
        let open = try dots.filter { try table.find($0).map { $0.choice == nil } ?? false }
        if !open.isEmpty {
            try decide(open, choice, as: person.worker, reason: reason)
        }
        return KeptDecision(decided: open.count, already: dots.count - open.count)
    }
}

extension KeptDecision {
    fileprivate func told(_ choice: QuarantineChoice, _ text: StringTable) -> String {
        let key =
            switch choice {
            case .admit: "kept_admitted"
            case .reject: "kept_rejected"
            }
        let parts = [
            decided > 0 || already == 0 ? text.count(key, decided) : nil,
            already > 0 ? text.count("kept_already", already) : nil,
        ]
        return parts.compactMap(\.self).joined(separator: " ")
    }
}

extension KeptApartList.Filter {
    init(_ fields: FormFields) {
        device = bytes(hex: fields["device"]).flatMap { ReplicaID($0) }
        reason = QuarantineReason(named: fields["reason"])
    }

    /// As the end of an address; empty for all.
    var query: String {
        let parts = [device.map { "device=\($0)" }, reason.map { "reason=\($0.name)" }]
        return parts.compactMap(\.self).joined(separator: "&")
    }
}
