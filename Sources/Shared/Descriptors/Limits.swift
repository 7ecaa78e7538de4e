// Bounds of every field, and the check of an event's shape against its descriptor. Pure and
// context-free: authority, scope and reach are Admission's.
// Source: docs/protocol.md section 10. Neighbors: Record/ checks before saving, Admission again.

public import Texts

public enum Limits {
    public static let textScalarsMax = 2_000
    public static let textsMax = 20
    public static let partiesMax = 50
    public static let entitiesMax = 200
    public static let sidesMax = 200
    public static let tagCharactersMax = 40
    /// Member numbers are typed and written on cards.
    public static let memberNumberMax: Int64 = 9_999_999
    /// Total minutes of an entry of any form.
    public static let minutesMax: Int64 = 600_000
    /// Sequences, positions and sizes: exact in every language's numbers, stored as signed 64 bits
    /// without a check, and one more never overflows.
    public static let countMax: UInt64 = (1 << 53) - 1
}

/// The first rule that an event's shape breaks. Messages name the field, never a value.
public struct ShapeFault: Error, Equatable, CustomStringConvertible {
    public let field: String
    /// The rule that it breaks.
    public let broken: Phrase

    public init(field: String, _ broken: Phrase) {
        (self.field, self.broken) = (field, broken)
    }

    /// As the terminal says it.
    public var rule: String { Voice.terminal(broken) }
    public var description: String { Voice.terminal(phrase) }
    public var phrase: Phrase {
        Phrase("fault_of_field", ["field": .field(field), "rule": .phrase(broken)])
    }
}

extension Event {
    /// Checks a known kind's payload; unknown kinds pass, inert. Sealed fields are checked by
    /// whoever can read them, that is on the authoring device.
    public func checkShape() throws(ShapeFault) {
        guard let descriptor = knownKind?.descriptor else { return }
        guard (subject == nil) == (descriptor.creates != nil) else {
            throw ShapeFault(
                field: "subject", Phrase(subject == nil ? "rule_missing" : "rule_absent"))
        }
        try descriptor.check(payload, sealed: false, anySealed: !sealed.isEmpty)
        if let shares = payload.shares(HoursField.shares), knownKind == .hoursRecorded {
            let form = payload.integer(HoursField.form).flatMap(HoursForm.init) ?? .exchange
            try shares.check(form: form)
        }
        if [.memberChanged, .hoursAmended].contains(knownKind) { try checkChange() }
        if knownKind == .conflictReplied { try checkReply() }
    }

    /// A side is named by the answer that takes one, and words are all there is of another.
    private func checkReply() throws(ShapeFault) {
        let answer = payload.integer(ReplyField.answer).flatMap(Answer.init(rawValue:))
        guard payload.sides(ReplyField.side).count == (answer == .side ? 1 : 0) else {
            throw ShapeFault(
                field: "side", Phrase(answer == .side ? "rule_one_event" : "rule_absent"))
        }
        guard answer != .words || !sealed.isEmpty else {
            throw ShapeFault(field: "words", Phrase("rule_missing"))
        }
    }

    /// An amendment's new value obeys the limits of the field it changes.
    private func checkChange() throws(ShapeFault) {
        let creating: Kind = knownKind == .memberChanged ? .memberEnrolled : .hoursRecorded
        guard let number = payload.integer(ChangeField.field).flatMap(UInt32.init(exactly:)),
            let field = creating.descriptor.field(FieldNumber(number)), field.isChangeable
        else { throw ShapeFault(field: "field", Phrase("rule_fixed")) }
        if field.isSealed {
            guard !sealed.isEmpty, payload[ChangeField.new] == nil else {
                throw ShapeFault(field: field.name, Phrase("rule_sealed"))
            }
        } else {
            guard let new = payload[ChangeField.new] else {
                throw ShapeFault(field: field.name, Phrase("rule_new_missing"))
            }
            try field.check(new)
        }
    }
}

extension KindDescriptor {
    /// Checks the plain fields (or, given `sealed`, the fields of an opened part).
    public func check(_ payload: Payload, sealed: Bool, anySealed: Bool) throws(ShapeFault) {
        for field in fields {
            guard let value = payload[field.number] else {
                let elsewhere = field.isSealed != sealed && (sealed || anySealed)
                let either = field.isAnyValue
                guard !field.isRequired || elsewhere || either else {
                    throw ShapeFault(field: field.name, Phrase("rule_missing"))
                }
                continue
            }
            guard field.isSealed == sealed || field.isAnyValue else {
                throw ShapeFault(
                    field: field.name, Phrase(sealed ? "rule_not_sealed" : "rule_sealed"))
            }
            try field.check(value)
        }
    }
}

