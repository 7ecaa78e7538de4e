// Command-line options from kind descriptors: name, help and example come from the field; what is
// typed is read by the field's type and limits. A new field is an option here, and no new rule.
// Neighbors: Shared/Descriptors has the fields, the record and change commands use these groups.

internal import ArgumentParser
internal import Shared

extension Option where Value == String? {
    init(_ kind: Kind, _ number: FieldNumber, also alias: String? = nil) {
        let field = kind.describedField(number)
        self.init(
            name: field.optionName(also: alias), help: field.optionHelp,
            completion: field.completion)
    }
}

extension Option where Value == [String] {
    init(wrappedValue: [String], _ kind: Kind, _ number: FieldNumber) {
        let field = kind.describedField(number)
        self.init(
            wrappedValue: wrappedValue, name: field.optionName(also: nil),
            help: field.optionHelp)
    }
}

extension Kind {
    func describedField(_ number: FieldNumber) -> FieldDescriptor {
        guard let field = descriptor.field(number) else {
            preconditionFailure("\(name) has no field \(number.value)")
        }
        return field
    }
}

extension FieldDescriptor {
    fileprivate func optionName(also alias: String?) -> NameSpecification {
        NameSpecification([.customLong(name)] + (alias.map { [.customLong($0)] } ?? []))
    }

    /// What a shell can offer; nil where anything may be typed.
    fileprivate var completion: CompletionKind? {
        switch type {
        case .code(let codes): .list(codes.map(\.name))
        case .flag: .list(["yes", "no"])
        case .text, .texts, .tag, .integer, .date, .entity, .entities, .shares, .data, .sides,
            .blocks, .anyValue, .fieldNumber:
            nil
        }
    }

    fileprivate var optionHelp: ArgumentHelp {
        ArgumentHelp("\(help); for example: \(example)", valueName: name)
    }
}

/// What was typed, by field.
typealias Typed = [FieldNumber: [String]]

extension Finder {
    /// Reads what was typed for fields of a kind.
    func values(_ typed: Typed, of kind: Kind) throws -> Payload {
        var payload = Payload()
        for (number, texts) in typed.sorted(by: { $0.key < $1.key }) where !texts.isEmpty {
            let field = kind.describedField(number)
            payload[number] = try field.parse(texts) { text throws(TypingFault) in
                try self.entity(text, for: field)
            }
        }
        return payload
    }

    private func entity(
        _ text: String, for field: FieldDescriptor
    ) throws(TypingFault) -> EntityID {
        do {
            return field.number == MemberField.coordinator
                ? try worker(text) : try account(text)
        } catch {
            throw TypingFault("\(field.name): \(error)")
        }
    }
}

struct MemberOptions: ParsableArguments {
    @Option(.memberEnrolled, MemberField.name) var name: String?
    @Option(.memberEnrolled, MemberField.number) var number: String?
    @Option(.memberEnrolled, MemberField.birthYear) var birthYear: String?
    @Option(.memberEnrolled, MemberField.contacts) var contacts: [String] = []
    @Option(.memberEnrolled, MemberField.languages) var languages: [String] = []
    @Option(.memberEnrolled, MemberField.joinedOn) var joinedOn: String?
    @Option(.memberEnrolled, MemberField.active) var active: String?
    @Option(.memberEnrolled, MemberField.coordinator) var coordinator: String?
    @Option(.memberEnrolled, MemberField.delegate) var delegate: String?

    var typed: Typed {
        [
            MemberField.name: name.list, MemberField.number: number.list,
            MemberField.birthYear: birthYear.list, MemberField.contacts: contacts,
            MemberField.languages: languages, MemberField.joinedOn: joinedOn.list,
            MemberField.active: active.list, MemberField.coordinator: coordinator.list,
            MemberField.delegate: delegate.list,
        ]
    }
}

struct CardOption: ParsableArguments {
    @Flag(
        name: .customLong("on-card"),
        help: "The member's card has this --number, whichever device it was set apart for.")
    var isOnCard = false
}

struct HoursOptions: ParsableArguments {
    @Option(.hoursRecorded, HoursField.serviceDate, also: "date") var serviceDate: String?
    @Option(.hoursRecorded, HoursField.category) var category: String?
    @Option(.hoursRecorded, HoursField.description, also: "note") var description: String?
    @Option(.hoursRecorded, HoursField.slip) var slip: String?
    @Option(.hoursRecorded, HoursField.toldBy) var toldBy: String?
    @Option(.hoursRecorded, HoursField.reportedMinutes) var reportedMinutes: String?

    var typed: Typed {
        [
            HoursField.serviceDate: serviceDate.list, HoursField.category: category.list,
            HoursField.description: description.list, HoursField.slip: slip.list,
            HoursField.toldBy: toldBy.list, HoursField.reportedMinutes: reportedMinutes.list,
        ]
    }
}

extension Optional<String> {
    var list: [String] { map { [$0] } ?? [] }
}
