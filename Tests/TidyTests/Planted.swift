// For each rule, small samples: the lines that it must find, and look-alikes that it must let pass.
// Neighbors: TidyRule.swift (the rules), TidyTests.swift (which compares).

internal import Testing

struct Planted: Sendable, CustomTestStringConvertible {
    let rule: String
    let path: String
    let text: String
    /// The lines to be found; none for a sample that is in order.
    let lines: [Int]

    init(_ rule: TidyRule, _ path: String, _ text: String, lines: [Int] = []) {
        self.rule = rule.name
        self.path = path
        self.text = text
        self.lines = lines
    }

    var testDescription: String { "\(rule): \(lines.isEmpty ? "in order" : "to find")" }

    var file: SourceFile {
        let language: Language =
            path.hasSuffix(".swift") ? .swift : path.hasSuffix(".c") ? .c : .script
        return SourceFile(path: path, language: language, text: text)
    }

    static let all = shape + bans + places
}

private let source = "Sources/SyncServer/Ledger/Sample.swift"
private let pure = "Sources/Shared/Decide/Sample.swift"
private let test = "Tests/StoreTests/SampleTests.swift"

private func repeated(_ line: String, _ count: Int) -> String {
    Array(repeating: line, count: count).joined(separator: "\n")
}

extension Planted {
    fileprivate static let shape: [Planted] = [
        Planted(.fileLength, source, repeated("// line", 401), lines: [401]),
        Planted(.fileLength, source, repeated("// line", 400) + "\n"),
        Planted(
            .functionLength, source,
            "\nfunc long() {\n" + repeated("    work()", 69) + "\n}\nfunc short() {}", lines: [2]),
        Planted(
            .functionLength, source, "func longest() {\n" + repeated("    work()", 68) + "\n}"),
        Planted(
            .functionLength, source,
            "init() {\n" + repeated("    log(\"}\") // }", 69) + "\n}", lines: [1]),
        Planted(
            .functionLength, source,
            "protocol P { func f() }\nstruct S {\n" + repeated("    let a = 1", 80) + "\n}"),
        Planted(.lineWidth, source, "short\n" + repeated("12345678901", 1) + wide, lines: [2]),
        Planted(.lineWidth, source, wide + "1234567890"),
        Planted(.opening, source, "import Foundation\n// late words do not count", lines: [1]),
        Planted(.opening, source, "// Sample.swift\nstruct Sample {}", lines: [1]),
        Planted(.opening, "scripts/sample", "#!/bin/sh\nset -e", lines: [1]),
        Planted(.opening, source, "// What this file is for.\nstruct Sample {}"),
        Planted(.opening, "scripts/sample", "#!/bin/sh\n# What this script is for.\nset -e"),
        Planted(.opening, "scripts/sample.py", "\"\"\"What this script is for.\"\"\"\nimport sys"),
        Planted(.oracle, "scripts/oracle.py", repeated("x = 1", 61), lines: [61]),
        Planted(.oracle, "scripts/oracle.py", repeated("x = 1", 60)),
    ]

    /// Ninety columns.
    private static let wide = String(repeating: "123456789 ", count: 9)

    fileprivate static let bans: [Planted] = [
        Planted(
            .ambient, source,
            """
            let a = Date()
            let b = "\\(UUID())"
            var c = SystemRandomNumberGenerator()
            let d = ContinuousClock()
            """, lines: [1, 2, 3, 4]),
        Planted(
            .ambient, source,
            "let a = CivilDate() // Date()\nlet b = \"UUID()\"\nlet c = Date(timestamp: 0)"
        ),
        Planted(.ambient, "Sources/SyncClient/ClientMain.swift", "let a = Date()"),
        Planted(.ambient, "Sources/SyncServer/Clock+Live.swift", "let a = Date()"),
        Planted(.ambient, "Sources/SyncServer/NotClientMain.swift", "let a = Date()", lines: [1]),
        Planted(
            .ambientRandom, source,
            "let a = Int.random(in: 0..<2)\n\n\n\nlet b = c.shuffled()", lines: [1, 5]),
        Planted(
            .ambientRandom, test,
            "let a = Int.random(in: 0..<2, using: &seed)\nlet b = c.shuffled(\n    using: &seed)"
        ),
        Planted(.forceTry, test, "let a = 1\nlet b = try! f()", lines: [2]),
        Planted(.forceTry, test, "let b = try f() // never try!"),
        Planted(
            .unchecked, source, "let a = 1\nfinal class Box: @unchecked Sendable {}", lines: [2]),
        Planted(
            .unchecked, source,
            "// Guard: every access holds `lock`.\nfinal class Box: @unchecked Sendable {}"),
        Planted(
            .looseTask, source,
            "Task { await f() }\nTask.detached { }\nTask(priority: .high) { }", lines: [1, 2, 3]),
        Planted(.looseTask, source, "group.addTask { await f() }\nawait Task.yield()"),
        Planted(
            .sleeping, test, "try await Task.sleep(for: .seconds(1))\nusleep(5)", lines: [1, 2]),
        Planted(.sleeping, test, "let a = \"sleep(1)\" // sleep(1)"),
        Planted(.sleeping, source, "try await clock.sleep(until: later)"),
        Planted(.unfinished, source, "let a = 1\n// TODO: finish", lines: [2]),
        Planted(.unfinished, "scripts/sample", "#!/bin/sh\n# FIXME later", lines: [2]),
        Planted(.unfinished, source, "let TODO = \"FIXME\" // in a METHODOLOGY"),
    ]

    fileprivate static let places: [Planted] = [
        Planted(.tables, source, "try db.execute(sql: \"CREATE TABLE t (a)\")", lines: [1]),
        Planted(
            .tables, source, "let sql = \"\"\"\n    CREATE TABLE t (a)\n    \"\"\"", lines: [2]),
        Planted(.tables, "Sources/Store/EventSchema.swift", "let sql = \"CREATE TABLE t (a)\""),
        Planted(.tables, source, "// CREATE TABLE is for Schema files"),
        Planted(.pureImports, pure, "import Crypto\ninternal import GRDB", lines: [2]),
        Planted(.pureImports, pure, "internal import Crypto // not import GRDB"),
        Planted(.pureImports, source, "internal import GRDB"),
        Planted(
            .pureCalls, pure,
            "let a = FileManager.default\nlet b = Date()\nlet c = Signing.PrivateKey()",
            lines: [1, 2, 3]),
        Planted(.pureCalls, pure, "let a = Data(bytes)\nlet b = Date(timeIntervalSince1970: 0)"),
        Planted(.pureCalls, source, "let a = FileManager.default"),
    ]
}