extension FieldDescriptor {
    fileprivate var isAnyValue: Bool { if case .anyValue = type { true } else { false } }

    /// Whether a value has the field's type and keeps its limits.
    public func check(_ value: Value) throws(ShapeFault) {
        if let rule = brokenRule(value) { throw ShapeFault(field: name, rule) }
    }

    private func brokenRule(_ value: Value) -> Phrase? {
        switch (type, value) {
        case (.text(let scalars), .text(let text)): textRule(text, scalars: scalars)
        case (.texts, .texts(let texts)): textsRule(texts)
        case (.tag, .text(let text)): tagRule(text)
        case (.code(let codes), .integer(let code)):
            codes.contains { $0.value == code } ? nil : Phrase("rule_list")
        case (.integer(let range), .integer(let number)):
            range.contains(number)
                ? nil : .range(range.lowerBound, range.upperBound)
        case (.entities, .entities(let entities)):
            entities.count <= Limits.entitiesMax
                ? nil
                : Phrase("rule_names_max", ["n": "\(Limits.entitiesMax)"])
        case (.data(let count), .data(let data)):
            data.count == count ? nil : Phrase("rule_bytes", ["n": "\(count)"])
        case (.sides, .sides(let sides)):
            (1...Limits.sidesMax).contains(sides.count)
                ? nil : Phrase("rule_sides", ["n": "\(Limits.sidesMax)"])
        case (.fieldNumber, .integer(let number)):
            UInt32(exactly: number) == nil ? Phrase("rule_no_field") : nil
        case (.shares, .shares(let shares)): shares.brokenRule
        case (.blocks, .blocks(let blocks)):
            blocks.allSatisfy { 0 < $0.first && $0.first <= $0.last }
                && blocks.count <= Limits.entitiesMax ? nil : Phrase("rule_blocks")
        case (.date, .date), (.flag, .flag), (.entity, .entity), (.anyValue, _): nil
        default: Phrase("rule_type")
        }
    }

    private func textRule(_ text: String, scalars: Int) -> Phrase? {
        if text.isEmpty { return Phrase("rule_empty") }
        return text.unicodeScalars.count <= scalars
            ? nil : Phrase("rule_long", ["n": "\(scalars)"])
    }

    private func textsRule(_ texts: [String]) -> Phrase? {
        if texts.count > Limits.textsMax {
            return Phrase("rule_lines", ["n": "\(Limits.textsMax)"])
        }
        return texts.lazy.compactMap { self.textRule($0, scalars: Limits.textScalarsMax) }.first
    }

    private func tagRule(_ text: String) -> Phrase? {
        let allowed = text.utf8.allSatisfy { byte in
            (97...122).contains(byte) || (48...57).contains(byte) || byte == 45
        }
        guard allowed, (1...Limits.tagCharactersMax).contains(text.utf8.count) else {
            return Phrase("rule_tag", ["n": "\(Limits.tagCharactersMax)"])
        }
        return nil
    }
}

extension Shares {
    /// Limits that hold for every form; the total's range depends on the form.
    fileprivate var brokenRule: Phrase? {
        if providers.isEmpty { return Phrase("rule_nobody_gave") }
        if recipients.isEmpty { return Phrase("rule_nobody_received") }
        let parties = providers + recipients
        if parties.count > Limits.partiesMax {
            return Phrase("rule_parties", ["n": "\(Limits.partiesMax)"])
        }
        if Set(parties.map(\.account)).count < parties.count { return Phrase("rule_twice") }
        if parties.contains(where: { $0.minutes <= .zero }) {
            return Phrase("rule_minutes_positive")
        }
        if rule == .split, given != received { return Phrase("rule_unequal") }
        if max(given, received) > Minutes(Limits.minutesMax) { return Phrase("rule_too_long") }
        return nil
    }

    /// The total of minutes given is in the form's range.
    public func check(form: HoursForm) throws(ShapeFault) {
        let range = form.minutesRange
        guard range.contains(given.value), range.contains(received.value) else {
            throw ShapeFault(
                field: "minutes", .range(range.lowerBound, range.upperBound))
        }
    }
}

extension Phrase {
    fileprivate static func range(_ least: Int64, _ most: Int64) -> Phrase {
        Phrase("rule_range", ["from": "\(least)", "to": "\(most)"])
    }
}
