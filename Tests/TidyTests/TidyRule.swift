// The rules of CONTRIBUTING.md that a program can check, each a small value.
// Neighbors: TidyTests.swift runs them, Planted.swift holds what each must find and must let pass.

internal import Testing

struct Finding: Equatable, Sendable, CustomStringConvertible {
    let path: String
    let line: Int
    let message: String
    var description: String { "\(path):\(line): \(message)" }
}

struct TidyRule: Sendable, CustomTestStringConvertible {
    let name: String
    let appliesTo: @Sendable (SourceFile) -> Bool
    /// Line numbers from 1 with what is wrong there.
    let check: @Sendable (SourceFile) -> [(line: Int, message: String)]

    var testDescription: String { name }

    func findings(in file: SourceFile) -> [Finding] {
        guard appliesTo(file) else { return [] }
        return check(file).map { Finding(path: file.path, line: $0.line, message: $0.message) }
    }

    /// A rule that no line of a layer holds any of the patterns.
    static func bans(
        _ patterns: [String], in layer: Layer, because reason: String, name: String,
        where appliesTo: @escaping @Sendable (SourceFile) -> Bool
    ) -> TidyRule {
        TidyRule(name: name, appliesTo: appliesTo) { file in
            patterns.flatMap { pattern in
                file.text.lineNumbers(layer, with: pattern).map { ($0, "\(pattern): \(reason)") }
            }
        }
    }
}

/// The only files that may reach for time, identity and randomness; they hand them to the rest.
enum CompositionRoots {
    static let names: Set = ["ClientMain.swift", "ServerMain.swift"]
    static let suffix = "+Live.swift"

    static func holds(_ file: SourceFile) -> Bool {
        names.contains(file.name) || file.name.hasSuffix(suffix)
    }
}

enum Bounds {
    static let fileLinesMax = 400
    static let functionLinesMax = 70
    static let lineColumnsMax = 100
    /// Fewer words than this in a file's opening comment do not say what it is for.
    static let openingWordsMin = 4
    static let oracleLinesMax = 60
}

extension TidyRule {
    static let all = shapeRules + banRules

    private static let shapeRules = [fileLength, functionLength, lineWidth, opening, oracle]
    private static let banRules = [
        ambient, ambientRandom, forceTry, unchecked, looseTask, sleeping, unfinished, tables,
        pureImports, pureCalls,
    ]
}

// MARK: Shape

extension TidyRule {
    static let fileLength = TidyRule(
        name: "file length", appliesTo: { $0.language != .script },
        check: { file in
            let count = file.text.raw.count
            return count > Bounds.fileLinesMax
                ? [(count, "the file has more than \(Bounds.fileLinesMax) lines: split it by idea")]
                : []
        })

    static let functionLength = TidyRule(
        name: "function length", appliesTo: { $0.language == .swift },
        check: { file in
            file.text.functions.filter { $0.lineCount > Bounds.functionLinesMax }.map {
                (
                    $0.firstLine,
                    "\($0.name) has \($0.lineCount) lines, more than \(Bounds.functionLinesMax)"
                )
            }
        })

    static let lineWidth = TidyRule(
        name: "line width", appliesTo: { _ in true },
        check: { file in
            let raw = file.text.raw
            return raw.indices.filter { raw[$0].count > Bounds.lineColumnsMax }.map {
                ($0 + 1, "\(raw[$0].count) columns, more than \(Bounds.lineColumnsMax)")
            }
        })

    static let opening = TidyRule(
        name: "opening comment", appliesTo: { _ in true },
        check: { file in
            let marks = file.language == .script ? ["#", "\"\"\""] : ["//"]
            let lines = file.text.raw.drop { $0.hasPrefix("#!") }
            let words = lines.prefix { line in marks.contains { line.hasPrefix($0) } }
                .flatMap { $0.drop { !$0.isWordPart }.split(separator: " ") }
            return words.count < Bounds.openingWordsMin
                ? [(1, "open the file with a \(marks[0]) comment that says what it is for")] : []
        })

