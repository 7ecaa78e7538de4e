// Devices: which there are and how each is, what one holds, and taking one out of use.
// Neighbors: Pairing/ and Quarantine/Revoking write; DevicePages fills the pages,
// ConsoleSite+Pairing has the links.
// Invariant: what a form changes is what its page had shown; otherwise the page comes again.

internal import Faces
internal import HTTPTypes
internal import Hummingbird
internal import Shared
internal import Store
internal import Texts

extension ConsoleSite {
    enum DeviceLimits {
        /// Lines of a page.
        static let linesMax = 50
        /// Open pairing links that are listed.
        static let linksMax = 20
    }

    func respond(
        to route: ConsoleRoute.Devices, _ fields: FormFields, _ visit: ConsoleVisit
    ) async throws -> Response {
        switch route {
        case .list: try await devicesPage(fields, visit)
        case .pairForm: try await pairPage(visit)
        case .pair: try await pair(fields, visit)
        case .link(let id): try await linkPage(id, visit)
        case .withdraw(let id): try await withdraw(id, visit)
        case .one(let replica): try await devicePage(replica, visit)
        case .changeScope(let replica): try await changeScope(replica, fields, visit)
        case .revokeForm(let replica): try await revokePage(replica, visit)
        case .revoke(let replica): try await revoke(replica, fields, visit)
        case .allowSplit(let replica): try await allowSplit(replica, fields, visit)
        case .settle(let replica): try await settle(replica, fields, visit)
        }
    }

    private func devicesPage(
        _ fields: FormFields, _ visit: ConsoleVisit
    ) async throws -> Response {
        let model = try await desk.read(visit.text) { views in
            try DevicesModel(fields, views, visit)
        }
        return html("devices", model)
    }

    private func devicePage(
        _ replica: ReplicaID, _ visit: ConsoleVisit, typed: FormFields? = nil,
        fault: String? = nil, status: HTTPResponse.Status = .ok
    ) async throws -> Response {
        let ledgerKey = desk.store.keys.ledger.signingPublicKey
        let model = try await desk.read(visit.text) { [desk] views -> DeviceModel? in
            guard let device = try views.device(replica) else { return nil }
            return try DeviceModel(
                device, views, visit, once: desk.formToken(),
                checkNumber: PairingCheck.number(
                    community: desk.store.community, replica: replica, ledgerKey: ledgerKey),
                typed: typed ?? visit.typed, fault: fault)
        }
        guard let model else { throw SiteFault.notFound }
        return html("device", model, status: status)
    }

    // MARK: What it holds

    private enum ScopeOutcome: Sendable {
        case changed
        /// Somebody changed it since the page was shown.
        case stale
    }

    /// One event, with the numbers that come along.
    private func changeScope(
        _ replica: ReplicaID, _ fields: FormFields, _ visit: ConsoleVisit
    ) async throws -> Response {
        let wanted = Set(fields.all("place").compactMap { EntityID($0) })
        let shown = Set(fields.all("was").compactMap { EntityID($0) })
        let reason = fields["reason"].isEmpty ? nil : fields["reason"]
        let text = visit.text
        let fault = try await desk.read(visit.text) { views -> String? in
            guard let device = try views.device(replica) else { throw SiteFault.notFound }
            if wanted.isEmpty { return text("scope_missing") }
            return wanted == shown && wanted == Set(device.neighborhoods)
                ? text("scope_same") : nil
        }
        if let fault {
            return try await devicePage(
                replica, visit, typed: fields, fault: fault, status: .unprocessableContent)
        }
        let outcome: ScopeOutcome
        do {
            outcome = try await desk.append(fields["once"], by: visit.person) { session in
                guard let device = try session.facts.device(replica),
                    Set(device.neighborhoods) == shown
                else { return ScopeOutcome.stale }
                try session.setScope(
                    of: device, to: wanted.sorted(), as: visit.person.worker, reason: reason)
                return .changed
            }
        } catch {
            return try await devicePage(
                replica, visit, typed: fields, fault: try Self.sentence(error, visit.text),
                status: .unprocessableContent)
        }
        switch outcome {
        case .changed:
            return redirect(to: "/devices/\(replica)", done: Done(text: text("scope_changed")))
        case .stale:
            return try await devicePage(
                replica, visit, fault: text("device_changed_since"), status: .conflict)
        }
    }

