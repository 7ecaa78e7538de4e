// A text as a QR code, drawn as one path of an SVG. Source: ISO/IEC 18004, by libqrencode.
// Neighbors: MemberCard has the text, card.mustache the picture.

internal import CQRencode
internal import Foundation

struct QRCode: Equatable, Sendable {
    /// Modules a side, without the light border.
    let size: Int
    /// Row by row; true is dark.
    let isDark: [Bool]

    /// The light border that a reader needs (section 6.3.8), in modules.
    static let border = 4

    /// Nil for a text that no code holds. Level M stands a seventh of it being dirty or worn.
    init?(_ text: String) {
        guard let code = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_M) else { return nil }
        defer { QRcode_free(code) }
        let side = Int(code.pointee.width)
        guard let modules = code.pointee.data else { return nil }
        size = side
        // The lowest bit of a module is its color; the others say what it is for.
        isDark = (0..<side * side).map { modules[$0] & 1 == 1 }
    }

    /// A square for each run of dark modules in a row.
    var path: String {
        var path = ""
        for row in 0..<size {
            var column = 0
            while column < size {
                let first = column
                while column < size, isDark[row * size + column] { column += 1 }
                if column > first {
                    path +=
                        "M\(first + Self.border) \(row + Self.border)h\(column - first)v1"
                        + "h-\(column - first)z"
                }
                column += 1
            }
        }
        return path
    }

    /// "0 0 29 29", border and all.
    var viewBox: String { "0 0 \(size + 2 * Self.border) \(size + 2 * Self.border)" }
}