    static let oracle = TidyRule(
        name: "oracle length", appliesTo: { $0.name == "oracle.py" },
        check: { file in
            let count = file.text.raw.count
            return count > Bounds.oracleLinesMax
                ? [(count, "an oracle longer than \(Bounds.oracleLinesMax) lines needs one itself")]
                : []
        })
}

// MARK: Bans

extension TidyRule {
    static let ambient = bans(
        [
            "Date()", "Date.now", "UUID()", "SystemRandomNumberGenerator(", "ContinuousClock()",
            "ContinuousClock.now", "SuspendingClock()", "SuspendingClock.now",
        ],
        in: .code, because: "pass it in from a composition root", name: "ambient time and identity",
        where: { $0.language == .swift && !CompositionRoots.holds($0) })

    /// Randomness without a generator passed in; `using:` may stand on one of the next two lines.
    static let ambientRandom = TidyRule(
        name: "ambient randomness",
        appliesTo: { $0.language == .swift && !CompositionRoots.holds($0) },
        check: { file in
            let patterns = [".random(", ".randomElement(", ".shuffled(", ".shuffle("]
            let code = file.text.lines(.code)
            return patterns.flatMap { pattern in
                file.text.lineNumbers(.code, with: pattern).filter { number in
                    !code[(number - 1)...].prefix(3).contains { $0.holds("using:") }
                }.map { ($0, "\(pattern): pass in a generator with using:") }
            }
        })

    static let forceTry = bans(
        ["try!"], in: .code, because: "throw, or #require in a test", name: "try!",
        where: { $0.language == .swift })

    static let unchecked = TidyRule(
        name: "@unchecked Sendable", appliesTo: { $0.language == .swift },
        check: { file in
            let comments = file.text.lines(.comment)
            return file.text.lineNumbers(.code, with: "@unchecked Sendable").filter { number in
                number < 2 || comments[number - 2].allSatisfy(\.isWhitespace)
            }.map { ($0, "name what guards it in a comment on the line above") }
        })

    static let looseTask = bans(
        ["Task {", "Task{", "Task(", "Task.detached", "Task.immediate"], in: .code,
        because: "long work is a service in a group", name: "loose task",
        where: { $0.language == .swift })

    static let sleeping = bans(
        ["sleep(", "usleep(", "nanosleep("], in: .code,
        because: "wait on a condition with a bound", name: "sleep in tests",
        where: { $0.language == .swift && $0.folder == "Tests" })

    static let unfinished = TidyRule(
        name: "unfinished work", appliesTo: { _ in true },
        check: { file in
            let isScript = file.language == .script
            let lines = isScript ? file.text.raw : file.text.lines(.comment)
            return lines.indices.filter { index in
                ["TODO", "FIXME"].contains { lines[index].holds($0) }
            }.map { ($0 + 1, "finish it, or open an issue") }
        })

    static let tables = bans(
        ["CREATE TABLE", "CREATE UNIQUE", "CREATE INDEX", "create(table:", "ALTER TABLE"],
        in: .string, because: "tables are made in a Schema file", name: "tables outside Schema",
        where: { $0.folder == "Sources" && !$0.name.contains("Schema") })

    static let pureImports = bans(
        ["import GRDB", "import Logging", "import NIOCore", "import Glibc", "import CCurl"],
        in: .code, because: "Shared is pure", name: "imports of Shared",
        where: { $0.path.hasPrefix("Sources/Shared/") })

    static let pureCalls = bans(
        [
            "FileManager", "FileHandle", "ProcessInfo", "URLSession", "contentsOf:",
            "contentsOfFile:", "Date()", "Date.now", "PrivateKey()", "SymmetricKey(size:",
        ],
        in: .code, because: "Shared has no files, clock or randomness", name: "calls of Shared",
        where: { $0.path.hasPrefix("Sources/Shared/") })
}
