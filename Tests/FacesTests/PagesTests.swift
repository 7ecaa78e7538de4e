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

    private struct Line: Sendable {
        let name: String
        let minutes: Int64
        let reason: String?
    }
    private struct Model: Sendable {
        enum Kind { case exchange }

        let t: [String: String]
        let lines: [Line]
        let reason: String
        let isEmpty: Bool
        let first: Line?
        let none: Line?
        let kind: Kind
    }

    @Test("structures, lists, words for a list and what is nil are shown as templates name them")
    func structures() {
        let template = """
            {{#lines}}{{t.by}} {{name}}: {{minutes}} ({{reason}}); {{/lines}}\
            {{^isEmpty}}{{first.name}} {{kind}}{{/isEmpty}}{{#none}}none{{/none}}\
            {{^none}}nobody{{/none}}{{#first}} {{.}}{{/first}}
            """
        let lines = [
            Line(name: "Ana", minutes: 60, reason: nil),
            Line(name: "Luis", minutes: -5, reason: ""),
        ]
        let model = Model(
            t: ["by": "by"], lines: lines, reason: "around it", isEmpty: false, first: lines[0],
            none: nil, kind: .exchange)
        let page = Pages(["all": Array(template.utf8)]).page("all", model)
        let whole = "\(lines[0])".replacing("\"", with: "&quot;")
        #expect(
            page == "by Ana: 60 (around it); by Luis: -5 (); Ana exchangenobody \(whole)")
    }
}
