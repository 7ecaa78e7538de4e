// One event by itself, in words, wherever it is kept: in a line, in a sentence, and field by field.
// Neighbors: Views+HistoryWords has the sentences; `quarantine` of the office and `waiting` of a
// device print these.
// Invariant: any bytes that decode can be described; what cannot be read here is said to be so.

public import Shared
internal import Texts

public struct FieldRecord: Codable, Sendable, Equatable {
    /// As on the command line; `gave` and `received` for the parties of an entry.
    public let name: String
    /// As a person would write it.
    public let value: String
    /// Of a party.
    public let account: String?
    public let minutes: Int64?
}

public struct EventDescription: Codable, Sendable {
    public let kind: String
    /// "exchange, 90 min, HAR-1 Ana Ruiz → HAR-2 Luis Gil".
    public let brief: String
    /// What it says, as histories say it.
    public let says: String
    /// What it is about, in words; nil when it creates that itself.
    public let about: String?
    public let fields: [FieldRecord]
    /// Some of its words are sealed and cannot be read here.
    public let unreadable: Bool
    /// Name of whoever recorded it; nil when it cannot be read here.
    public let worker: String?
    public let workerID: String?
    /// For whom, where that is not whoever is named in it.
    public let onBehalfOf: String?
    /// Name of the neighborhood in whose book it is; the community's for what is of all.
    public let home: String
    /// By its device's clock, with its UTC offset.
    public let recordedAt: String
}

extension Views {
    public func described(_ event: Event) throws -> EventDescription {
        let place = try name(of: event.home)
        return EventDescription(
            kind: event.kindName, brief: try brief(event),
            says: try words(of: event, seenFrom: event.entity), about: try about(event),
            fields: try fields(of: event),
            unreadable: !event.sealed.isEmpty && reader.open(event).isEmpty,
            worker: try event.worker.flatMap(workerName),
            workerID: event.worker?.description,
            onBehalfOf: try event.onBehalfOf.map(label),
            home: place.isEmpty ? voice("the_community_home") : place,
            recordedAt: event.recordedAt.text(utcOffsetMinutes: event.utcOffsetMinutes))
    }

    /// What it says, in a line of a table.
    public func brief(_ event: Event) throws -> String {
        if let form = event.hoursForm, let shares = event.payload.shares(HoursField.shares) {
            let sides = form.asMeant(providers: shares.providers, recipients: shares.recipients)
            return voice(
                "brief_hours",
                [
                    "form": .code(form.name, of: "form"), "n": "\(shares.given.value)",
                    "gave": .text(try names(sides.gave)),
                    "received": .text(try names(sides.received)),
                ])
        }
        let words = try words(of: event, seenFrom: event.entity)
        return try about(event).map { "\(words): \($0)" } ?? words
    }

    private func names(_ parties: [Party]) throws -> String {
        try parties.map { try label(of: $0.account) }.joined(separator: ", ")
    }

    private func about(_ event: Event) throws -> String? {
        guard let subject = event.subject else { return nil }
        if try state(of: subject) != nil { return try historySubject(subject) }
        return try asideLabel(of: subject) ?? asideSubject(subject)
            ?? voice("not_in_this_book", ["id": .text(subject.short)])
    }

    // MARK: Field by field

    private func fields(of event: Event) throws -> [FieldRecord] {
        let opened = reader.open(event)
        let fields = event.knownKind?.descriptor.fields ?? []
        let rows = try fields.flatMap { field -> [FieldRecord] in
            guard let value = event.payload[field.number] ?? opened[field.number] else { return [] }
            return try records(field, value, of: event)
        }
        guard !event.sealed.isEmpty, opened.isEmpty else { return rows }
        return rows + [
            FieldRecord(voice("sealed_words"), voice("sealed_words_unreadable"))
        ]
    }

    private func records(
        _ field: FieldDescriptor, _ value: Value, of event: Event
    ) throws -> [FieldRecord] {
        switch (field.type, value) {
        case (.shares, .shares(let shares)):
            let form = event.hoursForm ?? .exchange
            let sides = form.asMeant(providers: shares.providers, recipients: shares.recipients)
            return try sides.gave.map { try record($0, "gave") }
                + sides.received.map { try record($0, "received") }
        case (.fieldNumber, .integer(let number)):
            return [
                FieldRecord(
                    field.name,
                    changedField(number, event).map { voice.field($0.name) } ?? String(number))
            ]
        case (.anyValue, _):
            let changed = event.payload.integer(ChangeField.field)
                .flatMap { changedField($0, event) }
            return [FieldRecord(field.name, try text(value, changed, of: event))]
        case (.sides, .sides(let sides)):
            return sides.map { FieldRecord(field.name, $0.dot.short) }
        default: return [FieldRecord(field.name, try text(value, field, of: event))]
        }
    }

    private func record(_ party: Party, _ side: String) throws -> FieldRecord {
        let name = try label(of: party.account)
        return FieldRecord(
            name: side, value: "\(name): \(party.minutes)",
            account: party.account.description, minutes: party.minutes.value)
    }

    private func changedField(_ number: Int64, _ event: Event) -> FieldDescriptor? {
        let creating: [Kind: Kind] = [
            .memberChanged: .memberEnrolled, .hoursAmended: .hoursRecorded,
        ]
        guard let number = UInt32(exactly: number), let kind = event.knownKind else { return nil }
        return creating[kind]?.descriptor.field(FieldNumber(number))
    }

    private func text(
        _ value: Value, _ field: FieldDescriptor?, of event: Event
    ) throws -> String {
        if case .shares = value { return try text(value, form: form(of: event.entity)) }
        return try field.map { try text(value, of: $0) } ?? text(value)
    }
}

extension FieldRecord {
    fileprivate init(_ name: String, _ value: String) {
        self.init(name: name, value: value, account: nil, minutes: nil)
    }
}

extension Event {
    /// As people read it in listings.
    public var kindName: String { knownKind?.name ?? "kind \(kind.value)" }
}
