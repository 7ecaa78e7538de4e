// A member's card: what its code says, and what a scanner types of it. Pure.
// Neighbors: QRCode draws it, PeopleIndex finds who is meant.
// Invariant: the code holds a number and nothing else: whoever scans a lost card learns no name.

public struct MemberCard: Equatable, Sendable {
    private static let word = "HOURBOOK"

    /// "HAR-37".
    public let number: String

    public init(number: String) { self.number = number }

    /// In the code: capitals, digits and a colon, which need the fewest modules.
    public var text: String { "\(Self.word):\(number)" }

    /// What a scanner typed. Most type as an American keyboard would: where the computer takes it
    /// for another one, the two marks come out as others ("HOURBOOKÑHAR'37" on a Spanish one).
    public init?(scanned typed: String) {
        // A German "ß" in the place of the hyphen would become two letters.
        let typed = String(typed.map { $0.isASCII ? Character($0.uppercased()) : $0 })
        guard typed.hasPrefix(Self.word) else { return nil }
        let rest = typed.dropFirst(Self.word.count)
        let digits = String(rest.reversed().prefix(while: \.isCardDigit).reversed())
        let code = rest.dropFirst().dropLast(digits.count + 1)
        guard let colon = rest.first, !colon.isCardLetter, !digits.isEmpty,
            let hyphen = rest.dropLast(digits.count).last, !hyphen.isCardLetter,
            rest.count > digits.count + 2, code.allSatisfy(\.isCardLetter)
        else { return nil }
        number = "\(code)-\(digits)"
    }
}

extension Character {
    fileprivate var isCardDigit: Bool { isASCII && isNumber }
    fileprivate var isCardLetter: Bool { isASCII && (isLetter || isNumber) }
}
