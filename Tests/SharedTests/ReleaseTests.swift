// What a device says its program is: kept for people, whatever it says.

import Testing

@testable import Shared

struct ReleaseTests {
    @Test(
        "of what a device says its program is, a short line stays",
        arguments: [
            (nil, nil), ("", nil), (" \t ", nil), ("\u{1b}\u{7f}é", nil),
            ("hourbook/0.1.0", "hourbook/0.1.0"),
            ("Python-urllib/3.11", "Python-urllib/3.11"),
            (" hourbook/0.1.0   (\u{1b}[31mred)\r\n", "hourbook/0.1.0 ([31mred)"),
        ] as [(String?, String?)])
    func named(_ header: String?, _ kept: String?) {
        #expect(Release.named(by: header) == kept)
    }

    @Test("of a long line the beginning stays")
    func long() {
        let kept = Release.named(by: String(repeating: "a", count: 10_000))
        #expect(kept == String(repeating: "a", count: Release.characterCountMax))
    }

    @Test("this program's own name is kept whole")
    func own() { #expect(Release.named(by: Release.device) == Release.device) }
}
