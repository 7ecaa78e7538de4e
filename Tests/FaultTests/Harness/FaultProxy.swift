// The program scripts/fault-proxy before a server of this process: what it is to do to connections,
// and what it has counted. One program for tests, scripts and benchmarks, so that all of them mean
// the same by a bad line. Neighbors: Street syncs through it, CutTests and BadLineTests.
// Invariant: what was counted when a device hears of it is in the counts asked for after that.

import Foundation
import Synchronization

/// What scripts/fault-proxy reads; its opening comment says what each means.
struct FaultPlan: Encodable, CustomStringConvertible {
    var delayMilliseconds = 0
    var bitsPerSecond = 0
    var lossPercent = 0
    var cut: Cut?
    var duplicate: Duplicate?
    var blackHole = 0
    var seed: UInt64 = 1

    static let nothing = FaultPlan()

    struct Duplicate: Encodable {
        enum Order: String, CaseIterable, Encodable { case before, with, after }

        var times = 1
        var order = Order.with
    }

    var description: String {
        (try? FaultProxy.line(self)).map { String(decoding: $0, as: UTF8.self) } ?? "a plan"
    }
}

struct Cut: Encodable {
    enum Way: String, CaseIterable, Encodable { case request, response }

    enum How: String, CaseIterable, Encodable { case close, reset, half }

    let way: Way
    /// Of each connection.
    let afterBytes: Int
    /// Connections that are cut; those after them are left alone.
    var times = 1
    var how = How.close
}

/// Since the plan was given.
struct FaultCounts: Decodable {
    let connections: Int
    let cuts: Int
    let duplicates: Int
    let swallowed: Int
    let turns: Int
    let requestBytes: Int
    let responseBytes: Int
    let lost: Int
    /// Of all packets together: how much later they were due than without the plan.
    let heldMilliseconds: Int
}

final class FaultProxy: Sendable {
    static let program = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("scripts/fault-proxy")

    let port: UInt16
    private let talk: Mutex<Talk>

    private struct Port: Decodable {
        let port: UInt16
    }

    init(to target: UInt16) throws {
        let talk = try Talk(to: target)
        port = try JSONDecoder().decode(Port.self, from: talk.hear()).port
        self.talk = Mutex(talk)
    }

    /// From the next connection on.
    func plan(_ plan: FaultPlan) throws { _ = try ask(Self.line(plan)) }

    func cut(_ cut: Cut) throws { try plan(FaultPlan(cut: cut)) }

    var counts: FaultCounts {
        get throws { try JSONDecoder().decode(FaultCounts.self, from: ask(Data())) }
    }

    /// Ends all its connections.
    func close() throws { try talk.withLock { try $0.end() } }

    static func line(_ plan: FaultPlan) throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return try encoder.encode(plan)
    }

    private func ask(_ line: Data) throws -> Data { try talk.withLock { try $0.ask(line) } }
}

/// A line to the program, a line from it.
private struct Talk {
    private static let newline = UInt8(ascii: "\n")

    private let process = Process()
    private let input = Pipe()
    private let output = Pipe()

    init(to target: UInt16) throws {
        process.executableURL = FaultProxy.program
        process.arguments = ["\(target)"]
        process.standardInput = input
        process.standardOutput = output
        try process.run()
    }

    func ask(_ line: Data) throws -> Data {
        try input.fileHandleForWriting.write(contentsOf: line + [Self.newline])
        return try hear()
    }

    func hear() throws -> Data {
        var line = Data()
        while line.last != Self.newline {
            let part = output.fileHandleForReading.availableData
            if part.isEmpty { throw HarnessError.proxyEnded }
            line += part
        }
        return line
    }

    func end() throws {
        guard process.isRunning else { return }
        try input.fileHandleForWriting.close()
        process.waitUntilExit()
    }
}

/// Runs `body` with a proxy before the server, and closes it.
func proxied<Value>(
    to target: UInt16, _ body: (FaultProxy) async throws -> Value
) async throws -> Value {
    let proxy = try FaultProxy(to: target)
    let result: Result<Value, any Error>
    do { result = .success(try await body(proxy)) } catch { result = .failure(error) }
    try proxy.close()
    return try result.get()
}