    // MARK: Out of use

    private func revokePage(
        _ replica: ReplicaID, _ visit: ConsoleVisit, typed: FormFields? = nil,
        fault: String? = nil
    ) async throws -> Response {
        let model = try await desk.read(visit.text) { [desk] views -> RevokeModel? in
            guard let device = try views.device(replica), device.revokedAfter == nil else {
                return nil
            }
            return try RevokeModel(
                device, views, visit, once: desk.formToken(),
                reason: (typed ?? visit.typed)?["reason"] ?? "", fault: fault)
        }
        guard let model else {
            return redirect(
                to: "/devices/\(replica)", done: Done(text: visit.text("revoked_already")))
        }
        return html("revoke", model, status: fault == nil ? .ok : .unprocessableContent)
    }

    /// An event for the device, and one for each folder that was copied from its.
    private func revoke(
        _ replica: ReplicaID, _ fields: FormFields, _ visit: ConsoleVisit
    ) async throws -> Response {
        let reason = fields["reason"]
        guard !reason.isEmpty else {
            return try await revokePage(
                replica, visit, typed: fields, fault: visit.text("reason_missing"))
        }
        let wasInUse: Bool
        do {
            wasInUse = try await desk.append(fields["once"], by: visit.person) { session in
                guard let device = try session.facts.device(replica) else {
                    throw SiteFault.notFound
                }
                guard device.revokedAfter == nil else { return false }
                try session.revoke(device, as: visit.person.worker, reason: reason)
                return true
            }
        } catch let fault as SiteFault {
            throw fault
        } catch {
            return try await revokePage(
                replica, visit, typed: fields, fault: try Self.sentence(error, visit.text))
        }
        return redirect(
            to: "/devices/\(replica)",
            done: Done(text: visit.text(wasInUse ? "revoked_now" : "revoked_already")))
    }

    // MARK: Copies

    /// Stands beside the ledger until the copy comes: its `device.split` is the event.
    private func allowSplit(
        _ replica: ReplicaID, _ fields: FormFields, _ visit: ConsoleVisit
    ) async throws -> Response {
        let allowed = try await desk.append(fields["once"], by: visit.person) { session in
            guard let device = try session.facts.device(replica) else {
                throw SiteFault.notFound
            }
            // Somebody has let it through meanwhile, or the device is revoked.
            guard device.revokedAfter == nil,
                try SplitTable(session.db).waitingSince(replica) != nil
            else { return false }
            try session.allowSplit(of: device, as: visit.person.worker)
            return true
        }
        return redirect(
            to: "/devices/\(replica)",
            done: Done(text: visit.text(allowed ? "split_allowed" : "nothing_to_settle")))
    }

    /// No event: what the server saw of a copy was none.
    private func settle(
        _ replica: ReplicaID, _ fields: FormFields, _ visit: ConsoleVisit
    ) async throws -> Response {
        let settled = try await desk.append(fields["once"], by: visit.person) { session in
            guard let device = try session.facts.device(replica) else {
                throw SiteFault.notFound
            }
            let copied = try PartedCopyTable(session.db).find(replica) != nil
            let ahead = try AheadDeviceTable(session.db).find(replica) != nil
            guard copied || ahead else { return false }
            try session.settle(device)
            return true
        }
        return redirect(
            to: "/devices/\(replica)",
            done: Done(text: visit.text(settled ? "settled" : "nothing_to_settle")))
    }
}

extension Views {
    func device(_ replica: ReplicaID) throws -> DeviceState? {
        guard let pairing = try DeviceTable(tables.db).pairing(of: replica),
            case .device(let device)? = try state(of: pairing.entity)
        else { return nil }
        return device
    }
}
