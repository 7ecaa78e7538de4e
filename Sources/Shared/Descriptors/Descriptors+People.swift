// Descriptors of members: enrolled once, changed one field per event.

public enum MemberField {
    public static let name: FieldNumber = 1
    public static let number: FieldNumber = 2
    public static let form: FieldNumber = 3
    public static let birthYear: FieldNumber = 4
    public static let contacts: FieldNumber = 5
    public static let languages: FieldNumber = 6
    public static let joinedOn: FieldNumber = 7
    public static let active: FieldNumber = 8
    public static let coordinator: FieldNumber = 9
    public static let delegate: FieldNumber = 10
}

/// Fields of `member.changed` and `hours.amended`: which field, its old and its new value.
public enum ChangeField {
    public static let field: FieldNumber = 1
    public static let old: FieldNumber = 2
    public static let new: FieldNumber = 3
    public static let reason: FieldNumber = 4
}

public enum MoveField {
    /// The neighborhood that the member is at home in from now on.
    public static let to: FieldNumber = 1
    public static let number: FieldNumber = 2
    /// Events so far about the member and about the hours entries that name the member.
    public static let historySize: FieldNumber = 3
    public static let reason: FieldNumber = 4
    /// RFC 9162 root over their leaf hashes, in the order of the ledger.
    public static let historyRoot: FieldNumber = 5
    /// Leaf hash of the move of a lost branch that this one does again.
    public static let again: FieldNumber = 6
}

public enum MemberForm: Int64, CodeList {
    case person = 1
    case organization = 2
}

extension KindDescriptor {
    static let people = [enrolled, changed, moved]

    private static let enrolled = KindDescriptor(
        kind: .memberEnrolled, name: "member.enrolled", creates: .member, authors: .anyWorker,
        fields: [
            FieldDescriptor(
                MemberField.name, "name", .text(scalars: 200), sealed: true, required: true,
                changeable: true, "Name of the person or organization", example: "Ana Ruiz"),
            FieldDescriptor(
                MemberField.number, "number", .integer(1...Limits.memberNumberMax),
                required: true, changeable: true, "Member number, unique in the neighborhood",
                example: "37"),
            FieldDescriptor(
                MemberField.form, "form", .codes(MemberForm.self), "person or organization",
                example: "person"),
            FieldDescriptor(
                MemberField.birthYear, "birth-year", .integer(1900...2199), sealed: true,
                changeable: true, "Year of birth", example: "1957"),
            FieldDescriptor(
                MemberField.contacts, "contacts", .texts, sealed: true, changeable: true,
                "Telephone numbers and addresses", example: "555-0104"),
            FieldDescriptor(
                MemberField.languages, "languages", .texts, sealed: true, changeable: true,
                "Languages the member speaks", example: "Spanish"),
            FieldDescriptor(
                MemberField.joinedOn, "joined-on", .date, changeable: true,
                "Date of joining", example: "2026-03-01"),
            FieldDescriptor(
                MemberField.active, "active", .flag, changeable: true,
                "Whether the member takes part: yes or no", example: "yes"),
            FieldDescriptor(
                MemberField.coordinator, "coordinator", .entity, changeable: true,
                "The worker who is the member's key person", example: "Dana Ruiz"),
            FieldDescriptor(
                MemberField.delegate, "delegate", .entity, changeable: true,
                "Member trusted to act for this one", example: "HAR-12"),
        ])

    private static let changed = KindDescriptor(
        kind: .memberChanged, name: "member.changed", creates: nil, authors: .anyWorker,
        fields: FieldDescriptor.change)

    private static let moved = KindDescriptor(
        kind: .memberMoved, name: "member.moved", creates: nil, authors: .server,
        fields: [
            FieldDescriptor(
                MoveField.to, "to", .entity, required: true,
                "The neighborhood that the member is at home in from now on", example: "MIL"),
            FieldDescriptor(
                MoveField.number, "number", .integer(1...Limits.memberNumberMax), required: true,
                "Member number there", example: "12"),
            FieldDescriptor(
                MoveField.historySize, "history-size", .integer(0...Int64(Limits.countMax)),
                required: true, "Events that go along", example: "212"),
            .reason(MoveField.reason),
            FieldDescriptor(
                MoveField.historyRoot, "history-root", .data(byteCount: 32), required: true,
                "Merkle root over these events", example: "32 bytes"),
            FieldDescriptor(
                MoveField.again, "again", .data(byteCount: 32),
                "Leaf hash of the lost move that this one does again", example: "32 bytes"),
        ])
}

extension FieldDescriptor {
    /// Old and new are sealed when the field they belong to is.
    static let change = [
        FieldDescriptor(
            ChangeField.field, "field", .fieldNumber, required: true, "The field that changed",
            example: "name"),
        FieldDescriptor(
            ChangeField.old, "old", .anyValue, "Its value before", example: "Ana Ruiz"),
        FieldDescriptor(
            ChangeField.new, "new", .anyValue, required: true, "Its value from now on",
            example: "Ana Ruiz Gil"),
        .reason(ChangeField.reason),
    ]

    static func reason(_ number: FieldNumber) -> FieldDescriptor {
        FieldDescriptor(
            number, "reason", .text(scalars: Limits.textScalarsMax), sealed: true,
            "Why, in a sentence", example: "typed the wrong day")
    }
}
