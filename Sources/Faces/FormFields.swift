// The fields of a form that was sent, or of the question in an address: pure.
// Neighbors: FieldSite reads bodies, forms take what they need.
// Invariant: what is longer, or has more fields, than any form here is refused whole.

internal import Shared

public struct FormFields: Sendable {
    public static let bytesMax = 100_000
    static let fieldsMax = 1_000

    public enum Fault: Error, Equatable {
        case tooLarge
        /// Not as browsers write forms, or not text.
        case malformed
    }

    private var values: [String: [String]] = [:]

    public init() {}

    /// Of `application/x-www-form-urlencoded`.
    public init(encoded: some StringProtocol) throws(Fault) {
        guard encoded.utf8.count <= Self.bytesMax else { throw .tooLarge }
        let pairs = encoded.split(separator: "&")
        guard pairs.count <= Self.fieldsMax else { throw .tooLarge }
        for pair in pairs {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = Self.decoded(parts[0]),
                let value = parts.count == 2 ? Self.decoded(parts[1]) : ""
            else { throw .malformed }
            values[name, default: []].append(value)
        }
    }

    /// The first of that name, without the blanks around it; empty when there is none.
    public subscript(_ name: String) -> String {
        let first = untrimmed(name)
        return String(
            first.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace)
                .reversed())
    }

    /// As it was typed: blanks belong to a passphrase.
    public func untrimmed(_ name: String) -> String { values[name]?.first ?? "" }

    /// Every one of that name, such as of boxes that were ticked.
    public func all(_ name: String) -> [String] { values[name] ?? [] }

    /// Those fields alone of which `isLeft` does not hold.
    public func without(_ isLeft: (String) -> Bool) -> FormFields {
        var fields = self
        fields.values = values.filter { !isLeft($0.key) }
        return fields
    }

    /// As part of an address.
    public static func encoded(_ text: String) -> String {
        text.utf8.reduce(into: "") { address, byte in
            let isPlain = byte < 128 && Character(UnicodeScalar(byte)).isPlainInAddress
            address += isPlain ? String(UnicodeScalar(byte)) : "%" + hex([byte]).uppercased()
        }
    }

    private static func decoded(_ text: some StringProtocol) -> String? {
        var bytes: [UInt8] = []
        var rest = text.utf8.makeIterator()
        while let byte = rest.next() {
            switch byte {
            case UInt8(ascii: "+"): bytes.append(UInt8(ascii: " "))
            case UInt8(ascii: "%"):
                guard let high = rest.next().flatMap(nibble), let low = rest.next().flatMap(nibble)
                else { return nil }
                bytes.append(high << 4 | low)
            default: bytes.append(byte)
            }
        }
        guard let text = String(validating: bytes, as: UTF8.self) else { return nil }
        // Nobody types those, and nobody sees that they are there.
        return String(String.UnicodeScalarView(text.unicodeScalars.filter(isTyped)))
    }

    /// Lines and columns, but no other control characters.
    private static func isTyped(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.generalCategory != .control || "\n\r\t".unicodeScalars.contains(scalar)
    }

    private static func nibble(_ byte: UInt8) -> UInt8? {
        Character(UnicodeScalar(byte)).hexDigitValue.map(UInt8.init)
    }
}

extension Character {
    /// RFC 3986: unreserved.
    fileprivate var isPlainInAddress: Bool { isLetter || isNumber || "-._~".contains(self) }
}
