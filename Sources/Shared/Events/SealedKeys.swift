// Which data keys an event needs, read from its bytes without decoding the rest: a page of
// thousands asks this of each. Source: Protocol Buffers encoding, https://protobuf.dev.
// Neighbors: the server's pages and the device's pushes send these keys along.

extension Event {
    /// Ids of the data keys of the sealed parts in serialized event bytes; what is malformed is
    /// left to `init(decoding:)` to name.
    public static func sealedKeys(in bytes: [UInt8]) -> [DataKeyID] {
        var keys: [DataKeyID] = []
        var reader = WireReader(bytes[...])
        while let field = reader.next() {
            guard field.number == sealedField, let part = field.content else { continue }
            var inside = WireReader(part)
            while let field = inside.next() {
                if field.number == keyField, let id = field.fixed { keys.append(DataKeyID(id)) }
            }
        }
        return keys
    }

    /// `Event.sealed` and `SealedPart.key` in event.proto.
    private static let sealedField: UInt64 = 13
    private static let keyField: UInt64 = 1
}

/// Walks the fields of one message, skipping what it is not asked about.
private struct WireReader {
    struct Field {
        let number: UInt64
        /// Of a length-delimited field.
        var content: ArraySlice<UInt8>?
        /// Of a 64-bit field.
        var fixed: UInt64?
    }

    private var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    /// Nil at the end, and where the bytes are no message.
    mutating func next() -> Field? {
        guard let tag = varint() else { return nil }
        var field = Field(number: tag >> 3)
        switch tag & 7 {
        case 0: guard varint() != nil else { return nil }
        case 1:
            guard let bytes = take(8) else { return nil }
            field.fixed = bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
        case 2:
            guard let count = varint(), let bytes = take(count) else { return nil }
            field.content = bytes
        case 5: guard take(4) != nil else { return nil }
        default: return nil
        }
        return field
    }

    private mutating func varint() -> UInt64? {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 64, by: 7) {
            guard let byte = rest.popFirst() else { return nil }
            value |= UInt64(byte & 0x7f) << shift
            if byte < 0x80 { return value }
        }
        return nil
    }

    private mutating func take(_ count: UInt64) -> ArraySlice<UInt8>? {
        guard count <= UInt64(rest.count) else { return nil }
        let taken = rest.prefix(Int(count))
        rest = rest.dropFirst(Int(count))
        return taken
    }
}
