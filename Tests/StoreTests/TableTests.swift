// Tables as people see them: aligned in every script, colored on a terminal and nowhere else.

import Store
import Testing

@Suite struct TableTests {
    private func table() -> TextTable {
        var table = TextTable(("NAME", .left), ("TIME", .right), ("", .left))
        table.add("Ana", "1:30", "")
        table.add("王秀英", "0:45", "void".attention())
        table.add("Mun\u{303}oz", "10:00", "counts".attention(if: false))
        return table
    }

    @Test func columnsLineUpWhateverTheScriptAndNoLineEndsInBlanks() {
        #expect(
            table().text()
                == """
                NAME     TIME
                Ana      1:30
                王秀英   0:45  void
                Muñoz   10:00  counts

                """.replacing("ñ", with: "n\u{303}"))
    }

    @Test func onATerminalTitlesAreBoldAndOnlyWhatMattersIsColored() {
        let lines = table().text(.colored).split(separator: "\n")
        #expect(lines[0] == "\u{1B}[1mNAME\u{1B}[0m     \u{1B}[1mTIME\u{1B}[0m")
        #expect(lines[2].hasSuffix("  \u{1B}[31mvoid\u{1B}[0m"))
        #expect(lines[1] == "Ana      1:30" && lines[3].hasSuffix("  counts"))
    }

    @Test func aTableWithoutTitlesBeginsWithItsFirstRow() {
        var table = TextTable(("", .left), ("", .left))
        table.add("unsent", "3")
        table.add("", "")
        #expect(table.text() == "unsent  3\n\n")
    }

    @Test func whatOthersTypedNeitherColorsNorForgesALine() {
        var table = TextTable(("NAME", .left), ("", .left))
        table.add("A\u{1B}[31m\nB", "x")
        #expect(table.text() == "NAME\nA [31m B  x\n")
    }

    @Test(arguments: [
        ("", 0), ("Ana", 3), ("n\u{303}", 1), ("ñ", 1), ("王", 2), ("한국", 4), ("カナ", 4),
        ("Ольга", 5), ("👵🏽", 2),
    ])
    func columnsOf(text: String, expected: Int) {
        #expect(text.columnCount == expected)
    }

    @Test func colorIsForTerminalsWhoseUserWantsIt() {
        let xterm = ["TERM": "xterm-256color"]
        #expect(Ink(isTerminal: true, variables: xterm) == .colored)
        #expect(Ink(isTerminal: false, variables: xterm) == .plain)
        for variables in [
            ["TERM": "dumb"], [:], ["TERM": "xterm", "NO_COLOR": "1"],
        ] {
            #expect(Ink(isTerminal: true, variables: variables) == .plain, "\(variables)")
        }
        #expect(Ink(isTerminal: true, variables: ["TERM": "xterm", "NO_COLOR": ""]) == .colored)
    }
}
