// What is kept apart, in the words of the screens: what it says, why it waits, what deciding does.
// Neighbors: the pages of what waits show them; Quarantine/QuarantineReasons says the same on the
// command line, from the same facts.

internal import Faces
internal import Shared
internal import Store
internal import Texts

struct WaitingWords {
    let views: Views
    let text: StringTable

    struct Field: Sendable {
        let name: String
        let value: String
    }

    struct Admitting {
        /// What letting it in does, or why it cannot be.
        let sentences: [String]
        let isPossible: Bool
        let decideFirst: [Dot]
    }

    // MARK: What it says

    func kind(_ event: Event) -> String { text.kind(event.kindName) }

    /// "2026-03-24: HAR-1 Ana Ruiz → HAR-2 Omar Haddad, 1:00", or what it is about.
    func summary(_ event: Event?, byteCount: Int) throws -> String {
        guard let event else { return text("unreadable_bytes", ["n": "\(byteCount)"]) }
        if let form = event.hoursForm, let shares = event.payload.shares(HoursField.shares) {
            let sides = form.asMeant(providers: shares.providers, recipients: shares.recipients)
            let date = event.payload.date(HoursField.serviceDate).map { "\($0): " } ?? ""
            return "\(date)\(try names(sides.gave)) → \(try names(sides.received)), "
                + "\(shares.given)"
        }
        return try made(by: event) ?? views.described(event).about ?? ""
    }

    /// What one did, as the ledger has it for good, and about whom: what the entry came to be since
    /// is another matter.
    func deed(_ event: Event, byteCount: Int) throws -> String {
        let about = try summary(event, byteCount: byteCount)
        guard event.subject != nil || about.isEmpty else { return about }
        let what = try views.words(of: event, seenFrom: event.entity)
        guard let hours = try views.hours(event.entity) else {
            return about.isEmpty ? what : "\(what) · \(about)"
        }
        return "\(what) · \(ConflictWords(views: views, text: text).people(of: hours))"
    }

    private static let named: [Kind: FieldNumber] = [
        .neighborhoodDefined: NeighborhoodField.name, .devicePaired: DeviceField.label,
        .deviceSplit: DeviceField.label,
    ]

    /// What an event brought about, by its name; nil for one that is about something else.
    private func made(by event: Event) throws -> String? {
        guard event.subject == nil, let kind = event.knownKind else { return nil }
        if kind == .memberEnrolled || kind == .workerRegistered {
            return try views.label(of: event.entity)
        }
        guard let field = Self.named[kind], case .text(let name)? = event.payload[field] else {
            return nil
        }
        return name
    }

    private func names(_ parties: [Party]) throws -> String {
        try parties.map { try views.label(of: $0.account) }.joined(separator: ", ")
    }

    func fields(_ event: Event) throws -> [Field] {
        try views.described(event).fields.map { field in
            // A member's form is another thing.
            if field.name == "form", let form = event.hoursForm {
                return Field(name: text("what"), value: text.form(form.name))
            }
            return Field(name: text.field(field.name), value: field.value)
        }
    }

    // MARK: Why

    func why(_ entry: QuarantineTable.Entry, _ event: Event?) throws -> String {
        let label = try deviceLabel(entry)
        switch entry.reason {
        case .outOfScope:
            return text(
                "apart_out_of_scope_why", ["device": label, "place": try place(event)])
        case .revoked: return text("apart_revoked_why", ["device": label])
        case .unauthorized:
            let worker = try event?.worker.map(views.label) ?? text("nobody_named")
            return text("apart_unauthorized_why", ["worker": worker, "device": label])
        case .invalid, .unknownSubject, .beyondReach: return text("apart_\(entry.reason.key)_why")
        }
    }

    func deviceLabel(_ entry: QuarantineTable.Entry) throws -> String {
        try views.deviceLabels()[entry.dot.replica] ?? text("unknown_device")
    }

    private func place(_ event: Event?) throws -> String {
        guard let home = event?.home, home != .community else { return text("the_community") }
        return try views.name(of: home)
    }

    // MARK: What comes of it

    /// Why it cannot be let in as it is; nil where it can.
    func inadmissible(_ entry: QuarantineTable.Entry) throws -> Inadmissible? {
        do {
            _ = try admissible(entry)
            return nil
        } catch let reason as Inadmissible {
            return reason
        }
    }

    private func admissible(_ entry: QuarantineTable.Entry) throws -> AdmissibleEvent {
        try AdmissibleEvent(entry, of: QuarantineTable(views.tables.db), StoredFacts(views))
    }

    func admitting(_ entry: QuarantineTable.Entry) throws -> Admitting {
        let found: AdmissibleEvent
        do {
            found = try admissible(entry)
        } catch let reason as Inadmissible {
            return Admitting(
                sentences: [views.voice.sentence(reason.phrase)], isPossible: false,
                decideFirst: reason.decideFirst)
        }
        let places = try found.reach.map { scope in
            scope == .community ? text("the_community") : try views.name(of: scope)
        }
        let base = text("admitting_does", ["places": places.joined(separator: ", ")])
        return Admitting(
            sentences: [base] + (try effects(of: found.new.event)), isPossible: true,
            decideFirst: [])
    }

    /// Whose balance it changes, and what the ledger has already of the same people and day.
    private func effects(of event: Event) throws -> [String] {
        guard event.knownKind == .hoursRecorded,
            let shares = event.payload.shares(HoursField.shares)
        else { return [] }
        let words = ConflictWords(views: views, text: text)
        let changes = try words.balances(shares, home: event.home)
        let balances = text("admitting_balances", ["list": changes])
        guard let date = event.payload.date(HoursField.serviceDate) else { return [balances] }
        let alike = try views.entries(alike: shares, on: date).map { try words.subject($0.id) }
        return alike.isEmpty
            ? [balances]
            : [balances, text("admitting_alike", ["list": alike.joined(separator: "; ")])]
    }
}

extension StringTable {
    /// A kind of event as people call it; the name itself of one that this version does not know.
    func kind(_ name: String) -> String {
        texts["kind_\(name.replacing(".", with: "_"))"] ?? name
    }

    func form(_ name: String) -> String { self("form_\(name.replacing("-", with: "_"))") }

    /// A field as people call it; as it is typed on the command line where no screen has a word.
    func field(_ name: String) -> String {
        let key = name.replacing("-", with: "_")
        return texts["field_\(key)"] ?? texts[key] ?? name
    }
}
