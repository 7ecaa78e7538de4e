// Words that would be recorded as something else than was typed.
// Neighbors: Sources/Store/Screen/TypedWords.

import Testing

@testable import Store

@Suite struct TypedWordsTests {
    @Test func textOfEveryScriptPasses() {
        let words = ["hourbook", "", "José", "美", "🧶", "--name=x\u{FFFD}"].map { Array($0.utf8) }
        #expect(TypedWords.fault(of: words) == nil)
    }

    @Test(arguments: [[0x4A, 0xE9], [0xC3], [0xED, 0xA0, 0x80], [0xFF]] as [[UInt8]])
    func whatIsNotUTF8IsNamedByItsPlace(word: [UInt8]) throws {
        let fault = try #require(TypedWords.fault(of: [Array("hourbook".utf8), [0x61], word]))
        #expect(fault.hasPrefix("word 2 after the program's name is not UTF-8"))
    }

    @Test func theProgramsOwnNameMayBeAnything() {
        #expect(TypedWords.fault(of: [[0xFF], [0x61]]) == nil)
    }
}
