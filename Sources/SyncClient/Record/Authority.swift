// Whether this device's worker may record an event, and where it will be delivered: the rule that
// the office applies (Shared/Decide/Permission), asked before saving, so that nobody finds out only
// there. Neighbors: Recorder asks; what is refused becomes a sentence here.

internal import Shared
internal import Store
internal import Texts

struct Authority {
    private let book: LocalBook
    private let permission: Permission

    init(book: LocalBook, worker: EntityID) throws {
        guard let device = book.device else {
            throw UserError(
                .unavailable, "this device knows no worker yet; run `hourbook sync`",
                page: Phrase("no_worker_yet"))
        }
        var role: Role?
        if case .worker(let state)? = try book.views.state(of: worker) { role = state.role }
        self.book = book
        let coming = Set(try book.comingHistories.map(\.scope))
        permission = Permission(device: device, workerRole: role) { entity in
            // Whoever records about them must have been shown what was.
            if coming.contains(entity) { throw try book.isComing(entity) }
            return try book.facts(of: entity)
        }
    }

    /// Scopes the event will be delivered to; throws a sentence when it may not be recorded.
    func reach(of event: Event) throws -> [ScopeID] {
        do {
            return try permission.reach(of: event)
        } catch let reason as QuarantineReason {
            throw try refusal(reason, event)
        }
    }

    private func refusal(_ reason: QuarantineReason, _ event: Event) throws -> UserError {
        switch reason {
        case .unauthorized:
            return notAllowed(event)
        case .outOfScope:
            if let why = try book.refusal(in: event.home) { return why }
            let name = try book.views.code(of: event.home)
            return UserError(
                .noPermission,
                Phrase(
                    "place_not_held",
                    ["place": name.isEmpty ? .phrase(Phrase("community_book")) : .text(name)]))
        case .unknownSubject:
            return UserError(.dataError, Phrase("not_on_device"))
        case .beyondReach:
            return UserError(.dataError, Phrase("beyond_reach"))
        case .invalid, .revoked: return UserError(.dataError, reason.phrase)
        }
    }
}

extension LocalBook {
    /// What somebody may do here: the lesser of the worker's role and the device's; nil while
    /// neither is known.
    func role(of worker: EntityID) throws -> Role? {
        guard let device, case .worker(let state)? = try views.state(of: worker) else { return nil }
        return min(device.role, state.role)
    }
}

extension Finder {
    /// Whoever records: a worker, and no auditor. Asked before anything else that could be wrong.
    func recorder(_ typed: String?) throws -> EntityID {
        if book.device?.role == .auditor { throw Authority.auditing }
        let worker = try worker(typed)
        if try book.role(of: worker) == .auditor { throw Authority.auditing }
        return worker
    }
}

extension Authority {
    fileprivate static let auditing = UserError(
        .noPermission, Phrase("auditor_records_nothing"))

    /// Whose work it is instead.
    private func notAllowed(_ event: Event) -> UserError {
        guard permission.isRecorder(event) else {
            return UserError(
                .noPermission,
                "this worker does not record on this device; `hourbook worker list` shows who does",
                page: Phrase("not_recorder_here"))
        }
        if permission.isAuditing { return Self.auditing }
        switch event.knownKind?.descriptor.authors {
        case .recorderOrCoordinator?:
            return UserError(.noPermission, Phrase("recorded_elsewhere"))
        case .coordinator?: return UserError(.noPermission, Phrase("takes_coordinator"))
        case .anyWorker?, .server?, nil:
            let form = event.hoursForm.map {
                Phrase("coordinator_records_form", ["form": .code($0.name, of: "form")])
            }
            return UserError(.noPermission, form ?? Phrase("coordinator_records"))
        }
    }
}

extension LocalBook {
    fileprivate func isComing(_ member: EntityID) throws -> UserError {
        UserError(
            .unavailable,
            "\(try views.number(of: member)) has just moved here, and what was recorded about them "
                + "is still on its way: run `hourbook sync`, then record",
            page: Phrase("history_coming", ["number": .text(try views.number(of: member))]))
    }

    fileprivate func facts(of entity: EntityID) throws -> EntityFacts? {
        guard let known = try views.home(of: entity), let reach = try views.reach(of: entity) else {
            // A member elsewhere: the office knows them with the same home.
            return try views.directoryLine(of: entity).map {
                EntityFacts(family: .member, home: $0.home, reach: [$0.home], form: nil)
            }
        }
        var form: HoursForm?
        if known.family == .hours, case .hours(let hours)? = try views.state(of: entity) {
            form = hours.form
        }
        return EntityFacts(family: known.family, home: known.home, reach: reach, form: form)
    }
}
