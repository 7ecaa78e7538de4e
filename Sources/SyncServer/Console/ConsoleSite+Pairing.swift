// Pairing: an admin makes a link, and sees when a device has come by it, and which.
// Neighbors: Setup/Registering makes links, Pairing/PairingLinks honors them; PairingPages shows.
// Invariant: nothing is in the ledger before the device has paired: `device.paired` is the event.

internal import Faces
internal import HTTPTypes
internal import Hummingbird
internal import Shared
internal import Store
internal import Texts

/// What a form asks a link for.
private struct PairForm {
    let workers: [EntityID]
    let places: [EntityID]
    let role: Role?
    let hours: Int64
    let url: String

    /// A sentence when something is missing.
    struct Missing: Error { let sentence: String }

    init(_ fields: FormFields, _ views: Views, _ text: StringTable) throws {
        let known = try views.workers()
        let ticked = Set(fields.all("worker").compactMap { EntityID($0) })
        let chosen = known.filter { ticked.contains($0.id) }
        guard !chosen.isEmpty else { throw Missing(sentence: text("pair_workers_missing")) }
        guard chosen.count <= Limits.entitiesMax else {
            throw Missing(sentence: text("pair_too_many", ["most": "\(Limits.entitiesMax)"]))
        }
        let wanted = Set(fields.all("place").compactMap { EntityID($0) })
        let held = try views.neighborhoods().filter { wanted.contains($0.id) }
        guard !held.isEmpty else { throw Missing(sentence: text("scope_missing")) }
        let served = Set(chosen.flatMap(\.neighborhoods))
        if let unserved = held.first(where: { !served.contains($0.id) }) {
            throw Missing(sentence: text("pair_not_served", ["place": unserved.name]))
        }
        guard let hours = Int64(fields["hours"]), PairingGrant.hoursValid.contains(hours) else {
            throw Missing(
                sentence: text(
                    "pair_hours", ["most": "\(PairingGrant.hoursValid.upperBound)"]))
        }
        workers = chosen.map(\.id).sorted()
        places = held.map(\.id).sorted()
        role = Role(named: fields["role"]) ?? chosen.map(\.role).max()
        self.hours = hours
        url = fields["url"]
    }
}

extension ConsoleSite {
    func pairPage(
        _ visit: ConsoleVisit, typed: FormFields? = nil, fault: String? = nil
    ) async throws -> Response {
        let record = ServingRecord(folder: desk.store.folder)
        let model = try await desk.read(visit.text) { [desk] views in
            try PairModel(
                views, visit, served: record, once: desk.formToken(),
                typed: typed ?? visit.typed, fault: fault)
        }
        return html("pair", model, status: fault == nil ? .ok : .unprocessableContent)
    }

    /// No event yet: that is the device's.
    func pair(_ fields: FormFields, _ visit: ConsoleVisit) async throws -> Response {
        let record = ServingRecord(folder: desk.store.folder)
        let id: [UInt8]
        do {
            let text = visit.text
            id = try await desk.append(fields["once"], by: visit.person) { session in
                let form = try PairForm(fields, session.views, text)
                let address = try LinkAddress(
                    .init(url: form.url.isEmpty ? nil : form.url), record: record)
                return try session.makePairingLink(
                    workers: form.workers, neighborhoods: form.places,
                    role: form.role ?? .auditor, host: address.host, port: address.port,
                    mode: session.mode(of: address), hoursValid: form.hours
                ).id
            }
        } catch let missing as PairForm.Missing {
            return try await pairPage(visit, typed: fields, fault: missing.sentence)
        } catch {
            return try await pairPage(
                visit, typed: fields, fault: try Self.sentence(error, visit.text))
        }
        return redirect(to: "/devices/links/\(hex(id))")
    }

    func linkPage(_ id: [UInt8], _ visit: ConsoleVisit) async throws -> Response {
        let ledgerKey = desk.store.keys.ledger.signingPublicKey
        let model = try await desk.read(visit.text) { [desk] views -> LinkModel? in
            guard let grant = try PairingLinkTable(views.tables.db).find(id) else { return nil }
            let check = grant.replica.map {
                PairingCheck.number(
                    community: desk.store.community, replica: $0, ledgerKey: ledgerKey)
            }
            return try LinkModel(
                grant, try desk.store.link(of: grant), views, visit, checkNumber: check)
        }
        guard let model else {
            return redirect(to: "/devices", done: Done(text: visit.text("link_gone")))
        }
        return html("link", model)
    }

    /// No event: it had granted nothing yet.
    func withdraw(_ id: [UInt8], _ visit: ConsoleVisit) async throws -> Response {
        let withdrawn = try await desk.store.noteAsync { try PairingLinkTable($0).withdraw(id) }
        guard withdrawn else { return redirect(to: "/devices/links/\(hex(id))") }
        return redirect(to: "/devices", done: Done(text: visit.text("link_withdrawn")))
    }
}
