// Keys and ids that are the same in every test, and the same as in docs/protocol.md.

public import Shared

/// `count` bytes that count up from `first`.
public func counting(_ first: UInt8, _ count: Int) -> [UInt8] {
    (0..<count).map { first &+ UInt8(truncatingIfNeeded: $0) }
}

public enum Fixed {
    /// The device of the test vectors.
    public static let device = keys(signing: 0x00, receiving: 0x20)
    public static let ledger = keys(signing: 0x40, receiving: 0x60)
    public static let community = CommunityID(ledgerKey: ledger.signingPublicKey)

    /// Author of what the vectors' server wrote; it has no key.
    public static let server = replica(0xA0)
    public static let harbor = entity(2)
    public static let dana = entity(3)
    public static let ana = entity(10)
    public static let luis = entity(11)
    public static let mei = entity(12)

    public static let dataKey = DataKey(
        id: DataKeyID(0x0102_0304_0506_0708), subjects: [ana, luis], key: counting(0x60, 32))

    public static func keys(signing: UInt8, receiving: UInt8) -> ReplicaKeys {
        do {
            return try ReplicaKeys(
                signingKey: counting(signing, 32), receivingKey: counting(receiving, 32))
        } catch {
            preconditionFailure("any 32 bytes are a private key: \(error)")
        }
    }

    /// A replica id of sixteen bytes that count up from `first`.
    public static func replica(_ first: UInt8) -> ReplicaID {
        guard let replica = ReplicaID(counting(first, 16)) else {
            preconditionFailure("a replica id is 16 bytes")
        }
        return replica
    }

    /// Any number of different replicas.
    public static func replica(number: Int) -> ReplicaID {
        ReplicaID(Bytes16(prefixOf: .of(UInt64(number).bigEndianBytes)))
    }

    /// What the server's n-th event created.
    public static func entity(_ sequence: UInt64) -> EntityID {
        EntityID(Dot(server, Sequence64(sequence)))
    }
}

/// A date that exists.
public func day(_ text: String) -> CivilDate {
    guard let date = CivilDate(text) else { preconditionFailure("\(text) is no date") }
    return date
}
