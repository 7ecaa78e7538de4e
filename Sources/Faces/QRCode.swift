// A text as a QR code, drawn as SVG, for a phone's or a tablet's camera.
// Neighbors: libqrencode finds the modules; templates draw `path` in a square of `size`.

internal import CQRencode

public struct QRCode: Sendable {
    /// Light modules around it, without which cameras do not find it: ISO/IEC 18004, 9.1.
    private static let margin = 4

    /// Modules along an edge, with the light ones around.
    public let size: Int
    /// The dark modules, as the `d` of an SVG path; each is 1 by 1.
    public let path: String

    /// Row by row, without the light ones around.
    let isDark: [Bool]

    /// Nil for a text that no code can hold: more than 2,331 bytes.
    public init?(_ text: String) {
        let bytes = Array(text.utf8)
        // A little of it may be scratched or in a shadow.
        guard
            let code = QRcode_encodeData(Int32(clamping: bytes.count), bytes, 0, QR_ECLEVEL_M)
        else { return nil }
        defer { QRcode_free(code) }
        let width = Int(code.pointee.width)
        guard let modules = code.pointee.data else { return nil }
        // The lowest bit says whether a module is dark.
        isDark = UnsafeBufferPointer(start: modules, count: width * width).map { $0 & 1 == 1 }
        size = width + 2 * Self.margin
        path = (0..<width).map { [isDark] row in
            Self.runs(isDark[(row * width)..<((row + 1) * width)]).map { start, count in
                "M\(start + Self.margin) \(row + Self.margin)h\(count)v1h-\(count)z"
            }.joined()
        }.joined()
    }

    /// Where dark modules begin in a row, and how many follow each other.
    private static func runs(_ row: ArraySlice<Bool>) -> [(start: Int, count: Int)] {
        var runs: [(start: Int, count: Int)] = []
        for (column, isDark) in row.enumerated() where isDark {
            if let last = runs.last, last.start + last.count == column {
                runs[runs.count - 1].count += 1
            } else {
                runs.append((column, 1))
            }
        }
        return runs
    }
}
