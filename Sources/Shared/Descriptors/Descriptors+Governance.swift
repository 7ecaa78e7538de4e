// Descriptors of what the office does about devices, about its server's keys, and about events that
// it keeps apart.

public enum RevocationField {
    /// The device's last event that is admitted as usual.
    public static let asOf: FieldNumber = 1
    public static let reason: FieldNumber = 4
}

public enum ScopeChangeField {
    /// Neighborhoods that the device holds from now on.
    public static let neighborhoods: FieldNumber = 1
    /// Member numbers that it may give out, those of earlier blocks that are used up left out.
    public static let numberBlocks: FieldNumber = 2
    public static let reason: FieldNumber = 4
}

public enum TLSKeysField {
    /// SHA-256 of the DER form (SubjectPublicKeyInfo) of the key that the server shows.
    public static let current: FieldNumber = 1
    /// The same of the key that it will show next.
    public static let next: FieldNumber = 2
}

public enum QuarantineField {
    /// Events of one replica that are kept apart for one reason, or decided alike.
    public static let events: FieldNumber = 1
    /// Of `quarantine.entered`: why.
    public static let cause: FieldNumber = 2
    /// Of `quarantine.decided`.
    public static let choice: FieldNumber = 3
    public static let reason: FieldNumber = 4
}

public enum QuarantineChoice: Int64, CodeList {
    /// The event gets its place in the ledger, as its author wrote it.
    case admit = 1
    /// It stays apart for good.
    case reject
}

extension KindDescriptor {
    static let governance = [revoked, scopeChanged, tlsKeysChanged, entered, decided]

    private static let revoked = KindDescriptor(
        kind: .deviceRevoked, name: "device.revoked", creates: nil, authors: .server,
        fields: [
            FieldDescriptor(
                RevocationField.asOf, "as-of", .integer(0...Int64(Limits.countMax)),
                required: true, "The device's last event that is admitted as usual",
                example: "117"),
            .reason(RevocationField.reason),
        ])

    private static let scopeChanged = KindDescriptor(
        kind: .deviceScopeChanged, name: "device.scope_changed", creates: nil, authors: .server,
        fields: [
            FieldDescriptor(
                ScopeChangeField.neighborhoods, "neighborhoods", .entities, required: true,
                "Neighborhoods it holds from now on", example: "HAR"),
            FieldDescriptor(
                ScopeChangeField.numberBlocks, "number-blocks", .blocks, required: true,
                "Member numbers it may give out from now on", example: "HAR 1501 to 2000"),
            .reason(ScopeChangeField.reason),
        ])

    private static let tlsKeysChanged = KindDescriptor(
        kind: .serverTLSKeysChanged, name: "server.tls_keys_changed", creates: nil,
        authors: .server,
        fields: [
            .key(TLSKeysField.current, "current", "SHA-256 of the public key the server shows"),
            .key(TLSKeysField.next, "next", "SHA-256 of the public key it will show next"),
        ])

    private static let entered = KindDescriptor(
        kind: .quarantineEntered, name: "quarantine.entered", creates: .quarantine,
        authors: .server,
        fields: [
            .quarantined("Events that are kept apart"),
            FieldDescriptor(
                QuarantineField.cause, "cause", .code(QuarantineReason.codes), required: true,
                "Why", example: "unauthorized"),
        ])

    private static let decided = KindDescriptor(
        kind: .quarantineDecided, name: "quarantine.decided", creates: nil, authors: .server,
        fields: [
            .quarantined("Events that are decided"),
            FieldDescriptor(
                QuarantineField.choice, "choice", .codes(QuarantineChoice.self), required: true,
                "admit or reject", example: "admit"),
            .reason(QuarantineField.reason),
        ])
}

extension FieldDescriptor {
    fileprivate static func quarantined(_ help: String) -> FieldDescriptor {
        FieldDescriptor(
            QuarantineField.events, "events", .sides, required: true, help,
            example: "dots with leaf hashes")
    }
}

extension QuarantineReason {
    fileprivate static var codes: [FieldType.Code] {
        allCases.map { FieldType.Code(value: Int64($0.rawValue), name: $0.name) }
    }
}
