// Descriptors of the community, its neighborhoods, workers and devices: all in the community scope.
// Names here are plain: screens say "no person's name". A worker's name is sealed.

extension Role: CodeList {}

public enum FoundedField {
    public static let name: FieldNumber = 1
    public static let ledgerKey: FieldNumber = 2
    public static let recoverySigningKey: FieldNumber = 3
    public static let recoveryReceivingKey: FieldNumber = 4
    public static let serverSigningKey: FieldNumber = 5
    public static let serverReceivingKey: FieldNumber = 6
}

public enum NeighborhoodField {
    public static let name: FieldNumber = 1
    public static let code: FieldNumber = 2
    public static let parent: FieldNumber = 3
}

public enum WorkerField {
    public static let name: FieldNumber = 1
    public static let role: FieldNumber = 2
    public static let neighborhoods: FieldNumber = 3
    public static let member: FieldNumber = 4
}

public enum DeviceField {
    public static let signingKey: FieldNumber = 1
    public static let receivingKey: FieldNumber = 2
    public static let label: FieldNumber = 3
    public static let workers: FieldNumber = 4
    public static let neighborhoods: FieldNumber = 5
    public static let role: FieldNumber = 6
    public static let numberBlocks: FieldNumber = 7
    /// Of `device.split`: the device that it was copied from.
    public static let origin: FieldNumber = 8
    public static let common: FieldNumber = 9
    /// Of `device.split`: the names that its folder had before, in hex, the last first.
    public static let former: FieldNumber = 10
}

extension KindDescriptor {
    static let places = [founded, neighborhood, worker, device, split]

    private static let founded = KindDescriptor(
        kind: .communityFounded, name: "community.founded", creates: .community, authors: .server,
        fields: [
            FieldDescriptor(
                FoundedField.name, "name", .text(scalars: 200), required: true,
                "Name of the community; no person's name", example: "Riverside Time Bank"),
            .key(FoundedField.ledgerKey, "ledger-key", "Ed25519 key that signs the ledger"),
            .key(
                FoundedField.recoverySigningKey, "recovery-signing-key",
                "Ed25519 key from the recovery phrase"),
            .key(
                FoundedField.recoveryReceivingKey, "recovery-receiving-key",
                "X25519 key from the recovery phrase"),
            .key(FoundedField.serverSigningKey, "server-signing-key", "The server replica's key"),
            .key(
                FoundedField.serverReceivingKey, "server-receiving-key",
                "X25519 key that data keys are wrapped to"),
        ])

    private static let neighborhood = KindDescriptor(
        kind: .neighborhoodDefined, name: "neighborhood.defined", creates: .neighborhood,
        authors: .server,
        fields: [
            FieldDescriptor(
                NeighborhoodField.name, "name", .text(scalars: 200), required: true,
                "Name of the neighborhood; no person's name", example: "Harbor"),
            FieldDescriptor(
                NeighborhoodField.code, "code", .text(scalars: 8), required: true,
                "Short code before member numbers", example: "HAR"),
            FieldDescriptor(
                NeighborhoodField.parent, "parent", .entity,
                "Neighborhood that this one is part of", example: "HAR"),
        ])

    private static let worker = KindDescriptor(
        kind: .workerRegistered, name: "worker.registered", creates: .worker, authors: .server,
        fields: [
            FieldDescriptor(
                WorkerField.name, "name", .text(scalars: 200), sealed: true, required: true,
                "The worker's name", example: "Dana Ruiz"),
            FieldDescriptor(
                WorkerField.role, "role", .codes(Role.self), required: true,
                "auditor, outreach, coordinator or admin", example: "outreach"),
            FieldDescriptor(
                WorkerField.neighborhoods, "neighborhoods", .entities,
                "Neighborhoods the worker serves", example: "HAR"),
            FieldDescriptor(
                WorkerField.member, "member", .entity, "The worker's own membership",
                example: "HAR-37"),
        ])

    private static let device = KindDescriptor(
        kind: .devicePaired, name: "device.paired", creates: .device, authors: .server,
        fields: deviceFields)

    private static let split = KindDescriptor(
        kind: .deviceSplit, name: "device.split", creates: .device, authors: .server,
        fields: deviceFields + [
            FieldDescriptor(
                DeviceField.origin, "origin", .entity, required: true,
                "The device that its folder is a copy of", example: "Harbor tablet"),
            FieldDescriptor(
                DeviceField.common, "common", .integer(0...Int64(Limits.countMax)),
                required: true, "Entries that both folders have, as far as the server could tell",
                example: "117"),
            FieldDescriptor(
                DeviceField.former, "former", .texts, required: true,
                "Replicas that its folder was before, the last first", example: "9f86d081…"),
        ])

    private static let deviceFields: [FieldDescriptor] = [
        .key(DeviceField.signingKey, "signing-key", "The replica's Ed25519 key"),
        .key(DeviceField.receivingKey, "receiving-key", "The replica's X25519 key"),
        FieldDescriptor(
            DeviceField.label, "label", .text(scalars: 100), required: true,
            "Name of the device; no person's name", example: "Harbor tablet"),
        FieldDescriptor(
            DeviceField.workers, "workers", .entities, required: true,
            "Workers who record on it", example: "Dana Ruiz"),
        FieldDescriptor(
            DeviceField.neighborhoods, "neighborhoods", .entities, required: true,
            "Neighborhoods it holds", example: "HAR"),
        FieldDescriptor(
            DeviceField.role, "role", .codes(Role.self), required: true,
            "The most that anybody may do on it", example: "coordinator"),
        FieldDescriptor(
            DeviceField.numberBlocks, "number-blocks", .blocks,
            "Member numbers it may give out", example: "HAR 1001 to 1100"),
    ]
}

extension FieldDescriptor {
    static func key(
        _ number: FieldNumber, _ name: String, _ help: String
    ) -> FieldDescriptor {
        FieldDescriptor(
            number, name, .data(byteCount: 32), required: true, help, example: "32 bytes")
    }
}

extension Event {
    /// The replica's Ed25519 key, of an event that enters a device in the ledger.
    public var pairedKey: [UInt8]? {
        guard knownKind == .devicePaired || knownKind == .deviceSplit else { return nil }
        return payload.data(DeviceField.signingKey)
    }
}
