// Descriptors of the hours family: recorded once, amended one field per event, voided.

public enum HoursField {
    public static let form: FieldNumber = 1
    public static let shares: FieldNumber = 2
    public static let serviceDate: FieldNumber = 3
    public static let category: FieldNumber = 4
    public static let description: FieldNumber = 5
    public static let contributionType: FieldNumber = 6
    public static let slip: FieldNumber = 7
    public static let origin: FieldNumber = 8
    /// Not a field of an event: whether the entry stands, as `hours.voided` changes it.
    public static let standing: FieldNumber = 100
}

public enum VoidField {
    public static let reason: FieldNumber = 4
}

public enum HoursForm: Int64, CodeList {
    case exchange = 1
    case contribution = 2
    case donation = 3

    /// Each entry's total minutes (docs/protocol.md section 10).
    public var minutesRange: ClosedRange<Int64> {
        switch self {
        case .exchange, .contribution: 1...1_440
        case .donation: 1...Limits.minutesMax
        }
    }
}

public enum ContributionType: Int64, CodeList {
    case idea = 1, forum, advisory
    case peerSupport, missionHelp, outreach, administration, training

    public var name: String {
        switch self {
        case .peerSupport: "peer-support"
        case .missionHelp: "mission-help"
        case .idea, .forum, .advisory, .outreach, .administration, .training:
            String(describing: self)
        }
    }
}

public enum HoursOrigin: Int64, CodeList {
    case device = 1, paper, phone, imported
    public var name: String { self == .imported ? "import" : String(describing: self) }
}

extension KindDescriptor {
    static let hours = [recorded, amended, voided]

    private static let recorded = KindDescriptor(
        kind: .hoursRecorded, name: "hours.recorded", creates: .hours, authors: .anyWorker,
        fields: [
            FieldDescriptor(
                HoursField.form, "form", .codes(HoursForm.self), required: true,
                "exchange, contribution or donation", example: "exchange"),
            FieldDescriptor(
                HoursField.shares, "shares", .shares, required: true, changeable: true,
                "Who gave, who received, and the minutes of each", example: "1:30"),
            FieldDescriptor(
                HoursField.serviceDate, "service-date", .date, required: true, changeable: true,
                "The day it happened", example: "2026-03-24"),
            FieldDescriptor(
                HoursField.category, "category", .tag, changeable: true,
                "What kind of help, as a tag", example: "company"),
            FieldDescriptor(
                HoursField.description, "description", .text(scalars: Limits.textScalarsMax),
                sealed: true, changeable: true, "What was done", example: "played cards"),
            FieldDescriptor(
                HoursField.contributionType, "contribution-type", .codes(ContributionType.self),
                changeable: true, "What a contribution was to", example: "idea"),
            FieldDescriptor(
                HoursField.slip, "slip", .text(scalars: 40), changeable: true,
                "Number of the paper slip; no person's name", example: "2026-0117"),
            FieldDescriptor(
                HoursField.origin, "origin", .codes(HoursOrigin.self),
                "device, paper, phone or import", example: "paper"),
        ])

    private static let amended = KindDescriptor(
        kind: .hoursAmended, name: "hours.amended", creates: nil, authors: .recorderOrCoordinator,
        fields: FieldDescriptor.change)

    private static let voided = KindDescriptor(
        kind: .hoursVoided, name: "hours.voided", creates: nil, authors: .recorderOrCoordinator,
        fields: [.reason(VoidField.reason)])
}
