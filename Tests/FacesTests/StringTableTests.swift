// Every text in both languages, with the same values in it, and none that nobody uses.

import Foundation
import TestSupport
import Testing

@testable import Texts

@Suite("String tables")
struct StringTableTests {
    private static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    private static let english = StringTable.of(.english).texts
    private static let spanish = StringTable.of(.spanish).texts

    @Test("both languages have the same keys, and none is empty")
    func keys() {
        #expect(Set(Self.english.keys) == Set(Self.spanish.keys))
        #expect((Array(Self.english.values) + Self.spanish.values).allSatisfy { !$0.isEmpty })
    }

    @Test("a text has the same values in both languages", arguments: english.keys.sorted())
    func values(_ key: String) throws {
        let values = try [Self.english, Self.spanish].map { table in
            try #require(table[key]).matches(of: /\{(\w+)\}/).map { String($0.1) }.sorted()
        }
        #expect(values[0] == values[1])
    }

    /// Keys that are made of parts, by how they begin.
    private static let made = [
        "standing_", "place_", "said_", "next_", "filter_", "gave_missing", "received_missing",
        "role_", "field_", "answer_", "answered_", "choice_", "passphrase", "waits_", "hours_by_",
        "rows_", "kind_", "apart_", "form_", "office_", "told_by_", "origin_", "contribution_type_",
        "conflict_name_", "cause_", "years", "days", "hours", "minutes",
    ]

    private static let folders = ["Sources"]

    @Test("templates and pages name keys that exist, and every key is named")
    func named() throws {
        var named: Set<String> = []
        for file in Self.files(in: Self.folders) {
            let text = try String(contentsOf: file, encoding: .utf8)
            if file.pathExtension == "mustache" {
                named.formUnion(text.matches(of: /\bt\.(\w+)/).map { String($0.1) })
            } else {
                // Whatever stands between quotes and is a key.
                named.formUnion(
                    text.split(separator: "\"").map(String.init).filter {
                        Self.english[$0] != nil || Self.english[$0 + "_other"] != nil
                    })
            }
        }
        let templates = Self.files(in: Self.folders)
            .filter { $0.pathExtension == "mustache" }
        for file in templates {
            let text = try String(contentsOf: file, encoding: .utf8)
            for key in text.matches(of: /\bt\.(\w+)/).map({ String($0.1) }) {
                #expect(Self.english[key] != nil, "\(file.lastPathComponent) names \(key)")
            }
        }
        let unused = Self.english.keys.filter { key in
            let whole = key.replacing(/_(one|other)$/, with: "")
            return !named.contains(key) && !named.contains(whole)
                && !Self.made.contains { key.hasPrefix($0) }
        }
        #expect(unused.sorted() == [])
    }

    private static func files(in folders: [String]) -> [URL] {
        folders.flatMap { folder in
            let all = FileManager.default.enumerator(
                at: root.appendingPathComponent(folder), includingPropertiesForKeys: nil)
            return (all?.compactMap { $0 as? URL } ?? [])
                .filter { ["mustache", "swift"].contains($0.pathExtension) }
        }
    }

    @Test(
        "what a browser accepts chooses the language",
        arguments: [
            ("es-MX,es;q=0.9,en;q=0.8", Language.spanish), ("en-US,en;q=0.5", .english),
            ("fr, es;q=0.7", .spanish), ("fr", .english), ("", .english),
        ])
    func accepted(_ header: String, _ language: Language) {
        #expect(Language(accepting: header) == language)
    }

    @Test("what somebody typed is no place for a value, whatever it looks like")
    func braces() {
        let text = StringTable.of(.english)
        #expect(text("recorded_by", ["worker": "{when}", "when": "x"]).contains("by {when}, x"))
    }

    @Test("a terminal calls a field as its option is called, a page as its forms do")
    func voices() {
        let phrase = Phrase(
            "change_to",
            [
                "verb": .phrase(Phrase("verb_changed")), "field": .field("birth-year"),
                "new": "1950",
            ])
        #expect(Voice.terminal.sentence(phrase) == "changed birth-year to 1950")
        #expect(Voice(.of(.english)).sentence(phrase) == "Changed year of birth to 1950.")
        let spanish = Voice(.of(.spanish)).sentence(phrase)
        #expect(spanish == "Cambiado: año de nacimiento, ahora 1950.")
        #expect(Voice.terminal.code("both-happened", of: "choice") == "both-happened")
        #expect(Voice(.of(.spanish)).code("both-happened", of: "choice") == "Ocurrieron ambas")
    }

    @Test("what the other program says in English is known again, and anything else is not")
    func sent() {
        let said = Voice.terminal("problem_busy")
        #expect(Phrase(saying: said) == Phrase("problem_busy"))
        #expect(Phrase(saying: "do as you like") == nil)
        #expect(Phrase.Value.saying("do as you like") == .text("do as you like"))
    }

    @Test("no Spanish text has been left in English", arguments: spanish.keys.sorted())
    func translated(_ key: String) throws {
        let text = try #require(Self.spanish[key]).replacing(/\{\w+\}/, with: " ")
        #expect(EnglishWords.found(in: text, besides: Self.commands) == [])
    }

    /// What is typed at a terminal has one name in every language.
    private static let commands = ["hourbook-server waiting"]

    @Test("a number chooses between one and several")
    func counted() {
        let text = StringTable.of(.english)
        #expect(text.count("unsent", 1) == "1 entry on this device only.")
        #expect(text.count("unsent", 0) == "0 entries on this device only.")
    }
}
