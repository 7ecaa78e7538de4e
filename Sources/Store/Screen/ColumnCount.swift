// How many columns of a terminal a text takes, so that tables of all scripts line up.
// Source: Unicode Standard Annex 11 (East Asian Width), ranges of W and F in whole blocks.
// Neighbors: TextTable pads by it. Own code because the C library's wcwidth answers for one scalar
// at a time, and by the locale of the moment.

extension String {
    /// Accents and other combining marks take none of their own; wide characters take two.
    public var columnCount: Int { reduce(0) { $0 + $1.columnCount } }
}

extension Character {
    fileprivate var columnCount: Int {
        unicodeScalars.contains { $0.isWide } ? 2 : 1
    }
}

extension Unicode.Scalar {
    fileprivate var isWide: Bool {
        properties.isEmojiPresentation || wideRanges.contains { $0.contains(value) }
    }
}

/// Hangul, kana, Han, Yi, full-width forms, and the planes of rare Han characters.
private let wideRanges: [ClosedRange<UInt32>] = [
    0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3,
    0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F,
    0x1F900...0x1F9FF, 0x20000...0x3FFFD,
]
