// What a row of somebody's own CSV file becomes, and which fields it may fill. Names are those of
// the command line, for both come from the kind's descriptor.
// Neighbors: ImportMap says which column fills which field, MappedImport makes drafts of them.

internal import Shared

enum ImportTarget: String, CaseIterable, Codable {
    case exchange, contribution, donation, redemption, member

    var kind: Kind {
        switch self {
        case .exchange, .contribution, .donation, .redemption: .hoursRecorded
        case .member: .memberEnrolled
        }
    }

    /// Nil for members.
    var form: HoursForm? {
        switch self {
        case .exchange: .exchange
        case .contribution: .contribution
        case .donation: .donation
        case .redemption: .redemption
        case .member: nil
        }
    }

    /// Fields that name people, as the `record` command of the form calls them.
    var parties: [String] {
        switch self {
        case .exchange: [Field.provider, Field.recipient]
        case .contribution: [Field.provider]
        case .donation: [Field.donor]
        case .redemption: [Field.member]
        case .member: []
        }
    }

    enum Field {
        static let provider = "provider"
        static let recipient = "recipient"
        static let donor = "donor"
        static let member = "member"
        static let minutes = "minutes"
    }

    /// Those that a person can type, in the order of the descriptor.
    var described: [FieldDescriptor] {
        kind.descriptor.fields.filter { field in
            switch self {
            case .member: true
            case .contribution: !Self.settled.contains(field.number)
            case .exchange, .donation, .redemption:
                !Self.settled.contains(field.number)
                    && field.number != HoursField.contributionType
            }
        }
    }

    /// The form is the target's, the shares are made of parties and minutes, the origin is import.
    private static let settled: Set<FieldNumber> = [
        HoursField.form, HoursField.shares, HoursField.origin,
    ]

    var fieldNames: [String] {
        parties + (form == nil ? [] : [Field.minutes]) + described.map(\.name)
    }

    /// A member's number may be given out by this device.
    var required: [String] {
        switch self {
        case .member: described.filter { $0.number == MemberField.name }.map(\.name)
        case .exchange, .contribution, .donation, .redemption:
            parties + [Field.minutes]
                + described.filter { $0.number == HoursField.serviceDate }.map(\.name)
        }
    }

    func descriptor(of name: String) -> FieldDescriptor? {
        described.first { $0.name == name }
    }

    /// Several columns, or several values with semicolons between them in one.
    func isRepeatable(_ name: String) -> Bool {
        if [Field.provider, Field.recipient].contains(name) { return true }
        if case .texts? = descriptor(of: name)?.type { return true }
        return false
    }

    /// The field's name for what was typed; the short names of the command line are taken too.
    func fieldName(_ typed: String) throws -> String {
        let short = form == nil ? [:] : ["date": "service-date", "note": "description"]
        let name = short[typed] ?? typed
        guard fieldNames.contains(name) else {
            throw UserError(
                .usage,
                "\"\(typed)\" is no field of --kind \(rawValue); its fields are: "
                    + fieldNames.joined(separator: ", "))
        }
        return name
    }
}
