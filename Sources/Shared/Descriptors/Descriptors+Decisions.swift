// Descriptors of an admin's decision about entries that disagree, and of its undoing.

public enum ResolutionField {
    public static let conflict: FieldNumber = 1
    public static let sides: FieldNumber = 2
    public static let choice: FieldNumber = 3
    public static let field: FieldNumber = 4
    public static let value: FieldNumber = 5
    public static let kept: FieldNumber = 6
    public static let reason: FieldNumber = 7
}

/// Conflict and sides are those of the decision, so that whoever asks about a side finds both.
public enum UndoingField {
    public static let conflict = ResolutionField.conflict
    public static let sides = ResolutionField.sides
    public static let reason = ResolutionField.reason
    public static let decision: FieldNumber = 8
}

/// What disagrees (VOCABULARY 3); `resolution` is two decisions that disagree.
public enum ConflictKind: Int64, CodeList {
    case field = 1, amend, duplicate, resolution, void, number
}

public enum Choice: Int64, CodeList {
    /// One side, or some of a cluster's entries, named by `kept`.
    case take = 1
    /// A value that no side had, typed by the admin.
    case merge
    /// A cluster's entries are different services: each counts.
    case bothHappened
    case void

    public var name: String { self == .bothHappened ? "both-happened" : String(describing: self) }
}

extension KindDescriptor {
    static let decisions = [resolved, undone]

    private static let resolved = KindDescriptor(
        kind: .conflictResolved, name: "conflict.resolved", creates: nil, authors: .server,
        fields: [
            FieldDescriptor(
                ResolutionField.conflict, "conflict", .codes(ConflictKind.self), required: true,
                "What disagreed: field, amend, void, duplicate or number", example: "amend"),
            FieldDescriptor(
                ResolutionField.sides, "sides", .sides, required: true,
                "The events decided between", example: "two leaf hashes"),
            FieldDescriptor(
                ResolutionField.choice, "choice", .codes(Choice.self), required: true,
                "take, merge, both-happened or void", example: "take"),
            FieldDescriptor(
                ResolutionField.field, "field", .fieldNumber, "The field decided",
                example: "service-date"),
            FieldDescriptor(
                ResolutionField.value, "value", .anyValue, "Its value from now on",
                example: "2026-03-24"),
            FieldDescriptor(
                ResolutionField.kept, "kept", .sides, "The entries of a cluster that count",
                example: "a leaf hash"),
            .reason(ResolutionField.reason),
        ])

    private static let undone = KindDescriptor(
        kind: .conflictUndone, name: "conflict.undone", creates: nil, authors: .server,
        fields: [
            FieldDescriptor(
                UndoingField.conflict, "conflict", .codes(ConflictKind.self), required: true,
                "What the decision was about", example: "amend"),
            FieldDescriptor(
                UndoingField.sides, "sides", .sides, required: true,
                "The sides of the decision", example: "two leaf hashes"),
            .reason(UndoingField.reason),
            FieldDescriptor(
                UndoingField.decision, "decision", .sides, required: true,
                "The decision that is as if it had never been made", example: "a leaf hash"),
        ])
}
