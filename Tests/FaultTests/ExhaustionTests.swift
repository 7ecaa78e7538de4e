// Rows 7 and 10 of the list of faults: from each write on the disk is full, and at each read, write
// and fsync there is no memory, on the device and on the server. People are told which of the two
// it is, nothing is there in part, and all goes on when there is room again.
// Neighbors: Sweep strikes, StorageFaultTests does the same with errors, deaths and power cuts.

import FaultInjection
import Foundation
import Shared
import Store
import Testing

@testable import SyncClient
@testable import SyncServer

@Suite("A full disk, and no memory", .serialized)
struct ExhaustionTests {
    enum Lack: String, CaseIterable, Sendable {
        case room = "disk full", memory = "no memory"

        var row: Int { self == .room ? 7 : 10 }
        /// What the programs print of it, and what the server says to a device.
        var words: [String] {
            switch self {
            case .room: ["the disk is full", "the office's disk is full"]
            case .memory:
                [
                    "there is not enough memory", "the office is busy",
                    "too much is waiting to be written",
                ]
            }
        }

        func modes(_ kind: FaultVFS.Kind) -> [FaultVFS.Mode] {
            switch (self, kind) {
            case (.room, .write): [.full]
            case (.room, .read), (.room, .sync): []
            case (.memory, .read), (.memory, .write), (.memory, .sync): [.noMemory]
            }
        }
    }

    @Test("faults 7 and 10: a device while it records", arguments: Lack.allCases)
    func recording(_ lack: Lack) async throws {
        try await sweep(lack, "device while recording", of: "tablet") { town, start, told in
            told.failed.insert(77)
            try await apart {
                let device = try town.open("tablet")
                defer { device.close() }
                let mei = try town.enroll(device, number: 3, name: Personal.names[2])
                try town.exchange(device, start.ana, mei, minutes: 77)
            }
            told.saved.insert(77)
        }
    }

    @Test("faults 7 and 10: a device while it syncs", arguments: Lack.allCases)
    func syncing(_ lack: Lack) async throws {
        try await sweep(lack, "device while it pushes and pulls", of: "tablet", Self.sync)
    }

    @Test(
        "faults 7 and 10: a device while it pairs", .enabled(if: FaultRun.isLong),
        arguments: Lack.allCases)
    func pairing(_ lack: Lack) async throws {
        try await sweep(
            lack, "device while it pairs", of: "phone", devices: Start.devices + ["phone"],
            repeats: true
        ) { town, start, _ in
            try await town.serving { port in
                try await apart { try town.pair("phone", by: start.link.at(port: port)) }
            }
        }
    }

    @Test("faults 7 and 10: the server while it admits", arguments: Lack.allCases)
    func admission(_ lack: Lack) async throws {
        try await sweep(lack, "server while it admits and answers", of: "office", Self.sync)
    }

    private static let sync: Work = { town, _, told in
        told = try await town.serving { [told] port in
            try await apart {
                var told = told
                let device = try town.open("tablet")
                defer { device.close() }
                try told.note(town.sync(device, port: port), of: device)
                return told
            }
        }
    }

    private typealias Work = @Sendable (Town, Start, inout Told) async throws -> Void

    private func sweep(
        _ lack: Lack, _ done: String, of folder: String, devices: [String] = Start.devices,
        repeats: Bool = false, _ work: @escaping Work
    ) async throws {
        let start = try await Start()
        defer { start.town.remove() }
        var sweep = Sweep(
            town: start.town, target: { $0.folder.appendingPathComponent(folder) },
            work: { town, told in
                told.saved = Start.saved
                do { try await work(town, start, &told) } catch { told.note(error) }
                // Of other reasons nothing is said.
                for error in told.errors where !lack.words.contains(where: error.contains) {
                    Issue.record("\(done): \(error)")
                }
            }, devices: devices)
        sweep.modes = lack.modes
        if repeats {
            sweep.repeated = { town in
                var told = Told()
                try await work(town, start, &told)
            }
        }
        let (histogram, broken) = try await sweep.run(stride: FaultRun.choose(short: 7, long: 1))
        for line in histogram.lines { print("\(lack.rawValue), \(done): \(line)") }
        for breach in broken.prefix(10) { Issue.record("\(breach)") }
        #expect(broken.count == 0)
        #expect(histogram.total > 0)
        try FaultReport.row(
            lack.row, "\(lack.rawValue), \(done)", times: histogram.total, broken: broken,
            notes: histogram.lines)
    }
}
