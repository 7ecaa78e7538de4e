// The program itself, run on a device's folder: what a person types, sees, and gets as exit code.
// Neighbors: suites about what a command prints; Bench makes the folder.

import Foundation
import Synchronization

@testable import SyncClient

struct Program {
    struct Result {
        let output: String
        let errors: String
        let exitCode: Int32

        var lines: [String] { output.split(separator: "\n").map(String.init) }
    }

    let folder: URL

    /// Beside the tests, where the same build put it.
    private static let executable = URL(fileURLWithPath: CommandLine.arguments[0])
        .deletingLastPathComponent().appendingPathComponent("hourbook")

    func callAsFunction(_ arguments: String...) throws -> Result { try self(arguments) }

    func callAsFunction(_ arguments: [String]) throws -> Result {
        let process = Process()
        let (output, errors) = (Pipe(), Pipe())
        process.executableURL = Self.executable
        process.arguments = arguments + ["--data", folder.path]
        process.environment = ["PATH": "/usr/bin:/bin", "TZ": "UTC"]
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        // Both are far smaller than a pipe holds.
        process.waitUntilExit()
        return Result(
            output: String(
                decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self),
            errors: String(
                decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self),
            exitCode: process.terminationStatus)
    }

    // MARK: Folders

    private static let count = Mutex(0)

    /// A new folder that nobody else uses.
    static func newFolder() throws -> URL {
        let number = count.withLock { count in
            count += 1
            return count
        }
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "hourbook-client-tests/\(ProcessInfo.processInfo.processIdentifier)-\(number)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        return folder
    }
}
