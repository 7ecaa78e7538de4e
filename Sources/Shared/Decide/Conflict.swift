// A conflict is a value: what disagrees, its sides, and the base they started from. Never an error.
// Source: docs/protocol.md section 8. Neighbors: deciders return them, stores keep them, the desk
// shows them and writes `conflict.resolved`.

/// Names the disputed thing, so that it stays the same while sides come and go.
public struct ConflictID: Hashable, Comparable, Sendable, CustomStringConvertible {
    public let value: UInt64
    public init(_ value: UInt64) { self.value = value }

    /// Of a field of an entity.
    init(entity: EntityID, field: FieldNumber) {
        let number = UInt64(field.value).bigEndianBytes
        self.init(digesting: Array("field".utf8) + entity.bytes + number)
    }

    /// Of a number that several members of a neighborhood have.
    init(number: Int64, home: ScopeID) {
        let number = UInt64(bitPattern: number).bigEndianBytes
        self.init(digesting: Array("number".utf8) + home.bytes + number)
    }

    /// Of a cluster of entries, by the entry with the lowest leaf hash.
    init(cluster lowest: Hash) {
        self.init(digesting: Array("cluster".utf8) + lowest.bytes)
    }

    private init(digesting bytes: [UInt8]) {
        value = bigEndian(Hash.of(bytes).bytes.prefix(8))
    }

    public init?(_ text: some StringProtocol) {
        guard text.utf8.count == 16, let value = UInt64(text, radix: 16) else { return nil }
        self.value = value
    }

    public var description: String { hex(value.bigEndianBytes) }
    public static func < (lhs: Self, rhs: Self) -> Bool { lhs.value < rhs.value }
}

public struct Conflict: Hashable, Sendable {
    public let id: ConflictID
    public let kind: ConflictKind
    /// What is disputed beneath: the same as `kind`, except for two decisions that disagree.
    public let about: ConflictKind
    /// The entity of the side with the lowest leaf hash; of a number, the member to be renumbered.
    public let entity: EntityID
    /// Of `field`, `amend` and `number`.
    public let field: FieldNumber?
    /// Heads of the field, the entries of a cluster, or the enrollments with one number; ascending
    /// by leaf hash.
    public let sides: [Side]
    /// Of two decisions that disagree about a cluster: their events.
    public let decisions: [Side]
    /// What counts until somebody decides: the change of a field, a cluster's entries, or who keeps
    /// the number.
    public let standing: [Side]
}

extension Conflict {
    /// Nil unless the field is disputed.
    init?(entity: EntityID, field: FieldNumber, state: FieldState, about: ConflictKind) {
        guard state.isConflict else { return nil }
        let decisions = state.heads.filter(\.isDecision)
        self.init(
            id: ConflictID(entity: entity, field: field),
            kind: decisions.count > 1 ? .resolution : about, about: about, entity: entity,
            field: field, sides: state.heads.map(\.side).sorted(), decisions: [],
            standing: [state.shown.side])
    }
}

extension Change {
    public var side: Side { Side(dot: observation.dot, leaf: observation.leaf) }
}
