// Descriptors of what is said of an hours entry after it was recorded: confirmed and disputed by
// its parties, reinstated, the same as another or not. None of these changes a field.

public enum TestimonyField {
    /// Who confirms or disputes.
    public static let party: FieldNumber = 1
    /// The entry that this one is the same as, or is not.
    public static let other: FieldNumber = 2
    public static let reason: FieldNumber = 4
}

extension KindDescriptor {
    static let testimony = [confirmed, disputed, reinstated, markedSame, markedDistinct]

    private static let confirmed = KindDescriptor(
        kind: .hoursConfirmed, name: "hours.confirmed", creates: nil, authors: .anyWorker,
        fields: [
            .party("The party who confirms that it was so"), .reason(TestimonyField.reason),
        ])

    private static let disputed = KindDescriptor(
        kind: .hoursDisputed, name: "hours.disputed", creates: nil, authors: .anyWorker,
        fields: [.party("The party who says it was not so"), .reason(TestimonyField.reason)])

    private static let reinstated = KindDescriptor(
        kind: .hoursReinstated, name: "hours.reinstated", creates: nil, authors: .coordinator,
        fields: [.reason(TestimonyField.reason)])

    private static let markedSame = KindDescriptor(
        kind: .hoursMarkedSame, name: "hours.marked_same", creates: nil, authors: .anyWorker,
        fields: [
            .other("Another entry that tells of the same service"),
            .reason(TestimonyField.reason),
        ])

    private static let markedDistinct = KindDescriptor(
        kind: .hoursMarkedDistinct, name: "hours.marked_distinct", creates: nil,
        authors: .anyWorker,
        fields: [
            .other("Another entry that tells of another service"),
            .reason(TestimonyField.reason),
        ])
}

extension FieldDescriptor {
    fileprivate static func party(_ help: String) -> FieldDescriptor {
        FieldDescriptor(
            TestimonyField.party, "party", .entity, required: true, help, example: "HAR-37")
    }

    fileprivate static func other(_ help: String) -> FieldDescriptor {
        FieldDescriptor(
            TestimonyField.other, "other", .entity, required: true, help, example: "9f86d081-12")
    }
}
