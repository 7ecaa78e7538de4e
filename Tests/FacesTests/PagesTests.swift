// Pages as they are shown. Neighbors: FieldSiteTests and the console's suites have real ones.

import Testing

@testable import Faces

@Suite("Pages")
struct PagesTests {
    private static let pages = Pages(["name": Array("<p>{{name}} gave</p>".utf8)])

    @Test("a name that sets a direction turns nothing around it; other letters stay")
    func direction() {
        let page = Self.pages.page("name", ["name": "a\u{202E}b\u{2066}c – “Ana” שלום"])
        #expect(page == "<p>abc – “Ana” שלום gave</p>")
    }

    @Test("a name is text, whatever it holds")
    func text() {
        let page = Self.pages.page("name", ["name": "<script>'\"&"])
        #expect(!page.contains("<script>") && page.contains("&lt;script&gt;"))
    }
}
