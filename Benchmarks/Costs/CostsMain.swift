// What each part of ingest costs, by the programs' own code and beside the same work without it.
// Neighbors: Benchmarks/run prints these rows; floor.c is the floor that knows none of our code.
//
//   Costs FOLDER EVENTS
//
// Prints one line of JSON a part. FOLDER must exist; what it makes in there is removed.

internal import Foundation
internal import Shared

@main
struct Costs {
    /// A push and a commit of this many events, as devices send them.
    static let batchEvents = 1_000
    private static let usage = "usage: Costs FOLDER EVENTS, at least 1000 and at most 1000000\n"

    private struct Row: Encodable {
        let part: String
        let microseconds: Double
        let each: String
    }

    static func main() throws {
        let words = CommandLine.arguments.dropFirst()
        guard words.count == 2, let folder = words.first, let last = words.last,
            let count = Int(last), (batchEvents...1_000_000).contains(count)
        else {
            FileHandle.standardError.write(Data(usage.utf8))
            exit(64)
        }
        let material = try Material(count: count)
        try print(sealing: material)
        try print(receiving: material)
        try print(storing: material, in: URL(fileURLWithPath: folder, isDirectory: true))
        try print(checkpoints: material)
    }

    /// On the device: the same events with their note sealed, and without one.
    private static func print(sealing material: Material) throws {
        let plain = try seconds { _ = try material.bytes(sealing: false) }
        let sealed = try seconds { _ = try material.bytes(sealing: true) }
        try print("making an event's bytes", seconds: plain, count: material.count, each: "event")
        try print("sealing its note", seconds: sealed - plain, count: material.count, each: "event")
    }

    /// On the server, before the write queue: a signature a run, then decoding and hashing.
    private static func print(receiving material: Material) throws {
        let runs = try material.runs()
        let verified = try seconds { try runs.forEach(material.verify) }
        try print("verifying a run's signature", seconds: verified, count: runs.count, each: "run")
        let decoded = try seconds {
            for bytes in material.events { _ = try NewEventCost.decodedAndHashed(bytes) }
        }
        try print("decoding and hashing", seconds: decoded, count: material.count, each: "event")
    }

    private static func print(storing material: Material, in folder: URL) throws {
        var before = 0.0
        for part in StoringCost.Part.allCases {
            let cost = StoringCost(folder: folder, material: material, part: part)
            let now = try cost.seconds()
            try print(part.title, seconds: now - before, count: material.count, each: "event")
            before = now
        }
    }

    /// What an answer with news carries: the ledger's note and that of one neighborhood.
    private static func print(checkpoints material: Material) throws {
        let answers = Self.batchEvents
        let notes = try material.notes(count: answers)
        let signed = try seconds { for note in notes { _ = try material.sign(note) } }
        try print("signing checkpoints", seconds: signed, count: answers / 2, each: "answer")
        let kept = try notes.map(material.sign)
        let checked = try seconds { try kept.forEach(material.check) }
        try print("checking them on a device", seconds: checked, count: answers / 2, each: "answer")
    }

    private static func print(_ part: String, seconds: Double, count: Int, each: String) throws {
        let row = Row(part: part, microseconds: seconds * 1e6 / Double(count), each: each)
        Swift.print(String(decoding: try JSONEncoder().encode(row), as: UTF8.self))
    }
}
