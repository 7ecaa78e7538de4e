// Every text in both languages, with the same values in it, and none that nobody uses.

import Foundation
import Testing

@testable import Faces

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
        "kind_", "apart_", "form_", "office_",
    ]

    private static let folders = [
        "Sources/Faces", "Sources/SyncClient/WebApp", "Sources/SyncServer/Console",
        "Sources/SyncServer/Conflicts", "Sources/SyncServer/Accounts",
    ]

    @Test("templates and pages name keys that exist, and every key is named")
    func named() throws {
        var named: Set<String> = []
        for file in Self.files(in: Self.folders) {
            let text = try String(contentsOf: file, encoding: .utf8)
            named.formUnion(text.matches(of: /\bt\.(\w+)/).map { String($0.1) })
            named.formUnion(
                text.matches(of: /(?:text|self)(?:\.count)?\(\s*"(\w+)"/).map { String($0.1) })
            named.formUnion(text.matches(of: /count\(\s*"(\w+)"/).map { String($0.1) })
            named.formUnion(
                text.matches(of: /textKey|case \.\w+: "(\w+)"/).compactMap { $0.1 }
                    .map(String.init))
            named.formUnion(
                text.matches(of: /"(\w+)"/).map { String($0.1) }
                    .filter { Self.english[$0] != nil })
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
            return !named.contains(whole) && !Self.made.contains { key.hasPrefix($0) }
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

    @Test("a number chooses between one and several")
    func counted() {
        let text = StringTable.of(.english)
        #expect(text.count("unsent", 1) == "1 entry on this device only.")
        #expect(text.count("unsent", 0) == "0 entries on this device only.")
    }
}
