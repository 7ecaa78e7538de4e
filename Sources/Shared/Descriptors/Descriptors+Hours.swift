// Descriptors of the hours family: recorded once, amended one field per event, voided.
// Neighbors: Descriptors+Testimony has what else is said of an entry.

public enum HoursField {
    public static let form: FieldNumber = 1
    public static let shares: FieldNumber = 2
    public static let serviceDate: FieldNumber = 3
    public static let category: FieldNumber = 4
    public static let description: FieldNumber = 5
    public static let contributionType: FieldNumber = 6
    public static let slip: FieldNumber = 7
    public static let origin: FieldNumber = 8
    public static let toldBy: FieldNumber = 9
    public static let reportedMinutes: FieldNumber = 10
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
    /// Credits from a pot, for no service.
    case grant = 4
    /// What an account held in the book before this one.
    case openingBalance = 5
    /// Credits for a reward, back to the pot.
    case redemption = 6

    public var name: String {
        switch self {
        case .openingBalance: "opening-balance"
        case .exchange, .contribution, .donation, .grant, .redemption: String(describing: self)
        }
    }

    /// Each entry's total minutes (docs/protocol.md section 10).
    public var minutesRange: ClosedRange<Int64> {
        switch self {
        case .exchange, .contribution: 1...1_440
        case .donation, .grant, .openingBalance, .redemption: 1...Limits.minutesMax
        }
    }

    /// The least role that records one on a device; nil: the office only.
    public var recordedBy: Role? {
        switch self {
        case .exchange, .contribution, .donation: .outreach
        case .redemption: .coordinator
        case .grant, .openingBalance: nil
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

/// Who told of the hours.
public enum ToldBy: Int64, CodeList {
    case provider = 1, recipient, both, third
}

extension KindDescriptor {
    static let hours = [recorded, amended, voided]

    private static let recorded = KindDescriptor(
        kind: .hoursRecorded, name: "hours.recorded", creates: .hours, authors: .anyWorker,
        fields: [
            FieldDescriptor(
                HoursField.form, "form", .codes(HoursForm.self), required: true,
                "exchange, contribution, donation, grant, opening-balance or redemption",
                example: "exchange"),
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
            FieldDescriptor(
                HoursField.toldBy, "told-by", .codes(ToldBy.self), changeable: true,
                "Who told of it: provider, recipient, both or third", example: "both"),
            FieldDescriptor(
                HoursField.reportedMinutes, "reported-minutes", .integer(1...Limits.minutesMax),
                changeable: true, "Minutes as they were reported, before rounding",
                example: "50"),
        ])

    private static let amended = KindDescriptor(
        kind: .hoursAmended, name: "hours.amended", creates: nil, authors: .recorderOrCoordinator,
        fields: FieldDescriptor.change)

    private static let voided = KindDescriptor(
        kind: .hoursVoided, name: "hours.voided", creates: nil, authors: .recorderOrCoordinator,
        fields: [.reason(VoidField.reason)])
}
