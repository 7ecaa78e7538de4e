// Both programs as people run them: a shell script with them in its path, and what came of it.
// Neighbors: Town has the folders; the suites that need whole processes call this.

import Foundation

enum Shell {
    struct Ended {
        let code: Int32
        let output: String
        let errors: String
    }

    /// Where the programs are built: beside the tests.
    private static let programs = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        .deletingLastPathComponent().path

    /// Runs the script in the folder, with nothing to read and no other environment, and waits for
    /// its end.
    static func run(
        _ script: String, in folder: URL, environment: [String: String] = [:]
    ) throws -> Ended {
        let files = try ["out", "err"].map { try Captured(folder, $0) }
        let shell = Process()
        shell.executableURL = URL(fileURLWithPath: "/bin/sh")
        shell.arguments = ["-c", script]
        shell.currentDirectoryURL = folder
        shell.environment = environment.merging(["PATH": "\(programs):/usr/bin:/bin"]) { $1 }
        shell.standardInput = FileHandle.nullDevice
        shell.standardOutput = files[0].handle
        shell.standardError = files[1].handle
        try shell.run()
        shell.waitUntilExit()
        return Ended(
            code: shell.terminationStatus, output: try files[0].text(), errors: try files[1].text())
    }

    /// A file, not a pipe: nobody has to read while the script runs.
    private struct Captured {
        let url: URL
        let handle: FileHandle

        init(_ folder: URL, _ name: String) throws {
            url = folder.appendingPathComponent("shell.\(name)")
            try Data().write(to: url)
            handle = try FileHandle(forWritingTo: url)
        }

        func text() throws -> String {
            try handle.close()
            return String(decoding: try Data(contentsOf: url), as: UTF8.self)
        }
    }
}
