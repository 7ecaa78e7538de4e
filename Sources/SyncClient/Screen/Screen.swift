// What a command prints: tables and lines for people, one line of JSON per value for programs.
// Neighbors: every command; Store/Screen aligns and colors.

internal import Foundation
internal import Store

enum Screen {
    static let ink = Ink.standardOutput

    static func printJSON(_ value: some Encodable) throws { print(try jsonLine(value)) }

    static func show(_ table: TextTable) { show(table.text(ink)) }

    /// Whole lines.
    static func show(_ text: String) { print(text, terminator: "") }

    /// A line about something that somebody must see to.
    static func warn(_ text: String) { print(ink.attention(text.onOneLine)) }

    /// Progress and warnings go beside the output, not into it.
    static func note(_ text: String) {
        FileHandle.standardError.write(Data((text + "\n").utf8))
    }
}
