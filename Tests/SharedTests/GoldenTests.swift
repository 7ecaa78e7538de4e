// What older programs wrote is read as it was meant: the files of Tests/Fixtures/golden are frozen,
// and the wire may not change without new ones. Source: docs/protocol.md section 7.11.
// Neighbors: GoldenMessages makes one of each; FaultTests open the golden folders.

import Foundation
import TestSupport
import Testing

@testable import Shared

@Suite("Golden files of the wire", .serialized)
struct GoldenTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../Fixtures/golden").standardized
    private static let isWriting = ProcessInfo.processInfo.environment["GOLDEN"] == "write"
    private static let today = "v\(SyncProtocol.version)"
    /// Of every version that is spoken.
    private static let folders = SyncProtocol.versions.map { "v\($0)" }

    /// What is kept; with `today`, after that was written anew if somebody asked for it.
    private func file(_ name: String, today: String? = nil) throws -> String {
        let url = Self.root.appending(path: name)
        if Self.isWriting, let today { try Data(today.utf8).write(to: url) }
        return try String(contentsOf: url, encoding: .utf8)
    }

    private func kept(_ name: String, today: [UInt8]? = nil) throws -> [UInt8] {
        let decoded = bytes(hex: try file(name, today: today.map { hex($0) + "\n" }).dropLast())
        return try #require(decoded)
    }

    @Test("today's messages have the bytes that were kept, and kept ones come back")
    func messages() throws {
        for (name, made) in try GoldenMessages.all() {
            let kept = try kept("\(Self.today)/\(name).hex", today: made)
            #expect(made == kept, "\(name) has other bytes than \(Self.today) had")
            #expect(try GoldenMessages.again(name, kept) == kept, "\(name)")
        }
    }

    @Test("kept containers hold what they held")
    func containers() throws {
        for (name, made) in try GoldenMessages.packed() {
            let kept = try kept("\(Self.today)/\(name).hex", today: made)
            if name == "run" {
                let run = try PushedRun(unpacking: kept, bytesMax: 10_000)
                #expect(try run == GoldenMessages.author().run)
            } else {
                #expect(try Page(unpacking: kept, bytesMax: 10_000) == GoldenMessages.page)
            }
        }
    }

    @Test("messages of every version that is spoken are read", arguments: folders)
    func older(_ folder: String) throws {
        let names = try FileManager.default.contentsOfDirectory(
            atPath: Self.root.appending(path: folder).path)
        let messages = names.filter {
            $0.hasSuffix("-request.hex") || $0.hasSuffix("-response.hex")
        }
        #expect(messages.count >= 6)
        for name in messages {
            let kept = try kept("\(folder)/\(name)")
            #expect(try GoldenMessages.again(String(name.dropLast(4)), kept) == kept, "\(name)")
        }
    }

    @Test("no field of the wire is changed, added or taken away without a new file of fields")
    func fields() throws {
        for name in ["Sync/sync", "Events/event"] {
            let proto = Self.root.appending(path: "../../../Sources/Shared/\(name).proto")
            let now = ProtoFields(try String(contentsOf: proto.standardized, encoding: .utf8)).lines
            #expect(now.count > 20)
            let short = name.split(separator: "/")[1]
            let kept = try file(
                "\(Self.today)/\(short).fields", today: now.joined(separator: "\n") + "\n")
            let lines = kept.split(separator: "\n").map(String.init)
            let changed = Set(now).symmetricDifference(lines).sorted()
            #expect(
                changed == [],
                "see Tests/Fixtures/golden/README.md; these are new or gone in \(name).proto")
        }
    }
}

/// The fields of a .proto file as "Message.field number type".
private struct ProtoFields {
    var lines: [String] = []

    init(_ text: String) {
        var message = ""
        for line in text.split(separator: "\n") {
            let code = line.prefix { $0 != ";" && $0 != "{" }
            let words = code.split(separator: " ").map(String.init)
            if words.first == "message", words.count > 1 { message = words[1] }
            guard let equals = words.firstIndex(of: "="), equals >= 2, equals + 1 < words.count,
                UInt(words[equals + 1]) != nil
            else { continue }
            let type = words[..<(equals - 1)].joined(separator: " ")
            lines.append("\(message).\(words[equals - 1]) \(words[equals + 1]) \(type)")
        }
    }
}
