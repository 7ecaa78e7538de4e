// Texts from others on a terminal.

import Store
import Testing

@Suite struct OneLineTests {
    @Test func escapesAndLineBreaksOfOthersBecomeBlanks() {
        #expect("Ana\u{1B}[1m\nB  forged".onOneLine == "Ana [1m B  forged")
        #expect("\u{202E}right to left\u{2028}".onOneLine == " right to left ")
    }

    @Test func namesOfAllScriptsStay() {
        for name in ["Nguyệt Nguyễn", "Muñoz", "Ольга", "王秀英", "O'Neill"] {
            #expect(name.onOneLine == name)
        }
    }
}
