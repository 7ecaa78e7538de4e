// Fixed-size byte strings held inline, so that a hash or an id costs no allocation on the hot path.
// Neighbors: every identifier in this folder, and Chain/, which fills them.

internal import Crypto

/// 32 bytes in network order: a SHA-256 value. Ordered as the bytes are.
public struct Hash: Hashable, Comparable, Sendable {
    private let a, b, c, d: UInt64
    public static let byteCount = 32
    public static let zero = Hash(words: (0, 0, 0, 0))

    private init(words: (UInt64, UInt64, UInt64, UInt64)) {
        (a, b, c, d) = words
    }

    /// Nil unless there are exactly 32 bytes.
    public init?(_ bytes: some Collection<UInt8>) {
        guard bytes.count == Self.byteCount else { return nil }
        self = withRawBytes(bytes) { Hash(raw: $0) }
    }

    init(_ digest: SHA256.Digest) {
        self = digest.withUnsafeBytes { Hash(raw: $0) }
    }

    private init(raw: UnsafeRawBufferPointer) {
        self.init(words: (raw.word(0), raw.word(1), raw.word(2), raw.word(3)))
    }

    var firstWords: (UInt64, UInt64) { (a, b) }

    public var bytes: [UInt8] { Shared.bigEndianBytes(a, b, c, d) }

    public static func < (lhs: Hash, rhs: Hash) -> Bool {
        (lhs.a, lhs.b, lhs.c, lhs.d) < (rhs.a, rhs.b, rhs.c, rhs.d)
    }
}

extension Hash: CustomStringConvertible {
    public var description: String { hex(bytes) }
    /// The first eight hex digits, for people.
    public var short: String { String(description.prefix(8)) }
}

/// 16 bytes in network order: what a community id, a replica id and an import key are made of.
public struct Bytes16: Hashable, Comparable, Sendable, CustomStringConvertible {
    private let high, low: UInt64
    public static let byteCount = 16

    /// Nil unless there are exactly 16 bytes.
    public init?(_ bytes: some Collection<UInt8>) {
        guard bytes.count == Self.byteCount else { return nil }
        (high, low) = withRawBytes(bytes) { ($0.word(0), $0.word(1)) }
    }

    /// The first 16 bytes of a hash.
    public init(prefixOf hash: Hash) {
        (high, low) = hash.firstWords
    }

    public var bytes: [UInt8] { Shared.bigEndianBytes(high, low) }
    public var description: String { hex(bytes) }

    public static func < (lhs: Bytes16, rhs: Bytes16) -> Bool {
        (lhs.high, lhs.low) < (rhs.high, rhs.low)
    }
}

extension UInt64 {
    /// Integers in hashed or signed text are eight bytes, most significant first.
    public var bigEndianBytes: [UInt8] {
        withUnsafeBytes(of: bigEndian) { Array($0) }
    }
}

/// Without a copy where the collection's storage allows: identifiers are read by the million.
private func withRawBytes<T>(
    _ bytes: some Collection<UInt8>, _ read: (UnsafeRawBufferPointer) -> T
) -> T {
    bytes.withContiguousStorageIfAvailable { read(UnsafeRawBufferPointer($0)) }
        ?? Array(bytes).withUnsafeBytes(read)
}

extension UnsafeRawBufferPointer {
    /// The n-th eight bytes, most significant first.
    fileprivate func word(_ index: Int) -> UInt64 {
        UInt64(bigEndian: loadUnaligned(fromByteOffset: index * 8, as: UInt64.self))
    }
}

/// Words one after the other, in one allocation.
private func bigEndianBytes(_ words: UInt64...) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: words.count * 8) { buffer, count in
        for (index, word) in words.enumerated() {
            UnsafeMutableRawBufferPointer(buffer).storeBytes(
                of: word.bigEndian, toByteOffset: index * 8, as: UInt64.self)
        }
        count = words.count * 8
    }
}

func bigEndian(_ bytes: some Collection<UInt8>) -> UInt64 {
    bytes.reduce(0) { $0 << 8 | UInt64($1) }
}

public func hex(_ bytes: some Collection<UInt8>) -> String {
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    text.reserveCapacity(bytes.count * 2)
    for byte in bytes {
        text.append(digits[Int(byte >> 4)])
        text.append(digits[Int(byte & 15)])
    }
    return String(decoding: text, as: UTF8.self)
}

/// Nil for an odd number of digits or anything that is not a hex digit.
public func bytes(hex text: some StringProtocol) -> [UInt8]? {
    let digits = text.utf8.map { Character(UnicodeScalar($0)).hexDigitValue }
    guard digits.count.isMultiple(of: 2) else { return nil }
    var result: [UInt8] = []
    for index in stride(from: 0, to: digits.count, by: 2) {
        guard let high = digits[index], let low = digits[index + 1] else { return nil }
        result.append(UInt8(high << 4 | low))
    }
    return result
}
