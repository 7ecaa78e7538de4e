// One line per case of the list of faults, for `make faults`: which, what was done, how often, and
// what held. Neighbors: every suite here writes one; scripts/faults prints them as a table.

import FaultInjection
import Foundation
import Synchronization

/// How thorough a run is: `make test` takes samples, `make faults` everything.
enum FaultRun {
    static let isLong = ProcessInfo.processInfo.environment["FAULTS"] == "all"

    static func choose(short: Int, long: Int) -> Int { isLong ? long : short }
}

enum FaultReport {
    private struct Row: Encodable {
        let number: Int
        let done: String
        let times: Int
        let looked: [Invariant]
        let broken: [Invariant]
        let notes: [String]
    }

    /// Where the table is gathered; nothing is written outside `make faults`.
    private static let path = ProcessInfo.processInfo.environment["HOURBOOK_FAULT_REPORT"]
    private static let lock = Mutex(())

    static func row(
        _ number: Int, _ done: String, times: Int, broken: [Breach], notes: [String] = [],
        looked: [Invariant] = Invariant.allCases
    ) throws {
        guard let path else { return }
        let row = Row(
            number: number, done: done, times: times, looked: looked,
            broken: Set(broken.map(\.invariant)).sorted { $0.rawValue < $1.rawValue },
            notes: notes)
        try lock.withLock { _ in
            if !FileManager.default.fileExists(atPath: path) {
                _ = FileManager.default.createFile(atPath: path, contents: nil)
            }
            let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
            try file.seekToEnd()
            try file.write(contentsOf: try JSONEncoder().encode(row) + Data("\n".utf8))
            try file.close()
        }
    }
}
