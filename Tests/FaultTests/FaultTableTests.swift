// The table of `make faults` must not be able to look well when something is missing or broken.
// Neighbors: scripts/faults prints it from what FaultReport writes; scripts/fault-cases.tsv.

import Foundation
import Testing

@Suite("The table of faults")
struct FaultTableTests {
    private static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    private static let due = Array(1...24) + [30, 32]

    private struct Printed {
        let status: Int32
        let text: String
        func line(_ start: String) -> Substring? {
            text.split(separator: "\n").first { $0.drop { $0 == " " }.hasPrefix(start) }
        }
    }

    private func printed(_ rows: [String]) throws -> Printed {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "hourbook-fault-table-\(ProcessInfo.processInfo.processIdentifier)-\(rows.hashValue)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let report = folder.appendingPathComponent("report.jsonl")
        try Data(rows.joined(separator: "\n").utf8).write(to: report)
        let process = Process()
        process.executableURL = Self.root.appendingPathComponent("scripts/faults")
        process.arguments = ["--report", report.path]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return Printed(
            status: process.terminationStatus, text: String(decoding: output, as: UTF8.self))
    }

    private func row(_ number: Int, times: Int = 3, broken: String = "") -> String {
        """
        {"number": \(number), "done": "case \(number) done", "times": \(times), \
        "looked": ["I1", "I2", "I3"], "broken": [\(broken)], "notes": ["commit 1: 9"]}
        """
    }

    @Test("all that is due was run and held")
    func whole() throws {
        let printed = try printed(Self.due.map { row($0) })
        #expect(printed.status == 0)
        #expect(printed.line("1  spine")?.contains("held   held   held   -") == true)
        #expect(printed.line("31")?.contains("missing (due with later: PostgreSQL)") == true)
        #expect(printed.text.contains("commit 1: 9"))
        #expect(!printed.text.contains("WRONG"))
    }

    @Test("a case that is due and was not run fails", arguments: due)
    func missing(_ number: Int) throws {
        let printed = try printed(Self.due.filter { $0 != number }.map { row($0) })
        #expect(printed.status == 1)
        #expect(printed.line("\(number)  ")?.contains("missing (due with ") == true)
        #expect(printed.text.contains("WRONG: case \(number) is due and missing"))
    }

    @Test("a broken invariant fails, also of a case that is not due yet", arguments: [3, 25])
    func broken(_ number: Int) throws {
        let rows = (Self.due + [number]).map { row($0) } + [row(number, broken: "\"I2\"")]
        let printed = try printed(rows)
        #expect(printed.status == 1)
        #expect(printed.text.contains("held   BROKEN held"))
        #expect(printed.text.contains("WRONG: case \(number) is broken"))
    }

    @Test("a case that struck nothing, or that is not in the list, fails")
    func nothing() throws {
        #expect(try printed(Self.due.map { row($0, times: $0 == 4 ? 0 : 1) }).status == 1)
        #expect(try printed((Self.due + [33]).map { row($0) }).status == 1)
    }
}
